"""The rows being made, table by table, and the acts that tell how the latest of them came to be.

A row older than the period of detail came with the takeover of its dossier: one act without revision. A younger one
has an act for each of its states, with its revision, so that history, provenance and undo work as for a typed one.
"""

import datetime as dt
import random
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from piccolo.table import Table

from viesion_core.actes.tables import Acte, Revision
from viesion_core.activites.tables import Activite
from viesion_core.agenda.tables import Attente, Creneau, Plage
from viesion_core.bilans.tables import Bilan, Reponse
from viesion_core.convocations.tables import AccordCourriel, Convocation
from viesion_core.demo.model import Compte, Parametres, identifiant
from viesion_core.difficultes.tables import Difficulte
from viesion_core.dossiers.tables import (
    Beneficiaire,
    Caracteristique,
    Consultation,
    EntreeDispositif,
    MotDossier,
    Orientation,
    Rattachement,
)
from viesion_core.echanges.tables import EchangeFichier, EchangeRejet
from viesion_core.employabilite.tables import Atout, Disponibilite
from viesion_core.entretiens.tables import Entretien, EntretienTheme
from viesion_core.journal.model import Ligne
from viesion_core.notes.tables import Note
from viesion_core.parcours.tables import Affectation, Contrat, Etape

ORDRE: tuple[type[Table], ...] = (
    Beneficiaire,
    Rattachement,
    EntreeDispositif,
    MotDossier,
    Orientation,
    Caracteristique,
    Contrat,
    Etape,
    Affectation,
    Plage,
    Creneau,
    Entretien,
    EntretienTheme,
    Attente,
    AccordCourriel,
    Convocation,
    Atout,
    Disponibilite,
    Difficulte,
    Bilan,
    Reponse,
    Note,
    Activite,
    Consultation,
    EchangeFichier,
    EchangeRejet,
    Acte,
    Revision,
)
"""The tables in the order in which their rows can be inserted."""


class Moment(msgspec.Struct, frozen=True):
    """One state of a row: when, by whom (None: the takeover), what the history says, what changes."""

    quand: dt.datetime
    compte: Compte | None
    nature: str
    libelle: str
    valeurs: Mapping[str, Any] = {}


class Lot:
    """The rows of some dossiers, ready to be inserted in one go."""

    def __init__(self, p: Parametres) -> None:
        self.p = p
        self.lignes: dict[type[Table], list[dict[str, Any]]] = {table: [] for table in ORDRE}
        self.journal: list[Ligne] = []
        self._horizon = p.maintenant - p.detail

    def ajouter(self, table: type[Table], ligne: dict[str, Any]) -> dict[str, Any]:
        """Add one whole row that needs no act of its own."""
        self.lignes[table].append(ligne)
        return ligne

    def ecrire(
        self, r: random.Random, table: type[Table], ligne: dict[str, Any], numero: int, moments: Sequence[Moment]
    ) -> dict[str, Any]:
        """Add one row that went through these states; return it as it is now."""
        for rang, moment in enumerate(moments):
            apres = {**ligne, **moment.valeurs, "version": rang + 1}
            if self.detaille(moment.quand):
                self.acte(r, numero, moment, table, ligne if rang else None, apres)
            ligne = apres
        self.lignes[table].append(ligne)
        return ligne

    def acte(
        self,
        r: random.Random,
        numero: int | None,
        moment: Moment,
        table: type[Table] | None = None,
        avant: dict[str, Any] | None = None,
        apres: dict[str, Any] | None = None,
    ) -> uuid.UUID:
        """Add an act, the revision of its row if there is one, and its line of the journal; return its id."""
        compte = moment.compte
        auteur = compte.nom_complet if compte else "VieSion"
        organisme = compte.organisme.id if compte else None
        cle = identifiant(r, numero or 0)
        self.ajouter(
            Acte,
            {
                "id": cle,
                "nature": moment.nature,
                "libelle": moment.libelle[:300],
                "utilisateur": compte.id if compte else None,
                "auteur": auteur,
                "organisme": organisme,
                "beneficiaire": numero,
                "at": moment.quand,
                "annule": None,
                "annule_par": None,
            },
        )
        if table is not None and apres is not None:
            self.reviser(r, cle, table, avant, apres)
        self.journal.append(
            Ligne(
                at=moment.quand,
                utilisateur=compte.id if compte else None,
                organisme=organisme,
                role=compte.role if compte else "pilote",
                operation=moment.nature,
                objet="dossier" if numero else "",
                cle=str(numero) if numero else "",
                acte=cle,
                motif="",
                adresse="",
            )
        )
        return cle

    def detaille(self, quand: dt.datetime) -> bool:
        """Whether an act of that instant has its revisions."""
        return quand >= self._horizon

    def reviser(
        self,
        r: random.Random,
        acte: uuid.UUID,
        table: type[Table],
        avant: dict[str, Any] | None,
        apres: dict[str, Any],
        ordre: int = 0,
    ) -> None:
        """Add one revision of an act."""
        self.ajouter(
            Revision,
            {
                "id": identifiant(r, acte.int >> 96),
                "acte": acte,
                "ordre": ordre,
                "nom_table": table._meta.tablename,
                "cle": str(apres[table._meta.primary_key._meta.name]),
                "version": apres["version"],
                "avant": avant,
                "apres": apres,
            },
        )
