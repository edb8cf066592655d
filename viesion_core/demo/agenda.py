"""The time slots of the entretiens to come: a référent has one person at a time."""

import datetime as dt
import random
import uuid

from viesion_core.contexte import PARIS
from viesion_core.demo.model import Compte, a_heure, entre

CRENEAUX = tuple((heure, minute) for heure in (9, 10, 11, 14, 15, 16) for minute in (0, 30))


class Agenda:
    """What is taken."""

    def __init__(self) -> None:
        self._pris: set[tuple[uuid.UUID, dt.datetime]] = set()

    def bloquer(self, compte: Compte, instant: dt.datetime) -> None:
        """Mark a slot as taken."""
        self._pris.add((compte.id, instant))

    def prendre(self, r: random.Random, compte: Compte, jour: dt.date) -> dt.datetime:
        """Take a free slot of the day; a full day takes a quarter of an hour past one."""
        depart = entre(r, 0, len(CRENEAUX) - 1)
        for rang in range(len(CRENEAUX)):
            heure, minute = CRENEAUX[(depart + rang) % len(CRENEAUX)]
            instant = a_heure(jour, heure, minute)
            if (compte.id, instant) not in self._pris:
                self.bloquer(compte, instant)
                return instant
        return a_heure(jour, *CRENEAUX[depart]) + dt.timedelta(minutes=15)


def creneau(r: random.Random, jour: dt.date) -> dt.datetime:
    """Return a slot of a past day, whoever has it."""
    heure, minute = CRENEAUX[entre(r, 0, len(CRENEAUX) - 1)]
    return dt.datetime(jour.year, jour.month, jour.day, heure, minute, tzinfo=PARIS).astimezone(dt.UTC)
