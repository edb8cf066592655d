"""What a séance of an atelier collectif is: a créneau of several places, its people, its waiting list. Pure."""

import datetime as dt
import uuid
from collections.abc import Iterable

import msgspec

from viesion_core.contexte import PARIS
from viesion_core.entretiens.model import RendezVous
from viesion_core.formats import heure
from viesion_core.nomenclatures.model import libelle

TYPES = ("ATELIER_COLLECTIF", "INFORMATION_COLLECTIVE")
PRESENCES = ("PRESENCE", "ABS_JUST", "ABS_NON_JUST")
"""Présence, Absence justifiée, Absence non justifiée: what a sheet of attendance says of each person."""
SEULE, SUIVANTES = "seule", "suivantes"
PORTEES = {SEULE: "Cette séance seule", SUIVANTES: "Celle-ci et les suivantes"}
ATTENTE_MAXIMUM = 100


class Seance(msgspec.Struct, frozen=True, kw_only=True):
    """A séance as lists and agendas show it. Instants are UTC; `pris`, `attente`, `a_pointer` count people."""

    id: uuid.UUID
    plage: uuid.UUID
    organisme: uuid.UUID
    collaborateur: uuid.UUID
    collaborateur_nom: str
    debut: dt.datetime
    fin: dt.datetime
    titre: str
    lieu: str
    adresse: str
    type: str
    capacite: int
    pris: int
    attente: int
    a_pointer: int
    version: int

    @property
    def nom(self) -> str:
        """« Atelier CV »: its title, else its type."""
        return self.titre or libelle("TYPE_ENTRETIEN", self.type)

    @property
    def type_libelle(self) -> str:
        """« Atelier collectif »."""
        return libelle("TYPE_ENTRETIEN", self.type)

    @property
    def lieu_libelle(self) -> str:
        """« Collectif - Dans les locaux »; "" when not said."""
        return libelle("LIEU", self.lieu) if self.lieu else ""

    @property
    def restant(self) -> int:
        """How many places are left."""
        return max(0, self.capacite - self.pris)

    @property
    def places(self) -> str:
        """« 8 / 12 »."""
        return f"{self.pris}\u00a0/\u00a0{self.capacite}"

    @property
    def duree(self) -> int:
        """Its length in minutes."""
        return int((self.fin - self.debut).total_seconds()) // 60

    @property
    def jour(self) -> dt.date:
        """The date in Paris."""
        return self.debut.astimezone(PARIS).date()

    @property
    def quand(self) -> str:
        """« 01/12/2026 à 10 h »."""
        return f"{self.jour:%d/%m/%Y} à {heure(self.debut)}"


class Participant(msgspec.Struct, frozen=True, kw_only=True):
    """A person who has a place: the entretien that holds it."""

    entretien: uuid.UUID
    numero: int
    nom: str
    prenom: str
    realisation: str
    version: int

    @property
    def personne(self) -> str:
        """« EXEMPLE Camille »."""
        return f"{self.nom.upper()} {self.prenom}"

    @property
    def realisation_libelle(self) -> str:
        """« Prévu », « Présence », and so on."""
        return libelle("REALISATION", self.realisation)


def hors_seances(rendez_vous: Iterable[RendezVous], seances: Iterable[Seance]) -> list[RendezVous]:
    """Return the entretiens that are not those of the people of these séances: a séance is one appointment."""
    connues = {s.id for s in seances}
    return [r for r in rendez_vous if r.creneau not in connues]


class EnAttente(msgspec.Struct, frozen=True, kw_only=True):
    """A person on the waiting list, the first come first."""

    id: uuid.UUID
    numero: int
    nom: str
    prenom: str
    inscrit_le: dt.datetime
    version: int

    @property
    def personne(self) -> str:
        """« EXEMPLE Camille »."""
        return f"{self.nom.upper()} {self.prenom}"
