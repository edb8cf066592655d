"""Whether the current base is a demo, and which one."""

import datetime as dt
import re

import msgspec

from viesion_core.contexte import PARIS
from viesion_core.db import lire, lire_valeur

DEBUT, FIN = "demo.construire", "demo.terminer"
_LIBELLE = re.compile(r"(\d+) bénéficiaires, graine (\d+)")


class EtatDemo(msgspec.Struct, frozen=True, kw_only=True):
    """A demo base: how it was made. `complete`: its making came to its end."""

    beneficiaires: int
    graine: int
    construite_le: dt.datetime
    complete: bool

    @property
    def jour(self) -> dt.date:
        """The day around which its agenda turns."""
        return self.construite_le.astimezone(PARIS).date()


def libelle(beneficiaires: int, graine: int) -> str:
    """Return what the act of the making says; `etat_demo` reads it back."""
    return f"Démonstration : {beneficiaires} bénéficiaires, graine {graine}"


async def etat_demo() -> EtatDemo | None:
    """Return which demo the current (migrated) base is; None for any other base."""
    lignes = await lire(
        "SELECT nature, libelle, at FROM acte WHERE nature IN ({}, {}) ORDER BY at, nature LIMIT 2", DEBUT, FIN
    )
    trouve = _LIBELLE.search(lignes[0]["libelle"]) if lignes else None
    if trouve is None:
        return None
    return EtatDemo(
        beneficiaires=int(trouve[1]),
        graine=int(trouve[2]),
        construite_le=lignes[0]["at"],
        complete=any(ligne["nature"] == FIN for ligne in lignes),
    )


async def base_vierge() -> bool:
    """Tell whether nobody works in the current (migrated) base yet."""
    return not await lire_valeur("SELECT count(*) FROM organisme")
