"""The palette of Ctrl-K, by role and by keyboard; the shortcuts, and how those of one key are turned off."""

import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.navigateur import TELEPHONE, axe, capture, deborde, ouvrir_chromium, ouvrir_contexte, surveiller
from tests.securite.test_matrice import application
from tests.serveur import SQLITE, Serveur, requetes
from tests.web.test_premiers_gestes import page_ouverte
from viesion_core.testing import Monde
from web.palette import DE_PARTOUT, DU_DOSSIER
from web.politiques import politiques_lues
from web.raccourcis import RACCOURCIS

HTMX = {"HX-Request": "true"}


def titres(html: str) -> list[str]:
    """Return the titles of the options, in order."""
    trouves = re.findall(r'<li role="option".*?<span class="coupe">(.*?)</span>', html, re.S)
    return [re.sub(r"\s+", " ", titre) for titre in trouves]


async def test_ctrl_k_propose_selon_le_role_et_le_dossier(serveur: Serveur, monde: Monde) -> None:
    numero, _ = await monde.dossier(nom="Contrate", prenom="Lou")
    ailleurs, _ = await monde.dossier(monde.autre_referent, nom="Ailleurs", prenom="Noa")

    async def demander(client: Any, q: str, ici: str) -> str:
        reponse = await client.get("/palette", params={"q": q, "ici": ici}, headers=HTMX)
        assert reponse.status_code == 200
        assert requetes(reponse) <= 6
        return reponse.text

    async with serveur.client(monde.referent) as client:
        partout = titres(await demander(client, "", "/"))
        assert partout[:3] == ["Nouveau bénéficiaire", "Prendre un rendez-vous", "Nouvel événement"]
        dedans = await demander(client, "", f"/beneficiaires/{numero}/bilans")
        assert titres(dedans)[:3] == ["Nouvel entretien", "Réserver un créneau libre", "Ouvrir une étape"]
        assert f'data-url="/beneficiaires/{numero}/entretiens/nouveau"' in dedans
        # Another organism's dossier, or none: as if there were no dossier here.
        assert titres(await demander(client, "", f"/beneficiaires/{ailleurs}")) == partout
        assert titres(await demander(client, "", "/beneficiaires/999999")) == partout
        # People first, as before; then what the words name, begun or not.
        assert titres(await demander(client, "contrat", f"/beneficiaires/{numero}"))[:4] == [
            "CONTRATE Lou",
            "Tous les résultats",
            "Contrats",
            "Nouveau Contrat RSA",
        ]
        seul = await demander(client, "nouv benef", "/")
        assert titres(seul)[0] == "Nouveau bénéficiaire"
        assert "data-premier" in seul
        assert "Aide\u00a0: Contrats RSA" in await demander(client, "aide contrat", "/")
        anomalie = await demander(client, "anomalie", f"/beneficiaires/{numero}")
        assert f"/aide/anomalie?ecran=/beneficiaires/{numero}" in anomalie
        assert titres(await demander(client, "atelier", "/"))[:2] == ["Nouvel atelier collectif", "Ateliers collectifs"]
        assert "Affectations à répartir" in titres(await demander(client, "répartir", "/"))
        assert "Utilisateurs" not in titres(await demander(client, "utilisateurs", "/"))
        assert titres(await demander(client, "zzzz", "/")) == ["Personne dans mon périmètre"]
    async with serveur.client(monde.administrateur) as client:
        admis = titres(await demander(client, "utilisateur", f"/beneficiaires/{numero}"))
        assert admis == ["Inviter un utilisateur", "Utilisateurs"]
        assert titres(await demander(client, "contrate", "/")) == []
        page = await client.get("/palette?q=zzzz")
        assert "Rien ne répond à ces mots" in page.text
        assert 'action="/palette"' in page.text
    async with serveur.client(monde.pilote) as client:
        lus = titres(await demander(client, "", f"/beneficiaires/{numero}"))
        assert "Nouvel entretien" not in lus
        assert "Résumé" in lus
        assert "Affectations à répartir" not in titres(await demander(client, "répartir", "/"))
        page = await client.get("/palette?q=pilotage")
        assert 'href="/pilotage"' in page.text.partition("<main")[2]


