"""Passwords: the CNIL's rules, and the hash."""

import datetime as dt

import pytest

from viesion_core.acces import mots_de_passe
from viesion_core.acces.model import DELAI_MAXIMAL, defaut_mot_de_passe, delai_apres


@pytest.mark.parametrize(
    "mot", ["Viesion-Demo-34!", "Une4utre-Vie?", "quatorzelettres", "un chat gris dort sous la table", "éàüçñø-ŒuvreS1"]
)
def test_a_strong_password_is_accepted(mot: str) -> None:
    assert defaut_mot_de_passe(mot, "alix@exemple.test") is None


@pytest.mark.parametrize(
    ("mot", "message"),
    [
        ("", "trop court"),
        ("Court-1!", "trop court"),
        ("treizelettres", "trop court"),
        ("Motdepasse123!", "trop facile"),
        ("aaaaaaaaaaaaaaaa", "trop facile"),
        ("x" * 201, "trop long"),
        ("alixmartine-2026-vie", "identifiant"),
    ],
)
def test_a_weak_password_is_refused_with_its_reason(mot: str, message: str) -> None:
    assert message in (defaut_mot_de_passe(mot, "alixmartine@exemple.test") or "")


def test_the_delay_grows_then_stops_growing() -> None:
    assert [delai_apres(n).total_seconds() for n in (0, 4, 5, 6, 7)] == [0, 0, 2, 4, 8]
    assert delai_apres(50) == DELAI_MAXIMAL == dt.timedelta(minutes=15)


async def test_the_hash_opens_to_its_password_alone() -> None:
    empreinte = await mots_de_passe.hacher("Viesion-Demo-34!")
    assert "Viesion" not in empreinte
    assert empreinte.startswith("$argon2id$")
    assert await mots_de_passe.verifier(empreinte, "Viesion-Demo-34!")
    assert not await mots_de_passe.verifier(empreinte, "viesion-demo-34!")
    assert not await mots_de_passe.verifier(None, "Viesion-Demo-34!")
    assert not await mots_de_passe.verifier("pas une empreinte", "Viesion-Demo-34!")
