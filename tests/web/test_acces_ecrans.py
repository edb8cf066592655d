"""Every screen that is read, from the route table, in a real Chromium: axe, and no sideways scrolling."""

from collections.abc import AsyncIterator
from typing import Literal

import pytest
from playwright.async_api import Browser

from tests.navigateur import BUREAU, TELEPHONE, axe, deborde, ouvrir_chromium, ouvrir_contexte
from tests.offres import garder_bilans
from tests.securite import matrice
from tests.securite.objets import Objets, creer_objets
from tests.serveur import SQLITE, Serveur
from viesion_core.contexte import Contexte
from viesion_core.extensions import charger_extensions
from viesion_core.settings import Settings
from viesion_core.testing import Monde
from web.application import create_app

pytestmark = [pytest.mark.navigateur, pytest.mark.lent, SQLITE]

APPARENCES: tuple[tuple[tuple[int, int], Literal["light", "dark"]], ...] = ((BUREAU, "light"), (TELEPHONE, "dark"))


async def _ecrans(serveur: Serveur, role: str, ctx: Contexte | None, propres: Objets) -> list[str]:
    """Return the addresses that answer this role with a whole page."""
    app = create_app(Settings(secret="s" * 40), charger_extensions(), avec_worker=False)
    chemins = []
    async with serveur.client(ctx) as client:
        for route in matrice.routes(app):
            if route.methode != "GET" or role not in matrice.PERMIS[route.politique]:
                continue
            chemin = matrice.adresse(route, "propre", propres, propres)
            assert chemin is not None
            reponse = await client.get(chemin)
            if "<html" in reponse.text:
                chemins.append(chemin)
    return chemins


async def _parcourir(
    navigateur: Browser, serveur: Serveur, ctx: Contexte | None, chemins: list[str]
) -> AsyncIterator[str]:
    """Look at each screen in both appearances; yield what is wrong, in words.

    The page is loaded once: its size and appearance change under it, as when a tablet is turned or night falls.
    """
    profil = await ouvrir_contexte(navigateur)
    if ctx is not None:
        await serveur.connecter(profil, ctx)
    page = await profil.new_page()
    for chemin in chemins:
        await page.goto(f"{serveur.url}{chemin}")
        for (largeur, hauteur), theme in APPARENCES:
            await page.set_viewport_size({"width": largeur, "height": hauteur})
            await page.emulate_media(color_scheme=theme)
            await page.evaluate("scrollTo(0, 0)")
            try:
                await axe(page)
            except AssertionError as erreur:
                yield f"{theme}, {largeur} : {erreur}"
            if depassement := await deborde(page):
                yield f"{theme}, {largeur} : {chemin} déborde de {depassement} px"
    await profil.close()


async def test_every_screen_is_accessible_and_fits(serveur: Serveur, monde: Monde) -> None:
    await garder_bilans()
    documents = serveur.settings.donnees / "documents"
    propres = await creer_objets(monde, monde.referent, monde.offre_de_service, "PREMIER", documents)
    contextes = {"anonyme": None, "referent": monde.referent, "administrateur": monde.administrateur}
    defauts: list[str] = []
    vus: set[str] = set()
    async with ouvrir_chromium() as navigateur:
        for role, ctx in contextes.items():
            chemins = await _ecrans(serveur, role, ctx, propres)
            vus |= set(chemins)
            defauts += [f"{role}, {defaut}" async for defaut in _parcourir(navigateur, serveur, ctx, chemins)]
    assert len(vus) > 50, "the route table was not walked"
    assert not defauts, "\n".join(defauts)
