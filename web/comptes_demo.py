"""The accounts that the demo shows on its connexion page; nothing of this exists in the other modes."""

import msgspec

from viesion_core.demo.model import COMPTES as NOMS
from viesion_core.demo.model import MOT_DE_PASSE


class CompteDemo(msgspec.Struct, frozen=True):
    """A demo account: whom it plays, and its identifier."""

    libelle: str
    identifiant: str


COMPTES = tuple(CompteDemo(libelle, f"{nom}@demo.test") for nom, libelle in NOMS.items())

__all__ = ["COMPTES", "MOT_DE_PASSE", "CompteDemo"]
