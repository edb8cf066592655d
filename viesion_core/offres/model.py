"""What a plugin declares and answers: values that the core checks, keeps and shows."""

import datetime as dt
import enum
from collections.abc import Mapping

import msgspec

from viesion_core.bilans.model import BilanVu
from viesion_core.difficultes.model import DifficulteResume
from viesion_core.entretiens.model import EntretienResume
from viesion_core.parcours.model import AffectationResume, ContratResume, EtapeResume
from viesion_core.resume.model import Bandeau, Niveau


class Offre(msgspec.Struct, frozen=True, kw_only=True):
    """An offre: « une thématique d'accompagnement (MOS, C-PARTI, MOC, PSME…) » (deck, lexicon).

    `duree_maximale` in months. `sensible`: what it records is health data.
    """

    code: str
    libelle: str
    thematique: str = ""
    duree_maximale: int | None = None
    sensible: bool = False


class Gravite(enum.StrEnum):
    """Whether a finding blocks."""

    ERREUR = "erreur"
    AVERTISSEMENT = "avertissement"


class Constat(msgspec.Struct, frozen=True):
    """What a plugin has to say about an étape or a bilan, in French; `champ` is a field or a question code."""

    message: str
    gravite: Gravite = Gravite.ERREUR
    champ: str = ""

    @property
    def bloque(self) -> bool:
        """Whether the act is refused."""
        return self.gravite is Gravite.ERREUR


class Panneau(msgspec.Struct, frozen=True, kw_only=True):
    """A small sheet on the résumé of a dossier: lines of (label, value), and the tab that it leads to."""

    titre: str
    lignes: tuple[tuple[str, str], ...] = ()
    texte: str = ""
    niveau: Niveau | None = None
    onglet: str = ""


class PointSortie(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the exit checklist: done or not, why, and the tab that repairs it.

    `bloquant`: the étape is not closed while it is not done. `verifiable` is False when the plugin could not answer.
    """

    libelle: str
    fait: bool
    detail: str = ""
    onglet: str = ""
    bloquant: bool = False
    verifiable: bool = True


class DossierVu(msgspec.Struct, frozen=True, kw_only=True):
    """A dossier as plugins see it: read once, inside the rights of who asks, never written to.

    `caracteristiques`: current values by code. Lists are the latest first.
    """

    fiche: Bandeau
    aujourdhui: dt.date
    caracteristiques: Mapping[str, str]
    contrats: tuple[ContratResume, ...] = ()
    etapes: tuple[EtapeResume, ...] = ()
    affectations: tuple[AffectationResume, ...] = ()
    entretiens: tuple[EntretienResume, ...] = ()
    difficultes: tuple[DifficulteResume, ...] = ()
    bilans: tuple[BilanVu, ...] = ()
