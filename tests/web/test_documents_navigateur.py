"""Documents in a real Chromium: merged where one is, kept, taken away; axe in light and dark, wide and narrow."""

from collections.abc import AsyncIterator
from typing import Literal

import docx
import pytest
from playwright.async_api import Browser, expect

from tests.navigateur import BUREAU, TELEPHONE, axe, capture, deborde, ouvrir_chromium
from tests.serveur import SQLITE, Serveur
from tests.web.suivi import Suivi, ouvrir_page, ouvrir_suivi
from tests.web.test_documents import PDF, garder, un_bilan
from viesion_core.testing import Monde

pytestmark = [pytest.mark.navigateur, pytest.mark.offre("mos"), SQLITE]


@pytest.fixture
async def navigateur() -> AsyncIterator[Browser]:
    async with ouvrir_chromium() as chromium:
        yield chromium


@pytest.fixture
async def suivi(monde: Monde) -> Suivi:
    return await ouvrir_suivi(monde, avec_referent=True)


async def test_du_bilan_au_document_word(navigateur: Browser, serveur: Serveur, suivi: Suivi) -> None:
    bilan = await un_bilan(suivi)
    page, erreurs = await ouvrir_page(navigateur, serveur, suivi, f"/bilans/{bilan}")
    modele = page.get_by_label("Modèle")
    await expect(modele).to_have_value("MOS_BILAN")
    await page.get_by_role("button", name="créer un document").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Documents")
    await expect(page.get_by_role("status").filter(has_text="Document prêt")).to_contain_text("Fiche bilan MOS")
    async with page.expect_download() as attendu:
        await page.get_by_role("link", name="Télécharger le document").click()
    fichier = await attendu.value
    assert fichier.suggested_filename == f"Fiche bilan MOS du {suivi.aujourdhui:%d-%m-%Y}.docx"
    contenu = docx.Document(str(await fichier.path()))
    assert "Un emploi à mi-temps" in "".join(str(texte) for texte in contenu.element.body.itertext())
    assert erreurs == []


async def test_un_fichier_ajoute_puis_supprime_puis_repris(navigateur: Browser, serveur: Serveur, suivi: Suivi) -> None:
    page, erreurs = await ouvrir_page(navigateur, serveur, suivi, "/documents")
    await expect(page.get_by_text("Aucun document", exact=True)).to_be_visible()
    await page.get_by_text("Ajouter un document").click()
    await page.get_by_role("button", name="Ajouter", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("Choisissez un fichier.")
    await page.get_by_label("Fichier").set_input_files({"name": "avis.pdf", "mimeType": "", "buffer": PDF})
    await page.get_by_label("Nom").fill("Avis d'échéance")
    await page.get_by_role("button", name="Ajouter", exact=True).click()
    ligne = page.get_by_role("row").filter(has_text="Avis d'échéance")
    await expect(ligne).to_contain_text("PDF")
    await ligne.get_by_role("button", name="Supprimer le document Avis d'échéance").click()
    await expect(page.get_by_text("Aucun document", exact=True)).to_be_visible()
    await page.get_by_role("button", name="Annuler").click()
    await expect(page.get_by_role("row").filter(has_text="Avis d'échéance")).to_be_visible()
    assert [e for e in erreurs if "422" not in e] == []


@pytest.mark.parametrize("taille", [BUREAU, TELEPHONE], ids=["1440", "400"])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_ecrans_accessibles(
    navigateur: Browser, serveur: Serveur, suivi: Suivi, taille: tuple[int, int], theme: Literal["light", "dark"]
) -> None:
    await un_bilan(suivi)
    await garder(serveur, suivi, "Certificat de la médecine du travail", sensible=True)
    await garder(serveur, suivi, "Avis", PDF)
    page, erreurs = await ouvrir_page(navigateur, serveur, suivi, "/documents?tri=nom", taille, theme)
    await page.get_by_text("Ajouter un document").click()
    await page.evaluate("scrollTo(0, 0)")
    await axe(page)
    assert await deborde(page) == 0
    await capture(page, f"documents-{taille[0]}-{theme}", entiere=True)
    assert erreurs == []
