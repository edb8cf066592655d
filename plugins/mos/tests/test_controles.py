"""The rules of the closing, each shown to bite."""

import datetime as dt
from typing import Any

import pytest

from viesion_core.api import DossierVu
from viesion_core.testing import un_bilan, un_dossier, un_entretien, une_etape
from viesion_mos.controles import controler

J = dt.date

BON: dict[str, Any] = {
    "MOS_01": "2026-10-01",
    "MOS_02": "REFERENT_UNIQUE_SDI",
    "MOS_04": "2026-10-12",
    "MOS_05": 2,
    "MOS_06": 0,
    "MOS_11": False,
    "MOS_15": "MOYEN",
    "MOS_16": "LIMITE",
    "MOS_19": "LEGER",
    "MOS_26": False,
    "MOS_27": "Reprendre le sport",
    "MOS_29": "AVEC_AMENAGEMENT",
    "MOS_31": "FORTE",
    "MOS_32": "PSME_FLASH",
    "MOS_33": "o-1",
    "MOS_34": "OUI",
    "MOS_35": True,
    "MOS_36": "2026-11-20",
    "MOS_37": "Synthèse",
}
ETAPE = une_etape()
TENUS = (J(2026, 10, 12), J(2026, 11, 10))


def dossier(tenus: tuple[dt.date, ...] = TENUS, absences: tuple[dt.date, ...] = ()) -> DossierVu:
    entretiens = [un_entretien(jour, "PRESENCE", ETAPE) for jour in tenus]
    entretiens += [un_entretien(jour, "ABS_NON_JUST", ETAPE) for jour in absences]
    return un_dossier(ETAPE, entretiens=entretiens)


def trouver(changes: dict[str, Any], vu: DossierVu | None = None) -> list[tuple[str, bool, str]]:
    """Return (question, blocks, message) of the findings of the good bilan with some answers changed (None: none)."""
    reponses = {code: valeur for code, valeur in {**BON, **changes}.items() if valeur is not None}
    return [(c.champ, c.bloque, c.message) for c in controler(vu or dossier(), un_bilan(ETAPE, reponses))]


def test_a_good_bilan_has_nothing_to_say() -> None:
    assert trouver({}) == []


@pytest.mark.parametrize(
    ("changes", "champ", "message"),
    [
        ({"MOS_01": "2026-10-13"}, "MOS_04", "précède la réception de la prescription (13/10/2026)"),
        ({"MOS_36": "2026-10-11"}, "MOS_36", "précède le premier entretien honoré (12/10/2026)"),
        (
            {"MOS_05": 0, "MOS_04": None, "MOS_36": "2026-09-30"},
            "MOS_36",
            "précède la réception de la prescription (01/10/2026)",
        ),
        ({"MOS_04": None}, "MOS_04", "la date du premier est à saisir"),
        ({"MOS_05": 0}, "MOS_05", "Aucun entretien n'est compté"),
        ({"MOS_19": None}, "MOS_19", "le mal-être exprimé est à renseigner"),
        ({"MOS_26": None}, "MOS_26", "mise en protection est à renseigner"),
        (
            {"MOS_05": 0, "MOS_04": None, "MOS_19": "RELAIS_URGENT_EFFECTUE", "MOS_26": None},
            "MOS_26",
            "dites si une mise en protection est nécessaire",
        ),
        (
            {"MOS_26": True, "MOS_32": "AUCUNE_SUITE", "MOS_33": None, "MOS_34": None},
            "MOS_32",
            "« Aucune suite » ne convient pas",
        ),
        (
            {"MOS_19": "RELAIS_URGENT_EFFECTUE", "MOS_32": "AUCUNE_SUITE", "MOS_33": None, "MOS_34": None},
            "MOS_32",
            "Un relais urgent a été effectué",
        ),
        ({"MOS_26": True, "MOS_36": None}, "MOS_36", "le référent unique est à prévenir"),
        ({"MOS_34": None}, "MOS_34", "dites si la personne l'accepte"),
        ({"MOS_33": None}, "MOS_33", "L'organisme préconisé"),
        ({"MOS_35": None}, "MOS_35", "la personne doit en connaître le contenu"),
        ({"MOS_35": False}, "MOS_35", "la personne doit en connaître le contenu"),
    ],
)
def test_what_cannot_be_blocks(changes: dict[str, Any], champ: str, message: str) -> None:
    assert any(c == champ and bloque and message in m for c, bloque, m in trouver(changes)), trouver(changes)


