"""Difficultés in a real Chromium, through the visible labels of the deck; axe in light and dark, wide and narrow."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Literal

import pytest
from playwright.async_api import Browser, expect

from tests.navigateur import BUREAU, TELEPHONE, axe, capture, deborde, ouvrir_chromium
from tests.serveur import SQLITE, Serveur
from tests.web.suivi import Suivi, ouvrir_page, ouvrir_suivi
from tests.web.test_difficultes import PERMIS, SANTE, TRANSPORT, ajouter, toutes
from viesion_core.testing import Monde
from web.garde import LECTEURS_DOSSIER, LECTEURS_SANTE

pytestmark = [pytest.mark.navigateur, SQLITE]


@pytest.fixture
async def navigateur() -> AsyncIterator[Browser]:
    async with ouvrir_chromium() as chromium:
        yield chromium


@pytest.fixture
async def suivi(monde: Monde) -> Suivi:
    return await ouvrir_suivi(monde, avec_referent=True)


async def test_reperer_puis_lever(navigateur: Browser, serveur: Serveur, suivi: Suivi) -> None:
    page, erreurs = await ouvrir_page(navigateur, serveur, suivi, "/difficultes")
    await page.get_by_role("link", name="Ajouter une difficulté").first.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Nouvelles difficultés")
    await page.get_by_label("Début").fill(suivi.date(-3))
    nature = page.get_by_label("Nature de difficulté")
    await expect(nature).to_have_attribute("placeholder", "Sélectionner des difficultés...")
    difficultes = page.get_by_role("group", name="Difficultés")
    garde, commentaire = page.locator("#c-commentaire-garde"), page.get_by_label("Commentaire")
    await commentaire.press_sequentially("Une dépression")
    await nature.fill("couverture sociale")
    await nature.press("Enter")
    await expect(garde).to_contain_text(f"{LECTEURS_SANTE}.")
    await nature.fill("permis")
    await expect(difficultes.get_by_label("Sans permis")).to_be_visible()
    await expect(difficultes.get_by_label("Aucun moyen de transport")).to_be_hidden()
    await difficultes.get_by_label("Sans permis").check()
    await expect(garde).to_contain_text(LECTEURS_DOSSIER)
    await nature.fill("couverture sociale")
    await difficultes.get_by_label("Couverture sociale à mettre à jour").uncheck()
    await nature.fill("moyen transp")
    await nature.press("Enter")
    await expect(nature).to_have_value("")
    choisis = page.get_by_role("list", name="Éléments choisis").get_by_role("listitem")
    await expect(choisis).to_have_count(2)
    await nature.fill("mobilite")
    await nature.press("ArrowDown")
    await page.keyboard.press("Space")
    await expect(choisis).to_have_count(1, timeout=2000)
    await page.keyboard.press("Space")
    await expect(choisis).to_have_count(2)
    await page.get_by_label("Réalisation").select_option("En cours de traitement")
    await page.get_by_label("Commentaire").fill("Inscription à l'auto-école solidaire")
    await page.get_by_role("button", name="Enregistrer", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Difficultés")
    await expect(page.locator(".toast")).to_contain_text("2 difficultés : ajout")
    ligne = page.get_by_role("row").filter(has_text="Sans permis")
    await expect(ligne).to_contain_text("En cours de traitement")
    await ligne.get_by_role("button", name="Levée").click()
    await expect(ligne.get_by_role("button", name="Rouvrir")).to_be_visible()
    await expect(ligne.get_by_role("link", name="Sans permis")).to_be_focused()
    await ligne.get_by_role("button", name="Rouvrir").click()
    await expect(ligne.get_by_role("button", name="Levée")).to_be_visible()
    await ligne.get_by_role("link", name="Clore autrement").click()
    await expect(page.get_by_label("Fin")).to_have_value(suivi.date(0))
    await page.get_by_label("Réalisation").select_option("Partiellement levée")
    await page.get_by_role("button", name="Enregistrer les modifications").click()
    await expect(ligne).to_contain_text("Partiellement levée")
    assert erreurs == []
    faites = {d.nature: (d.fin, d.realisation) for d in await toutes(suivi)}
    assert faites == {PERMIS: (suivi.aujourdhui, "PARTIELLEMENT_LEVEE"), TRANSPORT: (None, "EN_COURS_DE_TRAITEMENT")}


async def test_sans_javascript_les_cases_sont_la(navigateur: Browser, serveur: Serveur, suivi: Suivi) -> None:
    page, _ = await ouvrir_page(navigateur, serveur, suivi, "/difficultes/nouvelles", java_script_enabled=False)
    await page.get_by_label("Sans permis").check()
    await page.get_by_role("button", name="Enregistrer", exact=True).click()
    assert [d.nature for d in await toutes(suivi)] == [PERMIS]


@pytest.mark.parametrize("taille", [BUREAU, TELEPHONE], ids=["1440", "400"])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_ecrans_accessibles(
    navigateur: Browser, serveur: Serveur, suivi: Suivi, taille: tuple[int, int], theme: Literal["light", "dark"]
) -> None:
    await ajouter(
        suivi, PERMIS, SANTE, commentaire="Inscription à l'auto-école solidaire, premier cours le mois prochain"
    )
    await ajouter(suivi, TRANSPORT, jours=-80, fin=suivi.aujourdhui - dt.timedelta(days=9), realisation="LEVEE")
    await ajouter(suivi, "LOGEMENT_INSALUBRE", jours=-70, fin=suivi.aujourdhui, realisation="")
    premiere = next(d for d in await toutes(suivi) if d.nature == PERMIS)
    for nom, chemin in {"liste": "", "nouvelles": "/nouvelles", "modifier": f"/{premiere.id}"}.items():
        page, erreurs = await ouvrir_page(navigateur, serveur, suivi, f"/difficultes{chemin}", taille, theme)
        await axe(page)
        assert await deborde(page) == 0, nom
        await capture(page, f"difficultes/{nom}-{taille[0]}-{theme}", entiere=taille is TELEPHONE)
        assert erreurs == [], nom
        await page.context.close()
