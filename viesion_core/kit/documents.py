"""Every template of an offre merged for real on a bilan that answers everything: what its author reads in a test."""

import datetime as dt
import pathlib
import uuid
from typing import Any

from viesion_core.bilans.actions import creer_bilan
from viesion_core.bilans.actions_reponses import enregistrer_reponses
from viesion_core.bilans.model import Question, Questionnaire, SaisieReponse, TypeQuestion
from viesion_core.bilans.queries import listes
from viesion_core.bilans.regles import options_de
from viesion_core.contexte import Contexte
from viesion_core.erreurs import ErreurSaisie
from viesion_core.extensions import Registre, garder_modeles, garder_questionnaires
from viesion_core.extensions.fusion import creer_document_fusion
from viesion_core.fusion.actions import lire_document


async def fusionner_modeles(
    registre: Registre, ctx: Contexte, numero: int, etape: uuid.UUID, offre: str, dossier: pathlib.Path
) -> dict[str, bytes]:
    """Return the merged .docx of each template of a bilan of the offre, by code of the template.

    A bilan of today is made on the étape for each questionnaire, every question that is asked has an answer. `dossier`:
    where the documents are kept. Raises ErreurSaisie when a template asks for a
    field that nobody gives.
    """
    await garder_questionnaires(registre, ctx.maintenant)
    await garder_modeles(registre, ctx.maintenant)
    bilans = {}
    for questionnaire in registre.questionnaires({offre}):
        _, bilans[questionnaire.code] = await creer_bilan(
            ctx,
            numero,
            etape_choisie=etape,
            code=questionnaire.code,
            date_bilan=ctx.aujourdhui,
            installees=frozenset({offre}),
        )
        await _repondre(ctx, numero, bilans[questionnaire.code], questionnaire, offre)
    documents = {}
    for modele in registre.modeles_fusion():
        if modele.offre == offre and modele.questionnaire in bilans:
            _, identifiant = await creer_document_fusion(
                registre, ctx, numero, modele.code, dossier=dossier, bilan=bilans[modele.questionnaire]
            )
            documents[modele.code] = await lire_document(ctx, numero, identifiant, dossier)
    return documents


async def _repondre(ctx: Contexte, numero: int, bilan: uuid.UUID, questionnaire: Questionnaire, offre: str) -> None:
    connues = await listes(questionnaire, {})
    saisies = {
        question.code: SaisieReponse(_reponse(question, list(options_de(question, connues)), ctx.aujourdhui))
        for question in questionnaire.questions()
    }
    fait = await enregistrer_reponses(ctx, numero, bilan, saisies, installees=frozenset({offre}))
    refus = {code: str(erreur) for code, erreur in dict(fait.refus).items()}
    if refus:
        raise ErreurSaisie(refus, "Une réponse d'exemple est refusée.")


def _reponse(question: Question, options: list[str], aujourdhui: dt.date) -> Any:
    """Return an answer that the question accepts."""
    match question.type:
        case TypeQuestion.OUI_NON:
            return True
        case TypeQuestion.DATE:
            return aujourdhui.isoformat()
        case TypeQuestion.NOMBRE:
            return int(max(question.minimum or 0, min(question.maximum or 3, 3)))
        case TypeQuestion.CHOIX:
            return options[0]
        case TypeQuestion.CHOIX_MULTIPLE:
            return options[:1]
        case _:
            return f"Réponse à « {question.texte} »"
