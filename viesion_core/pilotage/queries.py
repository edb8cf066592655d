"""The reads of compilations: the base counts, set by set; no row of a person leaves it."""

import uuid
from typing import Any

import msgspec

from viesion_core.bilans.model import Questionnaire
from viesion_core.contexte import Contexte
from viesion_core.db import base_courante, convertir, lire, lire_un
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
    choix = selection(ctx, filtres, version.id)
    sources, parametres, formules = _posees(version.questionnaire, choix)
    groupes = {formule: f"g{rang}" for rang, formule in enumerate(dict.fromkeys(formules.values()))}
    sommes = "".join(f", sum(CASE WHEN {formule} THEN 1 ELSE 0 END) AS {nom}" for formule, nom in groupes.items())
    totaux = await lire_un(
        f"""{sources} SELECT count(*) AS retenus, (SELECT count(*) FROM choisis) AS bilans,
            (SELECT count(DISTINCT beneficiaire) FROM choisis) AS personnes,
            (SELECT count(clos_le) FROM choisis) AS clos{sommes}
        FROM posees s""",
        *parametres,
    )
    if totaux is None or not totaux["retenus"]:
        return Comptes()
    textes = list(textes_libres(version.questionnaire))
    cas = "".join(f" WHEN {{}} THEN {formule}" for formule in formules.values())
    demandee = f"CASE r.question{cas} ELSE 1 = 1 END" if cas else "1 = 1"
    # PostgreSQL cannot group by JSON; SQLite groups by what is stored three times faster than by a cast of it.
    valeur = "r.valeur" if base_courante().dialecte == "sqlite" else "CAST(r.valeur AS TEXT)"
    lignes = await lire(
        f"""{sources} SELECT r.question, CAST({valeur} AS TEXT) AS valeur, count(*) AS effectif
        FROM posees s JOIN reponse r ON r.bilan = s.id
        WHERE r.question NOT IN ({marques(textes) or "''"}) AND {demandee} GROUP BY r.question, {valeur}
        UNION ALL SELECT r.question, '' AS valeur, count(*) AS effectif
        FROM posees s JOIN reponse r ON r.bilan = s.id
        WHERE r.question IN ({marques(textes) or "''"}) AND {demandee} GROUP BY r.question""",
        *parametres,
        *textes,
        *formules,
        *textes,
        *formules,
    )
    effectifs: dict[str, dict[str, int]] = {}
    for ligne in lignes:
        effectifs.setdefault(ligne["question"], {})[ligne["valeur"]] = ligne["effectif"]
    return Comptes(
        bilans=totaux["bilans"],
        personnes=totaux["personnes"],
        clos=totaux["clos"],
        retenus=totaux["retenus"],
        posees={code: totaux[groupes[formule]] for code, formule in formules.items()},
        effectifs=effectifs,
    )


def _posees(questionnaire: Questionnaire, choix: Selection) -> tuple[str, list[Any], dict[str, str]]:
    """Return the CTEs `choisis` (the bilans kept) and `posees` (what is compiled, a column per condition).

    With their parameters, and by conditional question the formula that says whether a bilan asks it.
    """
    entieres = conditions_entieres(questionnaire)
    colonnes = {c: f"c{rang}" for rang, c in enumerate(dict.fromkeys(c for suite in entieres.values() for c in suite))}
    une_fois = "WHERE rang = 1" if avec_sante(questionnaire) else ""
    sources = f"""WITH choisis AS MATERIALIZED (
        SELECT x.id, x.beneficiaire, x.clos_le,
            row_number() OVER (PARTITION BY x.beneficiaire ORDER BY x.date_bilan DESC, x.id) AS rang
        FROM {choix.source} WHERE {choix.condition}),"""
    parametres: list[Any] = list(choix.parametres)
    if not colonnes:
        return f"{sources} posees AS MATERIALIZED (SELECT id FROM choisis {une_fois})", parametres, {}
    types = {question.code: question.type for question in questionnaire.questions()}
    valeurs = []
    for condition, nom in colonnes.items():
        formule, siens = remplie(condition, types[condition.question])
        valeurs.append(f"max(CASE WHEN p.question = {{}} AND ({formule}) THEN 1 ELSE 0 END) AS {nom}")
        parametres += [condition.question, *siens]
    parents = sorted({condition.question for condition in colonnes})
    parametres += parents
    sources += f""" posees AS MATERIALIZED (
        SELECT t.id, {", ".join(valeurs)}
        FROM choisis t LEFT JOIN reponse p ON p.bilan = t.id AND p.question IN ({marques(parents)})
        {une_fois} GROUP BY t.id)"""
    formules = {code: " AND ".join(f"s.{colonnes[c]} = 1" for c in suite) for code, suite in entieres.items()}
    return sources, parametres, formules
