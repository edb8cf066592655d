"""The exit checklist and the sheet of the résumé."""

import datetime as dt
from typing import Any

from viesion_core.api import Niveau
from viesion_core.testing import un_bilan, un_dossier, un_entretien, une_etape
from viesion_mos.suivi import panneaux, points_sortie

J = dt.date


def points(reponses: dict[str, Any] | None, *, clos: bool = False) -> list[tuple[str, bool, str]]:
    etape = une_etape()
    bilans = [] if reponses is None else [un_bilan(etape, reponses, clos=clos)]
    return [(p.libelle, p.fait, p.detail) for p in points_sortie(un_dossier(etape, bilans=bilans), etape)]


def test_the_exit_asks_for_a_closed_bilan_and_a_transmission() -> None:
    assert points(None) == [
        ("Bilan MOS clos", False, "Aucun bilan MOS pour cette étape."),
        (
            "Préconisation transmise au référent unique",
            False,
            "La date de transmission n'est pas saisie dans le bilan (question 36).",
        ),
    ]
    ouvert = points({"MOS_05": 2, "MOS_32": "AUCUNE_SUITE"})
    assert ouvert[0] == ("Bilan MOS clos", False, "Le bilan du 20/11/2026 est encore ouvert (2 réponses / 37).")
    assert ouvert[1][1:] == (False, "Aucune suite n'est préconisée : la synthèse reste à transmettre.")
    assert points({"MOS_36": "2026-11-21"}, clos=True) == [
        ("Bilan MOS clos", True, "Bilan du 20/11/2026."),
        ("Préconisation transmise au référent unique", True, "Transmise le 21/11/2026."),
    ]


def test_the_bilan_of_another_etape_does_not_count() -> None:
    ancienne, etape = une_etape(J(2025, 1, 6), J(2025, 3, 31)), une_etape()
    vu = un_dossier(ancienne, etape, bilans=[un_bilan(ancienne, {}, "2025-03-20", clos=True)])
    assert points_sortie(vu, etape)[0].fait is False


def test_who_may_not_read_health_data_is_told_so() -> None:
    etape = une_etape()
    reserves = points_sortie(un_dossier(etape, bilans_en_tout=1), etape)
    assert [(p.fait, "personnes habilitées" in p.detail) for p in reserves] == [(False, True)]
    feuille = panneaux(un_dossier(etape, bilans_en_tout=1))[0]
    assert dict(feuille.lignes)["Dernier bilan"] == "Réservé aux personnes habilitées"
    assert feuille.niveau is None


def test_the_sheet_says_where_the_module_stands() -> None:
    etape = une_etape(J(2026, 10, 1))
    entretiens = [un_entretien(J(2026, 10, 12), "PRESENCE", etape)]
    reponses = {"MOS_05": 1, "MOS_32": "PSME_FLASH", "MOS_34": "A_REFLECHIR"}
    feuille = panneaux(un_dossier(etape, entretiens=entretiens, bilans=[un_bilan(etape, reponses)]))[0]
    assert dict(feuille.lignes) == {
        "Terme du module": "31/12/2026",
        "Entretiens réalisés": "1, 2 à 4 prévus",
        "Dernier bilan": "20/11/2026, 3 réponses / 37",
        "Préconisation": "PSME flash, à réfléchir",
    }
    assert (feuille.niveau, feuille.texte, feuille.onglet) == (None, "", "bilans")


def test_a_late_module_or_one_without_bilan_waits() -> None:
    tardive = panneaux(un_dossier(une_etape(J(2026, 8, 1))))[0]
    assert (tardive.niveau, tardive.texte) == (Niveau.ATTEND, "La durée de 3 mois est dépassée.")
    assert panneaux(un_dossier(une_etape(J(2026, 10, 1))))[0].niveau is Niveau.ATTEND


def test_no_open_module_no_sheet() -> None:
    assert panneaux(un_dossier(une_etape(fin=J(2026, 11, 1)), une_etape(offre="PSME"))) == []


def test_the_term_of_a_module_begun_at_the_end_of_a_month() -> None:
    feuille = panneaux(un_dossier(une_etape(J(2026, 11, 30))))[0]
    assert dict(feuille.lignes)["Terme du module"] == "27/02/2027"
