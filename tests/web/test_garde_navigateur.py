"""The guard and the help in a real Chromium: what is seen, the button that saves, the way to the help and back."""

import pytest
from playwright.async_api import expect

from tests.navigateur import axe, capture, deborde
from tests.serveur import SQLITE, Serveur
from tests.web.test_premiers_gestes import page_ouverte
from viesion_core.testing import Monde

pytestmark = [pytest.mark.navigateur, SQLITE]


async def test_une_note_relue_puis_gardee_et_l_aide_de_l_ecran(serveur: Serveur, monde: Monde) -> None:
    async with page_ouverte(serveur, monde.referent) as page:
        await page.goto(serveur.url + "/notes")
        await page.locator("summary", has_text="Nouvelle note").click()
        await page.locator("#c-texte").fill("Il est paresseux")
        await page.get_by_role("button", name="Enregistrer la note").click()
        quand_meme = page.get_by_role("button", name="Enregistrer quand même")
        await expect(quand_meme).to_be_visible()
        await axe(page)
        await capture(page, "ecrans/garde-1440-light")
        assert await deborde(page) == 0
        await quand_meme.click()
        await expect(page.locator(".note-corps", has_text="Il est paresseux")).to_be_visible()
        await page.get_by_role("link", name="Aide sur cet écran").click()
        await expect(page.get_by_text("Une note est à vous seul")).to_be_visible()
        await axe(page)
        await capture(page, "ecrans/aide-ecran-1440-light")
        await page.get_by_role("link", name="Revenir à l'écran").click()
        await expect(page.get_by_role("heading", name="Mes notes")).to_be_visible()
