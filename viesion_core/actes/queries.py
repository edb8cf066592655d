"""Reads of the acts: toast, history of a dossier, provenance of a field, a row as it was known."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

from viesion_core.actes.model import (
    DELAI_ANNULATION,
    ActeResume,
    Changement,
    Divergence,
    RevisionVue,
    depuis_json,
    table_nommee,
)
from viesion_core.contexte import Contexte, Role
from viesion_core.db import convertir, lire, lire_un

_COLONNES = (
    "a.id, a.nature, a.libelle, a.utilisateur, a.auteur, a.organisme, a.beneficiaire, a.at, a.annule, a.annule_par"
)


def annulable(ctx: Contexte, ligne: dict[str, Any]) -> bool:
    """Tell whether the user may still try to undo an act: within a day, not undone, not an undoing.

    One's own; a director, those of the organism.
    """
    return (
        ligne["annule_par"] is None
        and ligne["annule"] is None
        and (ligne["utilisateur"] == ctx.utilisateur or _du_directeur(ctx, ligne))
        and ctx.maintenant - ligne["at"] <= DELAI_ANNULATION
    )


def _du_directeur(ctx: Contexte, ligne: dict[str, Any]) -> bool:
    return ctx.role is Role.DIRECTEUR and ctx.organisme is not None and ligne["organisme"] == ctx.organisme


async def acte_recent(ctx: Contexte, identifiant: uuid.UUID) -> ActeResume | None:
    """Return an act of the user, for the toast shown after it."""
    ligne = await lire_un(
        f"SELECT {_COLONNES} FROM acte a WHERE a.id = {{}} AND a.utilisateur = {{}}", identifiant, ctx.utilisateur
    )
    return _resume(ctx, ligne) if ligne else None


async def historique(
    ctx: Contexte, beneficiaire: int, *, page: int = 1, par_page: int = 20, tables: Sequence[str] = ()
) -> list[ActeResume]:
    """Return the acts of a dossier, the latest first; with `tables`, those that changed a row of one of them.

    The caller has checked the perimeter.
    """
    condition = ""
    if tables:
        noms = ", ".join("{}" for _ in tables)
        condition = f" AND EXISTS (SELECT 1 FROM revision r WHERE r.acte = a.id AND r.nom_table IN ({noms}))"
    lignes = await lire(
        f"""SELECT {_COLONNES} FROM acte a
        WHERE a.id IN (SELECT x.id FROM acte x WHERE x.beneficiaire = {{}}
            UNION ALL SELECT d.acte FROM acte_dossier d WHERE d.beneficiaire = {{}}){condition}
        ORDER BY a.at DESC, a.id LIMIT {{}} OFFSET {{}}""",
        beneficiaire,
        beneficiaire,
        *tables,
        par_page,
        (page - 1) * par_page,
    )
    return [_resume(ctx, ligne) for ligne in lignes]


async def dernier_acte(ctx: Contexte, nom_table: str, cle: Any) -> ActeResume | None:
    """Return the latest act that changed a row, None when it has no history. The caller has read the row."""
    ligne = await lire_un(
        f"""SELECT {_COLONNES} FROM revision r JOIN acte a ON a.id = r.acte
        WHERE r.nom_table = {{}} AND r.cle = {{}} ORDER BY r.version DESC, a.at DESC LIMIT 1""",
        nom_table,
        str(cle),
    )
    return _resume(ctx, ligne) if ligne else None


async def acte_nomme(ctx: Contexte, identifiant: uuid.UUID) -> ActeResume | None:
    """Return an act of the user's organism, or of the user; the caller checks the perimeter of its dossier."""
    ligne = await lire_un(
        f"SELECT {_COLONNES} FROM acte a WHERE a.id = {{}} AND (a.utilisateur = {{}} OR a.organisme = {{}})",
        identifiant,
        ctx.utilisateur,
        ctx.organisme,
    )
    return _resume(ctx, ligne) if ligne else None


async def revisions(actes: Sequence[uuid.UUID], *, limite: int = 2000) -> list[RevisionVue]:
    """Return the rows changed by some acts, in order. The caller has checked the perimeter."""
    if not actes:
        return []
    lignes = await lire(
        f"""SELECT r.acte, r.nom_table, r.cle, r.avant, r.apres FROM revision r
        WHERE r.acte IN ({", ".join("{}" for _ in actes)}) ORDER BY r.acte, r.ordre LIMIT {{}}""",
        *actes,
        limite,
    )
    return [convertir(RevisionVue, ligne) for ligne in lignes]


async def changements(nom_table: str, cles: Sequence[Any], *, limite: int = 200) -> list[Changement]:
    """Return the fields changed in some rows of a table, the latest first: who, when, from what to what."""
    if not cles:
        return []
    marques = ", ".join("{}" for _ in cles)
    lignes = await lire(
        f"""SELECT r.cle, r.avant, r.apres, a.auteur, a.at, a.id AS acte
        FROM revision r JOIN acte a ON a.id = r.acte
        WHERE r.nom_table = {{}} AND r.cle IN ({marques}) ORDER BY a.at DESC, r.version DESC LIMIT {{}}""",
        nom_table,
        *(str(cle) for cle in cles),
        limite,
    )
    return [
        Changement(
            nom_table=nom_table,
            cle=ligne["cle"],
            champ=champ,
            avant=(ligne["avant"] or {}).get(champ),
            apres=(ligne["apres"] or {}).get(champ),
            auteur=ligne["auteur"],
            at=ligne["at"],
            acte=ligne["acte"],
        )
        for ligne in lignes
        for champ in (ligne["apres"] or ligne["avant"] or {})
        if champ != "version" and (ligne["avant"] or {}).get(champ) != (ligne["apres"] or {}).get(champ)
    ]


async def divergence(nom_table: str, cle: str, version: int) -> Divergence:
    """Return who saved a row last, and what it was at the version that a page was opened on."""
    lignes = await lire(
        """SELECT r.version, r.apres, a.auteur, a.at FROM revision r JOIN acte a ON a.id = r.acte
        WHERE r.nom_table = {} AND r.cle = {} AND r.version >= {} ORDER BY r.version DESC, a.at DESC LIMIT 200""",
        nom_table,
        cle,
        version,
    )
    if not lignes:
        return Divergence()
    connue = next((ligne["apres"] for ligne in lignes if ligne["version"] == version and ligne["apres"]), None)
    return Divergence(
        connue=depuis_json(table_nommee(nom_table), connue) if connue else None,
        auteur=lignes[0]["auteur"],
        at=lignes[0]["at"],
    )


async def etat_connu_le(nom_table: str, cle: Any, instant: dt.datetime) -> dict[str, Any] | None:
    """Return a row as it was known at an instant; None if it did not exist yet, or no more.

    The row minus the later revisions: the first revision after the instant tells what stood before it.
    """
    table = table_nommee(nom_table)
    suivante = await lire_un(
        """SELECT r.avant FROM revision r JOIN acte a ON a.id = r.acte
        WHERE r.nom_table = {} AND r.cle = {} AND a.at > {} ORDER BY a.at, r.version LIMIT 1""",
        nom_table,
        str(cle),
        instant,
    )
    if suivante is not None:
        return depuis_json(table, suivante["avant"]) if suivante["avant"] else None
    nom_cle = table._meta.primary_key._meta.name
    return await lire_un(f"SELECT * FROM {nom_table} WHERE {nom_cle} = {{}}", cle)


def _resume(ctx: Contexte, ligne: dict[str, Any]) -> ActeResume:
    return convertir(ActeResume, {**ligne, "annulable": annulable(ctx, ligne)})
