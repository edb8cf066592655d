"""The reads of evolutions: the base pairs the answers and counts the pairs; no row of a person leaves it."""

from typing import Any

import msgspec

from viesion_core.bilans.model import Condition, Evolution, Questionnaire, TypeQuestion
from viesion_core.contexte import Contexte
from viesion_core.db import lire
from viesion_core.pilotage.model import Filtres, avec_sante, conditions_entieres
from viesion_core.pilotage.model_evolution import ComptesEvolution
from viesion_core.pilotage.queries import VersionQuestionnaire
from viesion_core.pilotage.selection import remplie, selection

_NOMBRE = "CAST(CAST({}.valeur AS TEXT) AS DOUBLE PRECISION)"


class _Morceau(msgspec.Struct, frozen=True):
    sql: str
    parametres: tuple[Any, ...]


async def comptes_evolutions(ctx: Contexte, version: VersionQuestionnaire, filtres: Filtres) -> list[ComptesEvolution]:
    """Count the pairs of answers of each evolution of a questionnaire, in one query; none, no query.

    Two questions of a bilan are compared in the bilans that are compiled; one question, in the last bilan closed of
    an étape that the filters keep and the first one of this version, whenever it was. When some answers are health
    data a person counts once, with the latest. An answer that a condition hides is left out.
    """
    questionnaire = version.questionnaire
    if not questionnaire.evolutions:
        return []
    sources = _sources(ctx, version, filtres)
    morceaux = [_compter(questionnaire, rang, e) for rang, e in enumerate(questionnaire.evolutions)]
    lignes = await lire(
        f"{sources.sql} {' UNION ALL '.join(m.sql for m in morceaux)}",
        *sources.parametres,
        *(parametre for morceau in morceaux for parametre in morceau.parametres),
    )
    passages: list[dict[tuple[str, str], int]] = [{} for _ in questionnaire.evolutions]
    sommes = [(0.0, 0.0) for _ in questionnaire.evolutions]
    for ligne in lignes:
        rang = ligne["rang"]
        passages[rang][ligne["avant"], ligne["apres"]] = ligne["effectif"]
        sommes[rang] = (sommes[rang][0] + ligne["entree"], sommes[rang][1] + ligne["sortie"])
    return [
        ComptesEvolution(passages=paires, entree=entree, sortie=sortie)
        for paires, (entree, sortie) in zip(passages, sommes, strict=True)
    ]


def _sources(ctx: Contexte, version: VersionQuestionnaire, filtres: Filtres) -> _Morceau:
    """Return the CTEs `memes` and `etapes`: the pairs of bilans whose answers are compared."""
    choix = selection(ctx, filtres, version.id)
    une_fois = "WHERE rang = 1" if avec_sante(version.questionnaire) else ""
    sql = f"""WITH memes AS (SELECT id AS premier, id AS dernier FROM (
            SELECT x.id, row_number() OVER (PARTITION BY x.beneficiaire ORDER BY x.date_bilan DESC, x.id) AS rang
            FROM {choix.source} WHERE {choix.condition}) m {une_fois}),
        etapes AS (SELECT premier, dernier FROM (
            SELECT premier, dernier,
                row_number() OVER (PARTITION BY beneficiaire ORDER BY date_bilan DESC, dernier) AS rang
            FROM (SELECT c.beneficiaire, c.date_bilan, c.id AS dernier,
                    (SELECT p.id FROM bilan p WHERE p.etape = c.etape AND p.questionnaire = {{}}
                        AND p.clos_le IS NOT NULL ORDER BY p.date_bilan, p.created_at, p.id LIMIT 1) AS premier
                FROM (SELECT x.id, x.beneficiaire, x.etape, x.date_bilan, row_number() OVER (PARTITION BY x.etape
                        ORDER BY x.date_bilan DESC, x.created_at DESC, x.id DESC) AS place
                    FROM {choix.source} WHERE {choix.condition} AND x.clos_le IS NOT NULL) c
                WHERE c.place = 1) d
            WHERE premier <> dernier) e {une_fois})"""
    return _Morceau(sql, (*choix.parametres, version.id, *choix.parametres))


def _compter(questionnaire: Questionnaire, rang: int, evolution: Evolution) -> _Morceau:
    """Return the query of one evolution: its rank, the two answers, how many, the sums of numbers."""
    table = "etapes" if evolution.successive else "memes"
    conditions: list[str] = []
    siens: list[Any] = []
    for bilan, code in (("premier", evolution.entree), ("dernier", evolution.sortie)):
        for condition in conditions_entieres(questionnaire).get(code, ()):
            posee = _posee(questionnaire, condition, bilan)
            conditions.append(f" AND {posee.sql}")
            siens += posee.parametres
    avant, apres, sommes = "CAST(a.valeur AS TEXT)", "CAST(z.valeur AS TEXT)", "0.0 AS entree, 0.0 AS sortie"
    if questionnaire.par_code()[evolution.sortie].type is TypeQuestion.NOMBRE:
        a, z = _NOMBRE.format("a"), _NOMBRE.format("z")
        avant, apres = "''", f"CASE WHEN {z} > {a} THEN '1' WHEN {z} < {a} THEN '-1' ELSE '0' END"
        sommes = f"sum({a}) AS entree, sum({z}) AS sortie"
    sql = f"""SELECT {rang} AS rang, {avant} AS avant, {apres} AS apres, count(*) AS effectif, {sommes}
        FROM {table} t JOIN reponse a ON a.bilan = t.premier AND a.question = {{}}
        JOIN reponse z ON z.bilan = t.dernier AND z.question = {{}}
        WHERE 1 = 1{"".join(conditions)} GROUP BY 2, 3"""
    return _Morceau(sql, (evolution.entree, evolution.sortie, *siens))


def _posee(questionnaire: Questionnaire, condition: Condition, bilan: str) -> _Morceau:
    formule, valeurs = remplie(condition, questionnaire.par_code()[condition.question].type)
    sql = f"EXISTS (SELECT 1 FROM reponse p WHERE p.bilan = t.{bilan} AND p.question = {{}} AND ({formule}))"
    return _Morceau(sql, (condition.question, *valeurs))
