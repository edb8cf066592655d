"""What a séance of an atelier collectif is: a créneau of several places, its people, its waiting list. Pure."""

import datetime as dt
import uuid
from collections.abc import Iterable

import msgspec

from viesion_core.agenda.model import CreneauPublie
from viesion_core.entretiens.model import RendezVous
from viesion_core.formats import heure
from viesion_core.nomenclatures.model import libelle

TYPES = ("ATELIER_COLLECTIF", "INFORMATION_COLLECTIVE")
PRESENCES = ("PRESENCE", "ABS_JUST", "ABS_NON_JUST")
"""Présence, Absence justifiée, Absence non justifiée: what a sheet of attendance says of each person."""
SEULE, SUIVANTES = "seule", "suivantes"
PORTEES = {SEULE: "Cette séance seule", SUIVANTES: "Cette séance et les suivantes"}
ATTENTE_MAXIMUM = 100


class Seance(CreneauPublie, frozen=True, kw_only=True):
    """A séance as lists and agendas show it; `attente` and `a_pointer` count people."""

    attente: int
    a_pointer: int

    @property
    def nom(self) -> str:
        """« Atelier CV »: its title, else its type."""
        return self.titre or self.type_libelle

    @property
    def pointee(self) -> bool:
        """Whether somebody's attendance is told: nothing of the séance changes any more."""
        return self.pris != self.a_pointer

    @property
    def places(self) -> str:
        """« 8 / 12 »."""
        return f"{self.pris}\u00a0/\u00a0{self.capacite}"

    @property
    def quand(self) -> str:
        """« 01/12/2026 à 10 h »."""
        return f"{self.jour:%d/%m/%Y} à {heure(self.debut)}"


class Inscrit(msgspec.Struct, frozen=True, kw_only=True):
    """A person of a séance."""

    numero: int
    nom: str
    prenom: str
    version: int

    @property
    def personne(self) -> str:
        """« EXEMPLE Camille »."""
        return f"{self.nom.upper()} {self.prenom}"


class Participant(Inscrit, frozen=True, kw_only=True):
    """A person who has a place: the entretien that holds it."""

    entretien: uuid.UUID
    realisation: str

    @property
    def realisation_libelle(self) -> str:
        """« Prévu », « Présence », and so on."""
        return libelle("REALISATION", self.realisation)


class EnAttente(Inscrit, frozen=True, kw_only=True):
    """A person on the waiting list, the first come first."""

    id: uuid.UUID
    inscrit_le: dt.datetime


def hors_seances(rendez_vous: Iterable[RendezVous], seances: Iterable[Seance]) -> list[RendezVous]:
    """Return the entretiens that are not those of the people of these séances: a séance is one appointment."""
    connues = {s.id for s in seances}
    return [r for r in rendez_vous if r.creneau not in connues]
