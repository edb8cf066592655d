"""From the list of an alert, the act that clears it: the row leaves, the list stays; why each person is there."""

import datetime as dt
import re
from typing import Literal

import pytest
from playwright.async_api import expect

from tests.navigateur import BUREAU, TELEPHONE, axe, capture, deborde, ouvrir_chromium, ouvrir_contexte, surveiller
from tests.serveur import SQLITE, Serveur, requetes
from tests.web.bureau import ouvrir_bureau
from viesion_core.db import executer, lire_valeur, transaction
from viesion_core.testing import Monde
from web.securite import maintenant

_FORMULAIRE = re.compile(r'<form method="post" action="(/beneficiaires/[^"]+)" class="realisation".*?</form>', re.S)
_CACHE = re.compile(r'name="([_a-z]+)" value="([^"]*)"')


async def _vieillir() -> None:
    """Make something to do in A08 and A14."""
    jour = maintenant().date() - dt.timedelta(days=1)
    async with transaction():
        await executer("UPDATE etape SET fin_reelle = {}, motif_fin = 'AUTRE' WHERE fin_reelle IS NULL", jour)
        await executer("UPDATE entretien SET realisation = 'PREVU', debut = {}", maintenant() - dt.timedelta(days=9))


@pytest.mark.parametrize("code", ["A04", "A05", "A08", "A14"])
async def test_the_act_of_a_row_clears_it_and_comes_back_to_the_list(serveur: Serveur, monde: Monde, code: str) -> None:
    await ouvrir_bureau(monde)
    if code == "A04":
        jour = maintenant().date()
        async with transaction():
            await executer("DELETE FROM contrat WHERE fin < {}", jour)
            await executer("UPDATE contrat SET fin = {}", jour - dt.timedelta(days=1))
            await executer("UPDATE contrat SET debut = {}", jour - dt.timedelta(days=181))
    elif code != "A05":
        await _vieillir()
    liste = f"/infocentre/alertes/{code}"
    async with serveur.client(monde.referent) as client:
        page = await client.get(liste)
        assert requetes(page) <= 12
        formulaire = _FORMULAIRE.search(page.text)
        assert formulaire is not None
        champs: dict[str, str] = {}
        for nom, valeur in _CACHE.findall(formulaire[0]):
            champs.setdefault(nom, valeur)
        assert champs.pop("_jeton")
        avant = int(await lire_valeur("SELECT count(*) AS n FROM acte"))
        fait = await client.post(formulaire[1], data=champs)
        assert fait.status_code == 303, fait.text
        assert fait.headers["location"].startswith(liste)
        assert int(await lire_valeur("SELECT count(*) AS n FROM acte")) == avant + 1
        apres = await client.get(fait.headers["location"])
        assert formulaire[1] not in apres.text
        assert "/annuler" in apres.text


async def test_a_form_opened_from_the_list_comes_back_to_it(serveur: Serveur, monde: Monde) -> None:
    await ouvrir_bureau(monde, 6)
    liste = "/infocentre/alertes/A02?p=1"
    async with serveur.client(monde.referent) as client:
        page = await client.get(liste)
        lien = re.search(r'href="(/beneficiaires/(\d+)/caracteristiques/completer\?retour=[^"]+)"', page.text)
        assert lien
        formulaire = await client.get(lien[1])
        assert "Revenir à la liste de l'alerte" in formulaire.text
        assert f'name="retour" value="{liste}"' in formulaire.text
        fait = await client.post(lien[1].partition("?")[0], data={"ENFANTS": "2", "retour": liste})
        assert fait.headers["location"].startswith(f"{liste}&acte="), fait.text
        dehors = {"ENFANTS": "2", "retour": "//exemple.test/"}
        refuse = await client.post(lien[1].partition("?")[0], data=dehors)
        assert refuse.headers["location"].startswith(f"/beneficiaires/{lien[2]}/")
        contrat = await client.get(f"/beneficiaires/{lien[2]}/contrats/nouveau", params={"retour": liste})
        assert f'name="retour" value="{liste}"' in contrat.text


async def test_the_affectation_of_a_closed_account_ends_the_day_before(serveur: Serveur, monde: Monde) -> None:
    await ouvrir_bureau(monde, 6)
    async with transaction():
        await executer("UPDATE utilisateur SET actif = {} WHERE id = {}", False, monde.referent.utilisateur)
    async with serveur.client(monde.directeur) as client:
        page = await client.get("/infocentre/alertes/A27")
        veille = maintenant().date() - dt.timedelta(days=1)
        assert f"Terminer au {veille:%d/%m/%Y}" in page.text
    async with serveur.client(monde.pilote) as client:
        assert 'class="realisation"' not in (await client.get("/infocentre/alertes/A27")).text


async def test_each_row_says_why_and_a_page_too_far_is_the_last_one(serveur: Serveur, monde: Monde) -> None:
    await ouvrir_bureau(monde)
    async with serveur.client(monde.referent) as client:
        page = await client.get("/infocentre/alertes/A05", params={"p": "9"})
        assert page.text.count("Pourquoi cette personne ?</summary>") == page.text.count('<tr id="d') == 4
        assert page.text.count("Oui : </span>Aucun référent") == 4


@pytest.mark.navigateur
@SQLITE
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("taille", "largeur"), [(BUREAU, 1440), (TELEPHONE, 400)])
async def test_a_row_leaves_without_leaving_the_list(
    serveur: Serveur, monde: Monde, theme: Literal["light", "dark"], taille: tuple[int, int], largeur: int
) -> None:
    await ouvrir_bureau(monde)
    async with ouvrir_chromium() as navigateur:
        profil = await ouvrir_contexte(navigateur, taille, theme)
        page = await profil.new_page()
        erreurs = surveiller(page)
        await serveur.connecter(profil, monde.referent)
        await page.goto(f"{serveur.url}/infocentre/alertes/A05")
        await page.get_by_text("Pourquoi cette personne ?").first.click()
        await expect(page.get_by_text("Aucun référent aujourd'hui").nth(1)).to_be_visible()
        assert await deborde(page) == 0
        await capture(page, f"ecrans/alerte-geste-{largeur}-{theme}", entiere=True)
        await page.evaluate("scrollTo(0, 0)")  # the header that stays over the page covers what scrolls under it
        await axe(page)
        await page.reload()  # the screenshot leaves empty style attributes, which htmx would copy
        rangees = page.locator("tbody tr")
        assert await rangees.count() == 4
        suivante = await rangees.nth(1).get_attribute("id")
        await page.get_by_role("button", name="M'ajouter comme référent").first.press("Enter")
        await expect(rangees).to_have_count(3)
        assert suivante is not None
        await expect(page.locator(f"#lien-{suivante[1:]}")).to_be_focused()
        await expect(page.get_by_role("button", name="Annuler")).to_be_visible()
        await capture(page, f"ecrans/alerte-geste-fait-{largeur}-{theme}")
        await page.get_by_role("button", name="Annuler").click()
        await expect(rangees).to_have_count(4)
        assert erreurs == []
