"""The files taken and the refused lines, as the screen and the answers show them. The pilote's alone."""

import uuid
from typing import Any

from viesion_core.contexte import Contexte, Role
from viesion_core.db import convertir, lire, lire_un, lire_valeur
from viesion_core.echanges.model import EtatRejet, FichierVu, RejetVu
from viesion_core.erreurs import Interdit, Introuvable

PAR_PAGE = 25


async def fichier(identifiant: uuid.UUID) -> FichierVu:
    """Return a file; Introuvable."""
    ligne = await lire_un("SELECT * FROM echange_fichier WHERE id = {}", identifiant)
    if ligne is None:
        raise Introuvable
    return convertir(FichierVu, ligne)


async def fichier_de_rang(emetteur: str, flux: str, seq: int) -> FichierVu | None:
    """Return the file of that rank, if it was taken."""
    ligne = await lire_un(
        "SELECT * FROM echange_fichier WHERE emetteur = {} AND flux = {} AND seq = {}", emetteur, flux, seq
    )
    return convertir(FichierVu, ligne) if ligne else None


async def rang_du_contenu(emetteur: str, flux: str, sha256: str) -> int:
    """Return the rank under which that content was received, else the next rank of the flow."""
    rang = await lire_valeur(
        "SELECT seq FROM echange_fichier WHERE emetteur = {} AND flux = {} AND sha256 = {}", emetteur, flux, sha256
    )
    if rang is None:
        rang = 1 + int(
            await lire_valeur(
                "SELECT coalesce(max(seq), 0) FROM echange_fichier WHERE emetteur = {} AND flux = {}", emetteur, flux
            )
        )
    return int(rang)


async def derniers_fichiers(limite: int = 10) -> list[FichierVu]:
    """Return the latest files: counts alone, nobody's data."""
    lignes = await lire("SELECT * FROM echange_fichier ORDER BY recu_le DESC, seq DESC LIMIT {}", limite)
    return [convertir(FichierVu, ligne) for ligne in lignes]


async def rejets_du_fichier(identifiant: uuid.UUID, apres: int = 0, limite: int = 1_000) -> list[dict[str, Any]]:
    """Return the refused lines of a file by rank, for the file of rejets: no personal value."""
    return await lire(
        """SELECT ligne, id_message, flux, cle, code, champ, message, commande IS NOT NULL AS rejouable
        FROM echange_rejet WHERE fichier = {} AND ligne > {} ORDER BY ligne LIMIT {}""",
        identifiant,
        apres,
        limite,
    )


async def rejets_a_corriger(identifiant: uuid.UUID, apres: int = 0, limite: int = 1_000) -> list[dict[str, Any]]:
    """Return the refused lines of a file that wait, by rank, each encrypted as it came ("" when it was not kept)."""
    return await lire(
        """SELECT ligne, id_message, cle, code, champ, message, ligne_chiffree
        FROM echange_rejet WHERE fichier = {} AND etat = 'A_TRAITER' AND ligne > {} ORDER BY ligne LIMIT {}""",
        identifiant,
        apres,
        limite,
    )


async def exiger_rejet(ctx: Contexte, identifiant: uuid.UUID) -> None:
    """Raise Introuvable unless the refused line exists; Interdit for anybody but the pilote."""
    if ctx.role is not Role.PILOTE:
        raise Interdit
    if await lire_valeur("SELECT version FROM echange_rejet WHERE id = {}", identifiant) is None:
        raise Introuvable


async def rejets_page(ctx: Contexte, etat: EtatRejet, page: int) -> tuple[list[RejetVu], int]:
    """Return a page of the refused lines in that state, the latest first, and how many there are."""
    if ctx.role is not Role.PILOTE:
        raise Interdit
    total = int(await lire_valeur("SELECT count(*) FROM echange_rejet WHERE etat = {}", str(etat)))
    lignes = await lire(
        """SELECT r.id, f.nom AS fichier_nom, r.ligne, r.flux, r.cle, r.code, r.champ, r.message, r.commande,
            r.ligne_chiffree <> '' AS corrigeable,
            r.candidat, b.nom_naissance, b.nom_usage, b.prenom, r.etat, r.motif, r.decide_par, r.version, r.recu_le
        FROM echange_rejet r JOIN echange_fichier f ON f.id = r.fichier
        LEFT JOIN beneficiaire b ON b.numero = r.candidat
        WHERE r.etat = {} ORDER BY r.recu_le DESC, r.id LIMIT {} OFFSET {}""",
        str(etat),
        PAR_PAGE,
        (page - 1) * PAR_PAGE,
    )
    return [_rejet(ligne) for ligne in lignes], total


def _rejet(ligne: dict[str, Any]) -> RejetVu:
    commande = ligne.pop("commande")
    noms = [ligne.pop(c) for c in ("nom_naissance", "nom_usage", "prenom")]
    identite = commande["identite"] if commande else None
    return convertir(
        RejetVu,
        {
            **ligne,
            "corrigeable": bool(ligne["corrigeable"]),
            "rejouable": commande is not None,
            "candidat_nom": _nom(*noms) if ligne["candidat"] is not None else "",
            "personne": _nom(identite["nom_naissance"], identite["nom_usage"], identite["prenom"]) if identite else "",
        },
    )


def _nom(naissance: str, usage: str, prenom: str) -> str:
    return f"{(usage or naissance).upper()} {prenom}"
