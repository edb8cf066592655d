"""Reads of activités: those of one's organism, by anybody of it. They carry no data of the people followed."""

import datetime as dt
import uuid
from collections.abc import Collection
from typing import Any

from viesion_core.activites.model import DUREE_MAXIMALE, Activite
from viesion_core.contexte import Contexte, minuit
from viesion_core.db import convertir, lire
from viesion_core.erreurs import Introuvable

_ACTIVITE = """SELECT a.id, a.organisme, a.collaborateur, u.nom AS collaborateur_nom, u.prenom AS collaborateur_prenom,
    a.nature, a.titre, a.lieu, a.journee, a.debut, a.fin, a.version
FROM activite a JOIN utilisateur u ON u.id = a.collaborateur"""
_MAXIMUM = 1_000


async def activites(
    ctx: Contexte, debut: dt.date, fin: dt.date, *, collaborateur: uuid.UUID | None = None, tout: bool = False
) -> list[Activite]:
    """Return the activités that meet the days from one to another (Paris, included), in order of time.

    One's own, those of a `collaborateur` of the organism, or with `tout` those of the whole organism; at most 1,000.
    """
    if ctx.organisme is None or not ctx.peut_ecrire:
        return []
    condition, parametres = "a.organisme = {}", [ctx.organisme]
    if not tout:
        condition += " AND a.collaborateur = {}"
        parametres.append(collaborateur or ctx.utilisateur or ctx.organisme)
    de, jusqua = minuit(debut), minuit(fin + dt.timedelta(days=1))
    return await _lire(condition, parametres, de, jusqua)


async def activite(ctx: Contexte, identifiant: uuid.UUID) -> Activite:
    """Return one activité of the organism; Introuvable when it is another's."""
    lignes = await lire(f"{_ACTIVITE} WHERE a.id = {{}} AND a.organisme = {{}}", identifiant, ctx.organisme)
    if not lignes or not ctx.peut_ecrire:
        raise Introuvable
    return convertir(Activite, lignes[0])


async def memes_activites(ctx: Contexte, vue: Activite) -> list[Activite]:
    """Return the activités that `regrouper` makes one with it, its own among them: one of each collaborateur."""
    if ctx.organisme is None or not ctx.peut_ecrire:
        return []
    lignes = await lire(
        f"""{_ACTIVITE} WHERE a.organisme = {{}} AND a.debut = {{}} AND a.fin = {{}} AND a.nature = {{}}
            AND a.titre = {{}} AND a.lieu = {{}} AND a.journee = {{}}
        ORDER BY u.nom, u.prenom, a.id LIMIT {_MAXIMUM}""",
        ctx.organisme,
        vue.debut,
        vue.fin,
        vue.nature,
        vue.titre,
        vue.lieu,
        vue.journee,
    )
    return [convertir(Activite, ligne) for ligne in lignes]


async def activites_de(collaborateurs: Collection[uuid.UUID], debut: dt.datetime, fin: dt.datetime) -> list[Activite]:
    """Return the activités of some collaborateurs that meet a time, for rules."""
    qui = sorted(set(collaborateurs), key=str)
    if not qui:
        return []
    return await _lire(f"a.collaborateur IN ({', '.join('{}' for _ in qui)})", list(qui), debut, fin)


async def _lire(condition: str, parametres: list[Any], debut: dt.datetime, fin: dt.datetime) -> list[Activite]:
    lignes = await lire(
        f"""{_ACTIVITE} WHERE {condition} AND a.debut < {{}} AND a.debut > {{}} AND a.fin > {{}}
        ORDER BY a.debut, a.id LIMIT {_MAXIMUM}""",
        *parametres,
        fin,
        debut - DUREE_MAXIMALE - dt.timedelta(days=1),
        debut,
    )
    return [convertir(Activite, ligne) for ligne in lignes]
