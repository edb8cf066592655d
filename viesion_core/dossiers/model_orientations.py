"""The orientation of a person: the path that was notified, the delays of the law, the joint diagnosis. Pure.

Sources: loi du 18 décembre 2023 (domain reference, §2). The contrat d'engagement is signed within a month of the
notification; a social path is reviewed by a joint diagnosis of France Travail and the référent unique, six months
after that contract, or twelve by derogation. Why there is a derogation is not recorded: it may be a matter of health.
"""

import datetime as dt
import uuid
from collections.abc import Iterable

import msgspec

from viesion_core.nomenclatures.model import libelle, nomenclature

SOCIAL = "SOCIAL"
DELAI, DELAI_DEROGATOIRE = 6, 12
"""Months between the contract of a social path and its joint diagnosis."""
DELAIS = {DELAI: "6 mois", DELAI_DEROGATOIRE: "12 mois, par dérogation"}


class SaisieOrientation(msgspec.Struct, frozen=True, kw_only=True):
    """What the form of an orientation gives. `delai_mois`: 6, or 12 by derogation."""

    parcours: str
    notifiee_le: dt.date
    delai_mois: int = DELAI
    diagnostic_le: dt.date | None = None


class OrientationResume(SaisieOrientation, frozen=True, kw_only=True):
    """An orientation of a person; `engagement_le`: their first contract (CE, CER) signed from that day on."""

    id: uuid.UUID
    beneficiaire: int
    engagement_le: dt.date | None
    version: int

    @property
    def parcours_libelle(self) -> str:
        """« Parcours social »."""
        return libelle("PARCOURS", self.parcours)

    @property
    def derogation(self) -> bool:
        """Whether the joint diagnosis may wait twelve months."""
        return self.delai_mois == DELAI_DEROGATOIRE

    @property
    def sociale(self) -> bool:
        """Whether the path is the social one: the only one that a joint diagnosis reviews."""
        return self.parcours == SOCIAL


def derniere(orientations: Iterable[OrientationResume]) -> OrientationResume | None:
    """Return the orientation that holds: the last notified; None without any."""
    return max(orientations, key=lambda o: o.notifiee_le, default=None)


def defauts_orientation(
    saisie: SaisieOrientation, autres: Iterable[OrientationResume], aujourdhui: dt.date, sauf: object = None
) -> dict[str, str]:
    """Check an orientation: nothing to come, one a day, derogation and diagnosis for a social path only."""
    defauts = {}
    if saisie.parcours not in nomenclature("PARCOURS").par_code():
        defauts["parcours"] = "Choisissez un élément de la liste."
    if saisie.notifiee_le > aujourdhui:
        defauts["notifiee_le"] = "La notification ne peut pas être à venir."
    elif any(autre.notifiee_le == saisie.notifiee_le for autre in autres if autre.id != sauf):
        defauts["notifiee_le"] = "Une autre orientation a été notifiée ce jour-là."
    if saisie.delai_mois not in DELAIS:
        defauts["delai_mois"] = "Le délai est de 6 mois, ou de 12 mois par dérogation."
    elif saisie.parcours != SOCIAL and saisie.delai_mois != DELAI:
        defauts["delai_mois"] = "La dérogation ne concerne que le parcours social."
    if saisie.diagnostic_le is not None:
        if saisie.parcours != SOCIAL:
            defauts["diagnostic_le"] = "Le diagnostic conjoint ne concerne que le parcours social."
        elif saisie.diagnostic_le > aujourdhui:
            defauts["diagnostic_le"] = "Le diagnostic conjoint ne peut pas être à venir."
        elif saisie.diagnostic_le < saisie.notifiee_le:
            defauts["diagnostic_le"] = f"Le diagnostic précède la notification ({saisie.notifiee_le:%d/%m/%Y})."
    return defauts
