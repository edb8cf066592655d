"""The person of a dossier: identity, address, right, entries into the dispositif, and how lists show them."""

import datetime as dt
import uuid

import msgspec

from viesion_core.erreurs import ErreurSaisie
from viesion_core.nomenclatures.model import libelle

ACCOMP_RSA = "ACCOMP_RSA"
PERSONNE = "PERSONNE"
LIBELLE_SOURCE = {PERSONNE: "Saisie", "SOLIS": "Solis", "IMPORT": "Reprise", "GREFFON": "Greffon", "CNAF": "CAF ou MSA"}
DROITS_CLOS = ("1", "5", "6")
"""États du droit that end or refuse it (CNAF ETATDOSRSA: refused, closed, closed on a former month)."""
ORGANISMES_PAYEURS = {"CAF": "CAF", "MSA": "MSA"}
ROLES_FOYER = {"DEM": "Demandeur", "CJT": "Conjoint", "ENF": "Enfant", "AUT": "Autre"}


class SaisieIdentite(msgspec.Struct, frozen=True, kw_only=True):
    """What the forms « Identité » and « Adresse » give. `commune` is an INSEE code or None."""

    nom_naissance: str
    prenom: str
    date_naissance: dt.date
    civilite: str = ""
    nom_usage: str = ""
    lieu_naissance: str = ""
    nationalite: str = ""
    adresse: str = ""
    complement: str = ""
    code_postal: str = ""
    commune: str | None = None
    sans_domicile: bool = False
    telephone: str = ""
    telephone_2: str = ""
    courriel: str = ""
    organisme_payeur: str = ""
    matricule: str = ""
    role_foyer: str = ""
    numero_demande: str = ""
    date_demande: dt.date | None = None
    date_ouverture: dt.date | None = None
    etat_droit: str = ""
    soumis_droits_devoirs: bool = True
    parcours: str = ""
    commentaire: str = ""


class SaisieDossier(msgspec.Struct, frozen=True, kw_only=True):
    """What « Nouveau bénéficiaire » gives: the person, and the day of the entry into Accomp RSA."""

    identite: SaisieIdentite
    entree: dt.date


class Identite(SaisieIdentite, frozen=True, kw_only=True):
    """The person of a dossier, as the page « Dossier » shows them."""

    numero: int
    commune_nom: str
    secteur: str
    id_individu: str | None
    source: str
    created_at: dt.datetime
    version: int

    @property
    def nom(self) -> str:
        """The name in use, in capitals."""
        return nom_en_usage(self.nom_naissance, self.nom_usage)

    @property
    def etat_droit_libelle(self) -> str:
        """« Droit ouvert et versable »; "" when nothing is known."""
        return libelle("ETAT_DROIT", self.etat_droit) if self.etat_droit else ""

    @property
    def parcours_libelle(self) -> str:
        """« Parcours social »; "" when not oriented."""
        return libelle("PARCOURS", self.parcours) if self.parcours else ""

    @property
    def civilite_libelle(self) -> str:
        """« Madame »."""
        return libelle("CIVILITE", self.civilite) if self.civilite else ""

    @property
    def provenance(self) -> str:
        """Who gave the dossier: « Saisie », « Solis », « Reprise »."""
        return LIBELLE_SOURCE.get(self.source, self.source)


class CarteMinimale(msgspec.Struct, frozen=True, kw_only=True):
    """All that a person outside the perimeter shows: who they are, and which organisms follow them."""

    numero: int
    nom_naissance: str
    nom_usage: str
    prenom: str
    date_naissance: dt.date
    commune: str
    organismes: tuple[str, ...]
    accessible: bool
    raison: str = ""

    @property
    def nom(self) -> str:
        """The name in use, in capitals."""
        return nom_en_usage(self.nom_naissance, self.nom_usage)


class DoublonsProbables(ErreurSaisie):
    """The person to open probably has a dossier already; `cartes` are the candidates, each with its `raison`.

    The form is shown again with the cards: open one of them, or confirm that this is somebody else.
    """

    def __init__(self, cartes: list[CarteMinimale]) -> None:
        message = "Cette personne a peut-être déjà un dossier : vérifiez avant d'en ouvrir un nouveau."
        super().__init__({"confirmation": message}, message)
        self.cartes = cartes


class ResultatRecherche(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the « Recherche globale ». `entree`: start of the open entry in the dispositif, or None."""

    numero: int
    civilite: str
    nom_naissance: str
    nom_usage: str
    prenom: str
    date_naissance: dt.date
    commune: str
    entree: dt.date | None

    @property
    def nom(self) -> str:
        """The name in use, in capitals."""
        return nom_en_usage(self.nom_naissance, self.nom_usage)


class Recent(ResultatRecherche, frozen=True, kw_only=True):
    """A line of « Bénéficiaires récents »: when the user last opened the dossier (UTC)."""

    vue_le: dt.datetime


class EntreeDetail(msgspec.Struct, frozen=True, kw_only=True):
    """An entry into a dispositif with its exit, for the page « Dispositif »."""

    id: uuid.UUID
    beneficiaire: int
    dispositif: str
    debut: dt.date
    fin: dt.date | None
    motif_fin: str
    commentaire: str
    etapes: int
    etapes_ouvertes: int
    version: int

    @property
    def libelle(self) -> str:
        """« Accomp RSA »."""
        return libelle("DISPOSITIF", self.dispositif)

    @property
    def motif_libelle(self) -> str:
        """« Emploi »; "" while it is open."""
        return libelle("MOTIF_SORTIE", self.motif_fin) if self.motif_fin else ""

    @property
    def ouverte(self) -> bool:
        """Whether the person has not left."""
        return self.fin is None


class SaisieEntree(msgspec.Struct, frozen=True, kw_only=True):
    """What the form of an entry gives; the exit and its motif come together."""

    debut: dt.date
    dispositif: str = ACCOMP_RSA
    fin: dt.date | None = None
    motif_fin: str = ""
    commentaire: str = ""


class EtatDossiers(msgspec.Struct, frozen=True, kw_only=True):
    """The counts of the accueil: the portfolio of the user, and what waits in it."""

    portefeuille: int
    sans_contrat: int
    caracteristiques_manquantes: int
    sans_rendez_vous: int


def nom_en_usage(nom_naissance: str, nom_usage: str) -> str:
    """Return the nom d'usage, else the nom de naissance, in capitals."""
    return (nom_usage or nom_naissance).upper()


def nom_officiel(nom_naissance: str, nom_usage: str) -> str:
    """Return « MARTIN (née DUPONT) » without gender: « MARTIN, nom de naissance DUPONT »."""
    if not nom_usage or nom_usage.upper() == nom_naissance.upper():
        return nom_naissance.upper()
    return f"{nom_usage.upper()}, nom de naissance {nom_naissance.upper()}"
