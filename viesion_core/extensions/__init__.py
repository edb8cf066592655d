"""Plugins: stevedore finds, pluggy calls, organisms enable, failures are isolated."""

from viesion_core.extensions.alertes import Catalogue, catalogue_alertes
from viesion_core.extensions.appels import EchecExtension
from viesion_core.extensions.decouverte import charger_extensions
from viesion_core.extensions.fusion import garder_modeles
from viesion_core.extensions.questionnaires import garder_questionnaires
from viesion_core.extensions.registre import EtatExtension, Registre

__all__ = [
    "Catalogue",
    "EchecExtension",
    "EtatExtension",
    "Registre",
    "catalogue_alertes",
    "charger_extensions",
    "garder_modeles",
    "garder_questionnaires",
]
