"""The first gestures of a référent in a real Chromium, through the visible labels."""

import contextlib
import pathlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.dossiers.aides import ouvrir
from tests.navigateur import BUREAU, TELEPHONE, axe, capture, deborde, ouvrir_chromium, ouvrir_contexte, surveiller
from tests.serveur import SQLITE, Serveur, servir
from tests.web.bureau import ouvrir_bureau
from tests.web.test_connexion import donner_mot_de_passe
from viesion_core.acces.actions import inviter_utilisateur
from viesion_core.contexte import Contexte, Role
from viesion_core.courriels.envoi import TransportDossier, envoyer_courriels
from viesion_core.db import executer, lire_valeur, transaction
from viesion_core.testing import Monde
from web.comptes_demo import COMPTES, MOT_DE_PASSE
from web.securite import maintenant

pytestmark = [pytest.mark.navigateur, SQLITE]
MOT = "Une longue phrase pour essayer la connexion"


@contextlib.asynccontextmanager
async def page_ouverte(serveur: Serveur, ctx: Contexte | None = None, taille: Any = BUREAU) -> AsyncIterator[Page]:
    """Open a page, connected as `ctx`; nothing may go wrong in it."""
    async with ouvrir_chromium() as navigateur:
        profil = await ouvrir_contexte(navigateur, taille)
        page = await profil.new_page()
        erreurs = surveiller(page)
        if ctx is not None:
            await serveur.connecter(profil, ctx)
        yield page
        assert [e for e in erreurs if "422" not in e and "404" not in e] == []


async def test_connexion_message_then_accueil(serveur: Serveur, monde: Monde) -> None:
    identifiant = await donner_mot_de_passe(monde.referent, MOT)
    async with page_ouverte(serveur) as page:
        await page.goto(serveur.url + "/beneficiaires")
        await page.get_by_label("Identifiant").fill(identifiant)
        await page.get_by_role("button", name="Me connecter").click()
        await expect(page.get_by_text("Le champs Mot de passe est requis.")).to_be_visible()
        await expect(page.get_by_label("Mot de passe", exact=True)).to_be_focused()
        await axe(page)
        await capture(page, "ecrans/connexion-erreur-1440-light")
        await page.get_by_label("Mot de passe", exact=True).fill(MOT)
        await page.get_by_role("button", name="Afficher le mot de passe").click()
        assert await page.get_by_label("Mot de passe", exact=True).get_attribute("type") == "text"
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Bénéficiaires")).to_be_visible()
        await page.locator("summary", has_text="mon compte").click()
        await page.get_by_role("button", name="Me déconnecter").click()
        await expect(page.get_by_text("Vous êtes déconnecté.")).to_be_visible()


async def test_first_connexion_through_the_mail_of_the_demo(
    adresse_base: str, monde: Monde, tmp_path: pathlib.Path
) -> None:
    async with servir(adresse_base, tmp_path, mode="demo") as serveur, page_ouverte(serveur) as page:
        await page.goto(serveur.url + "/connexion")
        await page.get_by_role("link", name=COMPTES[2].libelle).click()
        assert await page.get_by_label("Identifiant").input_value() == COMPTES[2].identifiant
        assert await page.get_by_label("Mot de passe", exact=True).input_value() == MOT_DE_PASSE
        await expect(page.get_by_role("button", name="Me connecter")).to_be_focused()
        valeurs = {"nom": "Invité", "prenom": "Lou", "courriel": "lou@exemple.test", "role": Role.REFERENT}
        await inviter_utilisateur(monde.systeme, {**valeurs, "organisme": monde.organisme}, url=serveur.url)
        async with monde_a_l_heure():
            transport = TransportDossier(serveur.settings.dossier_courriels)
            await envoyer_courriels(transport, "VieSion <a@viesion.test>", maintenant())
        await page.get_by_role("link", name="les courriels de la démonstration").click()
        await page.get_by_role("link", name="/connexion/mot-de-passe/").click()
        nouveau = page.get_by_label("Nouveau mot de passe")
        await nouveau.fill("Court1!")
        await expect(page.locator("[data-tenue]")).to_have_count(0)
        await nouveau.fill("Assez-long-pour-14")
        await expect(page.locator('[data-regle="longueur"][data-tenue]')).to_be_visible()
        await nouveau.fill(MOT)
        await expect(page.locator("[data-tenue]")).to_have_count(2)
        await axe(page)
        await capture(page, "ecrans/choisir-regles-1440-light")
        await page.get_by_label("Confirmer le mot de passe").fill(MOT)
        await page.get_by_role("button", name="Enregistrer mon mot de passe").click()
        await expect(page.get_by_text("Votre mot de passe est enregistré.")).to_be_visible()
        await page.get_by_label("Identifiant").fill("lou@exemple.test")
        await page.get_by_label("Mot de passe", exact=True).fill(MOT)
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Bonjour Lou")).to_be_visible()


@contextlib.asynccontextmanager
async def monde_a_l_heure() -> AsyncIterator[None]:
    """Make the links of the activation mails last until the hour of the machine (the world lives at its own)."""
    async with transaction():
        await executer("UPDATE jeton SET expire_le = {}", maintenant().replace(year=maintenant().year + 1))
        await executer("UPDATE courriel SET prochain_essai = {}", maintenant())
    yield


