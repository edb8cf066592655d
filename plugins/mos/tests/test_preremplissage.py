"""A new bilan is proposed what the dossier already says, and only what questions accept."""

import datetime as dt

import pytest

from viesion_core.testing import un_bilan, un_dossier, un_entretien, un_referent, une_difficulte, une_etape
from viesion_mos import bilan
from viesion_mos.bilan import preremplir, questionnaire

J = dt.date


def test_an_empty_dossier_proposes_nothing() -> None:
    etape = une_etape()
    assert preremplir(un_dossier(etape), etape) == {}


def test_the_entretiens_of_the_etape_are_counted() -> None:
    etape, autre = une_etape(), une_etape()
    entretiens = [
        un_entretien(J(2026, 11, 10), "PRESENCE", etape),
        un_entretien(J(2026, 10, 12), "PRESENCE", etape),
        un_entretien(J(2026, 10, 20), "ABS_NON_JUST", etape),
        un_entretien(J(2026, 10, 22), "ABS_JUST", etape),
        un_entretien(J(2026, 12, 1), "PREVU", etape),
        un_entretien(J(2026, 10, 2), "PRESENCE", autre),
        un_entretien(J(2026, 10, 3), "PRESENCE", None),
    ]
    assert preremplir(un_dossier(etape, autre, entretiens=entretiens), etape) == {
        "MOS_04": "2026-10-12",
        "MOS_05": 2,
        "MOS_06": 1,
    }


def test_caracteristiques_and_difficultes_say_the_brakes() -> None:
    etape = une_etape()
    dossier = un_dossier(
        etape,
        caracteristiques={
            "RQTH": "En cours",
            "TRANSPORT": "Transports en commun",
            "AIDANT": "Non",
            "FRANCAIS": "Interprète nécessaire",
            "LOGEMENT": "Sans domicile",
        },
        difficultes=[
            une_difficulte("MOBILITE_SANS_PERMIS"),
            une_difficulte("FINANCES_SURENDETTEMENT", fin=J(2026, 11, 1)),
        ],
    )
    assert preremplir(dossier, etape) == {
        "MOS_20": ["DOSSIER_MDPH_EN_COURS"],
        "MOS_22": ["LANGUE", "LOGEMENT", "MOBILITE"],
        "MOS_24": "TRANSPORTS_EN_COMMUN",
        "MOS_25": False,
    }


@pytest.mark.parametrize(
    ("organisme", "code"),
    [
        ("CCAS de Sète", "REFERENT_UNIQUE_CCAS_CIAS"),
        ("CIAS du Lodévois", "REFERENT_UNIQUE_CCAS_CIAS"),
        ("France Travail Béziers", "FRANCE_TRAVAIL"),
        ("Service départemental insertion", "REFERENT_UNIQUE_SDI"),
        ("Association Exemple", None),
        ("Succasses et fils", None),
    ],
)
def test_the_prescripteur_follows_from_the_referent_unique(organisme: str, code: str | None) -> None:
    etape = une_etape()
    dossier = un_dossier(etape, affectations=[un_referent(organisme), un_referent("CCAS d'Agde", "ETAPE")])
    assert preremplir(dossier, etape).get("MOS_02") == code
    assert code is None or code in {option.code for option in questionnaire().par_code()["MOS_02"].options}


def test_a_former_referent_unique_prescribes_nothing() -> None:
    etape = une_etape()
    dossier = un_dossier(etape, affectations=[un_referent("CCAS de Sète", fin=J(2026, 9, 30))])
    assert "MOS_02" not in preremplir(dossier, etape)


def test_the_former_bilan_of_the_etape_gives_what_lasts_and_counts_win() -> None:
    etape = une_etape()
    avant = {"MOS_01": "2026-09-20", "MOS_05": 9, "MOS_07": "OUVERTS", "MOS_15": "MAUVAIS", "MOS_37": "Synthèse"}
    dossier = un_dossier(
        etape,
        bilans=[un_bilan(etape, avant)],
        entretiens=[un_entretien(J(2026, 10, 12), "PRESENCE", etape)],
    )
    assert preremplir(dossier, etape) == {
        "MOS_01": "2026-09-20",
        "MOS_04": "2026-10-12",
        "MOS_05": 1,
        "MOS_06": 0,
        "MOS_07": "OUVERTS",
    }


def test_the_bilan_of_another_etape_gives_lasting_facts_only() -> None:
    ancienne, etape = une_etape(J(2025, 1, 6), J(2025, 3, 31)), une_etape()
    avant = {"MOS_01": "2025-01-02", "MOS_08": "C2S", "MOS_09": True, "MOS_23": "ISOLE"}
    dossier = un_dossier(ancienne, etape, bilans=[un_bilan(ancienne, avant, "2025-03-20", clos=True)])
    assert preremplir(dossier, etape) == {"MOS_08": "C2S", "MOS_09": True}


def test_all_that_may_be_proposed_is_an_answer_of_the_questionnaire() -> None:
    questions = questionnaire().par_code()
    codes = {option.code for option in questions["MOS_22"].options}
    assert {*bilan._FREINS_PAR_FAMILLE.values(), *bilan._FREINS_PAR_CARACTERISTIQUE.values()} <= codes
    assert set(bilan._DEPLACEMENTS.values()) <= {option.code for option in questions["MOS_24"].options}
    assert {c for codes_ in bilan._RECONNAISSANCES.values() for c in codes_} <= {
        option.code for option in questions["MOS_20"].options
    }
