"""The kit of plugin authors: a new offre written in one command, and the quality contract that it must pass."""

from viesion_core.kit.contrat import POINTS, Manquement, verifier
from viesion_core.kit.creation import Projet, creer, projet

__all__ = ["POINTS", "Manquement", "Projet", "creer", "projet", "verifier"]
