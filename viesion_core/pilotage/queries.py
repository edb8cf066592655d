"""The reads of compilations: the base counts, set by set; no row of a person leaves it."""

import collections
import uuid
from typing import Any

import msgspec

from viesion_core.bilans.model import Questionnaire
from viesion_core.contexte import Contexte
from viesion_core.db import base_courante, convertir, lire, lire_valeur
from viesion_core.erreurs import Introuvable
from viesion_core.pilotage.model import (
    Comptes,
    Filtres,
    QuestionnaireCompte,
    avec_sante,
    conditions_entieres,
    textes_libres,
)
from viesion_core.pilotage.selection import Selection, marques, remplie, selection


class VersionQuestionnaire(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a questionnaire kept in the base."""

    id: uuid.UUID
    questionnaire: Questionnaire


async def questionnaires_comptes(ctx: Contexte, filtres: Filtres) -> list[QuestionnaireCompte]:
    """Return every questionnaire that the base keeps, and how much it served in the perimeter and the period."""
    choix = selection(ctx, filtres)
    lignes = await lire(
        f"""SELECT q.code, q.libelle, q.offre, q.sensible, coalesce(n.bilans, 0) AS bilans,
            coalesce(n.personnes, 0) AS personnes, coalesce(n.clos, 0) AS clos, coalesce(n.reponses, 0) AS reponses,
            coalesce(n.questions, 0) AS questions
        FROM questionnaire q LEFT JOIN (
            SELECT v.code, count(*) AS bilans, count(DISTINCT x.beneficiaire) AS personnes, count(x.clos_le) AS clos,
                sum(x.nombre_reponses) AS reponses, sum(x.nombre_questions) AS questions
            FROM {choix.source} JOIN questionnaire v ON v.id = x.questionnaire WHERE {choix.condition}
            GROUP BY v.code) n ON n.code = q.code
        WHERE q.version = (SELECT max(w.version) FROM questionnaire w WHERE w.code = q.code)
        ORDER BY q.offre, q.libelle, q.code LIMIT 200""",
        *choix.parametres,
    )
    return [convertir(QuestionnaireCompte, ligne) for ligne in lignes]


async def versions(code: str) -> list[VersionQuestionnaire]:
    """Return the versions of a questionnaire, the latest first; Introuvable for an unknown code."""
    lignes = await lire("SELECT id, contenu FROM questionnaire WHERE code = {} ORDER BY version DESC LIMIT 50", code)
    if not lignes:
        raise Introuvable
    return [
        VersionQuestionnaire(id=ligne["id"], questionnaire=msgspec.convert(ligne["contenu"], Questionnaire))
        for ligne in lignes
    ]


async def comptes(ctx: Contexte, version: VersionQuestionnaire, filtres: Filtres) -> Comptes:
    """Count the answers of the bilans that the filters keep, in two queries.

    An answer that a condition hides is left out, as everywhere. When some answers are health data, the latest bilan
    of each person is compiled.
    """
    sources, parametres, conditions = _posees(version.questionnaire, selection(ctx, filtres, version.id))
    groupes = await lire(
        f"""{sources} SELECT s.cle, count(*) AS retenus, (SELECT count(*) FROM choisis) AS bilans,
            (SELECT count(DISTINCT beneficiaire) FROM choisis) AS personnes,
            (SELECT count(clos_le) FROM choisis) AS clos
        FROM posees s GROUP BY s.cle""",
        *parametres,
    )
    if not groupes:
        return Comptes()
    demandees = {
        code: {ligne["cle"] for ligne in groupes if all(ligne["cle"][rang] == "1" for rang in rangs)}
        for code, rangs in conditions.items()
    }
    effectifs: dict[str, dict[str, int]] = {}
    for cle, question, valeur, n in await _reponses(sources, parametres, list(textes_libres(version.questionnaire))):
        if question not in demandees or cle in demandees[question]:
            comptees = effectifs.setdefault(question, {})
            comptees[valeur] = comptees.get(valeur, 0) + n
    return Comptes(
        bilans=groupes[0]["bilans"],
        personnes=groupes[0]["personnes"],
        clos=groupes[0]["clos"],
        retenus=sum(ligne["retenus"] for ligne in groupes),
        posees={
            code: sum(ligne["retenus"] for ligne in groupes if ligne["cle"] in cles) for code, cles in demandees.items()
        },
        effectifs=effectifs,
    )


async def _reponses(sources: str, parametres: list[Any], textes: list[str]) -> list[tuple[str, str, str, int]]:
    """Return the answers of the bilans compiled: key of their bilan, question, JSON text ("" if free), how many.

    SQLite groups by sorting, which for half a million answers takes seconds: there the base puts them end to end, free
    texts left out, and they are counted here, eight times faster.
    """
    libre = f"CASE WHEN r.question IN ({marques(textes)}) THEN '' ELSE" if textes else "CASE WHEN 1 = 1 THEN"
    if base_courante().dialecte == "sqlite":
        suite = await lire_valeur(
            f"""{sources} SELECT group_concat(s.cle || ' ' || r.question || ' ' || {libre} r.valeur END, char(30)) AS n
            FROM posees s JOIN reponse r ON r.bilan = s.id""",
            *parametres,
            *textes,
        )
        comptees = collections.Counter(suite.split("\x1e") if suite else ())
        return [(*_trois(reponse), n) for reponse, n in comptees.items()]
    lignes = await lire(
        f"""{sources} SELECT s.cle, r.question, {libre} CAST(r.valeur AS TEXT) END AS valeur, count(*) AS effectif
        FROM posees s JOIN reponse r ON r.bilan = s.id GROUP BY 1, 2, 3""",
        *parametres,
        *textes,
    )
    return [(ligne["cle"], ligne["question"], ligne["valeur"], ligne["effectif"]) for ligne in lignes]


def _trois(reponse: str) -> tuple[str, str, str]:
    cle, question, valeur = reponse.split(" ", 2)
    return cle, question, valeur


def _posees(questionnaire: Questionnaire, choix: Selection) -> tuple[str, list[Any], dict[str, list[int]]]:
    """Return the CTEs `choisis` (the bilans kept) and `posees` (what is compiled: id, cle).

    With their parameters, and by conditional question the places of its conditions in `cle` (« 101 »: "1" if filled).
    """
    entieres = conditions_entieres(questionnaire)
    rangs = {c: rang for rang, c in enumerate(dict.fromkeys(c for suite in entieres.values() for c in suite))}
    une_fois = "WHERE rang = 1" if avec_sante(questionnaire) else ""
    sources = f"""WITH choisis AS MATERIALIZED (
        SELECT x.id, x.beneficiaire, x.clos_le,
            row_number() OVER (PARTITION BY x.beneficiaire ORDER BY x.date_bilan DESC, x.id) AS rang
        FROM {choix.source} WHERE {choix.condition}),"""
    parametres: list[Any] = list(choix.parametres)
    if not rangs:
        return f"{sources} posees AS MATERIALIZED (SELECT id, '' AS cle FROM choisis {une_fois})", parametres, {}
    types = {question.code: question.type for question in questionnaire.questions()}
    valeurs = []
    for condition in rangs:
        formule, siens = remplie(condition, types[condition.question])
        valeurs.append(f"max(CASE WHEN p.question = {{}} AND ({formule}) THEN '1' ELSE '0' END)")
        parametres += [condition.question, *siens]
    parents = sorted({condition.question for condition in rangs})
    parametres += parents
    sources += f""" posees AS MATERIALIZED (
        SELECT t.id, {" || ".join(valeurs)} AS cle
        FROM choisis t LEFT JOIN reponse p ON p.bilan = t.id AND p.question IN ({marques(parents)})
        {une_fois} GROUP BY t.id)"""
    return sources, parametres, {code: [rangs[c] for c in suite] for code, suite in entieres.items()}
