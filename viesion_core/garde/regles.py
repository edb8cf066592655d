"""The rules of the guard: read once from `donnees/regles.toml`, compiled here, and given as they are to the browser.

The patterns are written in what Python and JavaScript both read, on a text whose letters are folded: no accents, no
capitals. `tests/web/test_garde_regles.py` holds both readings to the same answers.
"""

import functools
import importlib.resources
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from enum import StrEnum

import msgspec

_FICHIER = importlib.resources.files("viesion_core.garde") / "donnees" / "regles.toml"
_LETTRE = "[0-9a-z_œæ]"
_SPECIAUX = re.compile(r"([.*+?^${}()|\[\]\\/])")


class Genre(StrEnum):
    """What was found in a text."""

    NIR = "nir"
    IBAN = "iban"
    TIERS = "tiers"
    DIAGNOSTIC = "diagnostic"
    JUGEMENT = "jugement"


class Regles(msgspec.Struct, frozen=True, kw_only=True):
    """What the guard looks for. The patterns of words, `phrase` and coordinates are for a folded text.

    `longueurs_iban`: how many signs an IBAN has, by country. `messages`: what is said, by `Genre`, and « lecteurs ».
    `extrait`: how many signs of a word found are repeated at most.
    """

    version: str
    nir: str
    iban: str
    telephone: str
    courriel: str
    phrase: str
    tiers: str
    diagnostic: str
    jugement: str
    libelles: str
    longueurs_iban: Mapping[str, int]
    messages: Mapping[str, str]
    extrait: int = 40

    def motif(self, nom: str) -> re.Pattern[str]:
        """Return one of the patterns, compiled."""
        return _compiler(getattr(self, nom))


@functools.cache
def regles() -> Regles:
    """Return the rules of the shipped file, read once."""
    lu = tomllib.loads(_FICHIER.read_text(encoding="utf-8"))
    return Regles(
        version=lu["version"],
        **lu["formes"],
        diagnostic=_mots(lu["diagnostic"]),
        jugement=_mots(lu["jugement"]),
        tiers=_mots(lu["tiers"]),
        libelles=_seuls(lu["libelles"]),
        longueurs_iban=lu["longueurs_iban"],
        messages={nom: _insecable(texte) for nom, texte in lu["messages"].items()},
    )


def regles_json() -> bytes:
    """Return the rules as the browser reads them (`js/garde-regles.js`)."""
    return msgspec.json.encode(regles(), order="deterministic")


def plier(texte: str) -> str:
    """Return a text of the same length without capitals or accents: a place in one is a place in the other."""
    plie = []
    for lettre in texte:
        base = unicodedata.normalize("NFD", lettre)[0].lower()
        plie.append("'" if base in "’ʼ" else base if len(base) == 1 else lettre)
    return "".join(plie)


@functools.cache
def _compiler(motif: str) -> re.Pattern[str]:
    return re.compile(motif)


def _mots(liste: list[str]) -> str:
    """Make one pattern of a list: whole words, their plural and feminine, any ending after a star."""
    formes = [_forme(mot) for mot in sorted(liste, key=len, reverse=True)]
    return f"(?<!{_LETTRE})(?:{'|'.join(formes)})(?!{_LETTRE})"


def _forme(mot: str) -> str:
    return _echapper(mot.removesuffix("*")) + ("[a-z]*" if mot.endswith("*") else "(?:e?s?|x)")


def _seuls(liste: list[str]) -> str:
    """Make the pattern of labels that stand alone: after a mark or the beginning, before a mark or the end."""
    formes = "|".join(_echapper(mot) for mot in liste)
    return rf"(?:^|[\n,;:.(/!?•–-])[ \u00a0]*(?:{formes})(?=[ \u00a0]*(?:$|[\n,;:.)/!?]))"


def _echapper(mot: str) -> str:
    return _SPECIAUX.sub(r"\\\1", plier(mot)).replace(" ", r"[ \u00a0\n]+")


def _insecable(texte: str) -> str:
    return texte.replace(" :", "\u00a0:").replace(" ;", "\u00a0;")
