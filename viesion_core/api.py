"""The one door for plugin authors: all that a plugin may import (with `viesion_core.testing` in its tests)."""

from viesion_core.alertes.criteres import (
    bilan_dit,
    date_compare,
    date_repondue,
    dernier_bilan_dit,
    etape_en_cours,
    nombre_compare,
    nombre_en_baisse,
    nombre_repondu,
    repondu,
    sans_etape_en_cours,
)
from viesion_core.alertes.model import Critere, Parametre, RegleAlerte, Unite, parmi
from viesion_core.bilans.lecture import lire_questionnaire
from viesion_core.bilans.model import (
    BilanVu,
    Condition,
    Evolution,
    Option,
    Question,
    Questionnaire,
    Section,
    TypeQuestion,
)
from viesion_core.db.migrations import Migration
from viesion_core.difficultes.model import DifficulteResume
from viesion_core.dossiers.model import SaisieIdentite
from viesion_core.echanges.envois_model import FluxSortant, Message
from viesion_core.echanges.model import Action, Commande, FichierRefuse, Flux, LigneRefusee
from viesion_core.entretiens.model import EntretienResume
from viesion_core.fusion.model import ChampFusion, ModeleFusion
from viesion_core.hookspecs import hookimpl
from viesion_core.offres.aides import (
    ABSENCE_NON_JUSTIFIEE,
    COLLECTIFS,
    PRESENCE,
    bilans_de,
    bilans_reserves,
    date_de,
    dernier_bilan,
    doute,
    duree_en_clair,
    entretiens_de,
    etape_ouverte,
    etat_bilan,
    freins,
    point_cloture,
    prescripteur,
)
from viesion_core.offres.blocs import (
    compter_entretiens,
    controler_entree,
    controler_sortie,
    entree_connue,
    sortie_connue,
)
from viesion_core.offres.model import Constat, DossierVu, Gravite, Offre, Panneau, PointSortie
from viesion_core.parcours.model import AffectationResume, ContratResume, EtapeResume, SaisieEtape, ajouter_mois
from viesion_core.portefeuille.model import CommandeAffect
from viesion_core.resume.model import Bandeau, Niveau

__all__ = [
    "ABSENCE_NON_JUSTIFIEE",
    "COLLECTIFS",
    "PRESENCE",
    "Action",
    "AffectationResume",
    "Bandeau",
    "BilanVu",
    "ChampFusion",
    "Commande",
    "CommandeAffect",
    "Condition",
    "Constat",
    "ContratResume",
    "Critere",
    "DifficulteResume",
    "DossierVu",
    "EntretienResume",
    "EtapeResume",
    "Evolution",
    "FichierRefuse",
    "Flux",
    "FluxSortant",
    "Gravite",
    "LigneRefusee",
    "Message",
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
    "SaisieIdentite",
    "Section",
    "TypeQuestion",
    "Unite",
    "ajouter_mois",
    "bilan_dit",
    "bilans_de",
    "bilans_reserves",
    "compter_entretiens",
    "controler_entree",
    "controler_sortie",
    "date_compare",
    "date_de",
    "date_repondue",
    "dernier_bilan",
    "dernier_bilan_dit",
    "doute",
    "duree_en_clair",
    "entree_connue",
    "entretiens_de",
    "etape_en_cours",
    "etape_ouverte",
    "etat_bilan",
    "freins",
    "hookimpl",
    "lire_questionnaire",
    "nombre_compare",
    "nombre_en_baisse",
    "nombre_repondu",
    "parmi",
    "point_cloture",
    "prescripteur",
    "repondu",
    "sans_etape_en_cours",
    "sortie_connue",
]
