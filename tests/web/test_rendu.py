"""French typography, addresses, fields: the pure functions behind the gabarits."""

import datetime as dt
from typing import Any

import pytest
from jinja2 import UndefinedError

from web import formats
from web.rendu import creer_environnement, icone, pages_voisines, url_avec, valeur_champ, valeurs_champ
from web.statique import lire, paquet, statique, url_statique

INSTANT = dt.datetime(2026, 11, 24, 9, 30, tzinfo=dt.UTC)


@pytest.mark.parametrize(
    ("obtenu", "attendu"),
    [
        (formats.date(dt.date(2026, 3, 1)), "01/03/2026"),
        (formats.date(None), ""),
        (formats.date(dt.datetime(2026, 12, 31, 23, 30, tzinfo=dt.UTC)), "01/01/2027"),
        (formats.date_longue(dt.date(2026, 3, 1)), "dimanche 1er mars 2026"),
        (formats.heure(INSTANT), "10\u00a0h\u00a030"),
        (formats.heure(dt.time(9, 0)), "9\u00a0h"),
        (formats.heure(dt.datetime(2026, 7, 1, 8, 5, tzinfo=dt.UTC)), "10\u00a0h\u00a005"),
        (formats.instant(INSTANT), "24/11/2026 à\u00a010\u00a0h\u00a030"),
        (formats.instant(INSTANT.replace(tzinfo=None)), "24/11/2026 à\u00a010\u00a0h\u00a030"),
        (formats.nombre(1234567), "1\u202f234\u202f567"),
        (formats.nombre(1234.5, 1), "1\u202f234,5"),
        (formats.nombre(-3), "\u22123"),
        (formats.age(dt.date(1985, 11, 25), dt.date(2026, 11, 24)), "40\u00a0ans"),
        (formats.age(dt.date(1985, 11, 24), dt.date(2026, 11, 24)), "41\u00a0ans"),
        (formats.age(dt.date(2025, 11, 24), dt.date(2026, 11, 24)), "1\u00a0an"),
        (formats.age(dt.date(2026, 4, 30), dt.date(2026, 11, 24)), "6\u00a0mois"),
        (formats.pluriel(0, "contrat", "contrats"), "contrat"),
        (formats.pluriel(1.5, "contrat"), "contrat"),
        (formats.pluriel(2, "cheval", "chevaux"), "chevaux"),
        (formats.compte(1234, "bénéficiaire"), "1\u202f234\u00a0bénéficiaires"),
        (formats.duree(30), "30\u00a0min"),
        (formats.duree(60), "1\u00a0h"),
        (formats.duree(90), "1\u00a0h\u00a030"),
        (formats.duree(1505), "25\u00a0h\u00a005"),
        (formats.periode(dt.date(2026, 2, 1), dt.date(2026, 7, 31)), "du 01/02/2026 au 31/07/2026"),
        (formats.periode(dt.date(2026, 2, 1), None), "depuis le 01/02/2026"),
        (formats.periode(None, dt.date(2026, 7, 31)), "jusqu'au 31/07/2026"),
        (formats.taille(850), "850\u00a0o"),
        (formats.taille(42_400), "42\u00a0ko"),
        (formats.taille(1_440_000), "1,4\u00a0Mo"),
        (formats.heure_saisie(INSTANT), "10:30"),
    ],
)
def test_typographie(obtenu: str, attendu: str) -> None:
    assert obtenu == attendu


@pytest.mark.parametrize(
    ("saisie", "valeur", "indice", "attendu"),
    [
        (None, dt.date(2026, 11, 24), 0, "24/11/2026"),
        (None, INSTANT, 0, "24/11/2026"),
        (None, dt.time(9, 5), 0, "09:05"),
        (None, 0, 0, "0"),
        (None, None, 0, ""),
        ({"champ": "32/13/2026"}, dt.date(2026, 1, 1), 0, "32/13/2026"),
        ({}, "stockée", 0, ""),
        ({"champ": ["a", "b"]}, None, 1, "b"),
        ({"champ": ["a", "b"]}, "ancienne", 2, ""),
        ({"champ": "a"}, None, 1, ""),
    ],
)
def test_ce_qui_est_tape_reste(saisie: dict[str, Any] | None, valeur: Any, indice: int, attendu: str) -> None:
    assert valeur_champ(saisie, "champ", valeur, indice) == attendu


def test_cases_cochees() -> None:
    assert valeurs_champ(None, "c", [1, 2]) == {"1", "2"}
    assert valeurs_champ({"c": "2"}, "c", [1]) == {"2"}
    assert valeurs_champ({"c": ["2", "3"]}, "c") == {"2", "3"}
    assert valeurs_champ({}, "c", [1]) == frozenset()


def test_adresse_d_une_liste() -> None:
    filtres = {"q": "du pont", "p": 3, "commune": ""}
    assert url_avec("/b", filtres, p=None) == "/b?q=du+pont"
    assert url_avec("/b", filtres, tri="-nom") == "/b?q=du+pont&p=3&tri=-nom"
    assert url_avec("/b", {}, p=None) == "/b"


def test_pages_voisines() -> None:
    assert pages_voisines(1, 1) == [1]
    assert pages_voisines(5, 12) == [1, 0, 4, 5, 6, 0, 12]
    assert pages_voisines(2, 3) == [1, 2, 3]


def test_valeur_absente_ou_icone_inconnue() -> None:
    environnement = creer_environnement()
    with pytest.raises(UndefinedError):
        environnement.from_string("{{ absente }}").render()
    with pytest.raises(KeyError):
        icone("licorne")
    assert environnement.from_string("{{ x }}").render(x="<b>") == "&lt;b&gt;"


def test_statique(tmp_path: Any) -> None:
    (tmp_path / "css").mkdir()
    (tmp_path / "css" / "a.css").write_text("a{}")
    (tmp_path / ".cache").write_text("non")
    avant = lire(tmp_path)
    assert set(avant.fichiers) == {"css/a.css"}
    assert avant.fichiers["css/a.css"].type == "text/css"
    (tmp_path / "css" / "a.css").write_text("b{}")
    assert lire(tmp_path).empreinte != avant.empreinte
    assert url_statique("css/base.css") == f"/static/{statique().empreinte}/css/base.css"
    assert paquet("absent.js") is None
    with pytest.raises(KeyError):
        url_statique("css/absente.css")
