"""What a free text should not hold, found by rules that run here: nothing leaves the machine, no model guesses.

Two numbers are recognised by their keys (NIR, IBAN), so that a telephone or an order number is not taken for one;
the coordinates of a third party by a word of kinship beside them; diagnosis and judgement by the shipped list
`donnees/mots.toml`.
"""

import functools
import hashlib
import importlib.resources
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from enum import StrEnum

import msgspec

from viesion_core.erreurs import ErreurSaisie

_FICHIER = importlib.resources.files("viesion_core.garde") / "donnees" / "mots.toml"
_NIR = re.compile(
    r"(?<![0-9A-Za-z])([1-478])[ .\u00a0]?(\d{2})[ .\u00a0]?(\d{2})[ .\u00a0]?(\d{2}|2[ABab])"
    r"[ .\u00a0]?(\d{3})[ .\u00a0]?(\d{3})[ .\u00a0/-]{0,3}(\d{2})(?![0-9])"
)
_IBAN = re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{2}\d{2}(?=[ \u00a0]?[0-9A-Za-z])")
_LONGUEURS_IBAN = {
    **dict.fromkeys(("FR", "MC", "IT", "SM"), 27),
    **dict.fromkeys(("BE",), 16),
    **dict.fromkeys(("DE", "GB", "IE"), 22),
    **dict.fromkeys(("ES", "RO", "SE", "TN"), 24),
    **dict.fromkeys(("LU", "AT"), 20),
    **dict.fromkeys(("CH", "LV"), 21),
    **dict.fromkeys(("PL", "HU", "MA"), 28),
    **dict.fromkeys(("PT",), 25),
    **dict.fromkeys(("NL", "DK", "FI"), 18),
    **dict.fromkeys(("TR", "DZ"), 26),
}
_TELEPHONE = re.compile(r"(?<!\d)(?:\+33[ .]?|0)[1-9](?:[ .-]?\d{2}){4}(?!\d)")
_COURRIEL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+\w")
_PHRASE = re.compile(r"[\n;!?]|\.(?:\s|$)")
EXTRAIT_MAXIMAL = 40


class Genre(StrEnum):
    """What was found in a text."""

    NIR = "nir"
    IBAN = "iban"
    TIERS = "tiers"
    DIAGNOSTIC = "diagnostic"
    JUGEMENT = "jugement"


_MESSAGES = {
    Genre.NIR: "Un numéro de sécurité sociale : il n'a pas sa place dans un texte.",
    Genre.IBAN: "Un numéro de compte (IBAN) : il n'a pas sa place dans un texte.",
    Genre.TIERS: "Les coordonnées d'une autre personne : elles ne se gardent ici qu'avec son accord.",
    Genre.DIAGNOSTIC: "{} : un diagnostic relève du soin. Écrivez plutôt ce que cela change pour le parcours.",
    Genre.JUGEMENT: "{} : cela se lit comme un jugement. Écrivez plutôt le fait observé ; la personne peut lire "
    "son dossier.",
}


class Reperage(msgspec.Struct, frozen=True):
    """Something found: its kind, and the word as it is typed ("" for a number or coordinates: never repeated)."""

    genre: Genre
    mot: str = ""


class Mots(msgspec.Struct, frozen=True):
    """The shipped list: its version, and the patterns that it makes, on a text without accents or capitals."""

    version: str
    diagnostic: re.Pattern[str]
    jugement: re.Pattern[str]
    tiers: re.Pattern[str]


class AvertissementGarde(ErreurSaisie):
    """The text is to be read again; `empreinte` sent back with the form saves it as it is."""

    def __init__(self, erreurs: Mapping[str, str], empreinte: str) -> None:
        super().__init__(erreurs, "Avant d'enregistrer, relisez ce qui suit. Vous décidez.")
        self.empreinte = empreinte


@functools.cache
def mots() -> Mots:
    """Return the shipped list, read once."""
    lu = tomllib.loads(_FICHIER.read_text(encoding="utf-8"))
    return Mots(
        version=lu["version"],
        diagnostic=_motif(lu["diagnostic"]),
        jugement=_motif(lu["jugement"]),
        tiers=_motif(lu["tiers"]),
    )


