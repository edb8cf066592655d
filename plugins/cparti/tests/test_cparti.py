"""The questionnaires, the pre-filling, the controls, the exit and the sheet of the C-PARTI."""

import datetime as dt
from typing import Any

import pytest

from viesion_core.api import Condition, DossierVu, Niveau
from viesion_core.testing import un_bilan, un_dossier, un_entretien, une_etape
from viesion_cparti.bilan import SORTIE, preremplir, questionnaires
from viesion_cparti.controles import controler
from viesion_cparti.fusion import completer
from viesion_cparti.suivi import panneaux, points_sortie

J = dt.date
ETAPE = une_etape(offre="C-PARTI")
ENTREE = {"01": "2026-10-12", "02": "FRANCE_TRAVAIL", "03": 1, "04": 0}
PRE: dict[str, Any] = {
    **{f"CPARTI_PRE_{rang}": valeur for rang, valeur in ENTREE.items()},
    "CPARTI_PRE_05": "HORS_AGRICOLE",
    "CPARTI_PRE_06": "Céramique",
    "CPARTI_PRE_09": "REALISEE",
    "CPARTI_PRE_10": "REALISEE",
    "CPARTI_PRE_11": 6000,
    "CPARTI_PRE_12": ["MICROCREDIT"],
    "CPARTI_PRE_13": 4000,
    "CPARTI_PRE_14": True,
    "CPARTI_PRE_21": "CREATION_EFFECTIVE",
    "CPARTI_PRE_22": "2026-11-02",
}
POST: dict[str, Any] = {
    **{f"CPARTI_POST_{rang}": valeur for rang, valeur in ENTREE.items()},
    "CPARTI_POST_05": "2025-11-02",
    "CPARTI_POST_07": True,
    "CPARTI_POST_08": 14000,
    "CPARTI_POST_09": 5800,
    "CPARTI_POST_10": 680,
    "CPARTI_POST_21": "VIABLE",
    "CPARTI_POST_22": "POURSUITE",
}


def dossier(*bilans: Any) -> DossierVu:
    return un_dossier(ETAPE, entretiens=[un_entretien(J(2026, 10, 12), "PRESENCE", ETAPE)], bilans=bilans)


def trouver(code: str, base: dict[str, Any], changes: dict[str, Any]) -> list[tuple[str, bool]]:
    reponses = {c: valeur for c, valeur in {**base, **changes}.items() if valeur is not None}
    return [(c.champ, c.bloque) for c in controler(dossier(), un_bilan(ETAPE, reponses, questionnaire=code))]


def test_28_29_and_35_questions() -> None:
    for code, nombre in (("CPARTI_PRE", 28), ("CPARTI_POST", 29), ("CPARTI_AGRI", 35)):
        questions = questionnaires()[code].par_code()
        assert list(questions) == [f"{code}_{rang:02}" for rang in range(1, nombre + 1)]
        assert not any(question.sensible for question in questions.values())
        assert questions[f"{code}_{SORTIE[code]}"].texte == "Date de fin réelle"
    pre = questionnaires()["CPARTI_PRE"].par_code()
    assert pre["CPARTI_PRE_16"].si == (Condition("CPARTI_PRE_05", ("AGRICOLE_MSA",)),)
    assert pre["CPARTI_PRE_08"].liste == "COMMUNE"


def test_a_pre_creation_begins_with_what_the_moc_said() -> None:
    moc = une_etape(J(2026, 7, 1), J(2026, 9, 1), "MOC")
    reponses = {"MOC_05": "REPRISE", "MOC_06": "AGRICOLE", "MOC_07": "Reprise d'une vigne"}
    vu = un_dossier(ETAPE, moc, bilans=[un_bilan(moc, reponses)])
    assert preremplir(vu, "CPARTI_PRE", ETAPE) == {
        "CPARTI_PRE_05": "AGRICOLE_MSA",
        "CPARTI_PRE_06": "Reprise d'une vigne",
        "CPARTI_PRE_07": "REPRISE",
    }


def test_a_post_creation_begins_with_the_pre_creation_and_the_former_bilan() -> None:
    avant = un_bilan(ETAPE, {**PRE, "CPARTI_PRE_07": "ASSOCIATION"}, questionnaire="CPARTI_PRE")
    assert preremplir(dossier(avant), "CPARTI_POST", ETAPE) == {
        "CPARTI_POST_01": "2026-10-12",
        "CPARTI_POST_03": 1,
        "CPARTI_POST_04": 0,
        "CPARTI_POST_05": "2026-11-02",
        "CPARTI_POST_06": "ASSOCIATION",
    }
    repris = preremplir(dossier(un_bilan(ETAPE, POST, questionnaire="CPARTI_POST")), "CPARTI_POST", ETAPE)
    assert (repris["CPARTI_POST_05"], "CPARTI_POST_08" in repris) == ("2025-11-02", False)
    close = une_etape(J(2026, 1, 5), J(2026, 6, 30), "C-PARTI")
    assert preremplir(un_dossier(close), "CPARTI_AGRI", close) == {
        "CPARTI_AGRI_30": "2026-06-30",
        "CPARTI_AGRI_31": "OBJECTIF_DE_L_ETAPE_ATTEINT",
    }
    assert preremplir(un_dossier(close), "AUTRE", close) == {}


def test_good_bilans_have_nothing_to_say() -> None:
    assert trouver("CPARTI_PRE", PRE, {}) == []
    assert trouver("CPARTI_POST", POST, {}) == []


