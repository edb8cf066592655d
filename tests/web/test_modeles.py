"""Administration of the Word templates over HTTP, on both engines; the page « Champs de fusion » in Chromium too."""

import re

import httpx
import pytest
from playwright.async_api import expect

from tests.fusion.aides import textes, word
from tests.navigateur import BUREAU, TELEPHONE, axe, deborde, ouvrir_chromium, ouvrir_contexte, surveiller
from tests.serveur import SQLITE, Serveur, requetes
from viesion_core.extensions.fusion import tous_les_groupes
from viesion_core.fusion.model import TYPE_DOCX
from viesion_core.fusion.queries import modele_actif, modeles_actifs
from viesion_core.testing import Monde

pytestmark = pytest.mark.offre("mos")

RACINE = "/administration/modeles"
CONVOCATION = f"{RACINE}/CONVOCATION"


def fichier(*paragraphes: str) -> dict[str, tuple[str, bytes, str]]:
    """Return what a form sends for a Word file with these paragraphs."""
    return {"fichier": ("modele.docx", word(*paragraphes), TYPE_DOCX)}


def lisible(page: httpx.Response) -> str:
    """Return the text of a page without entities and no-break spaces."""
    return page.text.replace("&#39;", "'").replace("\xa0", " ").replace("&nbsp;", " ")


async def test_un_modele_depose_se_controle_s_essaie_et_sert(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.administrateur) as client:
        liste = await client.get(RACINE)
        assert requetes(liste) <= 12
        for mot in ("Convocation à un entretien", "fiche bilan MOS modéle fusion", "Déposer un modèle Word"):
            assert mot in liste.text
        saisie = {"libelle": "Attestation de suivi", "questionnaire": "MOS"}
        avant = await modeles_actifs()
        refus = await client.post(
            RACINE, data=saisie, files=fichier("{{ beneficiaire.nomm }}", "{{ bilan.reponses.MOS_99 }}")
        )
        assert refus.status_code == 422
        assert "Ce modèle n'est pas accepté : 2 corrections" in lisible(refus)
        for mot in ("beneficiaire.nomm", "beneficiaire.nom", "MOS_99", 'value="Attestation de suivi"'):
            assert mot in refus.text
        assert await modeles_actifs() == avant
        bon = fichier("{{ beneficiaire.nom_complet }} suit un accompagnement.", "{{ bilan.reponses.MOS_27 }}")
        accepte = await client.post(RACINE, data=saisie, files=bon)
        assert accepte.status_code == 303
        page = await client.get(accepte.headers["location"])
        assert "Le modèle est accepté" in page.text
        modele = next(m for m in await modeles_actifs() if m.libelle == "Attestation de suivi")
        assert (modele.offre, modele.questionnaire) == ("MOS", "MOS")  # the answers of MOS keep the rights of MOS
        fiche = await client.get(f"{RACINE}/{modele.code}")
        assert requetes(fiche) <= 12
        essai = await client.get(f"{RACINE}/{modele.code}/editions/1/essai")
        assert "Madame Alix EXEMPLE suit un accompagnement." in textes(essai.content)
        assert essai.headers["content-disposition"].startswith("attachment;")
        encore = await client.post(RACINE, data=saisie, files=bon)
        assert "Un modèle porte déjà ce nom" in encore.text
    async with serveur.client(monde.referent) as client:
        assert (await client.get(RACINE)).status_code == 403


async def test_une_version_remplace_se_retire_et_revient(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.administrateur) as client:
        depot = await client.post(CONVOCATION, files=fichier("{{ beneficiaire.nom }}, venez."))
        assert depot.status_code == 303
        assert (await modele_actif("CONVOCATION")).edition == 2
        page = await client.get(CONVOCATION)
        assert page.text.count("En service") == 1
        telecharge = await client.get(f"{CONVOCATION}/editions/2/fichier")
        assert textes(telecharge.content) == ["{{ beneficiaire.nom }}, venez."]
        retire = await client.post(f"{CONVOCATION}/editions/2/retirer", data={"version": "1"})
        page = await client.get(retire.headers["location"])
        assert "Ce modèle est retiré" in page.text
        assert "Retiré" in (await client.get(RACINE)).text
        assert "CONVOCATION" not in {m.code for m in await modeles_actifs()}
        encore = await client.post(f"{CONVOCATION}/editions/2/retirer", data={"version": "2"})
        assert 400 <= encore.status_code < 500
        [annuler] = re.findall(r'action="(/actes/[0-9a-f-]+/annuler)"', page.text)
        assert (await client.post(annuler, data={"retour": CONVOCATION})).status_code == 303
        assert (await modele_actif("CONVOCATION")).edition == 2
        version = re.search(
            r'editions/1/activer".*?name="version" value="(\d+)"', (await client.get(CONVOCATION)).text, re.S
        )
        assert version is not None
        await client.post(f"{CONVOCATION}/editions/1/activer", data={"version": version[1]})
        assert (await modele_actif("CONVOCATION")).edition == 1


