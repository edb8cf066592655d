"""The screens: one module per family; `ECRANS` is what the application serves."""

from litestar import Controller

from web.ecrans.administration import AdministrationController
from web.ecrans.aide import AideController
from web.ecrans.connexion import ConnexionController
from web.ecrans.contrats import ContratController
from web.ecrans.difficultes import DifficulteController
from web.ecrans.entretiens import EntretienController, PriseDeRendezVousController
from web.ecrans.organismes import OrganismeController
from web.ecrans.sante import SanteController
from web.ecrans.utilisateurs import UtilisateurController

ECRANS: list[type[Controller]] = [
    ConnexionController,
    SanteController,
    AideController,
    AdministrationController,
    OrganismeController,
    UtilisateurController,
    PriseDeRendezVousController,
    EntretienController,
    ContratController,
    DifficulteController,
]
