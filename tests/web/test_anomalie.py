"""« Signaler une anomalie » from any screen: the form, its preview, the mail in the box of the demo."""

import pathlib
import re
from typing import Any

import pytest
from playwright.async_api import expect

from tests.anomalies.test_anomalies import DESCRIPTION, png
from tests.navigateur import BUREAU, TELEPHONE, axe, capture, deborde, ouvrir_chromium, ouvrir_contexte, surveiller
from tests.serveur import SQLITE, Serveur, requetes, servir
from viesion_core.courriels.envoi import TransportDossier, envoyer_courriels
from viesion_core.db import lire, lire_valeur
from viesion_core.testing import Monde
from web.securite import maintenant


async def test_depuis_un_ecran_le_courriel_se_relit_puis_part(serveur: Serveur, monde: Monde) -> None:
    numero, _ = await monde.dossier()
    async with serveur.client(monde.referent) as client:
        depart = await client.get(f"/beneficiaires/{numero}/contrats")
        lien = re.search(r'href="(/aide/anomalie\?ecran=[^"]*)"', depart.text)
        assert lien
        formulaire = await client.get(lien[1].replace("&amp;", "&"))
        assert requetes(formulaire) <= 12
        assert f'name="numero" value="{numero}"' in formulaire.text
        assert "/beneficiaires/{numero}/contrats" in formulaire.text
        reference = re.search(r'name="reference" value="([0-9A-F]{8})"', formulaire.text)
        assert reference
        champs: dict[str, Any] = {"description": DESCRIPTION, "numero": str(numero), "reference": reference[1]}
        champs["ecran"] = f"/beneficiaires/{numero}/contrats"
        fichiers = {"capture": ("nom de la personne.png", png(texte=b"lieu"), "application/pdf")}
        apercu = await client.post("/aide/anomalie", data=champs, files=fichiers)
        assert apercu.status_code == 200, apercu.text
        assert requetes(apercu) <= 12
        assert serveur.settings.adresse_anomalies in apercu.text
        assert "nom de la personne" not in apercu.text
        assert await lire_valeur("SELECT count(*) FROM courriel") == 0
        gardee = re.search(r'name="capture_gardee" value="([^"]+)"', apercu.text)
        assert gardee
        champs["capture_gardee"] = gardee[1]
        modifie = await client.post("/aide/anomalie", data={**champs, "geste": "modifier"})
        assert DESCRIPTION in modifie.text
        assert gardee[1] in modifie.text
        envoi = await client.post("/aide/anomalie", data={**champs, "geste": "envoyer"})
        assert envoi.headers["location"] == f"/beneficiaires/{numero}/contrats?fait=anomalie"
        assert "L'anomalie est signalée" in (await client.get(envoi.headers["location"])).text.replace("&#39;", "'")
    [courriel] = await lire("SELECT destinataire FROM courriel")
    assert courriel["destinataire"] == serveur.settings.adresse_anomalies
    [image] = await lire("SELECT contenu FROM courriel_fichier WHERE rang = 0")
    assert bytes(image["contenu"]) == png()


async def test_ce_qui_se_refuse_revient_avec_la_capture(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.referent) as client:
        court = await client.post(
            "/aide/anomalie", data={"description": "Ça bloque"}, files={"capture": ("a.png", png(), "image/png")}
        )
        assert court.status_code == 422
        assert 'name="capture_gardee"' in court.text
        assert "Ça bloque" in court.text
        faux = await client.post(
            "/aide/anomalie", data={"description": DESCRIPTION}, files={"capture": ("a.png", b"<html>", "image/png")}
        )
        assert faux.status_code == 422
        assert 'id="c-capture-erreur"' in faux.text
        assert DESCRIPTION in faux.text
        for gardee in ("%%%", "aGVsbG8="):
            bricolee = await client.post(
                "/aide/anomalie", data={"description": DESCRIPTION, "capture_gardee": gardee, "geste": "envoyer"}
            )
            assert bricolee.status_code == 422
        garde = await client.post("/aide/anomalie", data={"description": f"{DESCRIPTION} Quel fainéant !"})
        assert garde.status_code == 422
        assert "l'assistance, par courriel" in garde.text.replace("&#39;", "'")
        # A page that is no page of VieSion is not gone back to, nor written in the mail.
        ailleurs = await client.get("/aide/anomalie?ecran=//pirate.test/x&reference=<script>")
        assert 'name="ecran" value="/aide"' in ailleurs.text
        assert "pirate" not in ailleurs.text.partition("<main")[2].partition("</main>")[0]
    assert await lire_valeur("SELECT count(*) FROM courriel") == 0


