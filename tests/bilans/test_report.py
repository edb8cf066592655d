"""Open bilans carried over to a new version: what maps is kept, what does not is told and left, or lost knowingly."""

import msgspec
import pytest

from tests.bilans.aides import INSTALLEES, essai, garder, repondre, un_bilan
from viesion_core.actes import Acte, annuler_acte
from viesion_core.bilans.actions_report import reporter_bilan, reporter_bilans
from viesion_core.bilans.model import Option, Question, Questionnaire
from viesion_core.bilans.queries import bilan, reponses
from viesion_core.bilans.queries_report import apercu_bilan, apercu_report, questionnaires_suivis
from viesion_core.bilans.report import Ecart
from viesion_core.db import compter_requetes, executer, lire_valeur, transaction
from viesion_core.erreurs import ConflitVersion, ErreurMetier, ErreurSaisie, Interdit, Introuvable
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


async def test_the_preview_counts_by_organism_and_reads_no_more_for_more_bilans(monde: Monde) -> None:
    await garder()
    numero, bon = await un_bilan(monde)
    await repondre(monde.referent, numero, bon, "NOMBRE", 3)
    autre, mauvais = await un_bilan(monde)
    await repondre(monde.referent, autre, mauvais, "SUITE", "DROIT_COMMUN")
    await garder(essai(), version_2())
    with compter_requetes() as compte:
        vu = await apercu_report(monde.systeme, "ESSAI")
    assert compte.nombre == 3
    assert [(o.bilans, o.avec_ecarts) for o in vu.organismes] == [(2, 1)]
    assert ([cle for _, cle in vu.complets], [cle for _, cle in vu.incomplets]) == ([bon], [mauvais])
    ((version, nombre, differences),) = vu.versions
    assert (version, nombre, differences.identiques) == (1, 2, 7)
    assert [q.code for q in differences.modifiees] == ["SUITE"]
    assert [q.code for q in differences.retirees] == ["COUT"]
    assert [(q.code, q.anciens) for q in await questionnaires_suivis()] == [("ESSAI", 2)]
    fait = await reporter_bilans(monde.administrateur, "ESSAI", appliquer=True, avec_pertes=True, maximum=1)
    assert (fait.reportes, fait.restants) == (1, 1)
    auteur = await lire_valeur("SELECT utilisateur FROM acte WHERE nature = 'bilan.reporter'")
    assert auteur == monde.administrateur.utilisateur
    assert (await reporter_bilans(monde.administrateur, "ESSAI", appliquer=True, avec_pertes=True)).reportes == 1
    assert (await apercu_report(monde.systeme, "ESSAI")).bilans == 0


async def test_a_referent_carries_an_own_open_bilan_over_and_undoes_it(monde: Monde) -> None:
    await garder()
    numero, identifiant = await un_bilan(monde)
    await repondre(monde.referent, numero, identifiant, "SUITE", "DROIT_COMMUN")
    await garder(essai(), version_2())
    fiche = await bilan(monde.referent, numero, identifiant)
    assert (fiche.version_questionnaire, fiche.derniere_version) == (1, 2)
    vu = await apercu_bilan(monde.referent, fiche)
    assert vu is not None
    assert (vu.gardees, vu.ecarts[0][0], vu.ecarts[0][2]) == (0, "Préconisation", "Droit commun")

    async def passer(*, avec_pertes: bool, version: int = fiche.version) -> Acte:
        return await reporter_bilan(
            monde.referent, numero, identifiant, version=version, installees=INSTALLEES, avec_pertes=avec_pertes
        )

    with pytest.raises(ErreurSaisie):
        await passer(avec_pertes=False)
    with pytest.raises(ConflitVersion):
        await passer(avec_pertes=True, version=99)
    fait = await passer(avec_pertes=True)
    assert (await bilan(monde.referent, numero, identifiant)).version_questionnaire == 2
    with pytest.raises(ErreurMetier, match="dernière version"):
        await passer(avec_pertes=True)
    await annuler_acte(monde.referent, fait.id)
    assert (await bilan(monde.referent, numero, identifiant)).version_questionnaire == 1
    assert [r.valeur for r in await reponses(identifiant)] == ["DROIT_COMMUN"]


async def test_nobody_carries_the_bilan_of_another_organism_nor_a_closed_one(monde: Monde) -> None:
    await garder()
    numero, identifiant = await un_bilan(monde)
    await garder(essai(), version_2())
    with pytest.raises(Introuvable):
        await reporter_bilan(monde.autre_referent, numero, identifiant, version=1, installees=INSTALLEES)
    async with transaction():
        await executer("UPDATE bilan SET clos_le = {} WHERE id = {}", monde.referent.aujourdhui, identifiant)
    with pytest.raises(Interdit):
        await reporter_bilan(monde.referent, numero, identifiant, version=1, installees=INSTALLEES)
    assert (await apercu_report(monde.systeme, "ESSAI")).bilans == 0
