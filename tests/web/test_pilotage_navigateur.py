"""Pilotage in a real Chromium: from the home to a compilation, two periods; axe, light and dark, 1440 and 400 px."""

from typing import Literal

import pytest
from playwright.async_api import expect

from tests.navigateur import BUREAU, TELEPHONE, axe, capture, deborde, ouvrir_chromium, ouvrir_contexte, surveiller
from tests.serveur import SQLITE, Serveur
from tests.web.test_pilotage import remplir, remplir_evolution
from viesion_core.testing import Monde

pytestmark = [pytest.mark.navigateur, SQLITE]


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("taille", "largeur"), [(BUREAU, 1440), (TELEPHONE, 400)])
async def test_a_pilote_goes_from_the_home_to_a_compilation(
    serveur: Serveur, monde: Monde, theme: Literal["light", "dark"], taille: tuple[int, int], largeur: int
) -> None:
    await remplir(monde)
    await remplir_evolution(monde)
    async with ouvrir_chromium() as navigateur:
        profil = await ouvrir_contexte(navigateur, taille, theme)
        page = await profil.new_page()
        erreurs = surveiller(page)
        await serveur.connecter(profil, monde.pilote)
        await page.goto(f"{serveur.url}/pilotage?du=01/01/2026&au=31/12/2026")
        await page.get_by_label("Comparer avec").select_option("Un an avant")
        await page.get_by_role("button", name="Appliquer").click()
        await expect(page.get_by_text("comparé à la période du 01/01/2025 au 31/12/2025")).to_be_visible()
        await axe(page)
        assert await deborde(page) == 0
        await capture(page, f"ecrans/pilotage-{largeur}-{theme}", entiere=True)
        for nom in ("MOS - Essai", "PSME - Essai"):
            await page.get_by_role("link", name=nom).click()
            await expect(page.get_by_role("heading", level=1)).to_contain_text(nom)
            await page.get_by_text("Voir en tableau").first.click()
            await axe(page)
            assert await deborde(page) == 0
            await capture(page, f"ecrans/compilation-{nom[:3].lower()}-{largeur}-{theme}", entiere=True)
            await page.go_back()
        await page.get_by_role("link", name="MOS - Évolue").click()
        await page.get_by_text("Qui est passé de quoi à quoi").first.click()
        await expect(page.get_by_role("row", name="Faible").first).to_be_visible()
        await axe(page)
        assert await deborde(page) == 0
        await capture(page, f"ecrans/evolution-{largeur}-{theme}", entiere=True)
        assert erreurs == []
