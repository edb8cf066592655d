"""« Affectations » and what goes to Solis in a real Chromium: the keyboard alone; axe, both themes, two widths."""

import datetime as dt
import uuid
from typing import Literal

import pytest
from playwright.async_api import expect

from tests.navigateur import BUREAU, TELEPHONE, axe, capture, deborde, ouvrir_chromium, ouvrir_contexte, surveiller
from tests.serveur import SQLITE, Serveur
from tests.web.test_affectations import etats, recevoir
from viesion_core.db import executer, lire_valeur, transaction
from viesion_core.echanges.envois import acquitter
from viesion_core.echanges.envois_model import ReponseMessage
from viesion_core.parcours.actions import enregistrer_contrat
from viesion_core.parcours.model import SaisieContrat
from viesion_core.testing import Monde

pytestmark = [pytest.mark.navigateur, SQLITE]


async def test_the_keyboard_spreads_and_undoes(serveur: Serveur, monde: Monde) -> None:
    for nom in ("Premier", "Second"):
        await recevoir(monde, nom)
    async with ouvrir_chromium() as navigateur:
        profil = await ouvrir_contexte(navigateur, BUREAU)
        page = await profil.new_page()
        erreurs = surveiller(page)
        await serveur.connecter(profil, monde.directeur)
        await page.goto(f"{serveur.url}/affectations")
        await page.get_by_role("checkbox", name="Cocher SECOND Camille").focus()
        await page.keyboard.press("Space")
        await page.get_by_label("Référent, et combien de personnes").focus()
        await page.keyboard.type("Morgan")
        await page.get_by_role("button", name="Affecter les personnes cochées").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("status").filter(has_text="personne affectée")).to_be_visible()
        assert await etats() == ["RECUE", "ACCEPTEE"]
        await axe(page)
        await page.get_by_role("button", name="Annuler").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("checkbox", name="Cocher SECOND Camille")).to_be_visible()
        assert await etats() == ["RECUE", "RECUE"]
        await page.get_by_text("Refuser").first.focus()
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Refuser cette affectation").first.focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_text("Dites pourquoi").first).to_be_visible()
        await axe(page)
        assert [e for e in erreurs if "422" not in e] == []  # Chromium names the refused form too


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize(("taille", "largeur"), [(BUREAU, 1440), (TELEPHONE, 400)])
async def test_the_pages_read_well(
    serveur: Serveur, monde: Monde, theme: Literal["light", "dark"], taille: tuple[int, int], largeur: int
) -> None:
    await recevoir(monde, "Premier", monde.referent.utilisateur, motif="Orientation sociale")
    numero, _ = await monde.dossier(nom="Second")
    async with transaction():
        await executer("UPDATE beneficiaire SET id_individu = 'IND1' WHERE numero = {}", numero)
    debut = dt.date(2026, 2, 1)
    signe = SaisieContrat(type="CER", numero="C-1", debut=debut, fin=dt.date(2026, 7, 31), signature=debut)
    await enregistrer_contrat(monde.referent, numero, signe)
    envoi = uuid.UUID(str(await lire_valeur("SELECT id FROM echange_envoi WHERE flux = 'CONTRAT'")))
    reponse = ReponseMessage(id_message=envoi, version=1, accepte=False, code="CHEVAUCHEMENT", motif="Deux CER")
    await acquitter(monde.systeme, [reponse])
    async with ouvrir_chromium() as navigateur:
        for ctx, adresses in (
            (monde.directeur, ("/affectations", "/affectations?etat=refusees")),
            (monde.pilote, ("/echanges/envois", "/echanges", f"/beneficiaires/{numero}/contrats")),
        ):
            profil = await ouvrir_contexte(navigateur, taille, theme)
            page = await profil.new_page()
            erreurs = surveiller(page)
            await serveur.connecter(profil, ctx)
            for adresse in adresses:
                await page.goto(f"{serveur.url}{adresse}")
                await axe(page)
                assert await deborde(page) == 0
            await capture(page, f"ecrans/solis-{ctx.role}-{largeur}-{theme}", entiere=True)
            assert erreurs == []
