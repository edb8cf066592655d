"""Saving answers: one at a time as the person is interviewed, or the whole form of a browser without JavaScript.

Each save is an act with its revisions, so that every answer has a history and can be undone. An answer is saved over
the version that was known; the same value is never a conflict (a receipt was lost on the way).
"""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

import msgspec

from viesion_core.acces.perimetre import exiger_ecriture
from viesion_core.actes import Acte, acte
from viesion_core.bilans.actions import SANS_ACCES, exiger_modifiable
from viesion_core.bilans.comptes import recompter
from viesion_core.bilans.model import (
    Avancement,
    BilanResume,
    Question,
    Questionnaire,
    ReponseVue,
    SaisieReponse,
    cle_reponse,
    lisible,
)
from viesion_core.bilans.queries import bilan, liste, questionnaire_de, reponses
from viesion_core.bilans.regles import avancement, normaliser, options_de
from viesion_core.bilans.tables import Reponse
from viesion_core.contexte import Contexte
from viesion_core.db import lire_valeur
from viesion_core.erreurs import ConflitVersion, ErreurMetier, ErreurSaisie, Interdit, Introuvable


class ConflitReponse(ConflitVersion):
    """Somebody answered since: `actuelle_reponse` is their answer, None when they emptied it."""

    def __init__(self, question: str, actuelle: ReponseVue | None) -> None:
        valeur = actuelle.valeur if actuelle else None
        super().__init__({"valeur": valeur}, actuelle.version if actuelle else 0)
        self.question = question
        self.reponse = actuelle


class Enregistrement(msgspec.Struct, frozen=True, kw_only=True):
    """What a save gave: the answers as they now are, how far the bilan is, and what was refused by question."""

    acte: uuid.UUID | None
    at: dt.datetime
    reponses: Mapping[str, ReponseVue]
    avancement: Avancement
    refus: Mapping[str, ErreurMetier]


async def enregistrer_reponse(
    ctx: Contexte,
    numero: int,
    identifiant: uuid.UUID,
    question: str,
    saisie: SaisieReponse,
    *,
    installees: frozenset[str],
) -> Enregistrement:
    """Save one answer.

    Raises ConflitReponse with the other's answer, ErreurSaisie when the value is refused, Introuvable for a question
    that the questionnaire does not have, Interdit when the bilan is closed or another organism's.
    """
    fait = await enregistrer_reponses(ctx, numero, identifiant, {question: saisie}, installees=installees)
    if question in fait.refus:
        raise fait.refus[question]
    return fait


async def enregistrer_reponses(
    ctx: Contexte,
    numero: int,
    identifiant: uuid.UUID,
    saisies: Mapping[str, SaisieReponse],
    *,
    installees: frozenset[str],
) -> Enregistrement:
    """Save several answers in one act; those refused or in conflict are in `refus`, the others are saved."""
    exiger_ecriture(ctx)
    refus: dict[str, ErreurMetier] = {}
    async with acte(ctx, "bilan.repondre", "", beneficiaire=numero) as a:
        fiche = await bilan(ctx, numero, identifiant, verrou=True)
        exiger_modifiable(ctx, fiche, installees)
        questionnaire = await questionnaire_de(fiche)
        actuelles = {r.question: r for r in await reponses(fiche.id)}
        a.libelle = _libelle(fiche, questionnaire, saisies)
        for question, saisie in _questions(ctx, questionnaire, saisies):
            try:
                await _repondre(a, fiche, question, saisie, actuelles)
            except (ErreurSaisie, ConflitReponse) as erreur:
                refus[question.code] = erreur
        etat = avancement(questionnaire, {code: r.valeur for code, r in actuelles.items()})
        if not a.vide:
            await recompter(fiche.id, etat)
    return Enregistrement(
        acte=None if a.vide else a.id, at=ctx.maintenant, reponses=actuelles, avancement=etat, refus=refus
    )


def _questions(
    ctx: Contexte, questionnaire: Questionnaire, saisies: Mapping[str, SaisieReponse]
) -> list[tuple[Question, SaisieReponse]]:
    questions = questionnaire.par_code()
    inconnues = saisies.keys() - questions.keys()
    if inconnues:
        raise Introuvable("Cette question n'est pas dans ce bilan.")
    for code in saisies:
        if not lisible(ctx, questions[code].sensible):
            raise Interdit(SANS_ACCES)
    return [(questions[code], saisie) for code, saisie in saisies.items()]


def _libelle(fiche: BilanResume, questionnaire: Questionnaire, saisies: Mapping[str, SaisieReponse]) -> str:
    """Return what the history says: which questions, never their answers."""
    if len(saisies) > 1:
        return f"{fiche.nom} enregistré"
    rangs = {question.code: rang for rang, question in enumerate(questionnaire.questions(), start=1)}
    return f"{fiche.nom} : question {rangs.get(next(iter(saisies), ''), '')}"


async def _repondre(
    a: Acte, fiche: BilanResume, question: Question, saisie: SaisieReponse, actuelles: dict[str, ReponseVue]
) -> None:
    """Apply one answer, and keep `actuelles` true."""
    actuelle = actuelles.get(question.code)
    stockee = actuelle.valeur if actuelle else None
    valeur = await _valeur(a.ctx, question, saisie.valeur, stockee)
    if valeur == stockee and type(valeur) is type(stockee):
        return
    if saisie.version != (actuelle.version if actuelle else 0):
        raise ConflitReponse(question.code, actuelle)
    if actuelle is None:
        actuelles[question.code] = await _ajouter(a, fiche, question, valeur)
    elif valeur is None:
        await a.supprimer(Reponse, actuelle.id, version=actuelle.version)
        del actuelles[question.code]
    else:
        ligne = await a.modifier(Reponse, actuelle.id, _colonnes(a.ctx, valeur), version=actuelle.version)
        actuelles[question.code] = _vue(ligne)


async def _valeur(ctx: Contexte, question: Question, valeur: Any, stockee: Any) -> Any:
    """Return the value to store; what is stored already stays allowed although its list has lost it."""
    listes = {}
    if question.liste and valeur is not None:
        gardes = stockee if isinstance(stockee, list) else [stockee] if isinstance(stockee, str) else []
        listes = {question.liste: await liste(question.liste, gardes)}
    return normaliser(question, valeur, options_de(question, listes), ctx.aujourdhui)


async def _ajouter(a: Acte, fiche: BilanResume, question: Question, valeur: Any) -> ReponseVue:
    """Insert the answer; its version goes on from the one that was emptied, so that an old page is not mistaken."""
    cle = cle_reponse(fiche.id, question.code)
    derniere = await lire_valeur(
        "SELECT version FROM revision WHERE nom_table = 'reponse' AND cle = {} ORDER BY version DESC LIMIT 1", str(cle)
    )
    valeurs = {"id": cle, "bilan": fiche.id, "question": question.code, **_colonnes(a.ctx, valeur)}
    return _vue(await a.inserer(Reponse, valeurs, version=(derniere or 0) + 1))


def _colonnes(ctx: Contexte, valeur: Any) -> dict[str, Any]:
    return {"valeur": valeur, "auteur": ctx.utilisateur, "auteur_nom": ctx.nom, "at": ctx.maintenant}


def _vue(ligne: Mapping[str, Any]) -> ReponseVue:
    return ReponseVue(**{champ: ligne[champ] for champ in ReponseVue.__struct_fields__})
