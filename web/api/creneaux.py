"""Créneaux and rendez-vous by the API: the published slots read, a place booked or given back, its réalisation read."""

import datetime as dt
import uuid
from typing import Annotated

from litestar import Controller, Request, Response, get, post
from litestar.datastructures import State
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, FromQuery, JSONBody, QueryParameter

from viesion_core.agenda.queries import LIBRES_MAXIMUM, creneaux_libres
from viesion_core.agenda.rdv_model import DemandeRdv, EtatRdv
from viesion_core.agenda.rdv_partenaires import annuler_rdv, prendre_rdv, rdv_partenaire
from viesion_core.journal import journaliser_lecture
from web.api.commun import cle_de, contexte_de, reponse, une_fois
from web.api.lots import Idempotence
from web.api.messages import CreneauLu, Creneaux, RdvLu
from web.api.problemes import Probleme, probleme
from web.politiques import CLE_CRENEAUX, politique

_PERIODE, _HORIZON = dt.timedelta(days=30), dt.timedelta(days=366)
Jour = Annotated[dt.date | None, QueryParameter(required=False, description="AAAA-MM-JJ, à l'heure de Paris, compris.")]


class CreneauxController(Controller):
    """The slots that organisms have published and that have a place left."""

    path = "/creneaux"
    opt = politique(CLE_CRENEAUX)
    tags = ["CRÉNEAUX"]  # noqa: RUF012  # litestar reads it as a value of the class

    @get(
        summary="Lire les créneaux libres",
        responses={200: ResponseSpec(Creneaux, description="Dans l'ordre du temps.", generate_examples=False)},
    )
    async def lister(
        self,
        request: Request[object, object, State],
        du: Jour = None,
        au: Jour = None,
        siret: FromQuery[str] = "",
        lieu: FromQuery[str] = "",
        type_entretien: Annotated[str, QueryParameter(name="type", description="Code de TYPE_ENTRETIEN.")] = "",
    ) -> Response[bytes]:
        """Return the free slots of a period (the next 30 days by default), of an organism, a place, a type."""
        ctx = contexte_de(request)
        debut = du or ctx.aujourdhui
        fin = au or debut + _PERIODE
        if fin < debut or fin - debut > _HORIZON:
            return probleme(422, "DATES_INCOHERENTES", "La période va d'un jour à un autre, un an plus tard au plus.")
        libres = await creneaux_libres(ctx, debut, fin, siret=siret, lieu=lieu, type_entretien=type_entretien)
        corps = Creneaux([CreneauLu.du_creneau(c) for c in libres], complet=len(libres) < LIBRES_MAXIMUM)
        return reponse(corps)


class RdvController(Controller):
    """The rendez-vous of the partner."""

    path = "/rdv"
    opt = politique(CLE_CRENEAUX)
    tags = ["RDV"]  # noqa: RUF012  # litestar reads it as a value of the class

    @post(
        status_code=200,
        summary="Réserver un créneau, ou annuler",
        responses={
            200: ResponseSpec(RdvLu, description="La réservation telle qu'elle est.", generate_examples=False),
            201: ResponseSpec(RdvLu, description="La place vient d'être prise.", generate_examples=False),
            404: ResponseSpec(
                Probleme, description="INDIVIDU_INCONNU, RESERVATION_INCONNUE, INTROUVABLE", generate_examples=False
            ),
            409: ResponseSpec(
                Probleme,
                description="CRENEAU_PRIS (trois alternatives), CHEVAUCHEMENT, RESERVATION_DIFFERENTE, RDV_REALISE",
                generate_examples=False,
            ),
        },
    )
    async def demander(
        self, request: Request[object, object, State], data: JSONBody[DemandeRdv], idempotence: Idempotence = None
    ) -> Response[bytes]:
        """Book a place (`etat`: RESERVE), or give it back (ANNULE). The same `uuid_resa` never takes two places."""
        ctx, emetteur = contexte_de(request), cle_de(request).emetteur

        async def faire() -> tuple[RdvLu, int]:
            if data.etat is EtatRdv.ANNULE:
                return RdvLu.du_rdv(await annuler_rdv(ctx, emetteur, data)), 200
            rdv, fait = await prendre_rdv(ctx, emetteur, data)
            return RdvLu.du_rdv(rdv), 201 if fait else 200

        return await une_fois(request, faire)

    @get(
        "/{uuid_resa:uuid}",
        summary="Lire une réservation et sa réalisation",
        responses={
            200: ResponseSpec(RdvLu, description="La réservation telle qu'elle est.", generate_examples=False),
            404: ResponseSpec(Probleme, description="RESERVATION_INCONNUE", generate_examples=False),
        },
    )
    async def lire(self, request: Request[object, object, State], uuid_resa: FromPath[uuid.UUID]) -> Response[bytes]:
        """Return a booking of this partner: held or given back, what happened."""
        rdv = await rdv_partenaire(cle_de(request).emetteur, uuid_resa)
        journaliser_lecture(contexte_de(request), "rdv.consulter", "dossier", str(rdv.beneficiaire))
        return reponse(RdvLu.du_rdv(rdv))
