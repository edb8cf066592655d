"""« Mes Alertes Favorites » with their counts, for the menu and the accueil: three short queries at most, kept briefly.

A count may be some seconds old in the menu; after an act of the user it is read again, and the pages of alerts always
count afresh.
"""

import time
import uuid

import msgspec

from viesion_core.alertes.queries import compter, reglages
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


_gardes: dict[uuid.UUID, tuple[float, Contexte, list[Favori]]] = {}


async def favoris(ctx: Contexte, registre: Registre, *, frais: bool = False) -> list[Favori]:
    """Return the user's favourites in their order, counted; `frais`: not from what was kept."""
    if ctx.utilisateur is None or ctx.role not in _ROLES:
        return []
    instant = time.monotonic()
    garde = _gardes.get(ctx.utilisateur)
    if garde and not frais and instant - garde[0] < DUREE and _memes_droits(garde[1], ctx):
        return garde[2]
    lus = await _lire(ctx, registre)
    if len(_gardes) >= _PLACES:
        _gardes.clear()
    _gardes[ctx.utilisateur] = (instant, ctx, lus)
    return lus


async def _lire(ctx: Contexte, registre: Registre) -> list[Favori]:
    choisis = await reglages(ctx)
    if not any(choisi.rang is not None for choisi in choisis.values()):
        return []
    regles = (await catalogue_alertes(ctx, registre)).par_code()
    codes = [code for code, choisi in choisis.items() if choisi.rang is not None and code in regles]
    codes.sort(key=lambda code: (choisis[code].rang or 0, code))
    comptes = await compter(ctx, [regles[code] for code in codes], choisis)
    return [Favori(code, regles[code].en_clair(regles[code].titre, choisis[code].x), comptes[code]) for code in codes]


def _memes_droits(avant: Contexte, apres: Contexte) -> bool:
    return (avant.role, avant.organisme, avant.sensible) == (apres.role, apres.organisme, apres.sensible)
