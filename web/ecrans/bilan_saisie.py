"""Reading of a bilan posted whole, by a browser without JavaScript: what was touched, in the form that is stored."""

import re
from typing import Any

import msgspec

from viesion_core.bilans.actions_reponses import ConflitReponse
from viesion_core.bilans.model import Question, Questionnaire, SaisieReponse, TypeQuestion
from viesion_core.bilans.regles import Listes, texte_reponse
from viesion_core.contexte import PARIS
from viesion_core.erreurs import ErreurMetier, ErreurSaisie
from viesion_core.formats import heure
from web.formulaire import Formulaire, lire_date

_OUI_NON = {"oui": True, "non": False}


def lire_reponses(f: Formulaire, questionnaire: Questionnaire) -> dict[str, SaisieReponse]:
    """Return the answers that the form has changed, each over the version that its page knew.

    The hidden field `avant-CODE` carries that version and the value then shown: what was not touched is not sent
    again, so that it never contradicts somebody else.
    """
    touchees = {}
    for question in questionnaire.questions():
        avant = _avant(f, question)
        if avant is None:
            continue
        version, ancienne = avant
        valeur = _valeur(f, question)
        if valeur != ancienne or type(valeur) is not type(ancienne):
            touchees[question.code] = SaisieReponse(valeur, version)
    return touchees


def messages_refus(refus: dict[str, ErreurMetier], questionnaire: Questionnaire, listes: Listes) -> dict[str, str]:
    """Return by question why it was not saved; a conflict gives the other's answer."""
    questions = questionnaire.par_code()
    return {code: _message(erreur, questions[code], listes) for code, erreur in refus.items()}


def _message(erreur: ErreurMetier, question: Question, listes: Listes) -> str:
    if isinstance(erreur, ConflitReponse):
        if erreur.reponse is None:
            return "Une autre personne a vidé cette réponse entre-temps. Enregistrez de nouveau pour garder la vôtre."
        autre = erreur.reponse
        quand = heure(autre.at.astimezone(PARIS))
        texte = texte_reponse(question, autre.valeur, listes)
        return f"{autre.auteur_nom} a répondu « {texte} » à {quand}. Enregistrez de nouveau pour garder votre réponse."
    return next(iter(erreur.erreurs.values())) if isinstance(erreur, ErreurSaisie) else erreur.message


def _avant(f: Formulaire, question: Question) -> tuple[int, Any] | None:
    """Return the version and value that the page showed; None when the form does not have the question."""
    texte = f.texte(f"avant-{question.code}", maximum=40_000)
    if not texte:
        return None
    version, valeur = msgspec.json.decode(texte, type=tuple[int, Any])
    return version, valeur


def _valeur(f: Formulaire, question: Question) -> Any:
    if question.type is TypeQuestion.CHOIX_MULTIPLE:
        return f.liste(question.code) or None
    if question.type is TypeQuestion.TEXTE:
        return f.texte(question.code, maximum=40_000) or None
    texte = f.texte(question.code, maximum=400)
    if not texte:
        return None
    if question.type is TypeQuestion.OUI_NON:
        return _OUI_NON.get(texte, texte)
    if question.type is TypeQuestion.DATE:
        jour = lire_date(texte)
        return jour.isoformat() if jour else texte
    return _nombre(texte) if question.type is TypeQuestion.NOMBRE else texte


def _nombre(texte: str) -> int | float | str:
    """Return « 1 234,5 » as a number; what is no number is left for the rules to refuse."""
    propre = re.sub(r"[\s\u202f\u00a0]", "", texte).replace(",", ".")
    if re.fullmatch(r"-?\d{1,15}", propre):
        return int(propre)
    return float(propre) if re.fullmatch(r"-?\d{1,15}\.\d{1,6}", propre) else texte
