"""The agenda in a real Chromium: drag, keyboard, axe in light and dark, wide and narrow."""

from collections.abc import AsyncIterator
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, expect

from tests.navigateur import BUREAU, TELEPHONE, axe, capture, deborde, ouvrir_chromium, ouvrir_contexte, surveiller
from tests.serveur import SQLITE, Serveur
from tests.web.bureau import ouvrir_bureau
from tests.web.suivi import Suivi, ouvrir_suivi
from viesion_core.contexte import Contexte
from viesion_core.entretiens.queries import entretien
from viesion_core.testing import Monde

pytestmark = [pytest.mark.navigateur, SQLITE]


@pytest.fixture
async def navigateur() -> AsyncIterator[Browser]:
    async with ouvrir_chromium() as chromium:
        yield chromium


async def _ouvrir(
    navigateur: Browser,
    serveur: Serveur,
    ctx: Contexte,
    adresse: str,
    taille: tuple[int, int] = BUREAU,
    theme: Literal["light", "dark"] = "light",
) -> tuple[Page, list[str]]:
    profil = await ouvrir_contexte(navigateur, taille, theme)
    await serveur.connecter(profil, ctx)
    page = await profil.new_page()
    erreurs = surveiller(page)
    await page.goto(f"{serveur.url}{adresse}")
    return page, erreurs


async def test_un_entretien_se_deplace_a_la_souris_et_au_clavier(
    navigateur: Browser, serveur: Serveur, monde: Monde
) -> None:
    suivi: Suivi = await ouvrir_suivi(monde)
    semaine = 7 - suivi.aujourdhui.weekday()  # Monday of next week
    cle = await suivi.entretien(semaine, "10:00", duree=60)
    adresse = f"/agenda?date={(suivi.le(semaine)).date().isoformat()}"
    page, erreurs = await _ouvrir(navigateur, serveur, suivi.ctx, adresse)
    bloc = page.locator("[data-deplacer]")
    boite = await bloc.bounding_box()
    jeudi = await page.locator("[data-jour]").nth(3).locator(".agenda-colonne").bounding_box()
    assert boite
    assert jeudi
    await bloc.hover(position={"x": 20, "y": 8})
    await page.mouse.down()
    await page.mouse.move(jeudi["x"] + 40, boite["y"] + 40, steps=5)
    await page.mouse.move(jeudi["x"] + 40, boite["y"] + 8 + boite["height"] / 60 * 90, steps=5)
    await page.mouse.up()
    await expect(page.get_by_role("status").get_by_text("Entretien déplacé au")).to_be_visible()
    assert (await entretien(suivi.ctx, suivi.numero, cle)).debut == suivi.le(semaine + 3, "11:30")
    await page.locator("[data-deplacer]").focus()
    await page.keyboard.press("Shift+ArrowUp")
    await expect(page.locator("[data-deplacer]")).to_have_attribute("data-a", "11:15")
    await page.get_by_role("button", name="Annuler").click()
    await expect(page.locator("[data-deplacer]")).to_have_attribute("data-a", "11:30")
    titre = await page.locator(".agenda-periode").inner_text()
    await page.keyboard.press("ArrowRight")
    await expect(page.locator(".agenda-periode")).not_to_have_text(titre)
    await page.keyboard.press("t")
    await expect(page.locator(".agenda-jour.aujourdhui, .agenda-periode")).not_to_have_count(0)
    assert erreurs == []


@pytest.mark.parametrize(
    ("taille", "theme"), [(BUREAU, "light"), (BUREAU, "dark"), (TELEPHONE, "light"), (TELEPHONE, "dark")]
)
async def test_l_agenda_est_accessible_et_lisible(
    navigateur: Browser,
    serveur: Serveur,
    monde: Monde,
    taille: tuple[int, int],
    theme: Literal["light", "dark"],
) -> None:
    await ouvrir_bureau(monde, 12)
    nom = f"{taille[0]}-{theme}"
    for vue in ("semaine", "jour", "mois"):
        page, erreurs = await _ouvrir(navigateur, serveur, monde.referent, f"/agenda?vue={vue}", taille, theme)
        await axe(page)
        assert await deborde(page) == 0
        await capture(page, f"agenda-{vue}-{nom}")
        assert erreurs == []
        await page.context.close()
