"""The synthetic département: people who do not exist, in the proportions of the real one, the same for a same seed."""

from viesion_core.demo.actions import construire_demo
from viesion_core.demo.model import COMPTES, MOT_DE_PASSE, Parametres
from viesion_core.demo.queries import EtatDemo, etat_demo

__all__ = ["COMPTES", "MOT_DE_PASSE", "EtatDemo", "Parametres", "construire_demo", "etat_demo"]
