"""The people that a partner assigns to an organism: received, spread among its référents, answered.

Whoever loads the room takes its files and tells its answers: a bridge does, by `viesion_core.api`.
"""

from viesion_core.portefeuille.import_affect import importer_affectations

__all__ = ["importer_affectations"]
