"""The preview of a questionnaire: over HTTP, and in a real Chromium while the file changes."""

import asyncio
import contextlib
import html
import pathlib
from collections.abc import AsyncIterator

import httpx
import pytest
import uvicorn
from playwright.async_api import expect

from tests.commandes.aides import port_libre
from tests.navigateur import axe, deborde, ouvrir_chromium, ouvrir_contexte, surveiller
from viesion_core.kit import creer, projet
from web.apercu import creer_apercu


@pytest.fixture
def fichier(tmp_path: pathlib.Path) -> pathlib.Path:
    creer(projet("essai"), tmp_path / "offre")
    return tmp_path / "offre" / "viesion_essai" / "bilan.toml"


@pytest.fixture
async def adresse(fichier: pathlib.Path) -> AsyncIterator[str]:
    port = port_libre()
    serveur = uvicorn.Server(
        uvicorn.Config(creer_apercu(fichier, port), host="127.0.0.1", port=port, log_level="error")
    )
    tache = asyncio.create_task(serveur.serve())
    while not serveur.started:
        if tache.done():
            await tache
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{port}"
    serveur.should_exit = True
    with contextlib.suppress(asyncio.CancelledError):
        await tache


def casser(fichier: pathlib.Path, avant: str, apres: str) -> None:
    texte = fichier.read_text(encoding="utf-8")
    assert avant in texte
    fichier.write_text(texte.replace(avant, apres), encoding="utf-8")


def lignes(fichier: pathlib.Path) -> list[str]:
    return fichier.read_text(encoding="utf-8").splitlines()


def effacer(fichier: pathlib.Path) -> None:
    fichier.unlink()


async def test_the_preview_shows_the_file_and_names_its_mistakes(fichier: pathlib.Path, adresse: str) -> None:
    async with httpx.AsyncClient(base_url=adresse) as client:
        page = await client.get("/")
        assert (page.status_code, "Un frein a-t-il été repéré" in page.text) == (200, True)
        reponse = await client.put("/reponses/ESSAI_03", json={"valeur": True, "version": 0})
        assert "ESSAI_04" in reponse.json()["visibles"]
        refus = await client.put("/reponses/ESSAI_01", json={"valeur": "31/02/2026", "version": 0})
        assert (refus.status_code, bool(refus.json()["message"])) == (422, True)
        assert (await client.put("/reponses/AUTRE", json={"valeur": 1})).status_code == 404
        avant = (await client.get("/etat")).json()
        casser(fichier, 'type = "OUI_NON"', 'type = "OUI"')
        assert (await client.get("/etat")).json() != avant
        fautive = html.unescape((await client.get("/")).text)
        ligne = lignes(fichier).index('type = "OUI"') + 1
        assert f"Ligne {ligne}" in fautive
        assert 'type = "OUI"' in fautive
        effacer(fichier)
        assert (await client.get("/")).status_code == 200, "an editor that replaces the file"


async def test_another_site_cannot_read_it(adresse: str) -> None:
    async with httpx.AsyncClient(base_url=adresse) as client:
        assert (await client.get("/", headers={"host": "ailleurs.example"})).status_code == 400


@pytest.mark.navigateur
async def test_the_page_follows_the_file(fichier: pathlib.Path, adresse: str) -> None:
    async with ouvrir_chromium() as chromium:
        page = await (await ouvrir_contexte(chromium)).new_page()
        erreurs = surveiller(page)
        await page.goto(adresse)
        await expect(page.get_by_text("Lequel ?")).to_be_hidden()
        await page.get_by_role("radiogroup", name="Un frein").get_by_text("Oui").click()
        await expect(page.get_by_text("Lequel ?")).to_be_visible()
        await axe(page)
        casser(fichier, "Objectif convenu avec la personne", "Objectif partagé")
        await expect(page.get_by_text("Objectif partagé")).to_be_visible(timeout=10_000)
        await expect(page.get_by_text("Lequel ?")).to_be_visible()
        casser(fichier, 'type = "TEXTE"', 'type = "LIBRE"')
        await expect(page.get_by_role("heading", name="Questionnaire à corriger")).to_be_visible(timeout=10_000)
        await axe(page)
        await page.set_viewport_size({"width": 400, "height": 800})
        assert await deborde(page) == 0
        assert erreurs == []
