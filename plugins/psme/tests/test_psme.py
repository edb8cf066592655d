"""The questionnaires, the pre-filling, the controls, the exit and the sheet of the PSME."""

import datetime as dt
from typing import Any

import pytest

from viesion_core.api import Condition, DossierVu, Niveau
from viesion_core.testing import un_bilan, un_dossier, un_entretien, un_referent, une_difficulte, une_etape
from viesion_psme.bilan import preremplir, questionnaires
from viesion_psme.controles import controler
from viesion_psme.fusion import completer
from viesion_psme.suivi import panneaux, points_sortie

J = dt.date
ETAPE = une_etape(offre="PSME")
FLASH: dict[str, Any] = {
    "PSME_FLASH_01": "2026-10-12",
    "PSME_FLASH_02": "FRANCE_TRAVAIL",
    "PSME_FLASH_03": 1,
    "PSME_FLASH_04": 0,
    "PSME_FLASH_05": "MAL_ETRE",
    "PSME_FLASH_08": "OUI",
    "PSME_FLASH_09": 4,
    "PSME_FLASH_10": 7,
    "PSME_FLASH_12": "PSME_ACCOMPAGNEMENT",
    "PSME_FLASH_13": True,
    "PSME_FLASH_15": "Synthèse",
}


def dossier(*bilans: Any) -> DossierVu:
    return un_dossier(ETAPE, entretiens=[un_entretien(J(2026, 10, 12), "PRESENCE", ETAPE)], bilans=bilans)


def trouver(changes: dict[str, Any]) -> list[tuple[str, bool]]:
    reponses = {code: valeur for code, valeur in {**FLASH, **changes}.items() if valeur is not None}
    constats = controler(dossier(), un_bilan(ETAPE, reponses, questionnaire="PSME_FLASH"))
    return [(constat.champ, constat.bloque) for constat in constats]


def accompagner(reponses: dict[str, Any]) -> list[tuple[str, bool]]:
    constats = controler(dossier(), un_bilan(ETAPE, reponses, questionnaire="PSME_ACC"))
    return [(constat.champ, constat.bloque) for constat in constats]


def test_15_and_29_questions_all_health_data() -> None:
    for code, nombre in (("PSME_FLASH", 15), ("PSME_ACC", 29)):
        questions = questionnaires()[code].par_code()
        assert list(questions) == [f"{code}_{rang:02}" for rang in range(1, nombre + 1)]
        assert all(question.sensible for question in questions.values())
    flash = questionnaires()["PSME_FLASH"].par_code()
    suites = ("PSME_ACCOMPAGNEMENT", "DROIT_COMMUN", "RETOUR_REFERENT_UNIQUE")
    assert flash["PSME_FLASH_13"].si == (Condition("PSME_FLASH_12", suites),)
    assert (flash["PSME_FLASH_09"].minimum, flash["PSME_FLASH_09"].maximum) == (0, 10)
    assert "3114" in flash["PSME_FLASH_05"].aide


def test_an_accompagnement_is_proposed_what_the_flash_and_the_dossier_say() -> None:
    ancienne, etape = une_etape(J(2026, 7, 1), J(2026, 9, 15), "PSME"), une_etape(offre="PSME")
    vu = un_dossier(
        etape,
        ancienne,
        bilans=[un_bilan(ancienne, FLASH, questionnaire="PSME_FLASH", clos=True)],
        entretiens=[un_entretien(J(2026, 10, 12), "PRESENCE", etape), un_entretien(J(2026, 10, 5), "ABS_JUST", etape)],
        affectations=[un_referent("CCAS de Sète")],
        caracteristiques={"FRANCAIS": "Débutant", "TRANSPORT": "Aucun"},
        difficultes=[une_difficulte("FINANCES_SURENDETTEMENT")],
    )
    assert preremplir(vu, "PSME_ACC", etape) == {
        "PSME_ACC_01": "2026-10-12",
        "PSME_ACC_02": "REFERENT_UNIQUE_CCAS_CIAS",
        "PSME_ACC_03": 1,
        "PSME_ACC_04": 0,
        "PSME_ACC_05": ["MAL_ETRE"],
        "PSME_ACC_08": ["MOBILITE", "FINANCES", "LANGUE"],
    }
    close = preremplir(vu, "PSME_FLASH", ancienne)
    assert (close["PSME_FLASH_14"], close["PSME_FLASH_09"], "PSME_FLASH_12" in close) == ("2026-09-15", 4, False)
    assert preremplir(vu, "AUTRE", etape) == {}


def test_a_mos_says_the_needs_when_there_was_no_flash() -> None:
    etape, mos = une_etape(offre="PSME"), une_etape(J(2026, 6, 1), J(2026, 8, 1))
    vu = un_dossier(etape, mos, bilans=[un_bilan(mos, {"MOS_03": ["ADDICTIONS", "SANTE_PHYSIQUE"]})])
    assert preremplir(vu, "PSME_ACC", etape) == {"PSME_ACC_05": ["ADDICTIONS"]}


