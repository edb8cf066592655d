"""The webhook of rdv-insertion: a rendez-vous told as that service tells it, signed, becomes a booking of a slot.

Form: docs/api of gip-inclusion/rdv-insertion (`data`, `meta.model`, `meta.event`; header X-RDVI-Signature, the
HMAC-SHA256 of the body in hexadecimal).
"""

import datetime as dt
import uuid
from typing import Any

import msgspec
from litestar import Controller, Request, Response, post
from litestar.datastructures import State
from litestar.openapi import ResponseSpec
from litestar.params import FromPath, JSONBody

from viesion_core.agenda.queries import creneau_de
from viesion_core.agenda.rdv_model import DemandeRdv, IndividuInconnu, RdvPartenaire, ReservationInconnue
from viesion_core.agenda.rdv_partenaires import annuler_rdv, dire_realisation, prendre_rdv, rdv_partenaire
from viesion_core.contexte import Contexte
from web.api.commun import cle_de, contexte_de, reponse
from web.api.messages import RdvLu
from web.api.problemes import Probleme
from web.politiques import SIGNATURE_CRENEAUX, politique

REALISATIONS = {"seen": "PRESENCE", "excused": "ABS_JUST", "noshow": "ABS_NON_JUST"}
"""What rdv-insertion says of a rendez-vous that is past (domain.md § 5, Réalisation)."""
ANNULATIONS = frozenset({"revoked", "excused"})
"""What gives the place back before the date: a person excused beforehand does not come either."""
PARTICIPATIONS_MAXIMUM = 200


class Usager(msgspec.Struct, frozen=True):
    """Who comes: known by the internal id of the département, which is Solis's. The rest of the message is not read."""

    department_internal_id: str | None = None


class Participation(msgspec.Struct, frozen=True):
    """One person of a rendez-vous, and what happened."""

    id: int
    user: Usager
    status: str = "unknown"


class Rdv(msgspec.Struct, frozen=True):
    """A rendez-vous."""

    uuid: uuid.UUID
    starts_at: dt.datetime
    duration_in_min: int
    participations: list[Participation]
    status: str = "unknown"
    cancelled_at: dt.datetime | None = None


class Meta(msgspec.Struct, frozen=True):
    """What the message tells: `event` is created, updated or destroyed."""

    model: str
    event: str


class MessageRdvInsertion(msgspec.Struct, frozen=True):
    """A message of rdv-insertion."""

    data: dict[str, Any]
    meta: Meta


class Prises(msgspec.Struct, frozen=True):
    """The bookings as they stand after the message; `ignore` says why it was not for VieSion."""

    rdv: list[RdvLu]
    ignore: str = ""


class RdvInsertionController(Controller):
    """What rdv-insertion tells, by the key whose secret signs it."""

    path = "/webhooks/rdv-insertion"
    opt = politique(SIGNATURE_CRENEAUX)
    tags = ["RDV"]  # noqa: RUF012  # litestar reads it as a value of the class

    @post(
        "/{cle:uuid}/{siret:str}",
        status_code=200,
        summary="Recevoir un rendez-vous de rdv-insertion",
        responses={
            200: ResponseSpec(Prises, description="Les réservations telles qu'elles sont.", generate_examples=False),
            409: ResponseSpec(Probleme, description="CRENEAU_PRIS, CHEVAUCHEMENT", generate_examples=False),
        },
    )
    async def recevoir(
        self,
        request: Request[object, object, State],
        data: JSONBody[MessageRdvInsertion],
        cle: FromPath[uuid.UUID],
        siret: FromPath[str],
    ) -> Response[bytes]:
        """Book, give back or tell the réalisation, for each person, on the slot of that organism at that instant."""
        if data.meta.model != "Rdv":
            return reponse(Prises([], ignore="Seuls les rendez-vous (Rdv) sont reçus."))
        rdv = msgspec.convert(data.data, Rdv, strict=False)
        if rdv.starts_at.tzinfo is None:
            raise msgspec.ValidationError("starts_at has no offset")
        ctx, emetteur = contexte_de(request), cle_de(request).emetteur
        faits = []
        for participation in rdv.participations[:PARTICIPATIONS_MAXIMUM]:
            faits.append(await _suivre(ctx, emetteur, siret, rdv, participation, data.meta.event))
        return reponse(Prises([RdvLu.du_rdv(f) for f in faits if f is not None]))


async def _suivre(
    ctx: Contexte, emetteur: str, siret: str, rdv: Rdv, participation: Participation, evenement: str
) -> RdvPartenaire | None:
    """Bring one person's booking to where the message says it is; None when it is cancelled and was never taken."""
    statut = participation.status if participation.status != "unknown" else rdv.status
    individu = participation.user.department_internal_id
    if not individu:
        raise IndividuInconnu("Le message ne donne pas l'identifiant interne du département de la personne.")
    resa = uuid.uuid5(rdv.uuid, str(participation.id))
    passe = rdv.starts_at <= ctx.maintenant
    annule = evenement == "destroyed" or rdv.cancelled_at is not None or (not passe and statut in ANNULATIONS)
    try:
        connu = await rdv_partenaire(emetteur, resa)
    except ReservationInconnue:
        if annule or passe:
            return None
        voulu = await creneau_de(ctx, siret, rdv.starts_at.astimezone(dt.UTC), rdv.duration_in_min)
        demande = DemandeRdv(uuid_resa=resa, uuid_creneau=voulu.id, id_individu=individu)
        return (await prendre_rdv(ctx, emetteur, demande))[0]
    if annule or statut == "revoked":
        return await annuler_rdv(
            ctx, emetteur, DemandeRdv(uuid_resa=resa, uuid_creneau=connu.creneau, id_individu=individu)
        )
    if passe and statut in REALISATIONS:
        return await dire_realisation(ctx, emetteur, resa, REALISATIONS[statut])
    return connu