@pytest.mark.parametrize(
    ("changes", "attendu"),
    [
        ({"CPARTI_PRE_22": None}, ("CPARTI_PRE_22", True)),
        ({"CPARTI_PRE_22": "2027-02-01"}, ("CPARTI_PRE_22", True)),
        ({"CPARTI_PRE_21": "CREATION_PREVUE"}, ("CPARTI_PRE_22", False)),
        ({"CPARTI_PRE_12": ["AUCUN"]}, ("CPARTI_PRE_12", True)),
        ({"CPARTI_PRE_12": ["DJA"]}, ("CPARTI_PRE_12", False)),
        ({"CPARTI_PRE_13": 9000}, ("CPARTI_PRE_13", False)),
        ({"CPARTI_PRE_09": "EN_COURS"}, ("CPARTI_PRE_09", False)),
        ({"CPARTI_PRE_14": None}, ("CPARTI_PRE_14", False)),
        ({"CPARTI_PRE_05": "AGRICOLE_MSA", "CPARTI_PRE_16": "EN_RECHERCHE"}, ("CPARTI_PRE_16", False)),
        ({"CPARTI_PRE_23": "2026-11-20"}, ("CPARTI_PRE_24", True)),
    ],
)
def test_each_rule_before_the_creation_bites(changes: dict[str, Any], attendu: tuple[str, bool]) -> None:
    assert attendu in trouver("CPARTI_PRE", PRE, changes)


@pytest.mark.parametrize(
    ("changes", "attendu"),
    [
        ({"CPARTI_POST_08": None}, ("CPARTI_POST_08", False)),
        ({"CPARTI_POST_10": 2000}, ("CPARTI_POST_10", False)),
        ({"CPARTI_POST_08": 0, "CPARTI_POST_11": "HAUSSE"}, ("CPARTI_POST_11", True)),
        ({"CPARTI_POST_07": False}, ("CPARTI_POST_07", False)),
        ({"CPARTI_POST_21": "NON_VIABLE"}, ("CPARTI_POST_22", False)),
        ({"CPARTI_POST_22": "CESSATION_ACCOMPAGNEE"}, ("CPARTI_POST_22", True)),
        ({"CPARTI_POST_14": "10_000"}, ("CPARTI_POST_21", False)),
        ({"CPARTI_POST_20": "OUI", "CPARTI_POST_10": 0}, ("CPARTI_POST_20", False)),
        ({"CPARTI_POST_20": "OUI", "CPARTI_POST_21": "NON_VIABLE"}, ("CPARTI_POST_21", False)),
    ],
)
def test_each_rule_after_the_creation_bites(changes: dict[str, Any], attendu: tuple[str, bool]) -> None:
    assert attendu in trouver("CPARTI_POST", POST, changes)


def test_an_exploitation_has_its_own_rules() -> None:
    assert ("CPARTI_AGRI_20", False) in trouver("CPARTI_AGRI", {}, {"CPARTI_AGRI_20": "AUCUNE"})
    assert ("CPARTI_AGRI_26", False) in trouver("CPARTI_AGRI", {}, {"CPARTI_AGRI_25": ["DETTES"]})


def test_the_exit_asks_for_a_conclusion_and_the_figures() -> None:
    assert [p.fait for p in points_sortie(dossier(), ETAPE)] == [False]
    clos = un_bilan(ETAPE, POST, questionnaire="CPARTI_POST", clos=True)
    assert [p.fait for p in points_sortie(dossier(clos), ETAPE)] == [True, True, True]
    sans = un_bilan(ETAPE, {"CPARTI_AGRI_27": "VIABLE"}, questionnaire="CPARTI_AGRI")
    assert [p.fait for p in points_sortie(dossier(sans), ETAPE)] == [False, True, False]
    avant = un_bilan(ETAPE, PRE, questionnaire="CPARTI_PRE", clos=True)
    assert [p.libelle for p in points_sortie(dossier(avant), ETAPE)] == ["Bilan C-PARTI clos", "Décision"]


def test_the_sheet_shows_the_activity() -> None:
    (feuille,) = panneaux(dossier(un_bilan(ETAPE, POST, questionnaire="CPARTI_POST")))
    lignes = dict(feuille.lignes)
    assert (lignes["Activité créée le"], lignes["Chiffre d'affaires"]) == ("02/11/2025", "14\u202f000 €")
    assert (lignes["Viabilité"], feuille.niveau) == ("Viable", None)
    (vide,) = panneaux(dossier())
    assert (dict(vide.lignes)["Dernier bilan"], vide.niveau) == ("À créer", Niveau.ATTEND)
    assert panneaux(un_dossier(une_etape())) == []


def test_the_document_says_it_in_words() -> None:
    vu = dossier()
    post = completer(vu, un_bilan(ETAPE, {**POST, "CPARTI_POST_12": "ABSENTE"}, questionnaire="CPARTI_POST"))["cparti"]
    assert post["resultat"] == "8\u202f200 € (14\u202f000 € encaissés, 5\u202f800 € de charges)"
    assert post["attention"] == [{"texte": "Aucune comptabilité n'est tenue."}]
    avant = completer(vu, un_bilan(ETAPE, PRE, questionnaire="CPARTI_PRE"))["cparti"]
    assert avant["financement"] == "4\u202f000 € obtenus sur 6\u202f000 €"
    assert completer(vu, None)["cparti"] == {"duree": "", "financement": "", "resultat": "", "attention": []}
