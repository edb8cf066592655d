"""Convocations over HTTP: the agreement, the mail asked for in one click and read in the demo; the reminder chosen."""

import datetime as dt
import pathlib

import pytest

from tests.postes import lire_ecran, postes
from tests.serveur import SQLITE, Serveur, requetes, servir
from tests.web.suivi import Suivi, ouvrir_suivi
from viesion_core.convocations.envois import tenir_convocations
from viesion_core.courriels.envoi import TransportDossier, envoyer_courriels
from viesion_core.db import executer, transaction
from viesion_core.testing import Monde
from web.securite import maintenant


@pytest.fixture
async def suivi(monde: Monde) -> Suivi:
    suivi = await ouvrir_suivi(monde)
    async with transaction():
        await executer("UPDATE beneficiaire SET courriel = {} WHERE numero = {}", "a@exemple.test", suivi.numero)
    return suivi


async def test_un_clic_pour_convoquer_et_la_demo_le_montre(
    adresse_base: str, monde: Monde, suivi: Suivi, tmp_path: pathlib.Path
) -> None:
    cle, passe = await suivi.entretien(2), await suivi.entretien(-2)
    liste = f"{suivi.base}/entretiens"
    async with servir(adresse_base, tmp_path, mode="demo") as demo, demo.client(monde.referent) as client:
        avant = await client.get(liste)
        assert "n'a pas dit si elle l'accepte" in avant.text
        assert "Envoyer la convocation" not in avant.text
        assert (await client.post(f"{liste}/{cle}/convoquer")).status_code == 422
        fait = await client.post(f"{liste}/accord-courriel")
        page = await client.get(fait.headers["location"])
        assert "Accord pour les courriels noté" in page.text
        assert "par courriel à a@exemple.test" in page.text
        assert page.text.count("/convoquer") == 1
        assert f"/{passe}/convoquer" not in page.text
        assert requetes(page) <= 12
        fiche = await client.get(f"{liste}/{cle}")
        assert f"{liste}/{cle}/convoquer" in fiche.text
        assert "/convoquer" not in (await client.get(f"{liste}/{passe}")).text
        assert requetes(fiche) <= 12
        fait = await client.post(f"{liste}/{cle}/convoquer", data={"retour": f"{liste}/{cle}"})
        assert fait.headers["location"].startswith(f"{liste}/{cle}?acte=")
        assert "La convocation part dans la minute" in (await client.get(fait.headers["location"])).text
        async with demo.client(monde.autre_referent) as ailleurs:
            assert (await ailleurs.post(f"{liste}/{cle}/convoquer")).status_code == 404
            assert (await ailleurs.post(f"{liste}/accord-courriel")).status_code == 404
        instant = maintenant() + dt.timedelta(minutes=2)
        assert await tenir_convocations(instant, "VieSion <v@viesion.test>") == 1
        await envoyer_courriels(TransportDossier(demo.settings.dossier_courriels), "v@viesion.test", instant)
        assert "Convocation envoyée le" in (await client.get(liste)).text
        courriels = (await client.get("/aide/courriels")).text
        assert "Vous avez rendez-vous avec Association Exemple" in courriels
        assert "Pièce jointe&nbsp;: rendez-vous.ics" in courriels
        retrait = await client.post(f"{liste}/accord-courriel/retirer", data={"version": "1"})
        assert "Elle accepte les courriels" in (await client.get(retrait.headers["location"])).text


async def test_le_rappel_de_la_veille_se_choisit(monde: Monde, serveur: Serveur) -> None:
    async with serveur.client(monde.referent) as client:
        assert "Recevoir ce rappel" in (await client.get("/agenda/abonnement")).text
        fait = await client.post("/agenda/abonnement/rappel", data={"voulu": "oui"})
        page = await client.get(fait.headers["location"])
        assert "Le rappel de la veille vous sera envoyé" in page.text
        assert "Ne plus recevoir ce rappel" in page.text
        assert requetes(page) <= 12
        fait = await client.post("/agenda/abonnement/rappel")
        assert "Recevoir ce rappel" in (await client.get(fait.headers["location"])).text


@SQLITE
async def test_l_ecran_se_lit_partout(monde: Monde, serveur: Serveur, suivi: Suivi) -> None:
    await suivi.entretien(2)
    async for poste in postes(serveur, suivi.ctx):
        page = poste.page
        await page.goto(f"{serveur.url}{suivi.base}/entretiens")
        if poste.bureau:
            await page.get_by_role("button", name="Elle accepte les courriels").click()
            await page.get_by_text("Accord noté le").wait_for()
        await lire_ecran(page, f"convocations-{poste.nom}")
        await page.goto(f"{serveur.url}/agenda/abonnement")
        await lire_ecran(page, f"rappel-{poste.nom}")
