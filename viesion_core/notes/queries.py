"""Reads of notes: one's own, and those shared in one's organism; the person's name only inside the perimeter."""

import uuid
from typing import Any

from viesion_core.acces.perimetre import condition_perimetre, exiger_dossier
from viesion_core.contexte import Contexte
from viesion_core.db import convertir, lire, lire_un
from viesion_core.erreurs import Introuvable
from viesion_core.notes.model import NoteResume, modifiable

PAR_PAGE = 20

_NOTE = """SELECT n.id, n.auteur, u.prenom AS u_prenom, u.nom AS u_nom, n.organisme, b.numero AS beneficiaire,
    coalesce(nullif(b.nom_usage, ''), b.nom_naissance) AS b_nom, b.prenom AS b_prenom,
    n.beneficiaire IS NOT NULL AND b.numero IS NULL AS hors_perimetre,
    n.texte, n.rappel_le, n.partagee, n.faite_le, n.created_at, n.version, count(*) OVER () AS total
FROM note n JOIN utilisateur u ON u.id = n.auteur
    LEFT JOIN beneficiaire b ON b.numero = n.beneficiaire AND {perimetre}"""


async def notes_en_cours(ctx: Contexte, limite: int = 8) -> list[NoteResume]:
    """Return the notes not done of the user and those shared in the organism: due reminders first, then the latest."""
    return (await notes_page(ctx, par_page=limite))[0]


async def notes_page(
    ctx: Contexte, *, faites: bool = False, page: int = 1, par_page: int = PAR_PAGE
) -> tuple[list[NoteResume], int]:
    """Return a page of the notes the user reads, not done (or done), and how many there are."""
    etat = "n.faite_le IS NOT NULL" if faites else "n.faite_le IS NULL"
    jour = ctx.aujourdhui
    ordre = "CASE WHEN n.rappel_le <= {} THEN 0 ELSE 1 END, n.created_at DESC, n.id"
    return await _lire(ctx, etat, [], ordre, [jour], par_page, (page - 1) * par_page)


async def notes_du_dossier(ctx: Contexte, numero: int, *, limite: int = 100) -> list[NoteResume]:
    """Return the notes about a person that the user reads, those not done first; Introuvable outside the perimeter."""
    await exiger_dossier(ctx, numero)
    ordre = "CASE WHEN n.faite_le IS NULL THEN 0 ELSE 1 END, n.created_at DESC, n.id"
    return (await _lire(ctx, "n.beneficiaire = {}", [numero], ordre, [], limite, 0))[0]


async def note(ctx: Contexte, identifiant: uuid.UUID) -> NoteResume:
    """Return one note; Introuvable when it is neither the user's nor shared in the organism."""
    perimetre, de_perimetre = condition_perimetre(ctx)
    visible, de_visible = _visible(ctx)
    ligne = await lire_un(
        f"{_NOTE.format(perimetre=perimetre)} WHERE n.id = {{}} AND {visible}", *de_perimetre, identifiant, *de_visible
    )
    if ligne is None:
        raise Introuvable
    return _resume(ctx, ligne)


async def _lire(
    ctx: Contexte, etat: str, de_etat: list[Any], ordre: str, de_ordre: list[Any], limite: int, saut: int
) -> tuple[list[NoteResume], int]:
    perimetre, de_perimetre = condition_perimetre(ctx)
    visible, de_visible = _visible(ctx)
    lignes = await lire(
        f"{_NOTE.format(perimetre=perimetre)} WHERE {etat} AND {visible} ORDER BY {ordre} LIMIT {{}} OFFSET {{}}",
        *de_perimetre,
        *de_etat,
        *de_visible,
        *de_ordre,
        limite,
        saut,
    )
    return [_resume(ctx, ligne) for ligne in lignes], (lignes[0]["total"] if lignes else 0)


def _visible(ctx: Contexte) -> tuple[str, list[Any]]:
    """Return the condition of what the user may read: one's own, or shared in the organism."""
    return "(n.auteur = {} OR (n.organisme = {} AND n.partagee))", [ctx.utilisateur, ctx.organisme]


def _resume(ctx: Contexte, ligne: dict[str, Any]) -> NoteResume:
    ligne = {cle: valeur for cle, valeur in ligne.items() if cle != "total"}
    nom, prenom = ligne.pop("b_nom"), ligne.pop("b_prenom")
    return convertir(
        NoteResume,
        {
            **ligne,
            "auteur_nom": f"{ligne['u_prenom']} {ligne['u_nom'].upper()}",
            "beneficiaire_nom": f"{nom.upper()} {prenom}" if nom else "",
            "hors_perimetre": bool(ligne["hors_perimetre"]),
            "modifiable": modifiable(ctx, ligne["auteur"], ligne["organisme"], partagee=bool(ligne["partagee"])),
        },
    )