async def test_the_search_from_the_keyboard(serveur: Serveur, monde: Monde) -> None:
    await ouvrir_bureau(monde, 12)
    async with page_ouverte(serveur, monde.referent) as page:
        await page.goto(serveur.url)
        await page.keyboard.press("Control+k")
        await page.keyboard.type("exemple y")
        await expect(page.get_by_role("option", name="EXEMPLE Yanis")).to_be_visible()
        await axe(page)
        await capture(page, "ecrans/recherche-liste-1440-light")
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await page.wait_for_url("**/beneficiaires/3")
        await page.goto(serveur.url)
        await page.keyboard.press("/")
        await page.keyboard.type("zzz")
        await expect(page.get_by_role("option", name="Personne dans mon périmètre")).to_be_visible()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("heading", name="Hors de mon périmètre")).to_be_visible()


@pytest.mark.parametrize("taille", [BUREAU, TELEPHONE], ids=["1440", "400"])
async def test_take_an_appointment_from_the_accueil(serveur: Serveur, monde: Monde, taille: tuple[int, int]) -> None:
    await ouvrir_bureau(monde, 12)
    async with page_ouverte(serveur, monde.referent, taille) as page:
        await page.goto(serveur.url)
        await page.get_by_text("Prendre un rendez-vous avec un bénéficiaire").click()
        await page.get_by_label("Avec qui ?").fill("modèle")
        await expect(page.get_by_role("option", name="MODÈLE Sofia")).to_be_visible()
        await axe(page)
        assert await deborde(page) == 0
        await capture(page, f"ecrans/prendre-rendez-vous-{taille[0]}-light")
        await page.get_by_role("option", name="MODÈLE Sofia").click()
        await page.wait_for_url("**/beneficiaires/2/entretiens/nouveau")
        await expect(page.get_by_role("heading", name="Nouvel entretien")).to_be_visible()


async def test_a_note_then_its_undo(serveur: Serveur, monde: Monde) -> None:
    async with page_ouverte(serveur, monde.referent) as page:
        await page.goto(serveur.url)
        await page.get_by_text("Nouvelle note").click()
        await page.get_by_role("textbox", name="Note").fill("Rappeler la crèche")
        await page.get_by_role("button", name="Enregistrer la note").click()
        await expect(page.get_by_text("Rappeler la crèche").first).to_be_visible()
        await page.get_by_role("button", name="Marquer comme faite").click()
        await expect(page.get_by_text("Note faite")).to_be_visible()
        await page.get_by_role("button", name="Annuler").click()
        await expect(page.get_by_role("button", name="Marquer comme faite")).to_be_visible()


@pytest.mark.parametrize("taille", [BUREAU, TELEPHONE], ids=["1440", "400"])
async def test_filters_of_the_list(serveur: Serveur, monde: Monde, taille: tuple[int, int]) -> None:
    await ouvrir_bureau(monde, 12)
    async with page_ouverte(serveur, monde.referent, taille) as page:
        await page.goto(serveur.url + "/beneficiaires")
        await page.get_by_text("Filtres", exact=True).click()
        await page.get_by_label("Sans référent").check()
        await page.get_by_label("Commune").fill("lod")
        await axe(page)
        assert await deborde(page) == 0
        await capture(page, f"ecrans/filtres-{taille[0]}-light")
        await page.get_by_role("option", name="Lodève").click()
        await page.get_by_role("button", name="Appliquer").click()
        await expect(page.get_by_role("link", name="Retirer le filtre Lodève")).to_be_visible()
        await page.get_by_role("link", name="Retirer le filtre Lodève").click()
        await expect(page.get_by_text("sur 2\u00a0bénéficiaires")).to_be_visible()
        assert "sans_referent=1" in page.url


@pytest.mark.parametrize("taille", [BUREAU, TELEPHONE], ids=["1440", "400"])
async def test_a_new_dossier_and_its_probable_duplicate(
    serveur: Serveur, monde: Monde, taille: tuple[int, int]
) -> None:
    await ouvrir(monde.referent, "Nouvelle", "Arielle", commune="34172")
    await ouvrir(monde.autre_referent, "Nouvel", "Ariel")
    async with page_ouverte(serveur, monde.referent, taille) as page:
        await page.goto(serveur.url + "/beneficiaires/nouveau")
        await page.get_by_label("Nom de naissance").fill("Nouvelle")
        await page.get_by_label("Prénom").fill("Ariel")
        await page.get_by_label("Date de naissance").fill("12031985")
        await page.get_by_role("button", name="Enregistrer").click()
        await expect(page.get_by_text("Cette personne a peut-être déjà un dossier")).to_be_visible()
        await axe(page)
        assert await deborde(page) == 0
        await capture(page, f"ecrans/doublons-{taille[0]}-light", entiere=True)
        await page.get_by_role("button", name="C'est une autre personne").click()
        await page.wait_for_url("**/beneficiaires/3?acte=*")
    assert await lire_valeur("SELECT count(*) AS n FROM beneficiaire") == 3


async def test_someone_followed_elsewhere_is_attached(serveur: Serveur, monde: Monde) -> None:
    await ouvrir(monde.autre_referent, "Ailleurs", "Nour", commune="34032")
    async with page_ouverte(serveur, monde.referent) as page:
        await page.goto(serveur.url + "/recherche?q=ailleurs nour 12/03/1985")
        await page.get_by_role("button", name="Chercher cette identité").click()
        await page.get_by_text("Rattacher à mon organisme").click()
        await axe(page)
        await capture(page, "ecrans/identite-1440-light", entiere=True)
        await page.get_by_role("button", name="Rattacher et ouvrir le dossier").click()
        await expect(page.get_by_text("Dites pourquoi vous rattachez").first).to_be_visible()
        await page.get_by_label("Motif").fill("Orientation reçue du service insertion")
        await page.get_by_role("button", name="Rattacher et ouvrir le dossier").click()
        await page.wait_for_url("**/beneficiaires/1?acte=*")
