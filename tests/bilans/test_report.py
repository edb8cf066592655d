"""Open bilans carried over to a new version: what maps is kept, what does not is told and left, or lost knowingly."""

import msgspec
import pytest

from tests.bilans.aides import essai, garder, repondre, un_bilan
from viesion_core.actes import annuler_acte
from viesion_core.bilans.actions_report import Ecart, reporter_bilans
from viesion_core.bilans.model import Option, Question, Questionnaire
from viesion_core.bilans.queries import bilan, reponses
from viesion_core.db import lire_valeur
from viesion_core.erreurs import ErreurMetier, Interdit
from viesion_core.testing import Monde


def version_2() -> Questionnaire:
    """The short questionnaire, where SUITE has lost « Droit commun », COUT is gone, and a question is new."""

    def changer(question: Question) -> Question:
        if question.code == "SUITE":
            options = (Option("AUCUNE_SUITE", "Aucune suite"), Option("SOINS", "Soins"))
            return msgspec.structs.replace(question, options=options)
        return question

    sections = tuple(
        msgspec.structs.replace(s, questions=tuple(changer(q) for q in s.questions if q.code != "COUT"))
        for s in essai().sections
    )
    return essai(version=2, sections=sections)


async def test_what_maps_is_carried_and_what_does_not_is_told(monde: Monde) -> None:
    await garder()
    numero, bon = await un_bilan(monde)
    await repondre(monde.referent, numero, bon, "NOMBRE", 3)
    autre, mauvais = await un_bilan(monde)
    await repondre(monde.referent, autre, mauvais, "SUITE", "DROIT_COMMUN")
    await repondre(monde.referent, autre, mauvais, "NOMBRE", 5)
    await garder(essai(), version_2())
    ecart = Ecart("SUITE", "la réponse serait refusée (Choisissez un élément de la liste)")
    for appliquer in (False, True):
        rapport = await reporter_bilans(monde.systeme, "ESSAI", appliquer=appliquer)
        assert (rapport.version, rapport.reportes, rapport.laisses, dict(rapport.ecarts)) == (2, 1, 1, {ecart: 1})
    assert (await bilan(monde.referent, numero, bon)).version_questionnaire == 2
    assert (await bilan(monde.referent, autre, mauvais)).version_questionnaire == 1
    assert [(r.question, r.valeur) for r in await reponses(bon)] == [("NOMBRE", 3)]
    encore = await reporter_bilans(monde.systeme, "ESSAI", appliquer=True, avec_pertes=True)
    assert (encore.reportes, encore.laisses) == (1, 0)
    fiche = await bilan(monde.referent, autre, mauvais)
    assert (fiche.version_questionnaire, fiche.nombre_questions, fiche.nombre_reponses) == (2, 8, 1)
    assert [(r.question, r.valeur) for r in await reponses(mauvais)] == [("NOMBRE", 5)]
    assert (await reporter_bilans(monde.systeme, "ESSAI", appliquer=True)).reportes == 0


async def test_a_carrying_over_is_undone(monde: Monde) -> None:
    await garder()
    numero, identifiant = await un_bilan(monde)
    await repondre(monde.referent, numero, identifiant, "SUITE", "DROIT_COMMUN")
    await garder(essai(), version_2())
    await reporter_bilans(monde.systeme, "ESSAI", appliquer=True, avec_pertes=True)
    fait = await lire_valeur("SELECT id FROM acte WHERE nature = 'bilan.reporter'")
    await annuler_acte(monde.systeme, fait)
    assert (await bilan(monde.referent, numero, identifiant)).version_questionnaire == 1
    assert [r.valeur for r in await reponses(identifiant)] == ["DROIT_COMMUN"]


async def test_nobody_else_may_and_an_unknown_code_is_said(monde: Monde) -> None:
    with pytest.raises(Interdit):
        await reporter_bilans(monde.referent, "ESSAI", appliquer=True)
    with pytest.raises(ErreurMetier, match="INCONNU"):
        await reporter_bilans(monde.systeme, "INCONNU", appliquer=False)
