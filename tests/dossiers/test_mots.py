"""The words of a search and the reading of a request: pure rules, tried on anything."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from viesion_core.dossiers.demande import intervalles_de_prefixe, lire_demande
from viesion_core.dossiers.mots import borne, ecart, mots_de, mots_indexes, phonetique, proches, variantes
from viesion_core.nomenclatures.model import cle

LETTRES = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MOT = st.text(alphabet=LETTRES, min_size=4, max_size=15)
ANNEE = 2026


@st.composite
def une_faute(tirer: st.DrawFn) -> tuple[str, str]:
    """A word, and the same with one letter changed, added, left out or swapped with its neighbour."""
    mot = tirer(MOT)
    rang = tirer(st.integers(0, len(mot) - 1))
    lettre = tirer(st.sampled_from(LETTRES))
    echange = mot[:rang] + mot[rang + 1 : rang + 2] + mot[rang] + mot[rang + 2 :]
    return mot, tirer(
        st.sampled_from(
            [
                mot[:rang] + lettre + mot[rang + 1 :],
                mot[:rang] + lettre + mot[rang:],
                mot[:rang] + mot[rang + 1 :],
                echange,
            ]
        )
    )


@given(une_faute())
def test_une_faute_ramene_toujours_au_mot(couple: tuple[str, str]) -> None:
    mot, saisi = couple
    if len(saisi) < 4:
        return
    assert variantes(mot) & variantes(saisi)
    assert ecart(saisi, mot) == min(1, OSA.distance(saisi, mot))
    assert saisi == mot or proches(saisi, [mot, "XXXXXXXXXXXXXXXXXXXX"]) == {mot: 1}


@given(st.text(alphabet=LETTRES, min_size=1, max_size=8), st.text(alphabet=LETTRES + "ÉÀ", max_size=8))
def test_la_borne_ferme_le_prefixe(prefixe: str, suite: str) -> None:
    assert prefixe <= prefixe + suite < borne(prefixe)


@given(st.text(max_size=80))
def test_tout_nom_s_indexe_par_ses_mots(nom: str) -> None:
    mots = mots_indexes(nom)
    assert all(0 < len(mot) <= 40 for mot in mots)
    assert bool(mots) == bool(mots_de(nom))
    entier = "".join(mots_de(nom))
    assert not entier or entier[:40] in mots


@pytest.mark.parametrize(
    ("nom", "attendus"),
    [
        ("Dupont-Martin", {"DUPONT", "MARTIN", "DUPONTMARTIN"}),
        ("de la Tour", {"TOUR", "LATOUR", "DELATOUR"}),
        ("El Amrani", {"AMRANI", "ELAMRANI"}),
        ("St-Étienne", {"ETIENNE", "SAINTETIENNE"}),
        ("Jean-Pierre", {"JEAN", "PIERRE", "JEANPIERRE"}),
        ("Le", {"LE"}),
        ("D'Œuf", {"OEUF", "DOEUF"}),
        ("", set()),
    ],
)
def test_les_mots_d_un_nom(nom: str, attendus: set[str]) -> None:
    assert mots_indexes(nom) == attendus


@pytest.mark.parametrize(
    ("un", "autre"),
    [
        ("PHILIPPE", "FILIPE"),
        ("DUPOND", "DUPONT"),
        ("QUENTIN", "KENTIN"),
        ("BEAUMONT", "BOMON"),
        ("CLEMENT", "CLEMANT"),
        ("OUALI", "WALI"),
        ("NATHALIE", "NATALI"),
        ("MOHAMED", "MOHAMMED"),
    ],
)
def test_ce_qui_sonne_pareil(un: str, autre: str) -> None:
    assert phonetique(un) == phonetique(autre)
    assert ecart(autre, un) in (1, 2)


def test_ce_qui_ne_se_ressemble_pas() -> None:
    for saisi, mot in (("MARTIN", "DURAND"), ("LEO", "LEA"), ("DUPONT", "DUMONTEL"), ("ABC", "ABCD")):
        assert ecart(saisi, mot) is None


def _du(jour: int, mois: int, annee: int) -> tuple[dt.date, dt.date]:
    return dt.date(annee, mois, jour), dt.date(annee, mois, jour)


@pytest.mark.parametrize(
    ("texte", "mots", "naissances", "numero"),
    [
        ("dupont 12/03/1985", ("DUPONT",), [_du(12, 3, 1985)], None),
        ("12.03.1985 Dupont Élodie", ("DUPONT", "ELODIE"), [_du(12, 3, 1985)], None),
        ("12 03 1985 dupont", ("DUPONT",), [_du(12, 3, 1985)], None),
        ("1985-03-12", (), [_du(12, 3, 1985)], None),
        ("12031985", (), [_du(12, 3, 1985)], None),
        ("1er août 1990 marie", ("MARIE",), [_du(1, 8, 1990)], None),
        ("mars 1985", ("MARS",), [(dt.date(1985, 1, 1), dt.date(1985, 12, 31))], None),
        ("03/1985", (), [(dt.date(1985, 3, 1), dt.date(1985, 3, 31))], None),
        ("02/2024", (), [(dt.date(2024, 2, 1), dt.date(2024, 2, 29))], None),
        ("12/1985", (), [(dt.date(1985, 12, 1), dt.date(1985, 12, 31))], None),
        ("12/03/85", (), [_du(12, 3, 1985)], None),
        ("12/03/05", (), [_du(12, 3, 2005)], None),
        ("12/03/198", (), [_du(12, 3, a) for a in range(1980, 1990)], None),
        ("1985", (), [(dt.date(1985, 1, 1), dt.date(1985, 12, 31))], 1985),
        ("dupont 1985", ("DUPONT",), [(dt.date(1985, 1, 1), dt.date(1985, 12, 31))], None),
        ("42386", (), [], 42386),
        ("#42386", (), [], 42386),
        ("n° 42386", (), [], 42386),
        ("#1985", (), [], 1985),
        ("dupont 42386", ("DUPONT",), [], 42386),
        ("saint-étienne", ("SAINT", "ETIENNE"), [], None),
        ("31/02/1985", (), [], None),
    ],
)
def test_une_demande_se_lit(
    texte: str, mots: tuple[str, ...], naissances: list[tuple[dt.date, dt.date]], numero: int | None
) -> None:
    demande = lire_demande(texte, ANNEE)
    assert (demande.mots, list(demande.naissances), demande.numero) == (mots, naissances, numero)
    assert demande.numero_seul == (numero is not None and ("#" in texte or "°" in texte))


def test_un_jour_et_un_mois_valent_pour_un_siecle() -> None:
    demande = lire_demande("29/02", ANNEE)
    assert {debut.year for debut, _ in demande.naissances} == set(range(1928, 2025, 4))
    assert demande.jours == 25


@given(st.text(max_size=60) | st.from_regex(r"[0-9/#. -]{1,20}[A-Za-zéè]{0,6}", fullmatch=True))
def test_toute_demande_se_lit(texte: str) -> None:
    demande = lire_demande(texte, ANNEE)
    assert all(debut <= fin for debut, fin in demande.naissances)
    assert all(mot and mot == mot.upper() for mot in demande.mots)
    assert demande.numero is None or 0 <= demande.numero < 2**31


@given(st.integers(1, 2**31 - 1), st.integers(0, 2**31 - 1))
def test_un_numero_commence_par_ses_chiffres(prefixe: int, numero: int) -> None:
    dedans = any(debut <= numero <= fin for debut, fin in intervalles_de_prefixe(prefixe))
    assert dedans == str(numero).startswith(str(prefixe))


@given(st.text(alphabet=st.characters(max_codepoint=127), max_size=20))
def test_la_cle_d_un_nom_sans_accent_est_celle_des_autres(nom: str) -> None:
    assert cle(nom) == cle(f"{nom} é").removesuffix("E").strip()
