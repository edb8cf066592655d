"""The pure rules of answers: which questions are asked, how far a bilan is, what a value must be, how it reads."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from viesion_core.bilans.model import (
    Avancement,
    BilanResume,
    BilanVu,
    ConclusionVue,
    Condition,
    Question,
    Questionnaire,
    ReponseVue,
    RequiseManquante,
    TypeQuestion,
    lisible,
)
from viesion_core.contexte import Contexte
from viesion_core.erreurs import ErreurSaisie
from viesion_core.formats import nombre

LONGUEUR_TEXTE = 10_000
CHOISIR = "Choisissez un élément de la liste."
Options = Mapping[str, str]
"""The possible answers of a question: French labels by code, in the order of the form."""
Listes = Mapping[str, Options]
"""The reference lists that questions name (ORGANISME, COMMUNE, MOTIF_FIN…), by name."""


def visibles(questionnaire: Questionnaire, reponses: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the codes of the questions that are asked, given the stored answers, in the order of the form."""
    posees: dict[str, None] = {}
    for question in questionnaire.questions():
        if all(c.question in posees and _remplie(c, reponses.get(c.question)) for c in question.si):
            posees[question.code] = None
    return tuple(posees)


def avancement(questionnaire: Questionnaire, reponses: Mapping[str, Any]) -> Avancement:
    """Return how far a bilan is: only the questions that are asked count."""
    codes = visibles(questionnaire, reponses)
    posees = set(codes)
    sections = {}
    for section in questionnaire.sections:
        demandees = [q.code for q in section.questions if q.code in posees]
        sections[section.code] = (sum(code in reponses for code in demandees), len(demandees))
    return Avancement(
        total=sum(1 for _ in questionnaire.questions()),
        reponses=sum(faites for faites, _ in sections.values()),
        visibles=codes,
        sections=sections,
        suivante=next((code for code in codes if code not in reponses), ""),
    )


def manquantes(questionnaire: Questionnaire, reponses: Mapping[str, Any]) -> list[RequiseManquante]:
    """Return the required questions that are asked and have no answer."""
    posees = set(visibles(questionnaire, reponses))
    return [
        RequiseManquante("Cette réponse est requise pour clore le bilan.", question.code)
        for question in questionnaire.questions()
        if question.requise and question.code in posees and question.code not in reponses
    ]


def normaliser(question: Question, valeur: Any, options: Options, aujourdhui: dt.date) -> Any:
    """Return the value to store, None for an empty one; ErreurSaisie says in French why it is refused.

    DATE is an ISO date, NOMBRE a number, TEXTE a text, OUI_NON a boolean, CHOIX a code of `options`, CHOIX_MULTIPLE
    several, put in the order of the form so that the same answer is always stored the same.
    """
    if valeur is None or valeur in ("", []):
        return None
    try:
        return _NORMALISEURS[question.type](question, valeur, options, aujourdhui)
    except ValueError as erreur:
        raise ErreurSaisie({question.code: str(erreur)}, str(erreur)) from erreur


def options_de(question: Question, listes: Listes) -> Options:
    """Return the possible answers of a question: its own options, or its reference list."""
    if question.liste:
        return listes.get(question.liste, {})
    return {option.code: option.libelle for option in question.options}


def texte_reponse(question: Question, valeur: Any, listes: Listes) -> str:
    """Return an answer in French words, "" when there is none: « 17/12/2021 », « Oui », « Coût, Délai », « 1 200,5 € ».

    A code that no list knows any more is shown as it is.
    """
    if valeur is None:
        return ""
    options = options_de(question, listes)
    match question.type:
        case TypeQuestion.OUI_NON:
            texte = "Oui" if valeur else "Non"
        case TypeQuestion.DATE:
            texte = f"{dt.date.fromisoformat(valeur):%d/%m/%Y}"
        case TypeQuestion.NOMBRE:
            texte = nombre(valeur) + (f"\u00a0{question.unite}" if question.unite else "")
        case TypeQuestion.CHOIX:
            texte = options.get(valeur, valeur)
        case TypeQuestion.CHOIX_MULTIPLE:
            texte = ", ".join(options.get(code, code) for code in valeur)
        case _:
            texte = str(valeur)
    return texte


def refus_modification(ctx: Contexte, fiche: BilanResume, installees: frozenset[str]) -> str:
    """Return why the user may not change a bilan (French), or "".

    `installees`: the offres whose plugin runs. Without it, or once the offre is no longer enabled for the organism,
    what was written stays readable and nothing more is.
    """
    if ctx.utilisateur is not None and ctx.organisme != fiche.organisme:
        return f"Ce bilan est celui de {fiche.organisme_nom} : vous pouvez le lire, non le modifier."
    if fiche.clos_le is not None:
        return f"Ce bilan est clos depuis le {fiche.clos_le:%d/%m/%Y} : rouvrez-le pour le modifier."
    if fiche.offre not in installees:
        return f"L'extension de l'offre {fiche.offre} n'est plus installée : ce bilan se lit, il ne se modifie plus."
    if not fiche.offre_ouverte:
        return (
            f"L'offre {fiche.offre} n'est plus ouverte à {fiche.organisme_nom} : "
            "ce bilan se lit, il ne se modifie plus."
        )
    return ""


def masquer(ctx: Contexte, questionnaire: Questionnaire, reponses: list[ReponseVue]) -> list[ReponseVue]:
    """Return the answers that the user may read: those to health questions are left out for who may not."""
    questions = questionnaire.par_code()
    return [r for r in reponses if (q := questions.get(r.question)) is None or lisible(ctx, q.sensible)]