@pytest.mark.parametrize(
    ("changes", "champ", "message"),
    [
        ({"MOS_05": 3}, "MOS_05", "3 entretiens ici, 2 en « Présence »"),
        ({"MOS_05": 1}, "MOS_05", "1 entretien ici, 2 en « Présence »"),
        ({"MOS_06": 1}, "MOS_06", "1 absence ici, 0 en « Absence non justifiée »"),
        ({"MOS_04": "2026-10-14"}, "MOS_04", "est du 12/10/2026"),
        ({"MOS_05": 5}, "MOS_05", "de 2 à 4 entretiens"),
        ({"MOS_15": None}, "MOS_15", "il manque l'état de santé perçu"),
        ({"MOS_11": True}, "MOS_12", "raisons du renoncement"),
        ({"MOS_20": ["RQTH", "DOSSIER_MDPH_EN_COURS"], "MOS_21": True}, "MOS_21", "déjà en cours"),
        ({"MOS_32": "MDPH_AAH", "MOS_21": False}, "MOS_21", "aucune démarche MDPH"),
        ({"MOS_16": "BLOQUANT_A_CE_JOUR", "MOS_29": "SANS_AMENAGEMENT"}, "MOS_29", "bloquant"),
        (
            {"MOS_19": "MARQUE", "MOS_32": "AUCUNE_SUITE", "MOS_33": None, "MOS_34": None},
            "MOS_32",
            "aucune suite n'est préconisée",
        ),
        ({"MOS_19": "RELAIS_URGENT_EFFECTUE"}, "MOS_26", "sans mise en protection"),
        ({"MOS_33": None, "MOS_34": "A_REFLECHIR"}, "MOS_33", "L'organisme préconisé"),
        ({"MOS_31": "REFUS"}, "MOS_34", "refuse une démarche santé"),
        ({"MOS_36": None}, "MOS_36", "date de transmission au référent unique manque"),
    ],
)
def test_what_is_doubtful_warns(changes: dict[str, Any], champ: str, message: str) -> None:
    trouves = trouver(changes)
    assert any(c == champ and not bloque and message in m for c, bloque, m in trouves), trouves
    assert not any(bloque for _, bloque, _ in trouves), trouves


def test_somebody_who_never_came_has_a_bilan_that_closes() -> None:
    sans_venue = {
        "MOS_01": "2026-10-01",
        "MOS_02": "FRANCE_TRAVAIL",
        "MOS_05": 0,
        "MOS_06": 2,
        "MOS_32": "AUCUNE_SUITE",
        "MOS_37": "La personne n'est pas venue.",
    }
    vu = dossier((), (J(2026, 10, 12), J(2026, 10, 20)))
    assert controler(vu, un_bilan(ETAPE, sans_venue)) == []


def test_the_first_entretien_is_inside_the_etape() -> None:
    etape = une_etape(J(2026, 10, 15), J(2026, 10, 31))
    vu = un_dossier(etape, entretiens=[un_entretien(jour, "PRESENCE", etape) for jour in TENUS])
    avant = controler(vu, un_bilan(etape, BON))
    assert [(c.champ, c.bloque) for c in avant] == [("MOS_04", False)]
    apres = controler(vu, un_bilan(etape, {**BON, "MOS_04": "2026-11-10", "MOS_36": "2026-11-20"}))
    assert ("MOS_04", True) in [(c.champ, c.bloque) for c in apres]
