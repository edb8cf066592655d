"""What the home of pilotage counts: the file active, who came in and out, the entretiens, the bilans; values only."""

import datetime as dt
from collections.abc import Mapping

import msgspec

TRANCHES = (
    ("T1", "15 jours ou moins", 15),
    ("T2", "16 à 30 jours", 30),
    ("T3", "31 à 60 jours", 60),
    ("T4", "61 à 90 jours", 90),
    ("T5", "Plus de 90 jours", None),
)
"""How long somebody waited for a first étape: code, label, days at most."""


class Ligne(msgspec.Struct, frozen=True):
    """A row of a table: code, French label, how many, its share of the whole in per cent."""

    code: str
    libelle: str
    nombre: int
    part: float | None = None


class BilansOrganisme(msgspec.Struct, frozen=True):
    """The bilans that an organism made for an offre."""

    organisme: str
    offre: str
    nombre: int


class Activite(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of a period. `file_active`: in the dispositif on its last day.

    `entrees`, `sorties` by month (« 2026-03 »), `motifs` by code, `realisations` by code; `delais`: days between the
    entrée and the first étape, then how many; `sans_etape`: came in and have none.
    """

    file_active: int = 0
    sans_etape: int = 0
    entrees: Mapping[str, int] = {}
    sorties: Mapping[str, int] = {}
    motifs: Mapping[str, int] = {}
    realisations: Mapping[str, int] = {}
    delais: Mapping[int, int] = {}
    bilans: tuple[BilansOrganisme, ...] = ()

    @property
    def total_entrees(self) -> int:
        """How many came in."""
        return sum(self.entrees.values())

    @property
    def total_sorties(self) -> int:
        """How many went out."""
        return sum(self.sorties.values())

    @property
    def delai_median(self) -> int | None:
        """Days before which half of those who have an étape had it."""
        total, vus = sum(self.delais.values()), 0
        for jours, n in sorted(self.delais.items()):
            vus += n
            if 2 * vus >= total:
                return jours
        return None

    def tranches(self) -> list[Ligne]:
        """Return the waits by slice, those who still have no étape last."""
        total = sum(self.delais.values()) + self.sans_etape
        lignes, dessous = [], -1
        for code, libelle, maximum in TRANCHES:
            n = sum(n for jours, n in self.delais.items() if jours > dessous and (maximum is None or jours <= maximum))
            lignes.append(Ligne(code, libelle, n, 100 * n / total if total else None))
            dessous = maximum if maximum is not None else dessous
        sans = Ligne("SANS", "Sans étape à ce jour", self.sans_etape, 100 * self.sans_etape / total if total else None)
        return [*lignes, sans]


def mois_entre(debut: dt.date, fin: dt.date) -> list[str]:
    """Return the months of a period, « 2026-03 », 120 at most (the last ones)."""
    premier, dernier = debut.year * 12 + debut.month - 1, fin.year * 12 + fin.month - 1
    return [f"{rang // 12}-{rang % 12 + 1:02d}" for rang in range(max(premier, dernier - 119), dernier + 1)]


def en_lignes(comptes: Mapping[str, int], libelles: Mapping[str, str]) -> list[Ligne]:
    """Return counts by code as rows, the most frequent first; a code that no list knows is shown as it is."""
    total = sum(comptes.values())
    tries = sorted(comptes.items(), key=lambda paire: (-paire[1], paire[0]))
    return [Ligne(code, libelles.get(code, code), n, 100 * n / total if total else None) for code, n in tries]
