"""Undo: the inverse revisions, if no row has moved since; otherwise what stands in the way."""

import contextlib
import uuid
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Any

import msgspec

from viesion_core.actes.actions import Acte, acte
from viesion_core.actes.model import DELAI_ANNULATION, depuis_json, table_nommee
from viesion_core.contexte import PARIS, Contexte, Role
from viesion_core.db import executer, lien_rompu, lire, lire_un
from viesion_core.erreurs import ErreurMetier, Interdit, Introuvable
from viesion_core.formats import heure

Suite = Callable[[Sequence[str]], Awaitable[None]]
Garde = Callable[[Any], Awaitable[None]]
_SUITES: dict[str, list[Suite]] = {}
_GARDES: dict[str, list[Garde]] = {}


class _Effet(msgspec.Struct):
    """What an act did to one row, from its first revision to its last."""

    nom_table: str
    cle: str
    avant: dict[str, Any] | None
    apres: dict[str, Any] | None
    version: int


def declarer_suite(nom_table: str, suite: Suite) -> None:
    """Ask for `suite(cles)` inside the undoing, when rows of a table moved back (derived rows follow them)."""
    _SUITES.setdefault(nom_table, []).append(suite)


def declarer_garde(nom_table: str, garde: Garde) -> None:
    """Ask `garde(cle)` before the undoing of an insertion deletes a row: it raises ErreurMetier to refuse.

    For a row under which others may have come since, that its deletion would take along.
    """
    _GARDES.setdefault(nom_table, []).append(garde)


async def annuler_acte(ctx: Contexte, identifiant: uuid.UUID) -> Acte:
    """Undo an act of one's own (a director: of the organism) within a day; return the undoing, itself an act.

    Raises Introuvable, Interdit, or ErreurMetier that says in French what stands in the way.
    """
    fait = await lire_un("SELECT * FROM acte WHERE id = {}", identifiant)
    if fait is None:
        raise Introuvable
    _exiger_droit(ctx, fait)
    async with acte(ctx, "annulation", f"Annulé : {fait['libelle']}", beneficiaire=fait["beneficiaire"]) as a:
        a.annule = identifiant
        touches = await lire("SELECT beneficiaire FROM acte_dossier WHERE acte = {}", identifiant)
        a.dossiers = {ligne["beneficiaire"] for ligne in touches}
        prises = await executer(
            "UPDATE acte SET annule_par = {} WHERE id = {} AND annule_par IS NULL", a.id, identifiant
        )
        if not prises:
            raise ErreurMetier("Cette action est déjà annulée.")
        effets = await _effets(identifiant)
        with _liens_nommes():
            for effet in reversed(effets):
                await _inverser(a, effet)
        for nom_table in {effet.nom_table for effet in effets}:
            cles = [effet.cle for effet in effets if effet.nom_table == nom_table]
            for suite in _SUITES.get(nom_table, []):
                await suite(cles)
    return a


@contextlib.contextmanager
def _liens_nommes() -> Iterator[None]:
    """Say in French that rows which came since hang on one that the undoing would delete."""
    try:
        yield
    except Exception as erreur:
        if not lien_rompu(erreur):
            raise
        raise ErreurMetier(
            "Cette action ne peut plus être annulée : d'autres éléments y ont été rattachés depuis. "
            "Annulez ou supprimez d'abord ceux-là."
        ) from erreur


def _exiger_droit(ctx: Contexte, fait: dict[str, Any]) -> None:
    du_directeur = ctx.role is Role.DIRECTEUR and fait["organisme"] == ctx.organisme
    if fait["utilisateur"] != ctx.utilisateur and not du_directeur:
        if fait["organisme"] != ctx.organisme:
            raise Introuvable
        raise Interdit("Seul l'auteur de cette action, ou son directeur, peut l'annuler.")
    if fait["annule_par"] is not None:
        raise ErreurMetier("Cette action est déjà annulée.")
    if ctx.maintenant - fait["at"] > DELAI_ANNULATION:
        raise ErreurMetier("Cette action date de plus d'un jour : elle se corrige, elle ne s'annule plus.")


async def _effets(identifiant: uuid.UUID) -> list[_Effet]:
    """Return the net effect of an act on each row, in the order of their first revision."""
    revisions = await lire(
        "SELECT nom_table, cle, version, avant, apres FROM revision WHERE acte = {} ORDER BY ordre", identifiant
    )
    effets: dict[tuple[str, str], _Effet] = {}
    for r in revisions:
        effet = effets.get((r["nom_table"], r["cle"]))
        if effet is None:
            effets[r["nom_table"], r["cle"]] = _Effet(r["nom_table"], r["cle"], r["avant"], r["apres"], r["version"])
        else:
            effet.apres, effet.version = r["apres"], r["version"]
    return list(effets.values())


async def _inverser(a: Acte, effet: _Effet) -> None:
    table = table_nommee(effet.nom_table)
    nom_cle = table._meta.primary_key._meta.name
    ligne = depuis_json(table, effet.apres or effet.avant or {})
    cle = ligne[nom_cle]
    actuelle = await lire_un(f"SELECT version FROM {effet.nom_table} WHERE {nom_cle} = {{}}", cle)
    attendue = effet.version if effet.apres is not None else None
    if (actuelle["version"] if actuelle else None) != attendue:
        await _refuser(effet, a.annule)
    if effet.avant is None and effet.apres is not None:
        for garde in _GARDES.get(effet.nom_table, []):
            await garde(cle)
        await a.supprimer(table, cle, version=effet.version)
    elif effet.avant is not None and effet.apres is None:
        avant = depuis_json(table, effet.avant)
        del avant["version"]
        await a.inserer(table, avant, version=effet.version + 1)
    elif effet.avant is not None:
        avant = depuis_json(table, effet.avant)
        del avant["version"]
        await a.modifier(table, cle, avant, version=effet.version)


async def _refuser(effet: _Effet, annule: uuid.UUID | None) -> None:
    """Say which later act touched the row."""
    obstacle = await lire_un(
        """SELECT a.libelle, a.auteur, a.at FROM revision r JOIN acte a ON a.id = r.acte
        WHERE r.nom_table = {} AND r.cle = {} AND a.id <> {} ORDER BY a.at DESC, r.version DESC LIMIT 1""",
        effet.nom_table,
        effet.cle,
        annule,
    )
    if obstacle is None:
        raise ErreurMetier("Cette action ne peut plus être annulée : les informations ont changé depuis.")
    quand = obstacle["at"].astimezone(PARIS)
    raise ErreurMetier(
        f"Cette action ne peut plus être annulée : « {obstacle['libelle']} » est passé depuis "
        f"({obstacle['auteur']}, le {quand:%d/%m/%Y} à {heure(quand)}). Annulez d'abord cette action-là."
    )
