"""AFFECT: what a partner asks of an organism about a person, and what may be answered. Source: exchange contract."""

import datetime as dt
import enum
import uuid

import msgspec

from viesion_core.parcours.model import ETAPE, PARCOURS, jour


class EtatAffect(enum.StrEnum):
    """What the organism has answered."""

    RECUE = "RECUE"
    ACCEPTEE = "ACCEPTEE"
    REFUSEE = "REFUSEE"
    PRISE_EN_CHARGE = "PRISE_EN_CHARGE"
    TERMINEE = "TERMINEE"


LIBELLE_ETAT = {
    EtatAffect.RECUE: "À répartir",
    EtatAffect.ACCEPTEE: "Acceptée",
    EtatAffect.REFUSEE: "Refusée",
    EtatAffect.PRISE_EN_CHARGE: "Prise en charge",
    EtatAffect.TERMINEE: "Terminée",
}
OUVERTES = frozenset({EtatAffect.ACCEPTEE, EtatAffect.PRISE_EN_CHARGE})
"""What can still be told as ended."""
NATURES = {"RU": PARCOURS, "ETAPE": ETAPE}
LIBELLE_ROLE_DEMANDE = {"RU": "Référent de parcours", "ETAPE": "Référent d'étape"}


class CommandeAffect(msgspec.Struct, frozen=True, kw_only=True):
    """One line understood: the person, the organism (by its SIRET), and whom the partner asks for.

    `referent`: the identifiant or the address of an account of the organism, "" when the organism chooses.
    `version` orders the messages about `cle`: an older or equal one is ignored.
    """

    id_message: uuid.UUID
    version: int
    cle: uuid.UUID
    id_individu: str
    siret: str
    role: str
    debut: dt.date
    offre: str = ""
    referent: str = ""
    fin: dt.date | None = None
    motif: str = ""


class AffectVue(msgspec.Struct, frozen=True, kw_only=True):
    """A person assigned by a partner, as the lists show them."""

    id: uuid.UUID
    beneficiaire: int
    nom_naissance: str
    nom_usage: str
    prenom: str
    commune: str
    offre: str
    role: str
    referent: uuid.UUID | None
    referent_nom: str
    chargee: str
    debut: dt.date
    fin: dt.date | None
    motif: str
    etat: EtatAffect
    motif_reponse: str
    premier_rdv: dt.date | None
    rdv_propose: dt.date | None = None
    recue_le: dt.datetime
    repondue_le: dt.datetime | None
    version: int

    @property
    def personne(self) -> str:
        """« EXEMPLE Camille »."""
        return f"{(self.nom_usage or self.nom_naissance).upper()} {self.prenom}"

    @property
    def role_libelle(self) -> str:
        """« Référent de parcours », with the offre asked for."""
        return LIBELLE_ROLE_DEMANDE[self.role] + (f", {self.offre}" if self.offre else "")

    def attente(self, aujourdhui: dt.date) -> int:
        """Return for how many days it waits for an answer."""
        return max((aujourdhui - self.recue_le.date()).days, 0)


class ChargeReferent(msgspec.Struct, frozen=True, kw_only=True):
    """A référent of the organism, and how many people they follow today."""

    id: uuid.UUID
    nom: str
    charge: int

    @property
    def libelle(self) -> str:
        """« Alix ESSAI (27 personnes) »."""
        return f"{self.nom} ({self.charge} personne{'s' if self.charge > 1 else ''})"


def defaut_rdv(premier_rdv: dt.date, debut: dt.date, aujourdhui: dt.date) -> str:
    """Return what is wrong with the date of the first appointment, "" when nothing is."""
    if premier_rdv < debut:
        return f"Le premier rendez-vous précède le début de l'affectation ({jour(debut)})."
    if premier_rdv > aujourdhui + dt.timedelta(days=366):
        return "Le premier rendez-vous est à plus d'un an : vérifiez l'année."
    return ""
