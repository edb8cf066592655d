"""The gallery in a real Chromium: every component, light and dark, wide and narrow, under the strict CSP."""

import re
from typing import Literal
from urllib.parse import urlsplit

import pytest
from playwright.async_api import BrowserContext, Page, Route

from tests.navigateur import BUREAU, TELEPHONE, axe, capture, deborde, ouvrir_chromium, ouvrir_contexte, surveiller
from tests.web.galerie import pages
from web.rendu import GABARITS, icones
from web.statique import statique

ORIGINE = "http://viesion.test"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PAGES = pages()


async def servir(route: Route) -> None:
    """Answer like the application: pages with the CSP, static files from memory."""
    chemin = urlsplit(route.request.url).path
    if chemin.startswith("/static/"):
        fichier = statique().fichiers[chemin.split("/", 3)[3]]
        await route.fulfill(body=fichier.contenu, content_type=fichier.type)
    else:
        entetes = {"Content-Security-Policy": CSP}
        await route.fulfill(body=PAGES[chemin[1:]], content_type="text/html; charset=utf-8", headers=entetes)


async def ouvrir(contexte: BrowserContext, nom: str) -> tuple[Page, list[str]]:
    """Open a page of the gallery; the list fills with what goes wrong in it."""
    await contexte.route(f"{ORIGINE}/**", servir)
    page = await contexte.new_page()
    erreurs = surveiller(page)
    await page.goto(f"{ORIGINE}/{nom}")
    return page, erreurs


@pytest.mark.navigateur
@pytest.mark.parametrize("taille", [BUREAU, TELEPHONE], ids=["1440", "400"])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_galerie_sans_violation(taille: tuple[int, int], theme: Literal["light", "dark"]) -> None:
    async with ouvrir_chromium() as navigateur:
        for nom in PAGES:
            contexte = await ouvrir_contexte(navigateur, taille, theme)
            page, erreurs = await ouvrir(contexte, nom)
            await axe(page)
            assert await deborde(page) == 0, f"{nom} déborde"
            await capture(page, f"galerie/{nom}-{taille[0]}-{theme}")
            assert erreurs == [], nom
            await contexte.close()


def test_icones_dessinees() -> None:
    texte = "".join(chemin.read_text() for chemin in GABARITS.rglob("*.html"))
    nommees = set(re.findall(r'icone\("([a-z-]+)"', texte)) | set(re.findall(r'dessin="([a-z-]+)"', texte))
    assert len(nommees) > 15
    assert nommees <= icones()
