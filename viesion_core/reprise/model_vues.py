"""A reprise and its report, as the screens show them."""

import datetime as dt
import uuid

import msgspec

from viesion_core.reprise.model import FLUX

DEPOSEE, ESSAI, ESSAYEE, REEL, FAITE, ABANDONNEE = "DEPOSEE", "ESSAI", "ESSAYEE", "REEL", "FAITE", "ABANDONNEE"
LIBELLE_ETAT = {
    DEPOSEE: "À vérifier",
    ESSAI: "Essai à blanc en cours",
    ESSAYEE: "Essayée à blanc",
    REEL: "Reprise en cours",
    FAITE: "Reprise faite",
    ABANDONNEE: "Abandonnée",
}


class RepriseVue(msgspec.Struct, frozen=True, kw_only=True):
    """A reprise as the screens show it; the counts are those of the dry run, then of the real one."""

    id: uuid.UUID
    nom: str
    organisme: uuid.UUID
    organisme_nom: str
    fichier_nom: str
    feuille: str
    entetes: tuple[str, ...]
    correspondance: dict[str, str]
    avertissements: tuple[str, ...]
    lignes: int
    etat: str
    curseur: int
    creees: int
    modifiees: int
    ignorees: int
    rejetees: int
    echange: uuid.UUID | None
    auteur: str
    cree_le: dt.datetime
    fini_le: dt.datetime | None
    version_lignes: int
    version: int

    @property
    def etat_libelle(self) -> str:
        """« Essayée à blanc »."""
        return LIBELLE_ETAT[self.etat]

    @property
    def en_cours(self) -> bool:
        """Whether the worker has lines to read."""
        return self.etat in (ESSAI, REEL)

    @property
    def essai(self) -> bool:
        """Whether the counts are those of a dry run."""
        return self.etat in (ESSAI, ESSAYEE)


class LigneVue(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a line, in the report."""

    rang: int
    resultat: str
    champ: str
    message: str
    beneficiaire: int | None

    @property
    def champ_libelle(self) -> str:
        """« Date de naissance »; "" for no field."""
        return FLUX.libelles.get(FLUX.colonne(self.champ), "")
