"""A dossier and a bilan that answer everything, to try what a plugin makes of them."""

import datetime as dt
from typing import Any

from viesion_core.bilans.model import BilanVu, Question, Questionnaire, TypeQuestion
from viesion_core.exemples import AUJOURDHUI, un_bilan, un_dossier, un_entretien, une_difficulte, une_etape
from viesion_core.offres.model import DossierVu


def dossier_exemple(offre: str, questionnaire: Questionnaire | None) -> DossierVu:
    """Return a dossier with an open étape of the offre, an entretien, a difficulté, and a bilan when there is one."""
    etape = une_etape(AUJOURDHUI - dt.timedelta(days=60), offre=offre)
    bilans = []
    if questionnaire is not None:
        reponses = {question.code: _reponse(question) for question in questionnaire.questions()}
        bilans.append(un_bilan(etape, reponses, questionnaire=questionnaire.code))
    entretiens = [un_entretien(AUJOURDHUI - dt.timedelta(days=40), "PRESENCE", etape)]
    return un_dossier(etape, entretiens=entretiens, difficultes=[une_difficulte("SANS_PERMIS")], bilans=bilans)


def bilan_exemple(dossier: DossierVu, questionnaire: Questionnaire) -> BilanVu:
    """Return the bilan of that dossier."""
    return next(bilan for bilan in dossier.bilans if bilan.questionnaire == questionnaire.code)


def _reponse(question: Question) -> Any:
    premiere = question.options[0].code if question.options else "EXEMPLE"
    return {
        TypeQuestion.DATE: (AUJOURDHUI - dt.timedelta(days=30)).isoformat(),
        TypeQuestion.NOMBRE: question.minimum if question.minimum is not None else 1,
        TypeQuestion.TEXTE: "Exemple",
        TypeQuestion.OUI_NON: True,
        TypeQuestion.CHOIX: premiere,
        TypeQuestion.CHOIX_MULTIPLE: [premiere],
    }[question.type]
