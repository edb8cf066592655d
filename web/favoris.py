"""« Mes Alertes Favorites » with their counts, for the menu and the accueil: one query, kept briefly.

A count may be some seconds old in the menu; after an act of the user it is read again, and the pages of alerts always
count afresh.
"""

import time
import uuid
from typing import Any

import msgspec

from viesion_core.acces.model import FavoriChoisi
from viesion_core.alertes.queries import compter
from viesion_core.contexte import Contexte, Role
from viesion_core.extensions import Registre, catalogue_alertes

DUREE = 15.0
_PLACES = 5_000
_ROLES = frozenset({Role.REFERENT, Role.DIRECTEUR, Role.PILOTE})


class Favori(msgspec.Struct, frozen=True):
    """A favourite alert; `nombre` None: it cannot be counted now."""

    code: str
    titre: str
    nombre: int | None

    @property
    def url(self) -> str:
        """The page of the alert."""
        return f"/infocentre/alertes/{self.code}"


_gardes: dict[uuid.UUID, tuple[float, tuple[Any, ...], list[Favori]]] = {}


async def favoris(
    ctx: Contexte, choisis: tuple[FavoriChoisi, ...], registre: Registre, *, frais: bool = False
) -> list[Favori]:
    """Return the favourites that the user has chosen, in their order, counted; `frais`: not from what was kept."""
    if ctx.utilisateur is None or ctx.role not in _ROLES or not choisis:
        return []
    instant = time.monotonic()
    droits = (ctx.role, ctx.organisme, ctx.sensible, ctx.offres, choisis)
    garde = _gardes.get(ctx.utilisateur)
    if garde and not frais and instant - garde[0] < DUREE and garde[1] == droits:
        return garde[2]
    regles = (await catalogue_alertes(ctx, registre)).par_code()
    retenus = [choisi for choisi in choisis if choisi.code in regles]
    comptes = await compter(ctx, [regles[c.code] for c in retenus], {c.code: c.x for c in retenus})
    lus = [Favori(c.code, regles[c.code].en_clair(regles[c.code].titre, c.x), comptes[c.code]) for c in retenus]
    if len(_gardes) >= _PLACES:
        _gardes.clear()
    _gardes[ctx.utilisateur] = (instant, droits, lus)
    return lus
