"""« Reprises » on the screen: a spreadsheet laid, its columns chosen, tried, carried out by the worker, its report."""

import io
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.navigateur import BUREAU, TELEPHONE, axe, capture, deborde, ouvrir_chromium, ouvrir_contexte, surveiller
from tests.reprise.test_reprise import ENTETES, GENS, en_csv, en_xlsx
from tests.serveur import SQLITE, Serveur, requetes
from viesion_core.db import lire_valeur
from viesion_core.reprise.actions import avancer_reprises
from viesion_core.testing import Monde
from web.securite import maintenant

PAGE = "/echanges/reprises"
MAUVAISE = ("", "Lou", "30/02/1985", "Ailleurs", "", "", "", "")


async def travailler(serveur: Serveur) -> None:
    s = serveur.settings
    await avancer_reprises(maintenant(), s.dossier_echanges, secret=s.secret, cles=s.cle_echanges)


async def deposer(client: Any, monde: Monde, octets: bytes, **champs: str) -> Any:
    donnees = {"nom": "Tassoc", "organisme": str(monde.organisme), **champs}
    return await client.post(PAGE, data=donnees, files={"fichier": ("tassoc.xlsx", octets)})


async def test_a_spreadsheet_is_laid_tried_and_carried_out(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.pilote) as client:
        refus = await deposer(client, monde, b"%PDF-1.4", nom="")
        assert refus.status_code == 422
        assert "Ce champ est requis." in refus.text
        refus = await deposer(client, monde, b"%PDF-1.4", nom="Ancien logiciel")
        assert (refus.status_code, "un PDF" in refus.text, "Ancien logiciel" in refus.text) == (422, True, True)
        fiche = (await deposer(client, monde, en_xlsx(*GENS, MAUVAISE))).headers["location"]
        page = await client.get(fiche)
        assert (page.status_code, requetes(page) <= 12) == (200, True)
        for texte in ("Béziers", "Ce champ est obligatoire.", "Essayer à blanc", "Sheet"):
            assert texte in page.text, texte
        deux = {f"colonne_{r}": "prenom" for r in range(len(ENTETES))}
        faux = await client.post(f"{fiche}/colonnes", data={**deux, "version": "1"})
        assert (faux.status_code, "deux colonnes donnent" in faux.text.lower()) == (422, True)
        assert (await client.post(f"{fiche}/lancer", data={"version": "1"})).status_code == 422
        assert (await client.post(f"{fiche}/essayer", data={"version": "1"})).status_code == 303
        assert "Essai à blanc en cours" in (await client.get(fiche)).text
        await travailler(serveur)
        assert await lire_valeur("SELECT count(*) FROM beneficiaire") == 0
        essayee = await client.get(f"{fiche}?resultat=REJETEE")
        assert "est encore écrit" in essayee.text
        assert "Ligne 4" in essayee.text
        assert "Ligne 2" not in essayee.text
        assert (await client.post(f"{fiche}/lancer", data={"version": "3"})).status_code == 303
        await travailler(serveur)
        assert await lire_valeur("SELECT count(*) FROM beneficiaire") == 2
        assert "La reprise est faite" in (await client.get(fiche)).text
        assert "tassoc.xlsx" in (await client.get("/echanges")).text
        rejet = await lire_valeur("SELECT id FROM echange_rejet")
        assert "Nom de naissance" in (await client.get(f"/echanges/rejets/{rejet}")).text
        classeur = load_workbook(io.BytesIO((await client.get(f"{fiche}/rapport.xlsx")).content))
        rangees = list(classeur.active.iter_rows(values_only=True))
        assert [r[1] for r in rangees] == ["Résultat", "Créée", "Créée", "Rejetée"]
        assert "Rejetée" in (await client.get(f"{fiche}/rapport.csv")).text
    for ctx in (monde.referent, monde.directeur, monde.administrateur):
        async with serveur.client(ctx) as client:
            assert (await client.get(fiche)).status_code == 403
            assert (await deposer(client, monde, en_csv(*GENS))).status_code == 403


@pytest.mark.navigateur
@SQLITE
async def test_the_screens_are_legible_and_the_progress_goes_on(serveur: Serveur, monde: Monde) -> None:
    async with ouvrir_chromium() as navigateur:
        for taille in (BUREAU, TELEPHONE):
            profil = await ouvrir_contexte(navigateur, taille)
            page = await profil.new_page()
            erreurs = surveiller(page)
            await serveur.connecter(profil, monde.pilote)
            await page.goto(f"{serveur.url}{PAGE}")
            await axe(page)
            assert await deborde(page) == 0
            await capture(page, f"ecrans/reprises-{taille[0]}", entiere=True)
            octets = en_xlsx(*GENS, MAUVAISE)
            await page.set_input_files("#c-fichier", {"name": "tassoc.xlsx", "mimeType": "", "buffer": octets})
            await page.select_option("select[name=organisme]", str(monde.organisme), force=True)
            await page.click("text=Déposer et vérifier")
            await page.wait_for_selector("#apercu")
            await axe(page)
            assert await deborde(page) == 0
            await capture(page, f"ecrans/reprise-deposee-{taille[0]}", entiere=True)
            await page.click("text=Essayer à blanc")
            await page.wait_for_selector("text=Essai à blanc en cours")
            await travailler(serveur)
            await page.wait_for_selector("text=Reprendre pour de bon")  # the page has looked by itself
            await axe(page)
            assert await deborde(page) == 0
            await capture(page, f"ecrans/reprise-essayee-{taille[0]}", entiere=True)
            assert erreurs == []
