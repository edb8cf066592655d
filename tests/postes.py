"""A screen seen where it is used: a desk in light, a telephone in dark, and nothing that the browser complains of."""

from collections.abc import AsyncIterator
from typing import Literal, NamedTuple

from playwright.async_api import Page

from tests.navigateur import BUREAU, TELEPHONE, axe, capture, deborde, ouvrir_chromium, ouvrir_contexte, surveiller
from tests.serveur import Serveur
from viesion_core.contexte import Contexte

POSTES: tuple[tuple[tuple[int, int], Literal["light", "dark"]], ...] = ((BUREAU, "light"), (TELEPHONE, "dark"))


class Poste(NamedTuple):
    """A place of work: its page, whether it is the desk, and its name in the captures (« 400-dark »)."""

    page: Page
    bureau: bool
    nom: str


async def postes(serveur: Serveur, ctx: Contexte) -> AsyncIterator[Poste]:
    """Yield each place of work, connected; what the page complained of fails the test when it is left."""
    async with ouvrir_chromium() as navigateur:
        for taille, theme in POSTES:
            profil = await ouvrir_contexte(navigateur, taille, theme)
            await serveur.connecter(profil, ctx)
            page = await profil.new_page()
            erreurs = surveiller(page)
            yield Poste(page, taille == BUREAU, f"{taille[0]}-{theme}")
            assert erreurs == []
            await profil.close()


async def lire_ecran(page: Page, nom: str) -> None:
    """Check the screen that is shown: accessible, no wider than the window; keep its capture under `nom`."""
    await axe(page)
    assert await deborde(page) == 0, nom
    await capture(page, nom)
