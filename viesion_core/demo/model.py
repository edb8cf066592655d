"""What the synthetic département is made of: sizes, proportions, the words, the random source. Pure values.

Proportions: domain reference, §6 « Volumes » (benchmark set and alert shares of the deck's screens).
"""

import datetime as dt
import enum
import functools
import importlib.resources
import random
import tomllib
import uuid
from collections.abc import Sequence
from typing import TypeVar

import msgspec

from viesion_core.contexte import PARIS
from viesion_core.nomenclatures.model import Commune

T = TypeVar("T")
MOT_DE_PASSE = "Viesion-Demo-34!"
"""Published on purpose: these accounts exist in a demo only."""
COMPTES = {
    "referent.mos": "Référent, offre MOS",
    "referent.cparti": "Référent, offre C-PARTI",
    "directeur": "Directeur d'organisme",
    "pilote": "Pilote départemental",
    "admin": "Administrateur",
}
"""The demo accounts, by what precedes « @demo.test » in their identifier."""
HISTOIRE = dt.timedelta(days=1461)
"""Four years: the dossiers taken over from the former tool entered the dispositif that day."""
PART_ACTIVE = 13_300 / 45_000
PART_REPRISE = 0.55
VILLES_LOURDES = frozenset({"34172", "34032", "34301", "34145", "34003"})
"""Montpellier, Béziers, Sète, Lunel, Agde: weighted by 1.4."""
POIDS_VILLE = 1.4
PORTEFEUILLE_DEMO = 27
CONTRAT_ENGAGEMENT = dt.date(2025, 1, 1)
"""The law of 18 December 2023 replaces the CER by the contrat d'engagement from that day."""


class Situation(enum.Enum):
    """Which alert of the deck an active person is made for; each person has one at most."""

    ORDINAIRE = enum.auto()
    SANS_REFERENT = enum.auto()
    NON_RENOUVELE = enum.auto()
    SANS_BILAN = enum.auto()
    SANS_ENTRETIEN = enum.auto()
    LONGUE = enum.auto()


PARTS: dict[Situation, float] = {
    Situation.SANS_REFERENT: 0.015,
    Situation.NON_RENOUVELE: 0.01,
    Situation.SANS_BILAN: 0.03,
    Situation.SANS_ENTRETIEN: 0.01,
    Situation.LONGUE: 53 / 45_000,
}
"""Shares of all the people: A05, A04, A06, A07, A01."""
PART_MANQUANTE, PART_ANCIENNE = 0.20, 0.05
"""A02 and A03."""
PART_HORS_RSA, PART_NON_ORIENTEE, PART_DOUBLE = 0.006, 0.008, 0.003
"""A15, A19 and A25 (each double is two people)."""


class Parametres(msgspec.Struct, frozen=True, kw_only=True):
    """What decides of everything: as many people, the same seed and the same instant give the same département."""

    beneficiaires: int = 600
    graine: int = 34
    maintenant: dt.datetime

    @property
    def aujourdhui(self) -> dt.date:
        """Today in Paris."""
        return self.maintenant.astimezone(PARIS).date()

    @property
    def debut(self) -> dt.date:
        """The day of the takeover from the former tool."""
        return self.aujourdhui - HISTOIRE

    @property
    def detail(self) -> dt.timedelta:
        """Acts younger than this have their revisions; what is older came with the takeover of the dossier.

        A year in a demo, two months in a département: a thousand dossiers have as many acts as a base can be
        filled with in seconds.
        """
        return jours(400 if self.beneficiaires <= 5_000 else 60)

    @property
    def organismes(self) -> int:
        """12 for 600 people, 110 for 45,000; the département is one of them."""
        return self._entre(12, 110, 6)

    @property
    def comptes(self) -> int:
        """40 accounts for 600 people, 900 for 45,000."""
        return self._entre(40, 900, 20)

    @property
    def referents(self) -> int:
        """Active référents: 20 for 600 people, 500 for 45,000."""
        return self._entre(20, 500, 8)

    def _entre(self, demo: int, departement: int, minimum: int) -> int:
        if self.beneficiaires < 600:
            return max(minimum, round(demo * self.beneficiaires / 600))
        return round(demo + (departement - demo) * (self.beneficiaires - 600) / (45_000 - 600))


class OffreDemo(msgspec.Struct, frozen=True, kw_only=True):
    """An offre de service of an organism. `duree` in months."""

    id: uuid.UUID
    organisme: uuid.UUID
    offre: str
    territoire: str
    duree: int


