"""The rendez-vous of a partner: booked once on a published slot, cancelled, read back with their réalisation."""

import uuid
from typing import Any

from viesion_core.agenda.actions import liberer_creneau, reserver_creneau
from viesion_core.agenda.rdv_model import (
    LIBERATIONS,
    DemandeRdv,
    EtatRdv,
    IndividuInconnu,
    RdvPartenaire,
    RdvRealise,
    ReservationDifferente,
    ReservationInconnue,
)
from viesion_core.contexte import Contexte
from viesion_core.db import convertir, declarer_contraintes, executer, lire_un, lire_valeur
from viesion_core.entretiens.actions import realiser_entretien
from viesion_core.entretiens.model import PREVU
from viesion_core.erreurs import ErreurMetier

_DEUX_FOIS = "Cette réservation est déjà en cours."
declarer_contraintes(
    {"rdv_partenaire_resa": _DEUX_FOIS, "rdv_partenaire.emetteur, rdv_partenaire.uuid_resa": _DEUX_FOIS}
)
_RDV = """SELECT r.uuid_resa, r.creneau, r.beneficiaire, b.id_individu, r.entretien, e.debut,
    c.debut AS debut_creneau, c.fin AS fin_creneau, e.duree, e.realisation, e.version
FROM rdv_partenaire r JOIN creneau c ON c.id = r.creneau JOIN beneficiaire b ON b.numero = r.beneficiaire
    LEFT JOIN entretien e ON e.id = r.entretien"""


async def rdv_partenaire(emetteur: str, uuid_resa: uuid.UUID) -> RdvPartenaire:
    """Return a booking of a partner as it stands; ReservationInconnue."""
    connu = await _rdv(emetteur, uuid_resa)
    if connu is None:
        raise ReservationInconnue("Aucune réservation de ce partenaire n'a cet identifiant.")
    return connu


async def prendre_rdv(ctx: Contexte, emetteur: str, demande: DemandeRdv) -> tuple[RdvPartenaire, bool]:
    """Book a place for a person; return the booking, and whether it was made now (False: it already was).

    Exactly once whatever the times it is asked, alone or at once. Raises IndividuInconnu, ReservationDifferente,
    CreneauPris with its alternatives, and as `reserver_creneau`.
    """
    deja = await _rdv(emetteur, demande.uuid_resa)
    if deja is not None:
        return _la_meme(deja, demande), False
    numero = await _numero(demande.id_individu)

    async def noter(entretien: uuid.UUID) -> None:
        await executer(
            """INSERT INTO rdv_partenaire (id, emetteur, uuid_resa, creneau, beneficiaire, entretien, recu_le,
                entretien_pris) VALUES ({}, {}, {}, {}, {}, {}, {}, {})""",
            uuid.uuid4(),
            emetteur,
            demande.uuid_resa,
            demande.uuid_creneau,
            numero,
            entretien,
            ctx.maintenant,
            entretien,
        )

    try:
        await reserver_creneau(ctx, demande.uuid_creneau, numero, noter=noter)
    except ErreurMetier:
        deja = await _rdv(emetteur, demande.uuid_resa)  # the same request, sent at once, has taken the place
        if deja is None:
            raise
        return _la_meme(deja, demande), False
    return await rdv_partenaire(emetteur, demande.uuid_resa), True


async def annuler_rdv(ctx: Contexte, emetteur: str, demande: DemandeRdv) -> RdvPartenaire:
    """Give the place of a booking back; nothing happens when it already is.

    Raises ReservationInconnue, ReservationDifferente, RdvRealise when what happened is told.
    """
    rdv = _la_meme(await rdv_partenaire(emetteur, demande.uuid_resa), demande)
    if rdv.etat is EtatRdv.ANNULE or rdv.entretien is None:
        return rdv
    if rdv.realise:
        raise RdvRealise(f"Ce rendez-vous a déjà sa réalisation : {rdv.realisation_libelle}.")
    await liberer_creneau(ctx, rdv.beneficiaire, rdv.entretien)
    return await rdv_partenaire(emetteur, demande.uuid_resa)


async def dire_realisation(ctx: Contexte, emetteur: str, uuid_resa: uuid.UUID, realisation: str) -> RdvPartenaire:
    """Say what happened, as the partner tells it; what the référent has already said stays.

    Raises ReservationInconnue, and as `realiser_entretien` (a réalisation before its date).
    """
    rdv = await rdv_partenaire(emetteur, uuid_resa)
    if rdv.entretien is None or rdv.realisation != PREVU or realisation == PREVU:
        return rdv
    await realiser_entretien(ctx, rdv.beneficiaire, rdv.entretien, realisation, version=rdv.version)
    return await rdv_partenaire(emetteur, uuid_resa)


def _la_meme(rdv: RdvPartenaire, demande: DemandeRdv) -> RdvPartenaire:
    if (rdv.creneau, rdv.id_individu) != (demande.uuid_creneau, demande.id_individu):
        raise ReservationDifferente("Cet identifiant de réservation est déjà celui d'un autre rendez-vous.")
    return rdv


async def _numero(id_individu: str) -> int:
    numero = await lire_valeur("SELECT numero FROM beneficiaire WHERE id_individu = {}", id_individu)
    if numero is None:
        raise IndividuInconnu("Aucun dossier n'a cet identifiant.")
    return int(numero)


async def _rdv(emetteur: str, uuid_resa: uuid.UUID) -> RdvPartenaire | None:
    ligne = await lire_un(f"{_RDV} WHERE r.emetteur = {{}} AND r.uuid_resa = {{}}", emetteur, uuid_resa)
    return _convertir(ligne) if ligne else None


def _convertir(ligne: dict[str, Any]) -> RdvPartenaire:
    debut, fin = ligne.pop("debut_creneau"), ligne.pop("fin_creneau")
    ligne["id_individu"] = ligne["id_individu"] or ""
    if ligne["realisation"] is None:  # its entretien was deleted: the place is free
        minutes = int((fin - debut).total_seconds()) // 60
        ligne |= {"debut": debut, "realisation": LIBERATIONS[0], "duree": minutes, "version": 0}
    return convertir(RdvPartenaire, ligne)
