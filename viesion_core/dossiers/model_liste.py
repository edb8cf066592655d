"""« Gestion → Bénéficiaires »: the filters, a row, and the next act that a row suggests. Pure."""

import datetime as dt
import uuid

import msgspec

from viesion_core.contexte import PARIS
from viesion_core.dossiers.model import DROITS_CLOS, nom_en_usage
from viesion_core.formats import heure
from viesion_core.nomenclatures.model import libelle

PAR_PAGE = 20


class Filtres(msgspec.Struct, frozen=True, kw_only=True):
    """What « Affiner la recherche » and the filters ask. `recherche` is read as the « Recherche globale » does.

    `active`: only the file active (in the dispositif today). `referent`: the people of a référent, by user id.
    `sans_contrat`: none that runs today (`contrat_termine`: there was one). `sans_rendez_vous`: nothing planned.
    `commune`: INSEE code; `secteur`, `offre`, `etat_droit`: their names or codes.
    """

    recherche: str = ""
    active: bool = True
    commune: str = ""
    secteur: str = ""
    etat_droit: str = ""
    referent: uuid.UUID | None = None
    offre: str = ""
    sans_referent: bool = False
    sans_etape: bool = False
    sans_contrat: bool = False
    sans_rendez_vous: bool = False
    contrat_termine: bool = False
    caracteristiques_manquantes: bool = False


class ProchainActe(msgspec.Struct, frozen=True):
    """What to do now for a person: the words, and the tab of the dossier where it is done. `presse`: it waits."""

    texte: str
    onglet: str
    presse: bool = True


class LigneBeneficiaire(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the list. Instants are UTC; `etape` is « ORGANISME - OFFRE » of the open one, "" when none is."""

    numero: int
    civilite: str
    nom_naissance: str
    nom_usage: str
    prenom: str
    date_naissance: dt.date
    commune: str
    etat_droit: str
    entree: dt.date | None
    etape: str
    offre: str
    etapes_ouvertes: int
    contrat_fin: dt.date | None
    entretien_a_venir: dt.datetime | None
    entretien_a_realiser: dt.datetime | None
    caracteristiques_manquantes: int
    referents: tuple[str, ...] = ()

    @property
    def nom(self) -> str:
        """The name in use, in capitals."""
        return nom_en_usage(self.nom_naissance, self.nom_usage)

    @property
    def etat_droit_libelle(self) -> str:
        """« Droit ouvert et versable »; "" when nothing is known."""
        return libelle("ETAT_DROIT", self.etat_droit) if self.etat_droit else ""

    def prochain_acte(self, jour: dt.date) -> ProchainActe | None:
        """Return the next act for a person, the most pressing first; None outside the dispositif.

        The order is that of the deck's process: what has happened and is not told, the right, référent, étape,
        contrat, caractéristiques, rendez-vous.
        """
        if self.entretien_a_realiser is not None:
            date = f"{self.entretien_a_realiser.astimezone(PARIS):%d/%m/%Y}"
            return ProchainActe(f"Saisir la réalisation de l'entretien du {date}", "entretiens")
        if self.entree is None:
            return None
        if self.etat_droit in DROITS_CLOS and self.etapes_ouvertes:
            return ProchainActe("Droit clos : préparer la sortie", "sortie")
        return self._suite_a_construire(jour) or self._rendez_vous()

    def _suite_a_construire(self, jour: dt.date) -> ProchainActe | None:
        if not self.referents:
            return ProchainActe("Affecter un référent", "parcours")
        if not self.etapes_ouvertes:
            return ProchainActe("Créer une étape", "parcours")
        if self.contrat_fin is None:
            return ProchainActe("Ajouter un contrat RSA", "contrats")
        if self.contrat_fin < jour:
            return ProchainActe(f"Renouveler le contrat terminé le {self.contrat_fin:%d/%m/%Y}", "contrats")
        if self.caracteristiques_manquantes:
            nombre = self.caracteristiques_manquantes
            nom = "caractéristique requise" if nombre == 1 else "caractéristiques requises"
            return ProchainActe(f"Compléter {nombre} {nom}", "caracteristiques")
        return None

    def _rendez_vous(self) -> ProchainActe:
        if self.entretien_a_venir is None:
            return ProchainActe("Prendre un rendez-vous", "entretiens")
        quand = self.entretien_a_venir.astimezone(PARIS)
        return ProchainActe(f"Entretien le {quand:%d/%m/%Y} à {heure(quand)}", "entretiens", presse=False)
