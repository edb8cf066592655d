"""What VieSion tells the partner, by the API: the messages of a flow read by pages, and acknowledged."""

from typing import Annotated, ClassVar

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import State
from litestar.openapi import ResponseSpec
from litestar.params import FromQuery, JSONBody, QueryParameter

from viesion_core.echanges.envois_api import PAGE, PageMessages, lire_messages, recevoir_reponses
from viesion_core.echanges.envois_model import AFFECT, CONTRAT, RDV, FluxSortant
from viesion_core.echanges.model import FichierRefuse
from viesion_core.settings import API
from web.api.commun import Requete, cle_de, contexte_de, registre_de, reponse, settings_de, une_fois
from web.api.lots import Idempotence
from web.api.messages import Accuses, EtatsMessages
from web.api.problemes import Probleme
from web.politiques import CLE_AFFECT, CLE_CONTRAT, CLE_CRENEAUX, politique


class _MessagesController(Controller):
    """The messages of a flow out, their acknowledgements in."""

    flux: ClassVar[str]

    @get(
        "/messages",
        summary="Lire les messages sans réponse",
        responses={
            200: ResponseSpec(
                PageMessages, description="Dans l'ordre de leur écriture, au moins une fois.", generate_examples=False
            ),
            409: ResponseSpec(Probleme, description="ENVOI_PAR_FICHIER", generate_examples=False),
            422: ResponseSpec(Probleme, description="SAISIE_A_CORRIGER", generate_examples=False),
        },
    )
    async def lire(
        self,
        request: Request[object, object, State],
        curseur: FromQuery[str] = "",
        limite: Annotated[int, QueryParameter(description="Messages d'une page, de 1 à 1000.")] = PAGE,
    ) -> Response[bytes]:
        """Return a page of the messages without answer, each with the columns of its line in the files.

        Begin without `curseur`, go on with the one received while `suite` is true. What is not acknowledged comes back
        at the next reading: `id_message` names a message, `version` orders those about one object.
        """
        flux = _flux(request, self.flux)
        return reponse(await lire_messages(contexte_de(request), flux, curseur, limite))

    @post(
        "/accuses",
        status_code=200,
        summary="Acquitter des messages",
        responses={
            200: ResponseSpec(EtatsMessages, description="Où en est chacun.", generate_examples=False),
            422: ResponseSpec(Probleme, description="SAISIE_A_CORRIGER", generate_examples=False),
        },
    )
    async def acquitter(
        self, request: Request[object, object, State], data: JSONBody[Accuses], idempotence: Idempotence = None
    ) -> Response[bytes]:
        """Say of each message that it is taken, or refused and why: as in « ack ». The first answer stays."""
        ctx, flux = contexte_de(request), _flux(request, self.flux, lecture=False)

        async def faire() -> tuple[EtatsMessages, int]:
            return EtatsMessages(await recevoir_reponses(ctx, flux.code, data.messages)), 200

        return await une_fois(request, faire)


class ContratController(_MessagesController):
    """The contracts told, and what the partner answers."""

    path = "/contrat"
    opt = politique(CLE_CONTRAT)
    tags = ["CONTRAT"]  # noqa: RUF012  # litestar reads it as a value of the class
    flux = CONTRAT


class ReponsesAffectController(_MessagesController):
    """The answers of the organisms to what the partner assigned."""

    path = "/affect"
    opt = politique(CLE_AFFECT)
    tags = ["AFFECT"]  # noqa: RUF012  # litestar reads it as a value of the class
    flux = AFFECT


class ReponsesRdvController(_MessagesController):
    """What became of the rendez-vous that the partner took: réalisation, cancellation, another hour."""

    path = "/rdv"
    opt = politique(CLE_CRENEAUX)
    tags = ["RDV"]  # noqa: RUF012  # litestar reads it as a value of the class
    flux = RDV


def _flux(requete: Requete, code: str, *, lecture: bool = True) -> FluxSortant:
    """Return the flow to the partner of the key.

    FichierRefuse: no plugin words it for that partner, or (`lecture`) it goes by files alone.
    """
    emetteur = cle_de(requete).emetteur
    flux = next((f for f in registre_de(requete).envois() if (f.destinataire, f.code) == (emetteur, code)), None)
    if flux is None:
        raise FichierRefuse("EMETTEUR_INCONNU", "Aucun greffon n'écrit ce flux à ce partenaire.")
    if lecture and not settings_de(requete).part_par(code, API):
        message = f"Le flux {code} part par fichiers : l'administration de VieSion peut l'ouvrir (VIESION_ENVOIS)."
        raise FichierRefuse("ENVOI_PAR_FICHIER", message)
    return flux