def bilan_vu(fiche: BilanResume, questionnaire: Questionnaire, reponses: Mapping[str, Any]) -> BilanVu:
    """Return a bilan as a plugin sees it: the answers to the questions that are asked."""
    posees = set(visibles(questionnaire, reponses))
    return BilanVu(
        id=str(fiche.id),
        questionnaire=fiche.code,
        version_questionnaire=fiche.version_questionnaire,
        offre=fiche.offre,
        etape=str(fiche.etape),
        date_bilan=fiche.date_bilan.isoformat(),
        clos=fiche.clos,
        reponses={code: valeur for code, valeur in reponses.items() if code in posees},
    )


def conclusion(
    fiche: BilanResume, questionnaire: Questionnaire, reponses: Mapping[str, Any], listes: Listes
) -> ConclusionVue:
    """Return what the département reads of a health bilan: nothing unless it is closed and the person agrees.

    `reponses` are all the stored answers: one that a condition hides is not transmitted, an agreement neither.
    """
    posees = set(visibles(questionnaire, reponses))
    accord = reponses.get(questionnaire.accord) if questionnaire.accord in posees else None
    donne = accord is True or (isinstance(accord, str) and bool(accord.strip()))
    transmises = [
        (question.texte, texte_reponse(question, reponses[question.code], listes))
        for question in questionnaire.questions()
        if fiche.clos and donne and question.transmise and question.code in posees and question.code in reponses
    ]
    marquees = sum(question.transmise for question in questionnaire.questions())
    return ConclusionVue(reponses=tuple(transmises), reservees=fiche.nombre_questions - marquees)


def _remplie(condition: Condition, valeur: Any) -> bool:
    if valeur is None:
        return False
    if isinstance(valeur, bool):
        return ("oui" if valeur else "non") in condition.valeurs
    if isinstance(valeur, list):
        return any(code in condition.valeurs for code in valeur)
    return str(valeur) in condition.valeurs


def _date(question: Question, valeur: Any, options: Options, aujourdhui: dt.date) -> str:
    try:
        date = dt.date.fromisoformat(valeur) if isinstance(valeur, str) and len(valeur) == 10 else None
    except ValueError:
        date = None
    if date is None:
        raise ValueError("Cette date n'existe pas : écrivez-la jj/mm/aaaa.")
    if not 1900 <= date.year <= 2100:
        raise ValueError("L'année est à vérifier.")
    if question.passee and date > aujourdhui:
        raise ValueError("Cette date est à venir : elle se saisit une fois passée.")
    return date.isoformat()


def _nombre(question: Question, valeur: Any, options: Options, aujourdhui: dt.date) -> int | float:
    if isinstance(valeur, bool) or not isinstance(valeur, int | float):
        raise ValueError("Saisissez un nombre.")
    minimum = question.minimum if question.minimum is not None else -(10.0**12)
    maximum = question.maximum if question.maximum is not None else 10.0**12
    if not minimum <= valeur <= maximum:
        raise ValueError(f"Saisissez un nombre {_bornes(question)}.")
    if question.decimales == 0 and valeur != int(valeur):
        raise ValueError("Saisissez un nombre entier.")
    if round(valeur, question.decimales) != valeur:
        raise ValueError(f"{question.decimales} décimale{'s' if question.decimales > 1 else ''} au plus.")
    return int(valeur) if valeur == int(valeur) else float(valeur)


def _bornes(question: Question) -> str:
    if question.minimum is not None and question.maximum is not None:
        return f"entre {_borne(question.minimum)} et {_borne(question.maximum)}"
    if question.minimum is not None:
        return f"d'au moins {_borne(question.minimum)}"
    return f"d'au plus {_borne(question.maximum if question.maximum is not None else 10.0**12)}"


def _borne(valeur: float) -> str:
    return nombre(int(valeur) if valeur == int(valeur) else valeur)


def _texte(question: Question, valeur: Any, options: Options, aujourdhui: dt.date) -> str | None:
    if not isinstance(valeur, str):
        raise ValueError("Saisissez un texte.")
    texte = valeur.replace("\x00", "").replace("\r\n", "\n").strip()
    if len(texte) > LONGUEUR_TEXTE:
        raise ValueError(f"{len(texte)} caractères : {LONGUEUR_TEXTE} au plus.")
    return texte or None


def _oui_non(question: Question, valeur: Any, options: Options, aujourdhui: dt.date) -> bool:
    if not isinstance(valeur, bool):
        raise ValueError("Répondez par oui ou par non.")
    return valeur


def _choix(question: Question, valeur: Any, options: Options, aujourdhui: dt.date) -> str:
    if not isinstance(valeur, str) or valeur not in options:
        raise ValueError(CHOISIR)
    return valeur


def _choix_multiple(question: Question, valeur: Any, options: Options, aujourdhui: dt.date) -> list[str]:
    if not isinstance(valeur, list) or not all(isinstance(code, str) and code in options for code in valeur):
        raise ValueError("Choisissez des éléments de la liste.")
    choisis = set(valeur)
    for option in question.options:
        if option.exclusive and option.code in choisis and len(choisis) > 1:
            raise ValueError(f"« {option.libelle} » ne va pas avec une autre réponse.")
    return [code for code in options if code in choisis]


_NORMALISEURS: Mapping[TypeQuestion, Callable[[Question, Any, Options, dt.date], Any]] = {
    TypeQuestion.DATE: _date,
    TypeQuestion.NOMBRE: _nombre,
    TypeQuestion.TEXTE: _texte,
    TypeQuestion.OUI_NON: _oui_non,
    TypeQuestion.CHOIX: _choix,
    TypeQuestion.CHOIX_MULTIPLE: _choix_multiple,
}
