"""The exchanges in the browser, at the desk in light and on a telephone in dark: rejets, liaison, the NIR."""

import pathlib

from playwright.async_api import Page, expect

from tests.echanges.aides import contenu, deposer, une_ligne
from tests.postes import lire_ecran, postes
from tests.serveur import SQLITE, servir
from viesion_core.db import lire, lire_valeur
from viesion_core.echanges.liaison import noter_liaison
from viesion_core.echanges.liaison_model import Bilan, Panne
from viesion_core.testing import MAINTENANT, Monde
from viesion_core.worker import Worker
from viesion_solis.affect import COLONNES
from web.securite import maintenant

NIR = "2850334172001"


def une_affectation(**valeurs: str) -> dict[str, str]:
    cle = "6f1c2f60-0000-4000-8000-000000000001"
    commun = {"id_message": cle, "uuid_affectation": cle, "version": "1", "id_individu": "IND000001", "role": "RU"}
    return {**dict.fromkeys(COLONNES, ""), **commun, "siret": "12", "debut": "2026-11-23", **valeurs}


async def ouvrir(page: Page, url: str, nom: str) -> None:
    await page.goto(url)
    await lire_ecran(page, nom)


@SQLITE
async def test_les_rejets_et_la_carte_du_nir_se_lisent(adresse_base: str, monde: Monde, tmp_path: pathlib.Path) -> None:
    async with servir(adresse_base, tmp_path / "donnees") as serveur:
        dossier = serveur.settings.dossier_echanges
        worker = Worker(serveur.settings, serveur.registre)
        deposer(dossier, contenu([une_ligne(1, nir=NIR), une_ligne(2, etat_dossier="9", nir=NIR)]))
        await worker.tour(MAINTENANT)
        deposer(dossier, contenu([une_affectation()], COLONNES), flux="AFFECT")
        await worker.tour(MAINTENANT)
        numero = await lire_valeur("SELECT numero FROM beneficiaire WHERE id_individu = 'IND000001'")
        rejets = {r["flux"]: r["id"] for r in await lire("SELECT id, flux FROM echange_rejet")}
        assert set(rejets) == {"ALLOC", "AFFECT"}
        async for poste in postes(serveur, monde.pilote):
            page, nom = poste.page, poste.nom
            await ouvrir(page, f"{serveur.url}/echanges", f"echanges-{nom}")
            for flux, rejet in rejets.items():
                await ouvrir(page, f"{serveur.url}/echanges/rejets/{rejet}", f"rejet-{flux.lower()}-{nom}")
            await ouvrir(page, f"{serveur.url}/beneficiaires/{numero}/identite", f"nir-masque-{nom}")
            await expect(page.get_by_text("2 85 03 34 172 001")).to_have_count(0)
            await page.locator("summary", has_text="Voir le NIR").click()
            await lire_ecran(page, f"nir-motif-{nom}")
            await page.locator("#nir").get_by_label("Motif").fill("Contrôle avec la CAF")
            await page.locator("#nir").get_by_role("button", name="Voir le NIR").click()
            await expect(page.get_by_text("2 85 03 34 172 001")).to_be_visible()
            await lire_ecran(page, f"nir-montre-{nom}")
    async with servir(adresse_base, tmp_path / "donnees", sftp_hote="sftp.exemple.test") as serveur:
        for panne in ("", Panne.SERVEUR):
            await noter_liaison(maintenant(), Bilan(recus=3), panne)
        async for poste in postes(serveur, monde.pilote):
            await ouvrir(poste.page, f"{serveur.url}/echanges", f"liaison-{poste.nom}")
