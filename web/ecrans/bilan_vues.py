"""What the gabarits of a bilan receive: each question with its answer in words, its help and what is said of it."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from viesion_core.bilans.model import (
    Avancement,
    BilanResume,
    Constat,
    Question,
    Questionnaire,
    ReponseVue,
    TypeQuestion,
    lisible,
)
from viesion_core.bilans.regles import Listes, avancement, options_de, texte_reponse
from viesion_core.contexte import Contexte
from viesion_core.formats import instant
from viesion_core.garde.model import avertissement
from web.garde import LECTEURS_DOSSIER, LECTEURS_SANTE, LECTEURS_TRANSMISE

LECTEURS = f"Lisible par {LECTEURS_SANTE}"
TRANSMISE = "Transmise au Département, bilan clos, si la personne l'accepte"


class QuestionVue(msgspec.Struct, kw_only=True):
    """A question as its block shows it. `valeur` is what its field takes, `texte_reponse` what one reads.

    `lecteurs`: who reads a text ("" for the other types); `garde`: what the guard says of the one that is there.
    """

    code: str
    rang: int
    texte: str
    type: str
    valeur: Any
    texte_reponse: str
    version: int
    options: list[tuple[str, str]]
    exclusives: list[str]
    aide: str
    unite: str
    requise: bool
    visible: bool
    masquee: bool
    sensible: str
    pied: str
    lecteurs: str
    garde: str
    avant: str
    constats: list[Constat]


class SectionVue(msgspec.Struct, kw_only=True):
    """A section: its questions, how many are asked and answered."""

    code: str
    titre: str
    questions: list[QuestionVue]
    reponses: int
    posees: int

    @property
    def menu(self) -> tuple[str, str, int, int]:
        """Its entry in the side list: code, title, answers, questions asked."""
        return self.code, self.titre, self.reponses, self.posees


class BilanPage(msgspec.Struct, kw_only=True):
    """All that the page of a bilan shows of its answers."""

    sections: list[SectionVue]
    etat: Avancement
    enregistre_a: dt.datetime | None
    constats: list[Constat]
    rangs: Mapping[str, int]


def bilan_page(
    ctx: Contexte,
    fiche: BilanResume,
    questionnaire: Questionnaire,
    reponses: Iterable[ReponseVue],
    listes: Listes,
    constats: Iterable[Constat] = (),
) -> BilanPage:
    """Return what the page of a bilan shows; `reponses` are all of them: those the reader may not read are masked."""
    par_question = {reponse.question: reponse for reponse in reponses}
    etat = avancement(questionnaire, {code: reponse.valeur for code, reponse in par_question.items()})
    trouves = list(constats)
    rangs = {question.code: rang for rang, question in enumerate(questionnaire.questions(), start=1)}
    return BilanPage(
        sections=[
            SectionVue(
                code=section.code,
                titre=section.titre,
                questions=[
                    _question(ctx, fiche, question, rangs, par_question.get(question.code), etat, listes, trouves)
                    for question in section.questions
                ],
                reponses=etat.sections[section.code][0],
                posees=etat.sections[section.code][1],
            )
            for section in questionnaire.sections
        ],
        etat=etat,
        enregistre_a=max((reponse.at for reponse in par_question.values()), default=None),
        constats=trouves,
        rangs=rangs,
    )


def etat_json(etat: Avancement) -> dict[str, Any]:
    """Return how far a bilan is, as `js/bilan.js` expects it."""
    return {
        "nombre_reponses": etat.reponses,
        "nombre_questions": etat.total,
        "restantes": etat.restantes,
        "sans_objet": etat.sans_objet,
        "visibles": etat.visibles,
        "suivante": etat.suivante,
        "sections": {
            code: {"reponses": faites, "questions": posees} for code, (faites, posees) in etat.sections.items()
        },
    }


def signature(reponse: ReponseVue) -> str:
    """Return « Anne LEFÈVRE, 24/11/2026 à 10 h 42 »."""
    return f"{reponse.auteur_nom}, {instant(reponse.at)}"


def _question(
    ctx: Contexte,
    fiche: BilanResume,
    question: Question,
    rangs: Mapping[str, int],
    reponse: ReponseVue | None,
    etat: Avancement,
    listes: Listes,
    constats: list[Constat],
) -> QuestionVue:
    masquee = not lisible(ctx, question.sensible)
    montree = None if masquee else reponse
    valeur = montree.valeur if montree else None
    lecteurs = _lecteurs(fiche, question) if question.type is TypeQuestion.TEXTE else ""
    return QuestionVue(
        code=question.code,
        rang=rangs[question.code],
        texte=question.texte,
        type=str(question.type),
        valeur=_valeur_champ(question, valeur),
        texte_reponse=texte_reponse(question, valeur, listes),
        version=montree.version if montree else 0,
        options=list(options_de(question, listes).items()),
        exclusives=[option.code for option in question.options if option.exclusive],
        aide=question.aide,
        unite=question.unite,
        requise=question.requise,
        visible=question.code in etat.visibles,
        masquee=masquee,
        sensible=TRANSMISE if question.transmise else LECTEURS if question.sensible and not fiche.sensible else "",
        pied=signature(montree) if montree else "",
        lecteurs=lecteurs,
        garde=avertissement(valeur, lecteurs) if lecteurs and valeur and not fiche.clos else "",
        avant=msgspec.json.encode([montree.version if montree else 0, valeur]).decode(),
        constats=[constat for constat in constats if constat.champ == question.code],
    )


def _lecteurs(fiche: BilanResume, question: Question) -> str:
    if question.transmise:
        return LECTEURS_TRANSMISE
    return LECTEURS_SANTE if question.sensible or fiche.sensible else LECTEURS_DOSSIER


def _valeur_champ(question: Question, valeur: Any) -> Any:
    return dt.date.fromisoformat(valeur) if question.type is TypeQuestion.DATE and valeur else valeur
