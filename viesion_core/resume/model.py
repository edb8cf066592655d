"""What the identity band of a dossier shows: values, and the rules of its chips."""

import datetime as dt
import enum
import uuid

import msgspec

from viesion_core.nomenclatures.model import libelle


class Niveau(enum.StrEnum):
    """Red blocks, amber waits, green is done."""

    BLOQUE = "bloque"
    ATTEND = "attend"
    FAIT = "fait"


class Puce(msgspec.Struct, frozen=True):
    """A chip of the band: what waits, and the tab of the dossier that solves it."""

    niveau: Niveau
    texte: str
    onglet: str


class ReferentCourant(msgspec.Struct, frozen=True, kw_only=True):
    """A référent of the day: PARCOURS (référent unique) or ETAPE."""

    utilisateur: uuid.UUID
    nom: str
    prenom: str
    organisme_nom: str
    nature: str
    debut: dt.date


class Bandeau(msgspec.Struct, frozen=True, kw_only=True):
    """The identity band that stays while a dossier is read, and the counts of its side menu."""

    numero: int
    version: int
    civilite: str
    nom_naissance: str
    nom_usage: str
    prenom: str
    date_naissance: dt.date
    commune: str
    telephone: str
    etat_droit: str
    soumis_droits_devoirs: bool
    entree: dt.date | None
    caracteristiques_requises: int
    caracteristiques_presentes: int
    caracteristiques_anciennes: int
    etapes: int
    etapes_ouvertes: int
    entretiens: int
    entretiens_a_realiser: int
    entrees: int
    contrats: int
    contrat_fin: dt.date | None
    bilans: int
    difficultes: int
    difficultes_ouvertes: int
    documents: int
    atouts: int = 0
    referents: tuple[ReferentCourant, ...] = ()

    @property
    def nom(self) -> str:
        """The name in use: nom d'usage, else nom de naissance, in capitals."""
        return (self.nom_usage or self.nom_naissance).upper()

    @property
    def etat_droit_libelle(self) -> str:
        """« Droit ouvert et versable »; "" when Solis has told nothing."""
        return libelle("ETAT_DROIT", self.etat_droit) if self.etat_droit else ""

    @property
    def caracteristiques_manquantes(self) -> int:
        """How many required caractéristiques have no current value (deck: « N caractéristiques requises… »)."""
        return self.caracteristiques_requises - self.caracteristiques_presentes

    def age(self, jour: dt.date) -> int:
        """Age in whole years on that day."""
        naissance = self.date_naissance
        return jour.year - naissance.year - ((jour.month, jour.day) < (naissance.month, naissance.day))

    def puces(self, jour: dt.date) -> list[Puce]:
        """Return the chips of the band, the most pressing first."""
        puces = []
        if self.etat_droit in ("1", "5", "6") and self.etapes_ouvertes:
            puces.append(Puce(Niveau.BLOQUE, "Droit clos, étape ouverte", "parcours"))
        if self.entree is not None and not self.referents:
            puces.append(Puce(Niveau.BLOQUE, "Sans référent", "parcours"))
        if self.entree is not None and (self.contrat_fin is None or self.contrat_fin < jour):
            texte = "Sans contrat" if self.contrat_fin is None else "Contrat terminé"
            puces.append(Puce(Niveau.ATTEND, texte, "contrats"))
        if self.entretiens_a_realiser:
            puces.append(Puce(Niveau.ATTEND, _nombre(self.entretiens_a_realiser, "entretien à réaliser"), "entretiens"))
        if self.caracteristiques_manquantes:
            nombre = _nombre(self.caracteristiques_manquantes, "caractéristique manquante")
            puces.append(Puce(Niveau.ATTEND, nombre, "caracteristiques"))
        elif self.caracteristiques_anciennes:
            puces.append(Puce(Niveau.ATTEND, "Caractéristiques à rafraîchir", "caracteristiques"))
        return puces


def _nombre(n: int, singulier: str) -> str:
    """Return « 1 entretien à réaliser », « 3 entretiens à réaliser »."""
    if n <= 1:
        return f"{n} {singulier}"
    mots = singulier.split(" ")
    mots[0] += "s"
    if mots[-1] == "manquante":
        mots[-1] += "s"
    return f"{n} {' '.join(mots)}"
