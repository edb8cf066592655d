"""The one door for plugin authors: all that a plugin may import (with `viesion_core.testing` in its tests)."""

from viesion_core.alertes.model import Critere, Parametre, RegleAlerte, Unite
from viesion_core.bilans.lecture import lire_questionnaire
from viesion_core.bilans.model import BilanVu, Condition, Option, Question, Questionnaire, Section, TypeQuestion
from viesion_core.db.migrations import Migration
from viesion_core.difficultes.model import DifficulteResume
from viesion_core.entretiens.model import EntretienResume
from viesion_core.fusion.model import ChampFusion, ModeleFusion
from viesion_core.hookspecs import hookimpl
from viesion_core.offres.model import Constat, DossierVu, Gravite, Offre, Panneau, PointSortie
from viesion_core.parcours.model import AffectationResume, ContratResume, EtapeResume, SaisieEtape
from viesion_core.resume.model import Bandeau, Niveau

__all__ = [
    "AffectationResume",
    "Bandeau",
    "BilanVu",
    "ChampFusion",
    "Condition",
    "Constat",
    "ContratResume",
    "Critere",
    "DifficulteResume",
    "DossierVu",
    "EntretienResume",
    "EtapeResume",
    "Gravite",
    "Migration",
    "ModeleFusion",
    "Niveau",
    "Offre",
    "Option",
    "Panneau",
    "Parametre",
    "PointSortie",
    "Question",
    "Questionnaire",
    "RegleAlerte",
    "SaisieEtape",
    "Section",
    "TypeQuestion",
    "Unite",
    "hookimpl",
    "lire_questionnaire",
]
