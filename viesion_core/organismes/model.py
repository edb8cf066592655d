"""Organisms and the offres they are conventioned for: values and pure rules."""

import datetime as dt
import re
import uuid

import msgspec

from viesion_core.nomenclatures.model import communes

DEPARTEMENT = "Département"
"""The territoire of a convention that holds everywhere."""


class OrganismeResume(msgspec.Struct, frozen=True, kw_only=True):
    """An organism as lists, forms and documents show it."""

    id: uuid.UUID
    code: str
    nom: str
    nature: str
    siret: str
    adresse: str
    code_postal: str
    commune: str
    telephone: str
    courriel: str
    ferme_le: dt.date | None
    version: int
    utilisateurs: int = 0
    offres: int = 0


class OffreDeServiceResume(msgspec.Struct, frozen=True, kw_only=True):
    """An offre enabled for an organism: the « offre de service » of the deck's lexicon.

    « une thématique d'accompagnement sur un territoire donné, au sein d'un organisme conventionné ». `suivis`: the
    people in an étape of it that is not over, where it was counted.
    """

    id: uuid.UUID
    organisme: uuid.UUID
    organisme_nom: str
    offre: str
    libelle: str
    territoire: str
    debut: dt.date
    fin: dt.date | None
    capacite: int | None
    version: int
    suivis: int = 0

    @property
    def complete(self) -> bool:
        """Whether as many people are followed as the convention provides for."""
        return self.capacite is not None and self.suivis >= self.capacite

    def active(self, jour: dt.date) -> bool:
        """Whether the convention covers that day."""
        return self.debut <= jour and (self.fin is None or self.fin >= jour)

    @property
    def nom_complet(self) -> str:
        """« ORGANISME - MOS - Montpellier », the way the deck names an étape's offre."""
        return " - ".join(part for part in (self.organisme_nom, self.offre, self.territoire) if part)


def territoires() -> list[str]:
    """Return where a convention may hold: the département, then its insertion sectors."""
    return [DEPARTEMENT, *sorted({commune.secteur for commune in communes()})]


def defaut_siret(siret: str) -> str | None:
    """Return why a SIRET is refused (French), or None: 14 digits and Luhn's key; empty is accepted."""
    if not siret:
        return None
    if not re.fullmatch(r"\d{14}", siret):
        return "Le SIRET compte 14 chiffres."
    somme = 0
    for rang, chiffre in enumerate(reversed(siret)):
        double = int(chiffre) * (2 if rang % 2 else 1)
        somme += double - 9 if double > 9 else double
    return None if somme % 10 == 0 else "La clé de ce SIRET est fausse : vérifiez les chiffres."