async def test_chaque_entree_ouvre_une_page_qui_existe(serveur: Serveur, monde: Monde) -> None:
    lues = politiques_lues(application())
    entrees = [*DU_DOSSIER, *DE_PARTOUT]
    assert {e.modele for e in entrees} <= set(lues)
    assert len({e.titre for e in DU_DOSSIER}) == len(DU_DOSSIER)
    numero, _ = await monde.dossier()
    for ctx in (monde.referent, monde.pilote, monde.administrateur):
        async with serveur.client(ctx) as client:
            for entree in entrees:
                if ctx.role in lues[entree.modele].roles:
                    reponse = await client.get(entree.modele.format(numero=numero), follow_redirects=True)
                    assert reponse.status_code == 200, entree.titre


async def test_la_page_des_raccourcis_et_le_choix_de_s_en_passer(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.administrateur) as client:
        page = await client.get("/aide/raccourcis")
        assert requetes(page) <= 12
        for _, lignes in RACCOURCIS:
            for raccourci in lignes:
                assert raccourci.effet.replace("'", "&#39;") in page.text
        assert "data-raccourcis=" not in page.text
        client.cookies.set("raccourcis", "non")
        sans = await client.get("/aide/raccourcis")
        assert '<html lang="fr" data-raccourcis="non">' in sans.text


@pytest.mark.navigateur
@SQLITE
async def test_la_palette_au_clavier_seul(serveur: Serveur, monde: Monde) -> None:
    numero, _ = await monde.dossier()
    async with page_ouverte(serveur, monde.referent) as page:
        await page.goto(f"{serveur.url}/beneficiaires/{numero}")
        await page.keyboard.press("Control+k")
        await expect(page.get_by_role("option", name="Nouvel entretien")).to_be_visible()
        champ = page.get_by_label("Recherche globale")
        assert await champ.get_attribute("aria-expanded") == "true"
        await axe(page)
        await capture(page, "ecrans/palette-1440-light")
        await page.keyboard.type("nouv contr")
        option = page.get_by_role("option", name="Nouveau Contrat RSA")
        await expect(option).to_have_attribute("aria-selected", "true")
        assert await champ.get_attribute("aria-activedescendant") == await option.get_attribute("id")
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**/beneficiaires/{numero}/contrats/nouveau")
        await expect(page.get_by_role("navigation", name="Fil d'Ariane")).to_contain_text("Nouveau Contrat RSA")
        await page.keyboard.press("Control+k")
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("option").first).to_be_hidden()


@pytest.mark.navigateur
@SQLITE
async def test_les_raccourcis_d_une_touche_s_arretent(serveur: Serveur, monde: Monde) -> None:
    async with ouvrir_chromium() as navigateur:
        profil = await ouvrir_contexte(navigateur, TELEPHONE, "dark", has_touch=True)
        await serveur.connecter(profil, monde.referent)
        page = await profil.new_page()
        erreurs = surveiller(page)
        await page.goto(f"{serveur.url}/notes")
        await page.keyboard.press("?")
        await expect(page.get_by_role("heading", name="Raccourcis clavier")).to_be_visible()
        await axe(page)
        assert await deborde(page) == 0
        await capture(page, "ecrans/raccourcis-400-dark", entiere=True)
        await page.get_by_label("Raccourcis d'une seule touche").uncheck()
        await page.locator("h1").click()
        await page.keyboard.press("/")
        await expect(page.get_by_label("Recherche globale")).not_to_be_focused()
        await page.goto(f"{serveur.url}/agenda")
        adresse = page.url
        for touche in ("?", "/", "ArrowRight", "t"):
            await page.keyboard.press(touche)
        await page.wait_for_timeout(300)
        assert page.url == adresse
        await page.keyboard.press("Control+k")
        await expect(page.get_by_label("Recherche globale")).to_be_focused()
        await expect(page.get_by_role("option", name="Prendre un rendez-vous")).to_be_visible()
        await axe(page)
        assert await deborde(page) == 0
        await capture(page, "ecrans/palette-400-dark")
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("option").first).to_be_hidden()
        await page.get_by_label("Recherche globale").tap()  # no Ctrl-K on a telephone
        await expect(page.get_by_role("option", name="Prendre un rendez-vous")).to_be_visible()
        await page.goto(f"{serveur.url}/aide/raccourcis")
        await page.get_by_label("Raccourcis d'une seule touche").check()
        await page.goto(f"{serveur.url}/notes")
        await page.keyboard.press("?")
        await expect(page.get_by_role("heading", name="Raccourcis clavier")).to_be_visible()
        assert erreurs == []
