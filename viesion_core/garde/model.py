"""What a free text should not hold, found by rules that run here: nothing leaves the machine, no model guesses.

Two numbers are recognised by their keys (NIR, IBAN), so that a telephone or an order number is not taken for one;
the coordinates of a third party by a word of kinship beside them; diagnosis and judgement by the shipped lists
(`regles.py`). `web/static/js/garde-regles.js` reads the same rules while one types.
"""

import hashlib
import re
from collections.abc import Mapping

import msgspec

from viesion_core.erreurs import ErreurSaisie
from viesion_core.garde.regles import Genre, plier, regles


class Reperage(msgspec.Struct, frozen=True):
    """Something found: its kind, and the word as it is typed ("" for a number or coordinates: never repeated)."""

    genre: Genre
    mot: str = ""


class AvertissementGarde(ErreurSaisie):
    """The text is to be read again; `empreinte` sent back with the form saves it as it is."""

    def __init__(self, erreurs: Mapping[str, str], empreinte: str) -> None:
        super().__init__(erreurs, "Avant d'enregistrer, relisez ce qui suit. Vous décidez.")
        self.empreinte = empreinte


def examiner(texte: str) -> tuple[Reperage, ...]:
    """Return what a text should not hold, in the order of `Genre`, each word once."""
    r = regles()
    trouves: list[Reperage] = []
    if any(_nir_valide(lu) for lu in r.motif("nir").finditer(texte)):
        trouves.append(Reperage(Genre.NIR))
    if any(_iban_valide(texte[lu.start() :]) for lu in r.motif("iban").finditer(texte)):
        trouves.append(Reperage(Genre.IBAN))
    plie = plier(texte)
    if any(_coordonnees(p) and r.motif("tiers").search(p) for p in r.motif("phrase").split(plie)):
        trouves.append(Reperage(Genre.TIERS))
    # A label of a list that stands alone is a theme: blanked, every place stays the same.
    plie = r.motif("libelles").sub(lambda lu: " " * len(lu[0]), plie)
    for genre in (Genre.DIAGNOSTIC, Genre.JUGEMENT):
        vus = {lu[0]: texte[lu.start() : lu.end()] for lu in reversed(list(r.motif(genre).finditer(plie)))}
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
    vus = sorted(f"{r.genre}:{plier(r.mot)}" for liste in reperages.values() for r in liste)
    return hashlib.sha256("\n".join(vus).encode()).hexdigest()[:16]


def message(reperages: tuple[Reperage, ...], lecteurs: str) -> str:
    """Say in French what was found, what to write instead and who will read the field."""
    r = regles()
    phrases = []
    for genre in dict.fromkeys(trouve.genre for trouve in reperages):
        cites = ", ".join(f"«\u00a0{t.mot[: r.extrait]}\u00a0»" for t in reperages if t.genre is genre)
        phrases.append(r.messages[genre].replace("{}", cites))
    return " ".join([*phrases, r.messages["lecteurs"].replace("{}", lecteurs)])


def avertissement(texte: str, lecteurs: str) -> str:
    """Return what to say beside a text that is saved already (an answer of a bilan); "" when there is nothing."""
    trouves = examiner(texte)
    return message(trouves, lecteurs) if trouves else ""


def _coordonnees(texte: str) -> bool:
    r = regles()
    return bool(r.motif("telephone").search(texte) or r.motif("courriel").search(texte))


def _nir_valide(lu: re.Match[str]) -> bool:
    """Tell whether the key of a NIR is right; Corsica counts as 19 (2A) and 18 (2B)."""
    *corps, cle = lu.groups()
    nombre = "".join(corps).upper().replace("2A", "19").replace("2B", "18")
    return 97 - int(nombre) % 97 == int(cle)


def _iban_valide(suite: str) -> bool:
    """Tell whether a text begins with an IBAN: the length of its country, and the remainder 1 modulo 97."""
    longueur = regles().longueurs_iban.get(suite[:2].upper())
    if longueur is None:
        return False
    compact = re.sub(r"[ \u00a0]", "", suite[: 2 * longueur])[:longueur].upper()
    if not re.fullmatch(f"[0-9A-Z]{{{longueur}}}", compact):
        return False
    return int("".join(str(int(c, 36)) for c in compact[4:] + compact[:4])) % 97 == 1
