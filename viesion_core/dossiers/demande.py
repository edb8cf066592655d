"""What is typed in the « Recherche globale »: words, a birth date whole or partial, a dossier number. Pure."""

import datetime as dt
import re

import msgspec

from viesion_core.dossiers.mots import mots_de

_MOIS = re.findall(r"\w+", "JANVIER FEVRIER MARS AVRIL MAI JUIN JUILLET AOUT SEPTEMBRE OCTOBRE NOVEMBRE DECEMBRE")
_PREMIERE_ANNEE = 1900
_NUMERO_MAXIMAL = 2**31 - 1
MOTS_MAXIMUM = 6
Intervalle = tuple[dt.date, dt.date]

_ISO = re.compile(r"\b(\d{4})-(\d{1,2})(?:-(\d{1,2}))?\b")
_COMPLETE = re.compile(r"(?<![\d/.-])(\d{1,2})[ /.-](\d{1,2})[ /.-](\d{1,4})(?![\d/.-])")
_COLLEE = re.compile(r"(?<!\S)(\d{2})(\d{2})((?:19|20)\d{2})(?!\S)")
_LETTRES = re.compile(rf"(?<!\S)(\d{{1,2}})(?:ER)? ({'|'.join(_MOIS)}) (\d{{4}})(?!\S)")
_MOIS_ANNEE = re.compile(r"(?<![\d/.-])(\d{1,2})[/.-](\d{3,4})(?![\d/.-])")
_JOUR_MOIS = re.compile(r"(?<![\d/.-])(\d{1,2})[/.-](\d{1,2})[/.-]?(?!\d)")
_NUMERO = re.compile(r"(?<!\S)(#|N°|Nº)? ?(\d{1,10})(?!\S)", re.IGNORECASE)


class Demande(msgspec.Struct, frozen=True, kw_only=True):
    """A request read: every word must be found, and the birth be in one of the intervals (none: any birth).

    `numero` is a dossier number; `numero_seul`: it was written « #42386 », nothing else can be meant.
    """

    mots: tuple[str, ...] = ()
    naissances: tuple[Intervalle, ...] = ()
    numero: int | None = None
    numero_seul: bool = False

    @property
    def vide(self) -> bool:
        """Whether there is nothing to look for yet (a single letter is not enough)."""
        return not self.naissances and self.numero is None and all(len(mot) < 2 for mot in self.mots)

    @property
    def jours(self) -> int:
        """How many days of birth the intervals cover."""
        return sum((fin - debut).days + 1 for debut, fin in self.naissances)


_AUCUNE = Demande(numero=0, numero_seul=True)
"""What finds nobody: several numbers (a telephone, a NIR) are no dossier."""


def lire_demande(texte: str, annee: int) -> Demande:
    """Read what was typed, in any order: « dupont 12/03/1985 », « 42386 », « #42386 », « 03/1985 marie ».

    `annee` is the current year: nobody is born later. A number that may be a year is both.
    """
    reste = " ".join(texte.replace("\x00", " ").upper().replace("É", "E").replace("Û", "U").split())[:200]
    naissances, reste = _extraire_date(reste, annee)
    numero, seul = None, False
    if trouve := _NUMERO.search(reste):
        valeur = int(trouve[2])
        reste = f"{reste[: trouve.start()]} {reste[trouve.end() :]}"
        if _NUMERO.search(reste):
            return _AUCUNE
        seul = bool(trouve[1])
        annee_seule = not seul and not naissances and _PREMIERE_ANNEE <= valeur <= annee
        if annee_seule:
            naissances = [_annee(valeur)]
        if valeur <= _NUMERO_MAXIMAL and (seul or not annee_seule or not mots_de(reste)):
            numero = valeur
        elif not annee_seule:
            numero, seul = 0, True
    mots = tuple(mot for mot in mots_de(reste) if not mot.isdigit())[:MOTS_MAXIMUM]
    return Demande(mots=mots, naissances=tuple(naissances), numero=numero, numero_seul=seul)


def intervalles_de_prefixe(numero: int) -> list[tuple[int, int]]:
    """Return the numbers that are this one or begin with its digits: 42, 420 to 429, 4200 to 4299."""
    intervalles = [(numero, numero)]
    puissance = 10
    while 0 < numero * puissance <= _NUMERO_MAXIMAL:
        intervalles.append((numero * puissance, min((numero + 1) * puissance - 1, _NUMERO_MAXIMAL)))
        puissance *= 10
    return intervalles


def _extraire_date(texte: str, annee: int) -> tuple[list[Intervalle], str]:
    """Return the intervals of the date in a text, and the text without it."""
    for motif, lire in (
        (_ISO, _iso),
        (_LETTRES, _lettres),
        (_COMPLETE, _complete),
        (_COLLEE, _complete),
        (_MOIS_ANNEE, _mois_annee),
        (_JOUR_MOIS, _jour_mois),
    ):
        trouve = motif.search(texte)
        if trouve and (intervalles := lire(trouve, annee)):
            return intervalles, f"{texte[: trouve.start()]} {texte[trouve.end() :]}"
    return [], texte


def _iso(trouve: re.Match[str], annee: int) -> list[Intervalle]:
    if trouve[3]:
        return _jours(int(trouve[3]), int(trouve[2]), [int(trouve[1])])
    return _mois([int(trouve[1])], int(trouve[2]))


def _lettres(trouve: re.Match[str], annee: int) -> list[Intervalle]:
    return _jours(int(trouve[1]), _MOIS.index(trouve[2]) + 1, [int(trouve[3])])


def _complete(trouve: re.Match[str], annee: int) -> list[Intervalle]:
    return _jours(int(trouve[1]), int(trouve[2]), _annees(trouve[3], annee))


def _mois_annee(trouve: re.Match[str], annee: int) -> list[Intervalle]:
    return _mois(_annees(trouve[2], annee), int(trouve[1]))


def _jour_mois(trouve: re.Match[str], annee: int) -> list[Intervalle]:
    return _jours(int(trouve[1]), int(trouve[2]), list(range(annee - 100, annee + 1)))


def _annees(chiffres: str, annee: int) -> list[int]:
    """Return the years that begin with the digits typed so far; « 85 » alone is 1985, « 05 » 2005."""
    if len(chiffres) == 4:
        return [int(chiffres)]
    toutes = range(_PREMIERE_ANNEE, annee + 1)
    annees = [a for a in toutes if str(a).startswith(chiffres)]
    if len(chiffres) == 2:
        annees += [a for a in range(annee - 99, annee + 1) if a % 100 == int(chiffres) and a not in annees]
    return annees


def _annee(valeur: int) -> Intervalle:
    return dt.date(valeur, 1, 1), dt.date(valeur, 12, 31)


def _mois(annees: list[int], mois: int) -> list[Intervalle]:
    if not 1 <= mois <= 12:
        return []
    return [
        (dt.date(a, mois, 1), dt.date(a + mois // 12, mois % 12 + 1, 1) - dt.timedelta(days=1))
        for a in annees
        if 1 <= a <= 9998
    ]


def _jours(jour: int, mois: int, annees: list[int]) -> list[Intervalle]:
    """Return the existing days among those of some years."""
    trouves = []
    for a in annees:
        try:
            date = dt.date(a, mois, jour)
        except ValueError:
            continue
        trouves.append((date, date))
    return trouves
