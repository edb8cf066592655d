"""The screens: one module per family; `ECRANS` is what the application serves."""

from litestar import Controller

from web.ecrans.accueil import AccueilController
from web.ecrans.actes import ActeController
from web.ecrans.activites import ActiviteController
from web.ecrans.administration import AdministrationController
from web.ecrans.affectations import AffectationRecueController
from web.ecrans.agenda import AgendaController, DeplacementController
from web.ecrans.agenda_abonnement import AbonnementController, CalendrierController
from web.ecrans.aide import AideController
from web.ecrans.alertes import AlerteController, InfocentreController
from web.ecrans.anomalie import AnomalieController
from web.ecrans.ateliers import AtelierController
from web.ecrans.ateliers_series import SerieController
from web.ecrans.beneficiaires import BeneficiairesController
from web.ecrans.bilan_actes import BilanActeController
from web.ecrans.bilan_reponses import ReponseController
from web.ecrans.bilan_version import BilanVersionController
from web.ecrans.bilans import BilanController
from web.ecrans.caracteristiques import CaracteristiqueController
from web.ecrans.cles import CleController
from web.ecrans.connexion import ConnexionController
from web.ecrans.contrats import ContratController
from web.ecrans.convocations import ConvocationController
from web.ecrans.creneaux import CreneauController, ReservationController
from web.ecrans.difficultes import DifficulteController
from web.ecrans.dispositif import DispositifController
from web.ecrans.documents import DocumentController
from web.ecrans.dossier import DossierController
from web.ecrans.echanges import EchangesController
from web.ecrans.employabilite import EmployabiliteController
from web.ecrans.entretiens import EntretienController, PriseDeRendezVousController
from web.ecrans.envois import EnvoisController
from web.ecrans.identite import IdentiteController
from web.ecrans.modeles import ChampFusionController, ModeleController
from web.ecrans.notes import NoteController
from web.ecrans.nouveau_beneficiaire import NouveauBeneficiaireController
from web.ecrans.organismes import OrganismeController
from web.ecrans.orientations import OrientationController
from web.ecrans.palette import PaletteController
from web.ecrans.parcours import ParcoursController
from web.ecrans.parcours_etapes import EtapeController
from web.ecrans.parcours_referents import AffectationController, ReferentController
from web.ecrans.pilotage import PilotageController
from web.ecrans.pilotage_bilan import CompilationController
from web.ecrans.questionnaires import QuestionnaireController
from web.ecrans.recherche import RechercheController
from web.ecrans.reprises import ReprisesController
from web.ecrans.sante import SanteController
from web.ecrans.sortie import SortieController
from web.ecrans.utilisateurs import UtilisateurController

ECRANS: list[type[Controller]] = [
    ConnexionController,
    SanteController,
    AideController,
    AnomalieController,
    AccueilController,
    RechercheController,
    AffectationRecueController,
    PaletteController,
    AgendaController,
    DeplacementController,
    AbonnementController,
    ActiviteController,
    CalendrierController,
    CreneauController,
    AtelierController,
    SerieController,
    ReservationController,
    NoteController,
    ActeController,
    BeneficiairesController,
    NouveauBeneficiaireController,
    AdministrationController,
    OrganismeController,
    UtilisateurController,
    CleController,
    DossierController,
    IdentiteController,
    CaracteristiqueController,
    DispositifController,
    OrientationController,
    EmployabiliteController,
    PriseDeRendezVousController,
    EntretienController,
    ConvocationController,
    ContratController,
    DifficulteController,
    ParcoursController,
    EtapeController,
    ReferentController,
    AffectationController,
    BilanController,
    BilanActeController,
    BilanVersionController,
    ReponseController,
    DocumentController,
    QuestionnaireController,
    ModeleController,
    ChampFusionController,
    SortieController,
    InfocentreController,
    AlerteController,
    EchangesController,
    ReprisesController,
    EnvoisController,
    PilotageController,
    CompilationController,
]
