"""A real Chromium for the tests: launch, accessibility check in plain words, screenshots."""

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Literal

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

CAPTURES = Path(__file__).parent.parent / "captures"
BUREAU = (1440, 900)
TELEPHONE = (400, 860)
REGLES_AXE = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


def chemin_chromium() -> str | None:
    """Return the Chromium of the system, None for the one that playwright has installed."""
    return os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")


@contextlib.asynccontextmanager
async def ouvrir_chromium() -> AsyncIterator[Browser]:
    """Launch Chromium for the time of a test."""
    async with async_playwright() as playwright:
        navigateur = await playwright.chromium.launch(
            executable_path=chemin_chromium(),
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu", "--lang=fr-FR"],
            env={**os.environ, "LANGUAGE": "fr"},
        )
        try:
            yield navigateur
        finally:
            await navigateur.close()


async def ouvrir_contexte(
    navigateur: Browser,
    taille: tuple[int, int] = BUREAU,
    theme: Literal["light", "dark"] = "light",
    **options: Any,
) -> BrowserContext:
    """Return a fresh profile: French, Paris, the given size and appearance, motion reduced (stable screenshots)."""
    return await navigateur.new_context(
        viewport={"width": taille[0], "height": taille[1]},
        color_scheme=theme,
        reduced_motion="reduce",
        locale="fr-FR",
        timezone_id="Europe/Paris",
        **options,
    )


def surveiller(page: Page) -> list[str]:
    """Return a list that fills with the errors of the page (exceptions, console errors, refused by the CSP)."""
    erreurs: list[str] = []
    page.on("pageerror", lambda erreur: erreurs.append(str(erreur)))
    page.on("console", lambda message: erreurs.append(message.text) if message.type == "error" else None)
    return erreurs


async def axe(page: Page, *, exclure: tuple[str, ...] = ()) -> None:
    """Fail with the violations of the page in plain words; `exclure` names rules, to be justified by the caller.

    Read from its top: what a field that has the focus has scrolled half under the bar is not hidden.
    """
    await page.evaluate("scrollTo(0, 0)")
    options = {
        "runOnly": {"type": "tag", "values": list(REGLES_AXE)},
        "rules": {regle: {"enabled": False} for regle in exclure},
        "resultTypes": ["violations"],
    }
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(Axe().axe_script)
    resultat = await page.evaluate("options => axe.run(options)", options)
    lignes = []
    for violation in resultat["violations"]:
        lignes.append(f"{violation['id']} ({violation['impact']}): {violation['help']}")
        for noeud in violation["nodes"][:5]:
            resume = " / ".join(noeud.get("failureSummary", "").split("\n")[1:3])
            lignes.append(f"    {' '.join(map(str, noeud['target']))} : {resume}\n      {noeud['html'][:160]}")
    assert not lignes, f"axe, {page.url}:\n" + "\n".join(lignes)


async def capture(page: Page, nom: str, *, entiere: bool = False) -> Path:
    """Write `captures/<nom>.png` (git-ignored) once fonts and images are there; return its path."""
    CAPTURES.mkdir(exist_ok=True)
    chemin = CAPTURES / f"{nom}.png"
    chemin.parent.mkdir(parents=True, exist_ok=True)
    await page.evaluate("document.fonts.ready.then(() => true)")
    await asyncio.sleep(0.05)
    await page.screenshot(path=chemin, full_page=entiere)
    return chemin


async def deborde(page: Page) -> int:
    """Return by how many pixels the page is wider than the screen: 0 on a page that needs no sideways scrolling."""
    largeur: int = await page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return largeur
