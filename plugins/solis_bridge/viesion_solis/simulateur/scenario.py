"""What the simulated Solis does at each turn, and how it fails: a TOML file, or the defaults."""

import collections.abc
import enum
import pathlib
import tomllib
from typing import Literal

import msgspec


class Genre(enum.StrEnum):
    """A fault.

    Of what it sends (ALLOC, AFFECT): `doublon` says a line twice in a file, `rejeu` lays the former file again, `trou`
    lays a file before the one that precedes it, `coupe` cuts a file in the middle. Of what it takes (CONTRAT, AFFECT,
    RDV): `retard` answers `duree` turns later, `double` answers twice. API: `erreur_500` loses the answer of each
    request of the turn, as behind a broken proxy.
    """

    DOUBLON = "doublon"
    REJEU = "rejeu"
    TROU = "trou"
    COUPE = "coupe"
    RETARD = "retard"
    DOUBLE = "double"
    ERREUR_500 = "erreur_500"


ENVOIS = frozenset({Genre.DOUBLON, Genre.TROU, Genre.COUPE})
"""The faults that need a file of the turn: one leaves."""
FICHIER: Literal["fichier"] = "fichier"
API: Literal["api"] = "api"
LES_DEUX = "les-deux"


class Panne(msgspec.Struct, frozen=True, kw_only=True):
    """A fault and the turn at which it happens; `duree` in turns; `flux`: of that one alone, "" of every one.

    `erreur_500` is of the whole API whatever `flux` says.
    """

    tour: int
    genre: Genre
    duree: int = 1
    flux: str = ""


class Alloc(msgspec.Struct, frozen=True, kw_only=True):
    """Every how many turns a delta leaves, what is in it, up to how many people; `par`: fichier or api."""

    chaque: int = 5
    creations: int = 2
    modifications: int = 1
    population: int = 300
    par: Literal["fichier", "api"] = FICHIER


class Affect(msgspec.Struct, frozen=True, kw_only=True):
    """Every how many turns people are assigned, how many, to whom.

    `sirets`: the organisms, those that VieSion names when there is none. `attente`: no more is assigned while so many
    wait for an answer. `par`: fichier or api.
    """

    chaque: int = 5
    personnes: int = 1
    sirets: tuple[str, ...] = ()
    attente: int = 12
    par: Literal["fichier", "api"] = FICHIER


class Reponses(msgspec.Struct, frozen=True, kw_only=True):
    """How what VieSion tells is taken and acknowledged; `par`: fichier, api or les-deux."""

    par: Literal["fichier", "api", "les-deux"] = FICHIER


class Rdv(msgspec.Struct, frozen=True, kw_only=True):
    """Every how many turns a slot is booked, and for whom: `individus` with a number from 1 to `nombre`."""

    chaque: int = 5
    individus: str = "DEMO-{}"
    nombre: int = 60
    annulations: int = 4
    """One booking in so many is given back at a later turn; 0: none."""


class Scenario(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole of it."""

    graine: int = 34
    alloc: Alloc = Alloc()
    affect: Affect = Affect()
    reponses: Reponses = Reponses()
    rdv: Rdv = Rdv()
    panne: tuple[Panne, ...] = ()

    def pannes(self, tour: int, flux: str = "") -> frozenset[Genre]:
        """Return the faults of a turn (of a flow, when one is given); a delay lasts."""
        return frozenset(
            p.genre for p in self.panne if p.tour <= tour < p.tour + p.duree and (not flux or p.flux in ("", flux))
        )

    def avec(self, panne: Panne) -> "Scenario":
        """Return the scenario with one more fault."""
        return msgspec.structs.replace(self, panne=(*self.panne, panne))


def lire_scenario(chemin: pathlib.Path | None, graine: int | None = None) -> Scenario:
    """Return the scenario of a file (the defaults without one), with another seed if given.

    Raises ValueError in plain words when the file is not one.
    """
    brut: collections.abc.Mapping[str, object] = {}
    if chemin is not None:
        try:
            brut = tomllib.loads(chemin.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as erreur:
            msg = f"{chemin} : le scénario n'est pas un fichier TOML lisible ({erreur})."
            raise ValueError(msg) from erreur
    try:
        scenario = msgspec.convert(brut, Scenario)
    except msgspec.ValidationError as erreur:
        msg = f"{chemin} : le scénario n'a pas la forme attendue ({erreur})."
        raise ValueError(msg) from erreur
    return scenario if graine is None else msgspec.structs.replace(scenario, graine=graine)
