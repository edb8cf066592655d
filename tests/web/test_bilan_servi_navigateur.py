"""The bilan that saves itself, in Chromium against the served VieSion: a network that goes, two people at once."""

from collections.abc import AsyncIterator

import pytest
from playwright.async_api import Browser, expect

from tests.navigateur import ouvrir_chromium, ouvrir_contexte
from tests.serveur import SQLITE, Serveur
from tests.web.suivi import Suivi, ouvrir_page, ouvrir_suivi
from tests.web.test_documents import un_bilan
from viesion_core.bilans.queries import reponses
from viesion_core.testing import Monde

pytestmark = [pytest.mark.navigateur, pytest.mark.offre("mos"), SQLITE]


@pytest.fixture
async def navigateur() -> AsyncIterator[Browser]:
    async with ouvrir_chromium() as chromium:
        yield chromium


@pytest.fixture
async def suivi(monde: Monde) -> Suivi:
    return await ouvrir_suivi(monde, avec_referent=True)


async def test_the_network_goes_for_a_while_and_nothing_typed_is_lost(
    navigateur: Browser, serveur: Serveur, suivi: Suivi
) -> None:
    bilan = await un_bilan(suivi)
    page, _ = await ouvrir_page(navigateur, serveur, suivi, f"/bilans/{bilan}")
    compteur = page.locator("[data-progression-texte]")
    depart = int((await compteur.inner_text()).split()[0])
    sauvegarde = expect(page.locator("[data-etat-sauvegarde]"))
    await page.context.set_offline(True)
    await page.get_by_role("radiogroup", name="Prescripteur").get_by_label("France Travail").check()
    await page.get_by_role("radiogroup", name="Renoncement aux soins").get_by_label("Oui").check()
    await page.get_by_label("Ressources et points d'appui").fill("Une sœur à Sète")
    await page.get_by_label("Ressources et points d'appui").blur()
    await sauvegarde.to_have_text("Hors connexion : 3 réponses en attente")
    assert not {"MOS_02", "MOS_11", "MOS_28"} & {r.question for r in await reponses(bilan)}
    await page.context.set_offline(False)
    await sauvegarde.to_contain_text("Enregistré à", timeout=20_000)
    await page.get_by_role("group", name="Raisons du renoncement").get_by_label("Délai").check()
    await expect(compteur).to_have_text(f"{depart + 4} réponses / 37")
    await sauvegarde.to_contain_text("Enregistré à")
    gardees = {r.question: r.valeur for r in await reponses(bilan)}
    assert gardees["MOS_02"] == "FRANCE_TRAVAIL"
    assert gardees["MOS_11"] is True
    assert gardees["MOS_12"] == ["DELAI"]
    assert gardees["MOS_28"] == "Une sœur à Sète"
    await page.reload()
    await expect(page.get_by_label("Ressources et points d'appui")).to_have_value("Une sœur à Sète")
    await expect(compteur).to_have_text(f"{depart + 4} réponses / 37")


async def test_two_people_on_one_answer_see_both_values_and_choose(
    navigateur: Browser, serveur: Serveur, suivi: Suivi, monde: Monde
) -> None:
    bilan = await un_bilan(suivi)
    page, _ = await ouvrir_page(navigateur, serveur, suivi, f"/bilans/{bilan}")
    profil = await ouvrir_contexte(navigateur)
    await serveur.connecter(profil, monde.collegue)
    autre = await profil.new_page()
    await autre.goto(f"{serveur.url}{suivi.base}/bilans/{bilan}")
    await autre.get_by_label("Ressources et points d'appui").fill("Le club de marche")
    await autre.get_by_label("Ressources et points d'appui").blur()
    await expect(autre.locator("[data-etat-sauvegarde]")).to_contain_text("Enregistré à")
    await page.get_by_label("Ressources et points d'appui").fill("Une sœur à Sète")
    await page.get_by_label("Ressources et points d'appui").blur()
    conflit = page.get_by_role("group", name="Deux réponses différentes")
    await expect(conflit).to_contain_text("Une sœur à Sète")
    await expect(conflit).to_contain_text("Le club de marche")
    await expect(conflit).to_contain_text("Morgan ESSAI")
    await conflit.get_by_role("button", name="Garder la mienne").click()
    await expect(conflit).to_have_count(0)
    await expect(page.locator("[data-etat-sauvegarde]")).to_contain_text("Enregistré à")
    (gardee,) = [r for r in await reponses(bilan) if r.question == "MOS_28"]
    assert (gardee.valeur, gardee.version) == ("Une sœur à Sète", 2)
    await page.goto(f"{serveur.url}{suivi.base}/bilans/{bilan}/reponses/MOS_28")
    await expect(page.get_by_text("Le club de marche").first).to_be_visible()