class Compte(msgspec.Struct, kw_only=True):
    """An account; `poids`: its share of the portfolios."""

    id: uuid.UUID
    identifiant: str
    nom: str
    prenom: str
    role: str
    organisme: "OrganismeDemo"
    actif: bool = True
    sensible: bool = False
    poids: float = 0.0
    fonction: str = ""

    @property
    def nom_complet(self) -> str:
        """« Camille SAFRAN », as the acts sign."""
        return f"{self.prenom} {self.nom.upper()}"


class OrganismeDemo(msgspec.Struct, kw_only=True):
    """An organism, its territories, its offres, its people. `sensible`: one of its offres is about health."""

    id: uuid.UUID
    code: str
    nom: str
    secteurs: tuple[str, ...]
    departement: bool = False
    sensible: bool = False
    offres: list[OffreDemo] = []
    referents: list[Compte] = []
    anciens: list[Compte] = []


class Personne(msgspec.Struct, kw_only=True):
    """What is decided of a person before their dossier is written.

    `hors_rsa`: their first stay was in another dispositif; `non_orientee`: they wait for their orientation;
    `double`: the number of the dossier that is probably theirs too.
    `rendez_vous`: instants of the entretiens to come; `en_retard`: those past and still « Prévu ». UTC.
    """

    numero: int
    commune: Commune
    active: bool = False
    retour: bool = False
    situation: Situation = Situation.ORDINAIRE
    manquante: bool = False
    ancienne: bool = False
    hors_rsa: bool = False
    non_orientee: bool = False
    double: int | None = None
    referent: Compte | None = None
    referent_parcours: Compte | None = None
    etape_ouverte: bool = False
    rendez_vous: list[dt.datetime] = []
    en_retard: list[dt.datetime] = []


class Mots(msgspec.Struct, frozen=True, kw_only=True):
    """The words of `donnees/mots.toml`."""

    noms: tuple[str, ...]
    prefixes: tuple[str, ...]
    suffixes: tuple[str, ...]
    particules: tuple[str, ...]
    prenoms_f: tuple[str, ...]
    prenoms_m: tuple[str, ...]
    voies: tuple[str, ...]
    villes_etrangeres: tuple[str, ...]
    organismes_genres: tuple[str, ...]
    organismes_mots: tuple[str, ...]
    phrases: dict[str, tuple[str, ...]]
    textes: dict[str, tuple[str, ...]]


@functools.cache
def mots() -> Mots:
    """Return the words of the synthetic département."""
    texte = (importlib.resources.files("viesion_core.demo") / "donnees" / "mots.toml").read_text(encoding="utf-8")
    lus = {cle: valeur.split() if isinstance(valeur, str) else valeur for cle, valeur in tomllib.loads(texte).items()}
    return msgspec.convert(lus, Mots)


def alea(graine: int, quoi: str, rang: int = 0) -> random.Random:
    """Return the random source of one thing: the same for the same seed, whatever is drawn elsewhere."""
    return random.Random(f"{graine}/{quoi}/{rang}")  # noqa: S311 - synthetic people, not secrets


def identifiant(r: random.Random, rang: int | None = None) -> uuid.UUID:
    """Return a UUID drawn from the source; keys of the same `rang` stand together, which indexes fill much quicker."""
    hasard = r.getrandbits(128)
    return uuid.UUID(int=hasard if rang is None else rang << 96 | hasard >> 32, version=4)


def tirer(r: random.Random, poids: Sequence[tuple[T, float]]) -> T:
    """Return one of the values, by weight (weights sum to 1)."""
    seuil = r.random()
    for valeur, part in poids:
        seuil -= part
        if seuil < 0:
            return valeur
    return poids[-1][0]


def entre(r: random.Random, minimum: int, maximum: int) -> int:
    """Return a whole number of the interval, bounds included; `minimum` when the interval is empty."""
    return minimum if maximum <= minimum else minimum + int(r.random() * (maximum - minimum + 1))


def jours(n: int) -> dt.timedelta:
    """Return that many days."""
    return dt.timedelta(days=n)


def a_heure(jour: dt.date, heure: int, minute: int = 0) -> dt.datetime:
    """Return the UTC instant of a time of the day in Paris."""
    return dt.datetime(jour.year, jour.month, jour.day, heure, minute, tzinfo=PARIS).astimezone(dt.UTC)


def ouvre(jour: dt.date) -> dt.date:
    """Return the day, or the Monday after a week-end."""
    return jour + jours({5: 2, 6: 1}.get(jour.weekday(), 0))


def code_postal(commune: Commune) -> str:
    """Return the first postal code of a commune."""
    return commune.codes_postaux.split("|")[0]


def poids_commune(commune: Commune) -> float:
    """Return how much a commune counts: its population, more in the large towns."""
    return commune.population * (POIDS_VILLE if commune.code_insee in VILLES_LOURDES else 1.0)
