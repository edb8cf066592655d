"""The agenda as a grid: which days, from which hour to which hour, and where each entretien stands. Pure."""

import datetime as dt
import itertools
from collections.abc import Sequence

import msgspec

from viesion_core.activites.model import Activite
from viesion_core.agenda.model import Creneau
from viesion_core.agenda.model_ateliers import Seance
from viesion_core.contexte import PARIS
from viesion_core.entretiens.model import RendezVous
from viesion_core.formats import JOURS, MOIS

PAS = 15
"""Minutes of a row of the grid: `css/agenda.css` has a class for each row (`r-1`…) and each length (`n-1`…)."""
PREMIERE, DERNIERE = 8, 18
COLONNES = 4
JOUR, SEMAINE, MOIS_ENTIER = "jour", "semaine", "mois"
VUES = {JOUR: "Jour", SEMAINE: "Semaine", MOIS_ENTIER: "Mois"}


Objet = RendezVous | Activite | Seance | Creneau
"""What has an hour in the grid."""


class Bloc(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the grid: first row, number of rows, and its column among those of the same time."""

    objet: Objet
    rang: int
    longueur: int
    colonne: int
    colonnes: int

    @property
    def genre(self) -> str:
        """« entretien », « evenement », « atelier » or « libre » (a free slot)."""
        genres = {Seance: "atelier", Activite: "evenement", Creneau: "libre"}
        return genres.get(type(self.objet), "entretien")


class JourAgenda(msgspec.Struct, frozen=True, kw_only=True):
    """A day of the grid; `hors_mois`: it completes the weeks of a month; `journees`: events of the whole day."""

    date: dt.date
    blocs: tuple[Bloc, ...]
    journees: tuple[Activite, ...] = ()
    hors_mois: bool = False

    @property
    def fin_de_semaine(self) -> bool:
        """Whether it is a Saturday or a Sunday."""
        return self.date.weekday() >= 5


class Periode(msgspec.Struct, frozen=True, kw_only=True):
    """The days that a view shows, and the dates of the views before and after."""

    debut: dt.date
    fin: dt.date
    precedente: dt.date
    suivante: dt.date
    titre: str


def periode(vue: str, jour: dt.date) -> Periode:
    """Return the days of the view that holds a day: a month is completed to whole weeks."""
    if vue == JOUR:
        un = dt.timedelta(days=1)
        return Periode(debut=jour, fin=jour, precedente=jour - un, suivante=jour + un, titre=_long(jour, semaine=True))
    if vue == SEMAINE:
        lundi, sept = jour - dt.timedelta(days=jour.weekday()), dt.timedelta(days=7)
        dimanche = lundi + dt.timedelta(days=6)
        return Periode(
            debut=lundi, fin=dimanche, precedente=lundi - sept, suivante=lundi + sept, titre=_du_au(lundi, dimanche)
        )
    premier = jour.replace(day=1)
    suivant = (premier + dt.timedelta(days=32)).replace(day=1)
    dernier = suivant - dt.timedelta(days=1)
    return Periode(
        debut=premier - dt.timedelta(days=premier.weekday()),
        fin=dernier + dt.timedelta(days=6 - dernier.weekday()),
        precedente=(premier - dt.timedelta(days=1)).replace(day=1),
        suivante=suivant,
        titre=f"{MOIS[premier.month - 1]} {premier.year}".capitalize(),
    )


def heures(rendez_vous: Sequence[Objet]) -> tuple[int, int]:
    """Return the first and the last hour of the grid: 8 h to 18 h, wider when an entretien asks for it."""
    debuts = [_minutes(r.debut) // 60 for r in rendez_vous]
    fins = [min(24, -(-(_minutes(r.debut) + r.duree) // 60)) for r in rendez_vous]
    return min([PREMIERE, *debuts]), max([DERNIERE, *fins])


def jours(
    debut: dt.date,
    fin: dt.date,
    rendez_vous: Sequence[Objet],
    premiere: int,
    mois: int = 0,
    *,
    journees: Sequence[Activite] = (),
) -> list[JourAgenda]:
    """Return each day from `debut` to `fin` with its entretiens and events, placed.

    A week-end with nothing stays in a month only.
    """
    dans_l_ordre = sorted(rendez_vous, key=lambda r: r.debut)
    par_jour = {jour: list(groupe) for jour, groupe in itertools.groupby(dans_l_ordre, key=lambda r: r.jour)}
    tous = [debut + dt.timedelta(days=n) for n in range((fin - debut).days + 1)]
    montres = [j for j in tous if mois or j.weekday() < 5 or j in par_jour or len(tous) == 1]
    return [
        JourAgenda(
            date=jour,
            blocs=tuple(placer(par_jour.get(jour, []), premiere)),
            hors_mois=bool(mois) and jour.month != mois,
            journees=tuple(a for a in journees if a.jour <= jour <= a.dernier_jour),
        )
        for jour in montres
    ]


def placer(rendez_vous: Sequence[Objet], premiere: int) -> list[Bloc]:
    """Return where each entretien of a day stands: those that meet share the width, in four columns at most."""
    blocs: list[Bloc] = []
    grappe: list[Objet] = []
    fin = 0
    for r in sorted(rendez_vous, key=lambda r: (r.debut, -r.duree)):
        if grappe and _minutes(r.debut) >= fin:
            blocs += _ranger(grappe, premiere)
            grappe = []
        fin = max(fin if grappe else 0, _minutes(r.debut) + max(r.duree, 2 * PAS))
        grappe.append(r)
    return blocs + (_ranger(grappe, premiere) if grappe else [])


def _ranger(grappe: Sequence[Objet], premiere: int) -> list[Bloc]:
    libres: list[int] = []
    places = []
    for r in grappe:
        debut = _minutes(r.debut)
        colonne = next((n for n, fin in enumerate(libres) if fin <= debut), len(libres))
        libres[colonne : colonne + 1] = [debut + max(r.duree, 2 * PAS)]
        places.append(colonne)
    colonnes = min(len(libres), COLONNES)
    dernier = (24 - premiere) * 60 // PAS
    blocs = []
    for r, colonne in zip(grappe, places, strict=True):
        rang = (_minutes(r.debut) - premiere * 60) // PAS + 1
        longueur = min(max(-(-r.duree // PAS), 2), dernier - rang + 1)
        blocs.append(
            Bloc(
                objet=r,
                rang=rang,
                longueur=max(longueur, 1),
                colonne=min(colonne, colonnes - 1) + 1,
                colonnes=colonnes,
            )
        )
    return blocs


def _minutes(instant: dt.datetime) -> int:
    local = instant.astimezone(PARIS)
    return local.hour * 60 + local.minute


def _long(jour: dt.date, *, semaine: bool = False) -> str:
    quantieme = "1er" if jour.day == 1 else str(jour.day)
    texte = f"{quantieme} {MOIS[jour.month - 1]} {jour.year}"
    return f"{JOURS[jour.weekday()].capitalize()} {texte}" if semaine else texte


def _du_au(debut: dt.date, fin: dt.date) -> str:
    """« Du 23 au 29 novembre 2026 », « Du 30 novembre au 6 décembre 2026 »."""
    avant = "1er" if debut.day == 1 else str(debut.day)
    if debut.month != fin.month:
        avant += f" {MOIS[debut.month - 1]}"
    if debut.year != fin.year:
        avant += f" {debut.year}"
    return f"Du {avant} au {_long(fin)}"
