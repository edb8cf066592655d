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
    sources, comparees = _sources(ctx, version, filtres), _comparees(questionnaire)
    lignes = await lire(f"{sources.sql} {comparees.sql}", *sources.parametres, *comparees.parametres)
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
    sql = f"""WITH memes AS MATERIALIZED (SELECT id AS premier, id AS dernier FROM (
            SELECT x.id, row_number() OVER (PARTITION BY x.beneficiaire ORDER BY x.date_bilan DESC, x.id) AS rang
            FROM {choix.source} WHERE {choix.condition}) m {une_fois}),
        etapes AS MATERIALIZED (SELECT premier, dernier FROM (
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


def _comparees(questionnaire: Questionnaire) -> _Morceau:
    """Return the query of all the evolutions: rank, the two answers, how many, the sums of numbers.

    The questions come from a list that is joined, not from constants: else SQLite reads the whole index of the answers
    to prepare a filter.
    """
    types = questionnaire.par_code()
    branches, conditions = [], []
    parametres: list[Any] = []
    siennes: list[Any] = []
    for rang, evolution in enumerate(questionnaire.evolutions):
        nombre = int(types[evolution.sortie].type is TypeQuestion.NOMBRE)
        table = "etapes" if evolution.successive else "memes"
        branches.append(
            f"SELECT {rang} AS rang, {nombre} AS nombre, CAST({{}} AS VARCHAR(40)) AS entree, "
            f"CAST({{}} AS VARCHAR(40)) AS sortie, premier, dernier FROM {table}"
        )
        parametres += [evolution.entree, evolution.sortie]
        posees = _posees(questionnaire, evolution)
        if posees.sql:
            conditions.append(f" AND (t.rang <> {rang} OR ({posees.sql}))")
            siennes += posees.parametres
    a, z = (f"CAST(CAST({nom}.valeur AS TEXT) AS DOUBLE PRECISION)" for nom in ("a", "z"))
    sql = f""", comparees AS ({" UNION ALL ".join(branches)})
        SELECT t.rang, CASE t.nombre WHEN 1 THEN '' ELSE CAST(a.valeur AS TEXT) END AS avant,
            CASE WHEN t.nombre = 0 THEN CAST(z.valeur AS TEXT) WHEN {z} > {a} THEN '1' WHEN {z} < {a} THEN '-1'
                ELSE '0' END AS apres,
            count(*) AS effectif, sum(CASE t.nombre WHEN 1 THEN {a} ELSE 0 END) AS entree,
            sum(CASE t.nombre WHEN 1 THEN {z} ELSE 0 END) AS sortie
        FROM comparees t JOIN reponse a ON a.bilan = t.premier AND a.question = t.entree
            JOIN reponse z ON z.bilan = t.dernier AND z.question = t.sortie
        WHERE 1 = 1{"".join(conditions)} GROUP BY 1, 2, 3"""
    return _Morceau(sql, (*parametres, *siennes))


def _posees(questionnaire: Questionnaire, evolution: Evolution) -> _Morceau:
    """Return the condition that both questions are asked, "" when they always are."""
    entieres = conditions_entieres(questionnaire)
    morceaux = [
        _posee(questionnaire, condition, bilan)
        for bilan, code in (("premier", evolution.entree), ("dernier", evolution.sortie))
        for condition in entieres.get(code, ())
    ]
    parametres = tuple(parametre for morceau in morceaux for parametre in morceau.parametres)
    return _Morceau(" AND ".join(morceau.sql for morceau in morceaux), parametres)


def _posee(questionnaire: Questionnaire, condition: Condition, bilan: str) -> _Morceau:
    formule, valeurs = remplie(condition, questionnaire.par_code()[condition.question].type)
    sql = f"EXISTS (SELECT 1 FROM reponse p WHERE p.bilan = t.{bilan} AND p.question = {{}} AND ({formule}))"
    return _Morceau(sql, (condition.question, *valeurs))
