"""What of a bilan maps to another version of its questionnaire, and what does not; values and pure rules."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from viesion_core.bilans.model import Question, Questionnaire
from viesion_core.bilans.regles import normaliser, options_de
from viesion_core.erreurs import ErreurSaisie


class Ecart(msgspec.Struct, frozen=True):
    """Why the answers to a question do not map, in French; never the answers themselves."""

    question: str
    raison: str


class Correspondance(msgspec.Struct, frozen=True, kw_only=True):
    """How two versions differ: questions kept as they are, changed, new, gone. A reworded text changes nothing."""

    identiques: int
    modifiees: tuple[Question, ...]
    nouvelles: tuple[Question, ...]
    retirees: tuple[Question, ...]


class OrganismeReport(msgspec.Struct, frozen=True):
    """The open bilans of an organism on a former version: how many, how many of them have answers that do not map."""

    nom: str
    bilans: int
    avec_ecarts: int


class Apercu(msgspec.Struct, frozen=True, kw_only=True):
    """What carrying the open bilans of a questionnaire over to its latest version would do.

    `complets`, `incomplets`: the bilans (dossier, id) of which every answer maps, and the others. `ecarts` counts the
    answers. `versions`: (former version, its open bilans, how it differs).
    """

    questionnaire: Questionnaire
    organismes: tuple[OrganismeReport, ...]
    versions: tuple[tuple[int, int, Correspondance], ...]
    ecarts: Mapping[Ecart, int]
    complets: Sequence[tuple[int, Any]]
    incomplets: Sequence[tuple[int, Any]]

    @property
    def bilans(self) -> int:
        """How many bilans are on a former version."""
        return len(self.complets) + len(self.incomplets)

    @property
    def textes(self) -> Mapping[str, str]:
        """The texts of the questions, old and new, by code."""
        anciennes = {q.code: q.texte for _, _, c in self.versions for q in (*c.retirees, *c.modifiees)}
        return anciennes | {q.code: q.texte for q in self.questionnaire.questions()}


def correspondance(ancien: Questionnaire, nouveau: Questionnaire) -> Correspondance:
    """Compare two versions, question by question."""
    avant, apres = ancien.par_code(), nouveau.par_code()
    communes = [code for code in apres if code in avant]
    changees = [code for code in communes if _sens(avant[code]) != _sens(apres[code])]
    return Correspondance(
        identiques=len(communes) - len(changees),
        modifiees=tuple(apres[code] for code in changees),
        nouvelles=tuple(question for code, question in apres.items() if code not in avant),
        retirees=tuple(question for code, question in avant.items() if code not in apres),
    )


def rapprocher(
    ancien: Questionnaire, nouveau: Questionnaire, valeurs: Mapping[str, Any], aujourdhui: dt.date
) -> list[Ecart]:
    """Return the answers that the new version would refuse, or would understand otherwise."""
    avant, apres = ancien.par_code(), nouveau.par_code()
    ecarts = []
    for code, valeur in valeurs.items():
        raison = "la question n'existe plus" if code not in apres else ""
        if code in avant and code in apres and _sens(avant[code]) != _sens(apres[code]):
            raison = _defaut(avant[code], apres[code], valeur, aujourdhui)
        if raison:
            ecarts.append(Ecart(code, raison))
    return ecarts


def _sens(question: Question) -> Question:
    """Return what gives an answer its meaning: the same question asked in other words is the same."""
    return msgspec.structs.replace(question, texte="", aide="", requise=False, transmise=False, si=())


def _defaut(avant: Question, apres: Question, valeur: Any, aujourdhui: dt.date) -> str:
    if avant.type is not apres.type:
        return f"la question passe de {avant.type} à {apres.type}"
    if avant.liste != apres.liste or avant.unite != apres.unite:
        return "la liste ou l'unité a changé"
    if avant.sensible and not apres.sensible:
        return "la réponse était une donnée de santé et ne le serait plus"
    if apres.liste:
        return ""
    try:
        normaliser(apres, valeur, options_de(apres, {}), aujourdhui)
    except ErreurSaisie as erreur:
        return f"la réponse serait refusée ({erreur.message.rstrip('.')})"
    return ""
