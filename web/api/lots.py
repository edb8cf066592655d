"""ALLOC and AFFECT by the API: a batch is taken by the same command as a file, and answered in the same words."""

from typing import Annotated, ClassVar

import msgspec
from litestar import Controller, Request, Response, get, post
from litestar.datastructures import State
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, HeaderParameter, JSONBody

from viesion_core.echanges.lots import LIGNES_MAXIMUM, Lot, prendre_lot
from viesion_core.echanges.model import FichierVu
from viesion_core.echanges.queries import fichier_de_rang, rejets_du_fichier
from viesion_core.erreurs import Introuvable
from web.api.commun import ENTETE_IDEMPOTENCE, cle_de, contexte_de, registre_de, reponse, settings_de, une_fois
from web.api.messages import Accuse, LotLignes, RejetLu
from web.api.problemes import Probleme
from web.politiques import CLE_AFFECT, CLE_ALLOC, politique

Idempotence = Annotated[
    str | None,
    HeaderParameter(name=ENTETE_IDEMPOTENCE, required=False, description="La même demande n'est faite qu'une fois."),
]


class _LotsController(Controller):
    """Batches of a flow in, acknowledgements out."""

    flux: ClassVar[str]

    @post(
        status_code=200,
        summary="Envoyer un lot de lignes",
        responses={
            200: ResponseSpec(
                Accuse, description="Le lot est pris, les comptes sont équilibrés.", generate_examples=False
            ),
            409: ResponseSpec(
                Probleme, description="DEJA_TRAITE, SEQUENCE_MANQUANTE, EN_COURS", generate_examples=False
            ),
            422: ResponseSpec(Probleme, description="SCHEMA_INVALIDE, CLOTURES_EXCESSIVES", generate_examples=False),
        },
    )
    async def prendre(
        self, request: Request[object, object, State], data: JSONBody[LotLignes], idempotence: Idempotence = None
    ) -> Response[bytes]:
        """Take a batch: the lines of the flow, in the order of their ranks; each refused one is answered by name."""
        ctx, settings, registre = contexte_de(request), settings_de(request), registre_de(request)
        emetteur = cle_de(request).emetteur
        lot = Lot(
            seq=data.seq,
            nature=data.nature,
            lignes=data.lignes,
            date_generation=data.date_generation,
            version_schema=data.version_schema,
        )

        async def faire() -> tuple[Accuse, int]:
            fait = await prendre_lot(
                ctx,
                settings.dossier_echanges,
                lot,
                emetteur,
                self.flux,
                registre.flux(),
                secret=settings.secret,
                cles=settings.cle_echanges,
            )
            if fait.fichier is None:
                raise fait.refus or Introuvable()
            return await _accuse(fait.fichier), 200

        return await une_fois(request, faire)

    @get(
        "/{seq:int}",
        summary="Relire l'accusé d'un lot",
        responses={
            200: ResponseSpec(Accuse, description="L'accusé du lot de ce rang.", generate_examples=False),
            404: ResponseSpec(Probleme, description="Aucun lot de ce rang.", generate_examples=False),
        },
    )
    async def relire(self, request: Request[object, object, State], seq: FromPath[int]) -> Response[bytes]:
        """Return what became of a batch or of a file of this partner, by its rank."""
        pris = await fichier_de_rang(cle_de(request).emetteur, self.flux, seq) if 0 < seq < 2**31 else None
        if pris is None:
            raise Introuvable
        return reponse(await _accuse(pris))


class AllocController(_LotsController):
    """Allocataires: batches in, acknowledgements out."""

    path = "/alloc/lots"
    opt = politique(CLE_ALLOC)
    tags = ["ALLOC"]  # noqa: RUF012  # litestar reads it as a value of the class
    flux = "ALLOC"


class AffectController(_LotsController):
    """Affectations: batches in, acknowledgements out; the answers of the organisms are the messages of the flow."""

    path = "/affect/lots"
    opt = politique(CLE_AFFECT)
    tags = ["AFFECT"]  # noqa: RUF012  # litestar reads it as a value of the class
    flux = "AFFECT"


async def _accuse(fichier: FichierVu) -> Accuse:
    rejets = await rejets_du_fichier(fichier.id, limite=LIGNES_MAXIMUM) if fichier.rejetees else []
    return Accuse(
        emetteur=fichier.emetteur,
        flux=fichier.flux,
        seq=fichier.seq,
        etat=fichier.etat,
        recues=fichier.recues,
        creees=fichier.creees,
        modifiees=fichier.modifiees,
        ignorees=fichier.ignorees,
        rejetees=fichier.rejetees,
        rejets=[msgspec.convert(rejet, RejetLu, strict=False) for rejet in rejets],
    )
