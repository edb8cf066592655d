"""What the evolution between two answers is made of: what the base counts, what the page shows; values only."""

import enum
from collections.abc import Mapping

import msgspec

from viesion_core.bilans.model import TypeQuestion


class Sens(enum.StrEnum):
    """How the second answer compares with the first."""

    MIEUX = "MIEUX"
    STABLE = "STABLE"
    MOINS = "MOINS"
    AUTRE = "AUTRE"

    @property
    def libelle(self) -> str:
        """The French word."""
        return {"MIEUX": "Mieux", "STABLE": "Stable", "MOINS": "Moins bien", "AUTRE": "Non comparable"}[self]


class ComptesEvolution(msgspec.Struct, frozen=True, kw_only=True):
    """What the base counts for one evolution.

    `passages`: from the JSON text of the first answer and of the second, how many; for a NOMBRE the texts are "" and
    the sign of the difference ("-1", "0", "1"). `entree`, `sortie`: the sums of numbers, else 0.
    """

    passages: Mapping[tuple[str, str], int] = {}
    entree: float = 0
    sortie: float = 0

    @property
    def total(self) -> int:
        """How many times both answers are there."""
        return sum(self.passages.values())


class PartEvolution(msgspec.Struct, frozen=True, kw_only=True):
    """How many are better, the same, worse. `effectif` None: hidden (a small cell, or what would give it away)."""

    sens: Sens
    effectif: int | None
    part: float | None = None


class Passage(msgspec.Struct, frozen=True, kw_only=True):
    """A cell of the transition table: from one answer to another. `effectif` None: hidden."""

    sens: Sens
    effectif: int | None


class LignePassages(msgspec.Struct, frozen=True):
    """A row of the transition table: the first answer, a cell for each second one."""

    libelle: str
    passages: tuple[Passage, ...]


class Moyennes(msgspec.Struct, frozen=True):
    """The mean then and after, of those who gave both numbers."""

    entree: float
    sortie: float

    @property
    def ecart(self) -> float:
        """How much it moved."""
        return round(self.sortie - self.entree, 2)


class EvolutionCompilee(msgspec.Struct, frozen=True, kw_only=True):
    """An evolution as the page shows it. `comparees` None: too few to be shown (`masquee`).

    `successive`: the first and the last closed bilan of an étape, else two questions of one bilan. `colonnes`: the
    labels of the second answers of `lignes`. `avant`: the same in the period compared with.
    """

    code: str
    libelle: str
    type: TypeQuestion
    unite: str = ""
    successive: bool
    protegee: bool
    comparees: int | None
    parts: tuple[PartEvolution, ...] = ()
    moyennes: Moyennes | None = None
    colonnes: tuple[str, ...] = ()
    lignes: tuple[LignePassages, ...] = ()
    avant: "EvolutionCompilee | None" = None

    @property
    def masquee(self) -> bool:
        """Whether nothing of it may be shown."""
        return self.comparees is None

    @property
    def noms(self) -> tuple[str, str]:
        """How the two moments are called."""
        return ("Premier bilan", "Dernier bilan") if self.successive else ("À l'entrée", "À la sortie")

    def part_avant(self, sens: Sens) -> PartEvolution | None:
        """Return the same part in the period before."""
        return next((part for part in self.avant.parts if part.sens is sens), None) if self.avant else None
