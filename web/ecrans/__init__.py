"""The screens: one module per family; `ECRANS` is what the application serves."""

from litestar import Controller

from web.ecrans.administration import AdministrationController, OrganismeController, UtilisateurController
from web.ecrans.connexion import ConnexionController

ECRANS: list[type[Controller]] = [
    ConnexionController,
    AdministrationController,
    OrganismeController,
    UtilisateurController,
]