async def test_une_capture_de_quatre_mo_passe_l_apercu(serveur: Serveur, monde: Monde) -> None:
    grande = png(cote=1900, bruit=True)
    assert 3 * 2**20 < len(grande) < 4 * 2**20
    async with serveur.client(monde.referent) as client:
        apercu = await client.post(
            "/aide/anomalie", data={"description": DESCRIPTION}, files={"capture": ("a.png", grande, "image/png")}
        )
        assert apercu.status_code == 200
        gardee = re.search(r'name="capture_gardee" value="([^"]+)"', apercu.text)
        assert gardee
        champs = {"description": (None, DESCRIPTION), "capture_gardee": (None, gardee[1]), "geste": (None, "envoyer")}
        envoi = await client.post("/aide/anomalie", files=champs)
        assert envoi.status_code == 303, envoi.text[:500]


async def test_les_pages_d_erreur_proposent_de_signaler(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.referent) as client:
        perdue = await client.get("/beneficiaires/999999/contrats")
        assert perdue.status_code == 404
        lien = re.search(r'href="(/aide/anomalie\?ecran=[^"]*)">Signaler cette anomalie', perdue.text)
        assert lien
        assert "/beneficiaires/999999/contrats" in lien[1]
    async with serveur.client() as inconnu:
        assert f"mailto:{serveur.settings.adresse_anomalies}?subject=" in (await inconnu.get("/nulle-part")).text


@pytest.mark.navigateur
@SQLITE
@pytest.mark.parametrize(("taille", "theme"), [(BUREAU, "light"), (TELEPHONE, "dark")], ids=["1440", "400"])
async def test_au_clavier_jusqu_a_la_boite_de_la_demonstration(
    adresse_base: str, monde: Monde, tmp_path: pathlib.Path, taille: Any, theme: Any
) -> None:
    numero, _ = await monde.dossier()
    image = tmp_path / "ecran.png"
    image.write_bytes(png(cote=300))
    async with servir(adresse_base, tmp_path, mode="demo") as serveur, ouvrir_chromium() as navigateur:
        profil = await ouvrir_contexte(navigateur, taille, theme)
        await serveur.connecter(profil, monde.referent)
        page = await profil.new_page()
        erreurs = surveiller(page)
        await page.goto(f"{serveur.url}/beneficiaires/{numero}")
        await page.get_by_role("link", name="Signaler une anomalie").click()
        await page.get_by_label("Description").fill(DESCRIPTION)
        await page.get_by_label("Capture d'écran", exact=True).set_input_files(image)
        await axe(page)
        assert await deborde(page) == 0
        await capture(page, f"ecrans/anomalie-{taille[0]}-{theme}")
        await page.get_by_role("button", name="Relire le courriel").click()
        await expect(page.get_by_role("heading", name="Relire le courriel")).to_be_visible()
        await expect(page.get_by_alt_text("La capture d'écran jointe")).to_be_visible()
        await axe(page)
        assert await deborde(page) == 0
        await capture(page, f"ecrans/anomalie-apercu-{taille[0]}-{theme}", entiere=True)
        await page.get_by_role("button", name="Modifier").click()
        await expect(page.get_by_alt_text("La capture d'écran choisie")).to_be_visible()
        await expect(page.get_by_label("Description")).to_have_value(DESCRIPTION)
        await page.get_by_label("Description").press("Control+Enter")
        await page.get_by_role("button", name="Envoyer à l'assistance").click()
        await expect(page.get_by_text("L'anomalie est signalée")).to_be_visible()
        assert page.url.startswith(f"{serveur.url}/beneficiaires/{numero}")
        await envoyer_courriels(TransportDossier(serveur.settings.dossier_courriels), "V <a@v.test>", maintenant())
        await page.goto(f"{serveur.url}/aide/courriels")
        await expect(page.get_by_text("Anomalie VieSion").first).to_be_visible()
        await expect(page.get_by_alt_text("Pièce jointe capture.png")).to_be_visible()
        await expect(page.get_by_text("Page : /beneficiaires/{numero}")).to_be_visible()
        await axe(page)
        assert erreurs == []
