"""The accounts that the demo shows on its connexion page; nothing of this is shown in the other modes."""

import msgspec

from viesion_core.demo import COMPTES as LIBELLES
from viesion_core.demo import MOT_DE_PASSE

__all__ = ["COMPTES", "MOT_DE_PASSE", "CompteDemo"]


class CompteDemo(msgspec.Struct, frozen=True):
    """A demo account: whom it plays, and its identifier."""

    libelle: str
    identifiant: str


COMPTES = tuple(CompteDemo(libelle, f"{nom}@demo.test") for nom, libelle in LIBELLES.items())