def examiner(texte: str) -> tuple[Reperage, ...]:
    """Return what a text should not hold, in the order of `Genre`, each word once."""
    trouves: list[Reperage] = []
    if any(_nir_valide(lu) for lu in _NIR.finditer(texte)):
        trouves.append(Reperage(Genre.NIR))
    if any(_iban_valide(texte[lu.start() :]) for lu in _IBAN.finditer(texte)):
        trouves.append(Reperage(Genre.IBAN))
    plie = _plier(texte)
    if any(_coordonnees(p) and mots().tiers.search(p) for p in _PHRASE.split(plie)):
        trouves.append(Reperage(Genre.TIERS))
    for genre, motif in ((Genre.DIAGNOSTIC, mots().diagnostic), (Genre.JUGEMENT, mots().jugement)):
        vus = {lu[0]: texte[lu.start() : lu.end()] for lu in reversed(list(motif.finditer(plie)))}
        trouves += [Reperage(genre, mot) for mot in reversed(vus.values())]
    return tuple(trouves)


def garder(textes: Mapping[str, str], lecteurs: Mapping[str, str], acceptees: tuple[str, ...] = ()) -> None:
    """Raise AvertissementGarde when texts (by field) hold what they should not, unless the author saw it.

    `lecteurs` says in French who will read each field; `acceptees` are the fingerprints sent back by the form. A word
    more than what was seen warns again.
    """
    reperages = {champ: examiner(texte) for champ, texte in textes.items()}
    reperages = {champ: liste for champ, liste in reperages.items() if liste}
    vue = empreinte(reperages)
    if reperages and vue not in acceptees:
        raise AvertissementGarde({champ: message(liste, lecteurs[champ]) for champ, liste in reperages.items()}, vue)


def empreinte(reperages: Mapping[str, tuple[Reperage, ...]]) -> str:
    """Return the fingerprint of what was found, the same for the same finds."""
    vus = sorted(f"{r.genre}:{_plier(r.mot)}" for liste in reperages.values() for r in liste)
    return hashlib.sha256("\n".join(vus).encode()).hexdigest()[:16]


def message(reperages: tuple[Reperage, ...], lecteurs: str) -> str:
    """Say in French what was found, what to write instead and who will read the field."""
    phrases = []
    for genre in dict.fromkeys(r.genre for r in reperages):
        cites = ", ".join(f"«\u00a0{r.mot[:EXTRAIT_MAXIMAL]}\u00a0»" for r in reperages if r.genre is genre)
        phrases.append(_MESSAGES[genre].format(cites).replace(" :", "\u00a0:").replace(" ;", "\u00a0;"))
    return " ".join([*phrases, f"Ce champ est lu par\u00a0: {lecteurs}."])


def _plier(texte: str) -> str:
    """Return a text of the same length without capitals or accents: a place in one is a place in the other."""
    plie = []
    for lettre in texte:
        base = unicodedata.normalize("NFD", lettre)[0].lower()
        plie.append("'" if base in "’ʼ" else base if len(base) == 1 else lettre)
    return "".join(plie)


def _motif(liste: list[str]) -> re.Pattern[str]:
    """Make one pattern of a list: whole words, their plural and feminine, any ending after a star."""
    formes = []
    for mot in sorted(liste, key=len, reverse=True):
        plie = re.escape(_plier(mot.removesuffix("*"))).replace(r"\ ", r"[ \u00a0\n]+")
        formes.append(plie + (r"[a-z]*" if mot.endswith("*") else r"(?:e?s?|x)"))
    return re.compile(r"(?<![\w])(?:" + "|".join(formes) + r")(?![\w])")


def _coordonnees(texte: str) -> bool:
    return bool(_TELEPHONE.search(texte) or _COURRIEL.search(texte))


def _nir_valide(lu: re.Match[str]) -> bool:
    """Tell whether the key of a NIR is right; Corsica counts as 19 (2A) and 18 (2B)."""
    *corps, cle = lu.groups()
    nombre = "".join(corps).upper().replace("2A", "19").replace("2B", "18")
    return 97 - int(nombre) % 97 == int(cle)


def _iban_valide(suite: str) -> bool:
    """Tell whether a text begins with an IBAN: the length of its country, and the remainder 1 modulo 97."""
    longueur = _LONGUEURS_IBAN.get(suite[:2].upper())
    if longueur is None:
        return False
    compact = re.sub(r"[ \u00a0]", "", suite[: 2 * longueur])[:longueur].upper()
    if len(compact) < longueur or not re.fullmatch(r"[0-9A-Z]+", compact):
        return False
    return int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 == 1
