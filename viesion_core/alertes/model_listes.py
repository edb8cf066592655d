"""What the screens of alerts show: a user's choices, a row and its facts, the reasons of one person. Pure."""

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any

import msgspec

from viesion_core.alertes.model import RegleAlerte
from viesion_core.dossiers.model import nom_en_usage
from viesion_core.formats import date, nombre
from viesion_core.nomenclatures.model import libelle


class Reglage(msgspec.Struct, frozen=True, kw_only=True):
    """What a user has chosen for a rule: `x` None is the default, `rang` None is « not a favourite »."""

    id: uuid.UUID
    code: str
    x: int | None = None
    rang: int | None = None
    version: int = 1


class LigneAlerte(msgspec.Struct, frozen=True, kw_only=True):
    """A person in the list of an alert; `faits`: what puts her there, (name, value)."""

    numero: int
    nom_naissance: str
    nom_usage: str
    prenom: str
    date_naissance: dt.date
    commune: str
    faits: tuple[tuple[str, str], ...] = ()
    referents: tuple[str, ...] = ()

    @property
    def nom(self) -> str:
        """The name in use, in capitals."""
        return nom_en_usage(self.nom_naissance, self.nom_usage)


class LigneObjet(msgspec.Struct, frozen=True, kw_only=True):
    """What an alert found that is no person: its name, the address where it is settled, what puts it there."""

    id: uuid.UUID
    titre: str
    lien: str
    faits: tuple[tuple[str, str], ...] = ()


class Constat(msgspec.Struct, frozen=True, kw_only=True):
    """One criterion for one person: met or not, and what she has for it."""

    libelle: str
    rempli: bool
    nom: str = ""
    valeur: str = ""


class Explication(msgspec.Struct, frozen=True, kw_only=True):
    """« Pourquoi cette personne ? », « Pourquoi pas ? »: every criterion of the rule, for one person."""

    numero: int
    nom_naissance: str
    nom_usage: str
    prenom: str
    constats: tuple[Constat, ...]

    @property
    def nom(self) -> str:
        """The name in use, in capitals."""
        return nom_en_usage(self.nom_naissance, self.nom_usage)

    @property
    def concernee(self) -> bool:
        """Whether the rule finds this person: every criterion is met."""
        return all(constat.rempli for constat in self.constats)


SANS_FIN = dt.date(9999, 12, 31)


def faits(regle: RegleAlerte, ligne: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """Return what puts a row in the list, (name, value), from the columns `v0`… of `RegleAlerte.valeurs`."""
    return tuple(
        (critere.nom, afficher(ligne[f"v{rang}"], critere.liste))
        for rang, critere in enumerate(regle.criteres)
        if critere.valeur
    )


def afficher(valeur: Any, liste: str = "") -> str:
    """Return a fact as it is read: a date, a number, the label of a code of `liste`; « Aucune » for nothing.

    An expression on a date is a text on SQLite: it is read as the date that it is.
    """
    if valeur is None or valeur == "":
        return "Non renseigné" if liste else "Aucune"
    if liste:
        return libelle(liste, str(valeur))
    if isinstance(valeur, str):
        try:
            valeur = dt.datetime.fromisoformat(valeur) if len(valeur) > 10 else dt.date.fromisoformat(valeur)
        except ValueError:
            return str(valeur)
    if isinstance(valeur, dt.date):
        return "Sans date de fin" if valeur == SANS_FIN else date(valeur)
    return nombre(valeur) if isinstance(valeur, int | float) else str(valeur)