def test_a_good_flash_has_nothing_to_say() -> None:
    assert trouver({}) == []


@pytest.mark.parametrize(
    ("changes", "attendu"),
    [
        ({"PSME_FLASH_01": None}, ("PSME_FLASH_01", True)),
        ({"PSME_FLASH_13": None}, ("PSME_FLASH_13", True)),
        ({"PSME_FLASH_08": None}, ("PSME_FLASH_08", True)),
        ({"PSME_FLASH_14": "2026-10-01"}, ("PSME_FLASH_14", True)),
        ({"PSME_FLASH_10": 2}, ("", False)),
        ({"PSME_FLASH_09": None}, ("PSME_FLASH_09", False)),
        ({"PSME_FLASH_03": 3}, ("PSME_FLASH_03", False)),
        ({"PSME_FLASH_01": "2026-09-01"}, ("PSME_FLASH_01", False)),
        ({"PSME_FLASH_12": "AUCUNE", "PSME_FLASH_08": "NON"}, ("PSME_FLASH_12", False)),
    ],
)
def test_each_rule_of_the_flash_bites(changes: dict[str, Any], attendu: tuple[str, bool]) -> None:
    assert attendu in trouver(changes)


@pytest.mark.parametrize(
    ("reponses", "attendu"),
    [
        ({"PSME_ACC_24": "2026-11-20"}, ("PSME_ACC_25", True)),
        ({"PSME_ACC_01": "2026-11-20", "PSME_ACC_24": "2026-11-01"}, ("PSME_ACC_24", True)),
        ({"PSME_ACC_15": "RUPTURE", "PSME_ACC_22": True}, ("PSME_ACC_22", False)),
        ({"PSME_ACC_16": 5}, ("PSME_ACC_18", False)),
        ({"PSME_ACC_08": ["LANGUE"], "PSME_ACC_20": ["LOGEMENT"]}, ("PSME_ACC_20", False)),
        ({"PSME_ACC_10": ["SANTE_MENTALE"]}, ("PSME_ACC_05", False)),
        ({"PSME_ACC_26": "SANS_ACTIVITE", "PSME_ACC_27": "CONSTATEE"}, ("PSME_ACC_27", False)),
    ],
)
def test_each_rule_of_the_accompagnement_bites(reponses: dict[str, Any], attendu: tuple[str, bool]) -> None:
    assert attendu in accompagner(reponses)


def test_the_exit_asks_for_a_closed_bilan_a_note_and_a_suite() -> None:
    assert [p.fait for p in points_sortie(dossier(), ETAPE)] == [False, False, False]
    fini = un_bilan(ETAPE, FLASH, questionnaire="PSME_FLASH", clos=True)
    assert [p.fait for p in points_sortie(dossier(fini), ETAPE)] == [True, True, True]
    (reserve,) = points_sortie(un_dossier(ETAPE, bilans_en_tout=1), ETAPE)
    assert (reserve.fait, "personnes habilitées" in reserve.detail) == (False, True)


def test_the_sheet_shows_the_well_being_and_waits_when_it_falls() -> None:
    (feuille,) = panneaux(dossier(un_bilan(ETAPE, FLASH, questionnaire="PSME_FLASH")))
    assert dict(feuille.lignes)["Bien-être perçu"] == "4 à l'entrée, 7 à la sortie"
    assert feuille.niveau is None
    (baisse,) = panneaux(dossier(un_bilan(ETAPE, {**FLASH, "PSME_FLASH_10": 1}, questionnaire="PSME_FLASH")))
    assert (baisse.niveau, baisse.texte) == (Niveau.ATTEND, "Le bien-être perçu baisse.")
    (masquee,) = panneaux(un_dossier(ETAPE, bilans_en_tout=1))
    assert (dict(masquee.lignes)["Dernier bilan"], masquee.niveau) == ("Réservé aux personnes habilitées", None)
    assert panneaux(un_dossier(une_etape())) == []


def test_the_document_says_it_in_words() -> None:
    vu = dossier()
    champs = completer(vu, un_bilan(ETAPE, {**FLASH, "PSME_FLASH_08": "NON"}, questionnaire="PSME_FLASH"))["psme"]
    assert champs["duree"] == "1 mois et 24 jours"
    assert champs["bien_etre"] == "4 à l'entrée, 7 à la sortie (+3)"
    pareil = completer(vu, un_bilan(ETAPE, {**FLASH, "PSME_FLASH_10": 4}, questionnaire="PSME_FLASH"))["psme"]
    assert pareil["bien_etre"] == "4 à l'entrée, 4 à la sortie (stable)"
    assert champs["attention"] == [{"texte": "La situation n'est pas débloquée."}]
    assert completer(vu, None)["psme"] == {"duree": "", "bien_etre": "", "attention": []}