async def test_un_fichier_qui_n_est_pas_un_modele_est_refuse(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.administrateur) as client:
        vide = await client.post(RACINE, data={"libelle": ""})
        assert "Choisissez un fichier Word (.docx)." in vide.text
        assert "Le nom du modèle est requis." in vide.text
        faux = await client.post(CONVOCATION, files={"fichier": ("x.docx", b"rien", TYPE_DOCX)})
        assert faux.status_code == 422
        assert "Ce modèle n'est pas accepté" in lisible(faux)
        assert (await client.get(f"{RACINE}/INCONNU")).status_code == 404
        assert (await client.post(f"{RACINE}/INCONNU", files=fichier("x"))).status_code == 404
        assert (await client.get(f"{CONVOCATION}/editions/9/essai")).status_code == 404


async def test_tous_les_champs_sont_la_et_se_cherchent(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.administrateur) as client:
        page = await client.get("/administration/champs-de-fusion")
        assert requetes(page) <= 12
        attendus = [champ for groupe in tous_les_groupes(serveur.registre) for champ in groupe.champs]
        assert page.text.count("data-copie") == len(attendus)
        for mot in ("{{ beneficiaire.nom_complet }}", "Civilité, prénom et nom", "Madame Alix EXEMPLE"):
            assert mot in page.text
        cherche = await client.get("/administration/champs-de-fusion?q=commune")
        assert "{{ beneficiaire.commune }}" in cherche.text
        assert "{{ beneficiaire.prenom }}" not in cherche.text
        assert "Aucun champ ne correspond" in (await client.get("/administration/champs-de-fusion?q=zzz")).text


async def test_chaque_champ_ecrit_comme_la_page_le_dit_est_accepte(serveur: Serveur, monde: Monde) -> None:
    """What the page proposes to copy is tried as it is: one template with every field of the core."""
    async with serveur.client(monde.administrateur) as client:
        page = lisible(await client.get("/administration/champs-de-fusion"))
        coeur = page.split("bilan.reponses.")[0]
        lignes = re.findall(
            r'data-copie>([^<]+)</code>(?:<span class="secondaire sous-ligne">dans <code>([^<]+)</code>)?', coeur
        )
        assert len(lignes) > 100
        paragraphes = [f"{boucles}{champ}{'{% endfor %}' * boucles.count('{% for')}" for champ, boucles in lignes]
        depot = await client.post(RACINE, data={"libelle": "Tous les champs"}, files=fichier(*paragraphes))
    assert depot.status_code == 303, lisible(depot)[:4000]


@SQLITE
@pytest.mark.navigateur
async def test_ecrans_des_modeles_dans_chromium(serveur: Serveur, monde: Monde) -> None:
    async with ouvrir_chromium() as navigateur:
        for taille in (BUREAU, TELEPHONE):
            profil = await ouvrir_contexte(navigateur, taille)
            await profil.grant_permissions(["clipboard-read", "clipboard-write"])
            await serveur.connecter(profil, monde.administrateur)
            page = await profil.new_page()
            erreurs = surveiller(page)
            for chemin in (RACINE, CONVOCATION, "/administration/champs-de-fusion?q=adresse"):
                await page.goto(f"{serveur.url}{chemin}")
                await axe(page)
                assert await deborde(page) == 0
            await page.get_by_role("button", name="Copier {{ beneficiaire.adresse }}").click()
            await expect(page.locator(".toast")).to_contain_text("Copié")
            assert await page.evaluate("navigator.clipboard.readText()") == "{{ beneficiaire.adresse }}"
            await page.goto(f"{serveur.url}{RACINE}")
            await page.get_by_label("Nom du modèle").fill("Courrier")
            mauvais = {"name": "c.docx", "mimeType": TYPE_DOCX, "buffer": word("{{ beneficiaire.nomm }}")}
            await page.get_by_label("Fichier Word").set_input_files(mauvais)
            await page.get_by_role("button", name="Déposer le modèle").click()
            await expect(page.get_by_role("alert")).to_contain_text("beneficiaire.nomm")
            await expect(page.get_by_label("Nom du modèle")).to_have_value("Courrier")
            await axe(page)
            assert [e for e in erreurs if "422" not in e] == []
            await profil.close()
