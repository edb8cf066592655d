"""The kit of plugin authors: a new offre written in one command, and the quality contract that it must pass."""

from viesion_core.kit.contrat import POINTS, Manquement, verifier
from viesion_core.kit.creation import Projet, creer, projet
from viesion_core.kit.crochets import document
from viesion_core.kit.source import specifications

__all__ = ["POINTS", "Manquement", "Projet", "creer", "document", "projet", "specifications", "verifier"]
