"""The alerts in a real Chromium: favourites, the rule, why not; axe, light and dark, 1440 and 400 px."""

from typing import Literal

import msgspec
import pytest
from playwright.async_api import expect

from tests.navigateur import BUREAU, TELEPHONE, axe, capture, deborde, ouvrir_chromium, ouvrir_contexte, surveiller
from tests.serveur import SQLITE, Serveur
from tests.web.bureau import ouvrir_bureau
from viesion_core.alertes.actions import marquer_favori
from viesion_core.alertes.regles import REGLES_DU_DECK
from viesion_core.testing import Monde
from web.securite import maintenant

pytestmark = [pytest.mark.navigateur, SQLITE]


async def test_a_referent_keeps_an_alert_under_the_eyes(serveur: Serveur, monde: Monde) -> None:
    await ouvrir_bureau(monde)
    async with ouvrir_chromium() as navigateur:
        profil = await ouvrir_contexte(navigateur, BUREAU)
        page = await profil.new_page()
        erreurs = surveiller(page)
        await serveur.connecter(profil, monde.referent)
        await page.goto(serveur.url)
        await page.get_by_role("link", name="Infocentre").click()
        await capture(page, "ecrans/alertes-premiere-1440-light", entiere=True)
        await page.get_by_role("link", name="File active sans référent en cours", exact=True).click()
        await page.get_by_role("button", name="ajouter aux favoris").click()
        menu = page.get_by_role("navigation", name="Menu principal")
        favorite = menu.get_by_role("list", name="Mes Alertes Favorites").get_by_role("link")
        await expect(favorite).to_have_text("File active sans référent en cours4")
        await page.get_by_role("searchbox", name="Pourquoi pas cette personne").fill("essai camille")
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("Pas dans l'alerte").first).to_be_visible()
        await axe(page)
        await capture(page, "ecrans/alertes-pourquoi-1440-light", entiere=True)
        assert erreurs == []


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("taille", "largeur"), [(BUREAU, 1440), (TELEPHONE, 400)])
async def test_the_pages_read_well(
    serveur: Serveur, monde: Monde, theme: Literal["light", "dark"], taille: tuple[int, int], largeur: int
) -> None:
    await ouvrir_bureau(monde)
    ctx = msgspec.structs.replace(monde.referent, maintenant=maintenant())
    for regle in (REGLES_DU_DECK[3], REGLES_DU_DECK[4], REGLES_DU_DECK[5], REGLES_DU_DECK[6]):
        await marquer_favori(ctx, regle, favori=True)
    async with ouvrir_chromium() as navigateur:
        profil = await ouvrir_contexte(navigateur, taille, theme)
        page = await profil.new_page()
        erreurs = surveiller(page)
        await serveur.connecter(profil, monde.referent)
        for nom, adresse in (("alertes", ""), ("alerte", "/A02"), ("alerte-x", "/A07"), ("alerte-contrat", "/A04")):
            await page.goto(f"{serveur.url}/infocentre/alertes{adresse}")
            await axe(page)
            assert await deborde(page) == 0
            await capture(page, f"ecrans/{nom}-{largeur}-{theme}", entiere=True)
        assert erreurs == []
