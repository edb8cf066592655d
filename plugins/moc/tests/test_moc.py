"""The questionnaire, the pre-filling, the controls, the exit and the sheet of the MOC."""

import datetime as dt
from typing import Any

import pytest

from viesion_core.api import DossierVu, Niveau
from viesion_core.testing import un_bilan, un_dossier, un_entretien, un_referent, une_etape
from viesion_moc.bilan import CPARTI, preremplir, questionnaires
from viesion_moc.controles import controler
from viesion_moc.fusion import completer
from viesion_moc.suivi import panneaux, points_sortie

J = dt.date
ETAPE = une_etape(offre="MOC")
BON: dict[str, Any] = {
    "MOC_01": "2026-10-12",
    "MOC_02": "FRANCE_TRAVAIL",
    "MOC_03": 1,
    "MOC_04": 0,
    "MOC_05": "CREATION",
    "MOC_06": "ARTISANAT",
    "MOC_08": "ETUDE_EN_COURS",
    "MOC_09": "EXPERIENCE",
    "MOC_10": "NON_REQUISE",
    "MOC_13": ["AUCUN"],
    "MOC_14": "FORTES",
    "MOC_15": "OUI",
    "MOC_16": "FAVORABLE",
    "MOC_17": "C_PARTI_PRE_CREATION",
    "MOC_18": "OUI",
    "MOC_19": "Synthèse",
}


def dossier(*bilans: Any) -> DossierVu:
    return un_dossier(ETAPE, entretiens=[un_entretien(J(2026, 10, 12), "PRESENCE", ETAPE)], bilans=bilans)


def trouver(changes: dict[str, Any]) -> list[tuple[str, bool]]:
    reponses = {code: valeur for code, valeur in {**BON, **changes}.items() if valeur is not None}
    return [(c.champ, c.bloque) for c in controler(dossier(), un_bilan(ETAPE, reponses))]


def test_19_questions_and_the_conditions_of_a_project() -> None:
    questions = questionnaires()["MOC"].par_code()
    assert list(questions) == [f"MOC_{rang:02}" for rang in range(1, 20)]
    assert [code for code, q in questions.items() if q.si] == [
        "MOC_06",
        "MOC_07",
        "MOC_08",
        "MOC_10",
        "MOC_16",
        "MOC_18",
    ]
    assert set(CPARTI) < {option.code for option in questions["MOC_17"].options}


def test_the_dossier_proposes_what_it_knows() -> None:
    vu = un_dossier(
        ETAPE,
        entretiens=[un_entretien(J(2026, 10, 12), "PRESENCE", ETAPE)],
        affectations=[un_referent("Service départemental insertion")],
        caracteristiques={"ACTIVITE": "Exploitant agricole", "GARDE": "Sans solution", "RESSOURCES": "Sans ressource"},
        bilans=[un_bilan(ETAPE, {"MOC_07": "Maraîchage", "MOC_17": "FORMATION"})],
    )
    assert preremplir(vu, "MOC", ETAPE) == {
        "MOC_01": "2026-10-12",
        "MOC_02": "REFERENT_UNIQUE_SDI",
        "MOC_03": 1,
        "MOC_04": 0,
        "MOC_05": "ACTIVITE_EXISTANTE",
        "MOC_06": "AGRICOLE",
        "MOC_07": "Maraîchage",
        "MOC_08": "DEJA_IMMATRICULE",
        "MOC_13": ["FINANCES_DETTES", "GARDE_D_ENFANTS"],
    }
    assert preremplir(vu, "AUTRE", ETAPE) == {}


def test_a_good_bilan_has_nothing_to_say() -> None:
    assert trouver({}) == []


@pytest.mark.parametrize(
    ("changes", "attendu"),
    [
        ({"MOC_18": None}, ("MOC_18", True)),
        ({"MOC_05": "PAS_DE_PROJET_DEFINI"}, ("MOC_17", True)),
        ({"MOC_05": "ACTIVITE_EXISTANTE", "MOC_08": "IDEE"}, ("MOC_08", True)),
        ({"MOC_01": None}, ("MOC_01", True)),
        ({"MOC_03": 5}, ("MOC_03", False)),
        ({"MOC_14": None}, ("MOC_14", False)),
        ({"MOC_10": "MANQUANTE"}, ("MOC_13", False)),
        ({"MOC_10": "MANQUANTE", "MOC_08": "DEJA_IMMATRICULE"}, ("MOC_10", False)),
        ({"MOC_16": "DEFAVORABLE"}, ("MOC_17", False)),
        ({"MOC_17": "C_PARTI_POST_CREATION_AGRICOLE"}, ("MOC_17", False)),
        ({"MOC_17": "C_PARTI_POST_CREATION_HORS_AGRICOLE", "MOC_06": "AGRICOLE"}, ("MOC_17", False)),
    ],
)
def test_each_rule_bites(changes: dict[str, Any], attendu: tuple[str, bool]) -> None:
    assert attendu in trouver(changes)


def test_the_exit_asks_for_the_relay_that_was_accepted() -> None:
    assert [p.fait for p in points_sortie(dossier(), ETAPE)] == [False, False]
    fini = un_bilan(ETAPE, BON, clos=True)
    assert [p.fait for p in points_sortie(dossier(fini), ETAPE)] == [True, True, False]
    relais = un_dossier(ETAPE, une_etape(offre="C-PARTI"), bilans=[fini])
    assert [p.fait for p in points_sortie(relais, ETAPE)] == [True, True, True]


def test_the_sheet_says_where_the_module_stands() -> None:
    (feuille,) = panneaux(dossier(un_bilan(ETAPE, BON)))
    assert dict(feuille.lignes)["Préconisation"] == "C-PARTI pré-création, acceptée"
    assert (feuille.niveau, dict(feuille.lignes)["Terme du module"]) == (None, "30/11/2026")
    (tardive,) = panneaux(un_dossier(une_etape(J(2026, 6, 1), offre="MOC")))
    assert (tardive.niveau, tardive.texte) == (Niveau.ATTEND, "La durée de 2 mois est dépassée.")
    assert panneaux(un_dossier(une_etape())) == []


def test_the_document_says_it_in_words() -> None:
    champs = completer(dossier(), un_bilan(ETAPE, {**BON, "MOC_16": "DEFAVORABLE"}))["moc"]
    assert champs["projet"] == "Création, Artisanat, Étude en cours"
    assert champs["attention"] == [{"texte": "La faisabilité est défavorable à première vue."}]
    assert completer(dossier(), None)["moc"] == {"duree": "", "projet": "", "attention": []}
