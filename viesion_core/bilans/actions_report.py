"""Carrying the open bilans of a former version of a questionnaire over to the latest one, with a report.

What maps is kept as it is; a bilan that has an answer that does not map stays on its version unless losing it is
accepted, and even then the history keeps it (each bilan is one acte, undoable).
"""

import uuid
from collections import Counter
from collections.abc import Mapping
from typing import Any

import msgspec

from viesion_core.actes import acte
from viesion_core.bilans.actions import annoncer
from viesion_core.bilans.model import Question, Questionnaire
from viesion_core.bilans.queries import bilan, derniere_version, questionnaire_de, reponses
from viesion_core.bilans.regles import avancement, normaliser, options_de
from viesion_core.bilans.tables import Bilan, Reponse
from viesion_core.contexte import Contexte
from viesion_core.db import lire
from viesion_core.erreurs import ErreurMetier, ErreurSaisie
from viesion_core.organismes.actions import exiger_administration

_LOT = 500


class Ecart(msgspec.Struct, frozen=True):
    """Why the answers to a question do not map, in French; never the answers themselves."""

    question: str
    raison: str


class Rapport(msgspec.Struct, frozen=True, kw_only=True):
    """What a carrying-over did, or would do: bilans carried, left as they are, and the answers that do not map."""

    code: str
    version: int
    reportes: int
    laisses: int
    ecarts: Mapping[Ecart, int]


def rapprocher(ancien: Questionnaire, nouveau: Questionnaire, valeurs: Mapping[str, Any], ctx: Contexte) -> list[Ecart]:
    """Return the answers that the new version would refuse, or would understand otherwise."""
    avant, apres = ancien.par_code(), nouveau.par_code()
    ecarts = []
    for code, valeur in valeurs.items():
        raison = "la question n'existe plus" if code not in apres else _defaut(avant[code], apres[code], valeur, ctx)
        if raison:
            ecarts.append(Ecart(code, raison))
    return ecarts


def _defaut(avant: Question, apres: Question, valeur: Any, ctx: Contexte) -> str:
    if avant.type is not apres.type:
        return f"la question passe de {avant.type} à {apres.type}"
    if avant.liste != apres.liste or avant.unite != apres.unite:
        return "la liste ou l'unité a changé"
    if avant.sensible and not apres.sensible:
        return "la réponse était une donnée de santé et ne le serait plus"
    if apres.liste:
        return ""
    try:
        normaliser(apres, valeur, options_de(apres, {}), ctx.aujourdhui)
    except ErreurSaisie as erreur:
        return f"la réponse serait refusée ({erreur.message.rstrip('.')})"
    return ""


async def reporter_bilans(ctx: Contexte, code: str, *, appliquer: bool, avec_pertes: bool = False) -> Rapport:
    """Carry the open bilans of a questionnaire over to its latest version; `appliquer` False only says so.

    `avec_pertes`: carry too the bilans of which some answers do not map, without these. Raises ErreurMetier for an
    unknown code.
    """
    exiger_administration(ctx)
    trouve = await derniere_version(code)
    if trouve is None:
        raise ErreurMetier(f"Aucun questionnaire n'a le code {code}.")
    identifiant, nouveau = trouve
    reportes = laisses = 0
    ecarts: Counter[Ecart] = Counter()
    dernier = uuid.UUID(int=0)
    while lignes := await lire(
        f"""SELECT x.id, x.beneficiaire FROM bilan x JOIN questionnaire q ON q.id = x.questionnaire
        WHERE q.code = {{}} AND q.id <> {{}} AND x.clos_le IS NULL AND x.id > {{}} ORDER BY x.id LIMIT {_LOT}""",
        code,
        identifiant,
        dernier,
    ):
        for ligne in lignes:
            trouves, fait = await _reporter(ctx, ligne, identifiant, nouveau, appliquer, avec_pertes)
            ecarts.update(trouves)
            reportes, laisses = reportes + fait, laisses + (not fait)
        dernier = lignes[-1]["id"]
    return Rapport(code=code, version=nouveau.version, reportes=reportes, laisses=laisses, ecarts=ecarts)


async def _reporter(
    ctx: Contexte,
    ligne: Mapping[str, Any],
    identifiant: uuid.UUID,
    nouveau: Questionnaire,
    appliquer: bool,
    avec_pertes: bool,
) -> tuple[list[Ecart], bool]:
    """Carry one bilan over; return what does not map, and whether it is (or would be) carried."""
    async with acte(ctx, "bilan.reporter", "", beneficiaire=ligne["beneficiaire"]) as a:
        fiche = await bilan(ctx, ligne["beneficiaire"], ligne["id"], verrou=True)
        if fiche.clos or fiche.questionnaire == identifiant:
            return [], False
        actuelles = {r.question: r for r in await reponses(fiche.id)}
        valeurs = {question: reponse.valeur for question, reponse in actuelles.items()}
        ecarts = rapprocher(await questionnaire_de(fiche), nouveau, valeurs, ctx)
        if (ecarts and not avec_pertes) or not appliquer:
            return ecarts, not ecarts or avec_pertes
        for ecart in ecarts:
            perdue = actuelles[ecart.question]
            await a.supprimer(Reponse, perdue.id, version=perdue.version)
            del valeurs[ecart.question]
        etat = avancement(nouveau, valeurs)
        a.libelle = f"{fiche.nom} reporté en version {nouveau.version}"
        colonnes = {"questionnaire": identifiant, "nombre_questions": etat.total, "nombre_reponses": etat.reponses}
        await a.modifier(Bilan, fiche.id, colonnes, version=fiche.version)
        annoncer(a, fiche.id, ligne["beneficiaire"])
    return ecarts, True
