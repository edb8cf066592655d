"""How dossiers are made: the same people for the same seed, answers that questionnaires accept, the size asked for."""

import uuid
from collections import Counter
from typing import Any

import msgspec
import pytest

from tests.demo.aides import AUJOURDHUI, parametres
from viesion_core.bilans.lecture import lire_questionnaire
from viesion_core.bilans.model import Question, Questionnaire, TypeQuestion
from viesion_core.bilans.regles import avancement, normaliser
from viesion_core.demo.actions import _dossiers
from viesion_core.demo.bilans import Questionnaires
from viesion_core.demo.lot import Lot
from viesion_core.demo.organismes import composer, secteurs
from viesion_core.demo.plan import planifier
from viesion_core.extensions import charger_extensions
from viesion_core.nomenclatures.model import communes_par_code, nomenclatures
from viesion_core.offres.model import Offre

TOML = """
code = "ESSAI"
version = 1
libelle = "Essai - Bilan"

[[sections]]
code = "A"
titre = "A. Tout"

[[sections.questions]]
code = "E_DATE"
texte = "Date d'entrée"
type = "DATE"
passee = true
requise = true

[[sections.questions]]
code = "E_EUROS"
texte = "Chiffre d'affaires"
type = "NOMBRE"
minimum = 0
maximum = 5000
unite = "€"

[[sections.questions]]
code = "E_NOTE"
texte = "Bien-être perçu (0 à 10)"
type = "NOMBRE"
minimum = 0
maximum = 10

[[sections.questions]]
code = "E_OUI"
texte = "Renoncement"
type = "OUI_NON"

[[sections.questions]]
code = "E_RAISONS"
texte = "Raisons"
type = "CHOIX_MULTIPLE"
options = ["Coût", "Délai", "Aucun"]
si = { E_OUI = true }

[[sections.questions]]
code = "E_COMMUNE"
texte = "Commune d'implantation"
type = "CHOIX"
liste = "COMMUNE"

[[sections.questions]]
code = "E_ORGANISME"
texte = "Organisme préconisé"
type = "CHOIX"
liste = "ORGANISME"

[[sections.questions]]
code = "E_MOTIF"
texte = "Motif de fin d'étape"
type = "CHOIX"
liste = "MOTIF_FIN"

[[sections.questions]]
code = "E_TEXTE"
texte = "Synthèse partagée"
type = "TEXTE"
"""


def fabriquer(beneficiaires: int, graine: int = 34) -> tuple[Lot, list[Questionnaire], list[str]]:
    """Make the rows of a département whose two offres nobody has written yet."""
    p = parametres(beneficiaires, graine)
    monde = composer(p, [Offre(code="AVENIR", libelle="Avenir"), Offre(code="ESSAI", libelle="Essai", sensible=True)])
    lus = [msgspec.structs.replace(lire_questionnaire(TOML), offre=offre) for offre in ("ESSAI", "AVENIR")]
    lus[1] = msgspec.structs.replace(lus[1], code="AVENIR")
    questionnaires = Questionnaires({q.code: uuid.UUID(int=rang) for rang, q in enumerate(lus)}, lus)
    organismes = [organisme.id for organisme in monde.organismes]
    questionnaires.preparer(organismes)
    return _dossiers(p, monde, planifier(p, monde), questionnaires), lus, [str(o) for o in organismes]


def lignes(lot: Lot, table: str) -> list[dict[str, Any]]:
    return next(lignes for t, lignes in lot.lignes.items() if t._meta.tablename == table)


def test_the_same_seed_gives_the_same_people_and_another_seed_others() -> None:
    premier, second, autre = fabriquer(120)[0], fabriquer(120)[0], fabriquer(120, graine=7)[0]
    assert premier.lignes == second.lignes
    assert premier.journal == second.journal
    assert lignes(premier, "beneficiaire") != lignes(autre, "beneficiaire")


def test_any_questionnaire_gets_answers_that_it_accepts() -> None:
    lot, questionnaires, organismes = fabriquer(300)
    par_cle = {uuid.UUID(int=rang): q for rang, q in enumerate(questionnaires)}
    listes = {
        "COMMUNE": {code: c.nom for code, c in communes_par_code().items()},
        "ORGANISME": dict.fromkeys(organismes, ""),
        "MOTIF_FIN": dict.fromkeys(nomenclatures()["MOTIF_FIN"].codes(), ""),
    }
    bilans = {ligne["id"]: ligne for ligne in lignes(lot, "bilan")}
    assert {ligne["questionnaire"] for ligne in bilans.values()} == set(par_cle)
    reponses: dict[uuid.UUID, dict[str, Any]] = {cle: {} for cle in bilans}
    for ligne in lignes(lot, "reponse"):
        questionnaire = par_cle[bilans[ligne["bilan"]]["questionnaire"]]
        question: Question = questionnaire.par_code()[ligne["question"]]
        options = listes.get(question.liste) or {option.code: option.libelle for option in question.options}
        assert normaliser(question, ligne["valeur"], options, AUJOURDHUI) == ligne["valeur"]
        reponses[ligne["bilan"]][ligne["question"]] = ligne["valeur"]
    vus = Counter(question.type for q in questionnaires for question in q.questions())
    assert set(vus) == set(TypeQuestion)
    for cle, donnees in reponses.items():
        etat = avancement(par_cle[bilans[cle]["questionnaire"]], donnees)
        assert bilans[cle]["nombre_reponses"] == etat.reponses == len(donnees), "an answer to a question not asked"
        if bilans[cle]["clos_le"]:
            assert "E_DATE" in donnees


def test_no_plugin_at_all_still_gives_people() -> None:
    p = parametres(80)
    monde = composer(p, [])
    lot = _dossiers(p, monde, planifier(p, monde), Questionnaires({}, []))
    assert len(lignes(lot, "beneficiaire")) == 80
    assert not lignes(lot, "etape")
    assert lignes(lot, "contrat")


@pytest.mark.offre("mos", "moc", "cparti", "psme")
def test_a_departement_has_its_size() -> None:
    p = parametres(45_000)
    assert (p.organismes, p.comptes, p.referents) == (110, 900, 500)
    monde = composer(p, charger_extensions().offres())
    assert len(monde.comptes) == 900
    assert len({compte.identifiant for compte in monde.comptes}) == 900
    assert len({organisme.code for organisme in monde.organismes}) == 109
    assert set(secteurs()) == {secteur for organisme in monde.organismes for secteur in organisme.secteurs}
    personnes = planifier(p, monde)
    actives = Counter(x.referent.id for x in personnes if x.active and x.referent)
    assert sum(actives.values()) == 13_300
    assert max(actives.values()) <= 90
    assert sorted(actives.values())[len(actives) // 10] >= 8
