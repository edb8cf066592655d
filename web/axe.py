"""Periods drawn on a time axis: dates become percentages, so that one SVG suits every width without a script."""

import datetime as dt
from collections.abc import Iterable

import msgspec

from viesion_core.parcours.model import UN_JOUR, ajouter_mois

_PAS = (1, 2, 3, 6, 12, 24, 60)
_GRADUATIONS_AU_PLUS = 4
_LARGEUR_MINIMALE = 0.8


class Barre(msgspec.Struct, frozen=True, kw_only=True):
    """A period: where it begins and how wide it is (percentages), its tone, the word in it, and what it says."""

    x: float
    largeur: float
    libelle: str
    titre: str
    ton: str = "accent"


class Graduation(msgspec.Struct, frozen=True):
    """A month of the axis: its place (percentage) and its name (« 03/2026 »)."""

    x: float
    libelle: str


class Axe(msgspec.Struct, frozen=True, kw_only=True):
    """A window of time, both days included."""

    debut: dt.date
    fin: dt.date

    def x(self, jour: dt.date) -> float:
        """Return the place of the morning of a day, from 0 to 100, brought back into the window."""
        part = (jour - self.debut) / (self.fin + UN_JOUR - self.debut)
        return round(100 * min(max(part, 0.0), 1.0), 3)

    def contient(self, debut: dt.date, fin: dt.date | None) -> bool:
        """Tell whether a period shows in the window."""
        return debut <= self.fin and (fin is None or fin >= self.debut)

    def barre(self, debut: dt.date, fin: dt.date | None, libelle: str, titre: str, ton: str = "accent") -> Barre:
        """Return the bar of a period, wide enough to be seen; one without end goes to the edge."""
        x = self.x(debut)
        largeur = max(self.x(fin + UN_JOUR if fin else self.fin + UN_JOUR) - x, _LARGEUR_MINIMALE)
        x = min(x, 100 - largeur)
        mot = libelle if largeur >= 2.2 * len(libelle) else ""
        return Barre(x=round(x, 3), largeur=round(largeur, 3), libelle=mot, titre=titre, ton=ton)

    def graduations(self) -> list[Graduation]:
        """Return four months at most, evenly spread, each on its first day."""
        premier = self.debut.replace(day=1)
        mois = (self.fin.year - premier.year) * 12 + self.fin.month - premier.month + 1
        pas = next((p for p in _PAS if mois / p <= _GRADUATIONS_AU_PLUS), _PAS[-1])
        jours = (ajouter_mois(premier, n) for n in range(mois + 1) if (premier.month - 1 + n) % min(pas, 12) == 0)
        gardes = [jour for jour in jours if self.debut <= jour <= self.fin]
        if pas > 12:
            gardes = [jour for jour in gardes if jour.year % (pas // 12) == 0]
        return [Graduation(self.x(jour), f"{jour:%m/%Y}") for jour in gardes if self.x(jour) <= 84]


def axe_autour(periodes: Iterable[tuple[dt.date, dt.date | None]], aujourdhui: dt.date, marge: int = 1) -> Axe:
    """Return the window that shows some periods whole, `marge` months around them; today ends one without end."""
    bornes = [(debut, fin or max(debut, aujourdhui)) for debut, fin in periodes]
    debut = min((b for b, _ in bornes), default=aujourdhui)
    fin = max((f for _, f in bornes), default=aujourdhui)
    return Axe(debut=ajouter_mois(debut.replace(day=1), -marge), fin=ajouter_mois(fin, marge))
