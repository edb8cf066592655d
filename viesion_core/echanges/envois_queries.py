"""The messages to the partners, as the screens and the command line show them."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from viesion_core.acces.perimetre import condition_perimetre
from viesion_core.contexte import Contexte, Role
from viesion_core.db import convertir, lire, lire_un, lire_valeur
from viesion_core.echanges.envois_model import EnvoiVu, EtatEnvoi
from viesion_core.erreurs import Interdit, Introuvable

PAR_PAGE = 25
_ENVOI = """SELECT e.id, e.flux, e.cle, e.version_message, e.beneficiaire, e.donnees, e.etat, e.cree_le, e.envoye_le,
    e.repondu_le, e.tentatives, e.prochain_essai, e.code, e.motif, e.id_externe, b.id_individu IS NOT NULL AS connu,
    b.nom_naissance, b.nom_usage, b.prenom
FROM echange_envoi e JOIN beneficiaire b ON b.numero = e.beneficiaire"""


async def derniers_envois(flux: str, cles: Sequence[uuid.UUID]) -> dict[uuid.UUID, EnvoiVu]:
    """Return the last message of each key that has one. For the acts, which have checked the dossier."""
    if not cles:
        return {}
    marques = ", ".join("{}" for _ in cles)
    lignes = await lire(
        f"{_ENVOI} WHERE e.flux = {{}} AND e.cle IN ({marques}) ORDER BY e.version_message", flux, *cles
    )
    return {envoi.cle: envoi for envoi in (convertir(EnvoiVu, ligne) for ligne in lignes)}


async def envois_du_dossier(ctx: Contexte, numero: int, flux: str) -> dict[uuid.UUID, EnvoiVu]:
    """Return the last message of each key of a dossier, in the perimeter."""
    condition, parametres = condition_perimetre(ctx, "e.beneficiaire")
    lignes = await lire(
        f"""{_ENVOI} WHERE e.beneficiaire = {{}} AND e.flux = {{}} AND {condition}
        ORDER BY e.cree_le DESC, e.version_message DESC LIMIT 1000""",
        numero,
        flux,
        *parametres,
    )
    return {envoi.cle: envoi for envoi in (convertir(EnvoiVu, ligne) for ligne in reversed(lignes))}


async def envois_page(ctx: Contexte, etat: EtatEnvoi, page: int) -> tuple[list[EnvoiVu], int]:
    """Return a page of the messages in that state, the latest first, and how many there are."""
    if ctx.role is not Role.PILOTE:
        raise Interdit
    total = int(await lire_valeur("SELECT count(*) FROM echange_envoi WHERE etat = {}", str(etat)))
    lignes = await lire(
        f"{_ENVOI} WHERE e.etat = {{}} ORDER BY e.cree_le DESC, e.id LIMIT {{}} OFFSET {{}}",
        str(etat),
        PAR_PAGE,
        (page - 1) * PAR_PAGE,
    )
    return [convertir(EnvoiVu, ligne) for ligne in lignes], total


async def exiger_envoi(ctx: Contexte, identifiant: uuid.UUID) -> None:
    """Raise Introuvable unless the message exists; Interdit for anybody but the pilote."""
    if ctx.role is not Role.PILOTE:
        raise Interdit
    if await lire_un("SELECT id FROM echange_envoi WHERE id = {}", identifiant) is None:
        raise Introuvable


async def comptes_envois() -> dict[str, int]:
    """Return how many messages are in each state, of each flow: « CONTRAT ENVOYE ». Nobody's data."""
    lignes = await lire(
        "SELECT flux, etat, count(*) AS nombre FROM echange_envoi GROUP BY flux, etat ORDER BY flux, etat"
    )
    return {f"{ligne['flux']} {ligne['etat']}": int(ligne["nombre"]) for ligne in lignes}


async def dernieres_sorties(limite: int = 20) -> list[dict[str, Any]]:
    """Return the latest files written: name, number of messages, instant (None while it is to be written)."""
    return await lire(
        "SELECT nom, nombre, ecrit_le FROM echange_sortie ORDER BY cree_le DESC, seq DESC LIMIT {}", limite
    )


async def envois_echus(flux: str, jour: dt.date, limite: int = 500) -> list[EnvoiVu]:
    """Return the last messages that a day has passed by: true no more as they were told."""
    lignes = await lire(
        f"{_ENVOI} WHERE e.flux = {{}} AND e.echeance < {{}} ORDER BY e.echeance, e.id LIMIT {{}}", flux, jour, limite
    )
    return [convertir(EnvoiVu, ligne) for ligne in lignes]
