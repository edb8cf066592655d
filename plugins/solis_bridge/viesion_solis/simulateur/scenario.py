"""What the simulated Solis does at each turn, and how it fails: a TOML file, or the defaults."""

import collections.abc
import enum
import pathlib
import tomllib

import msgspec


class Genre(enum.StrEnum):
    """A fault.

    ALLOC: `doublon` says a line twice in a file, `rejeu` lays the former file again, `trou` lays a file before the one
    that precedes it, `coupe` cuts a file in the middle. CONTRAT: `retard` answers `duree` turns later, `double` answers
    twice. API: `erreur_500` loses the answer of each request of the turn, as behind a broken proxy.
    """

    DOUBLON = "doublon"
    REJEU = "rejeu"
    TROU = "trou"
    COUPE = "coupe"
    RETARD = "retard"
    DOUBLE = "double"
    ERREUR_500 = "erreur_500"


class Panne(msgspec.Struct, frozen=True, kw_only=True):
    """A fault and the turn at which it happens; `duree` in turns."""

    tour: int
    genre: Genre
    duree: int = 1


class Alloc(msgspec.Struct, frozen=True, kw_only=True):
    """Every how many turns a delta leaves, what is in it, up to how many people; `par`: fichier or api."""

    chaque: int = 5
    creations: int = 2
    modifications: int = 1
    population: int = 300
    par: str = "fichier"


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
    rdv: Rdv = Rdv()
    panne: tuple[Panne, ...] = ()

    def pannes(self, tour: int) -> frozenset[Genre]:
        """Return the faults of a turn; a delay lasts."""
        return frozenset(p.genre for p in self.panne if p.tour <= tour < p.tour + p.duree)


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
