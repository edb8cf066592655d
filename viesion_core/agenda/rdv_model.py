"""A rendez-vous that a partner takes on a published slot: the message, what it becomes, why it is refused. Pure."""

import datetime as dt
import enum
import uuid
from typing import Any

import msgspec

from viesion_core.contexte import PARIS
from viesion_core.entretiens.model import PREVU
from viesion_core.erreurs import ErreurMetier
from viesion_core.nomenclatures.model import libelle

LIBERATIONS = ("ANNULE_STR", "REPORTE")
"""The réalisations that give a place back."""


class EtatRdv(enum.StrEnum):
    """What the partner asks, and what it reads: the place is held, or given back."""

    RESERVE = "RESERVE"
    ANNULE = "ANNULE"


class DemandeRdv(msgspec.Struct, frozen=True, kw_only=True):
    """What a partner asks (domain.md § 3.1): `uuid_resa` is its own, the same for the booking and its cancellation."""

    uuid_resa: uuid.UUID
    uuid_creneau: uuid.UUID
    id_individu: str
    etat: EtatRdv = EtatRdv.RESERVE


class RdvPartenaire(msgspec.Struct, frozen=True, kw_only=True):
    """A booking as it stands now. `debut` is UTC; `entretien` None once the entretien was deleted."""

    uuid_resa: uuid.UUID
    creneau: uuid.UUID
    beneficiaire: int
    id_individu: str
    entretien: uuid.UUID | None
    debut: dt.datetime
    duree: int
    realisation: str
    version: int

    @property
    def etat(self) -> EtatRdv:
        """Whether the place is still held."""
        return EtatRdv.ANNULE if self.realisation in LIBERATIONS else EtatRdv.RESERVE

    @property
    def realisation_libelle(self) -> str:
        """« Prévu », « Présence », and so on."""
        return libelle("REALISATION", self.realisation)

    @property
    def realise(self) -> bool:
        """Whether what happened is told: it is cancelled no more."""
        return self.realisation not in (PREVU, *LIBERATIONS)


class RdvDit(msgspec.Struct, frozen=True):
    """What a partner may be told of a rendez-vous: instants are aware; `reporte_au` is that of what replaces it."""

    debut: dt.datetime
    duree: int
    realisation: str
    reporte_au: dt.datetime | None


def rdv_dit(rdv: RdvDit) -> dict[str, Any]:
    """Return the plain values of a message: etat, statut, instants with their offset of Paris."""
    ailleurs = rdv.reporte_au.astimezone(PARIS).isoformat(timespec="minutes") if rdv.reporte_au else ""
    return {
        "etat": str(EtatRdv.ANNULE if rdv.realisation in LIBERATIONS else EtatRdv.RESERVE),
        "statut": rdv.realisation,
        "debut": rdv.debut.astimezone(PARIS).isoformat(timespec="minutes"),
        "duree": rdv.duree,
        "reporte_au": ailleurs,
    }


class RefusRdv(ErreurMetier):
    """A partner's booking is refused: `code` is its name in the exchange."""

    code = "REFUSE"


class IndividuInconnu(RefusRdv):
    """No dossier has that identifier."""

    code = "INDIVIDU_INCONNU"


class ReservationInconnue(RefusRdv):
    """No booking of that partner has that identifier."""

    code = "RESERVATION_INCONNUE"


class ReservationDifferente(RefusRdv):
    """The same `uuid_resa` was another booking."""

    code = "RESERVATION_DIFFERENTE"


class RdvRealise(RefusRdv):
    """What happened is told already."""

    code = "RDV_REALISE"
