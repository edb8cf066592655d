"""The modules in a real Chromium: search, shortcuts, dates, lists that filter, forms, toasts, appearance."""

import datetime as dt
import json
from collections.abc import AsyncIterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.navigateur import ouvrir_chromium, ouvrir_contexte, surveiller
from tests.web.test_galerie import ORIGINE, servir
from web.rendu import creer_environnement

pytestmark = pytest.mark.navigateur


@pytest.fixture
async def navigateur() -> AsyncIterator[Browser]:
    async with ouvrir_chromium() as chromium:
        yield chromium


async def ouvrir(navigateur: Browser, nom: str) -> tuple[Page, list[str]]:
    contexte = await ouvrir_contexte(navigateur)
    await contexte.route(f"{ORIGINE}/**", servir)
    page = await contexte.new_page()
    erreurs = surveiller(page)
    await page.goto(f"{ORIGINE}/{nom}")
    return page, erreurs


def fragment(q: str) -> str:
    modele = '{% from "composants/recherche.html" import options %}{{ options(resultats) }}'
    trouves = [] if q == "zzz" else [
        {"url": f"/dossier?n={n}", "titre": f"GARNIER Camille {n}", "detail": "Béziers", "etat": "Actif", "ton": "fait"}
        for n in ((1, 2, 3) if q else (1,))
    ]  # fmt: skip
    return creer_environnement().from_string(modele).render(resultats=trouves)


async def test_recherche_globale_au_clavier(navigateur: Browser) -> None:
    page, erreurs = await ouvrir(navigateur, "liste")
    demandes: list[str] = []

    async def repondre(route: Route) -> None:
        q = parse_qs(urlsplit(route.request.url).query, keep_blank_values=True)["q"][0]
        assert route.request.headers["hx-request"] == "true"
        demandes.append(q)
        await route.fulfill(body=fragment(q), content_type="text/html")

    await page.route(f"{ORIGINE}/palette?*", repondre)
    champ = page.get_by_label("Recherche globale")
    await page.keyboard.press("/")
    await expect(champ).to_be_focused()
    options = page.get_by_role("option")
    await expect(options).to_have_count(1)
    await page.clock.install()
    await page.clock.pause_at(
        dt.datetime.now(dt.UTC) + dt.timedelta(hours=1)
    )  # keys as quick as can be, on any machine
    await champ.press_sequentially("garnier")
    assert demandes == [""], "nothing is asked between two keys"
    await page.clock.resume()
    await expect(options).to_have_count(3)
    assert demandes == ["", "garnier"], "what can be done here, then one request once the keys have stopped"
    assert await champ.get_attribute("aria-expanded") == "true"
    await champ.press("ArrowDown")
    await champ.press("ArrowDown")
    await expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    assert await champ.get_attribute("aria-activedescendant") == await options.nth(1).get_attribute("id")
    await champ.press("Escape")
    await expect(options).to_have_count(0)
    await expect(champ).to_have_value("garnier")
    await page.get_by_role("heading", level=1).click()
    await page.keyboard.press("Control+k")
    await expect(champ).to_be_focused()
    await champ.fill("zzz")
    await expect(options).to_have_text(["Aucun résultat"])
    await champ.fill("garnier")
    await expect(options).to_have_count(3)
    await champ.press("ArrowDown")
    async with page.expect_request(f"{ORIGINE}/dossier?n=1"):
        await champ.press("Enter")
    assert erreurs == []


async def test_dates_telles_qu_on_les_tape(navigateur: Browser) -> None:
    page, erreurs = await ouvrir(navigateur, "formulaire")
    champ = page.get_by_label("Début", exact=False).first
    for tape, attendu in (
        ("24112026", "24/11/2026"),
        ("2026-11-24", "24/11/2026"),
        ("3-2-26", "03/02/2026"),
        ("12/03/85", "12/03/1985"),
        ("31/02/2026", "31/02/2026"),
    ):
        await champ.fill(tape)
        await champ.blur()
        await expect(champ).to_have_value(attendu)
    await champ.fill("")
    await champ.press_sequentially("05062026")
    await expect(champ).to_have_value("05/06/2026")
    heure = page.get_by_label("Heure", exact=True)
    for tape, attendu in (("14h30", "14:30"), ("930", "09:30"), ("0930", "09:30"), ("8", "08:00"), ("25:00", "25:00")):
        await heure.fill(tape)
        await heure.blur()
        await expect(heure).to_have_value(attendu)
    assert erreurs == []


async def test_liste_qui_filtre(navigateur: Browser) -> None:
    page, erreurs = await ouvrir(navigateur, "formulaire")
    champ = page.get_by_label("Collaborateur")
    choisi = page.locator('select[name="collaborateur"]')
    await expect(champ).to_have_value("LEFÈVRE Anne")
    await champ.fill("etienne saint gely")
    await expect(page.get_by_role("listbox").get_by_role("option")).to_have_text(["ÉTIENNE Saint-Gély"])
    await champ.press("Enter")
    await expect(champ).to_have_value("ÉTIENNE Saint-Gély")
    await expect(choisi).to_have_value("3")
    await champ.fill("personne de ce nom")
    await champ.press("Escape")
    await champ.blur()
    await expect(champ).to_have_value("ÉTIENNE Saint-Gély")
    await champ.fill("")
    await champ.blur()
    await expect(choisi).to_have_value("")
    assert erreurs == []


async def test_rien_de_tape_n_est_perdu_par_megarde(navigateur: Browser) -> None:
    page, _ = await ouvrir(navigateur, "formulaire")
    await page.get_by_label("Commentaire").fill("À relire")
    questions: list[str] = []
    reponse = False

    async def decider(dialogue: object) -> None:
        questions.append(dialogue.message)  # type: ignore[attr-defined]  # playwright's Dialog, untyped in handlers
        await (dialogue.accept() if reponse else dialogue.dismiss())  # type: ignore[attr-defined]  # the same

    page.on("dialog", decider)
    await page.get_by_label("Commentaire").press("Escape")
    await expect(page.get_by_label("Commentaire")).to_have_value("À relire")
    assert questions == ["Quitter sans enregistrer ce qui est saisi ?"]
    reponse = True
    await page.get_by_label("Commentaire").press("Escape")
    await page.wait_for_url("**/formulaire#entretiens")


async def test_un_formulaire_ne_part_qu_une_fois(navigateur: Browser) -> None:
    page, _ = await ouvrir(navigateur, "formulaire")
    envois: list[str] = []

    async def lent(route: Route) -> None:
        envois.append(route.request.post_data or "")
        await route.fulfill(status=204)

    await page.route(f"{ORIGINE}/x", lent)
    bouton = page.get_by_role("button", name="Enregistrer les modifications")
    await bouton.dblclick()
    await expect(bouton).to_have_attribute("aria-busy", "true")
    assert len(envois) == 1
    assert "_jeton=jeton" in envois[0]
    assert "version=3" in envois[0]


async def test_les_erreurs_ont_le_focus(navigateur: Browser) -> None:
    page, _ = await ouvrir(navigateur, "erreurs")
    await expect(page.get_by_role("alert")).to_be_focused()
    await page.get_by_role("link", name="La fin est avant le début.").click()
    fin = page.get_by_label("Fin", exact=True)
    await expect(fin).to_be_focused()
    await expect(fin).to_have_value("2026-01-01")
    await expect(fin).to_have_accessible_description("La fin est avant le début.")
    assert await fin.get_attribute("aria-invalid") == "true"


async def test_toast_et_apparence(navigateur: Browser) -> None:
    page, erreurs = await ouvrir(navigateur, "composants?acte=0&p=2")
    assert page.url.endswith("composants?p=2"), "a reload does not show the act again"
    toast = page.locator("[data-toast]")
    await expect(toast.get_by_role("button", name="Annuler")).to_be_visible()
    await toast.get_by_role("button", name="Fermer").click()
    await expect(toast).to_have_count(0)
    await page.get_by_text("mon compte").locator("..").click()
    await page.get_by_role("button", name="Sombre").click()
    await expect(page.locator("html")).to_have_attribute("data-theme", "sombre")
    biscuits = {b["name"]: b["value"] for b in await page.context.cookies()}
    assert biscuits["theme"] == "sombre"
    await page.keyboard.press("Escape")
    await expect(page.get_by_role("button", name="Sombre")).to_be_hidden()
    assert erreurs == []


async def test_htmx_sans_eval(navigateur: Browser) -> None:
    page, erreurs = await ouvrir(navigateur, "liste")
    reglages = json.loads(await page.evaluate("JSON.stringify(window.htmx.config)"))
    assert (reglages["allowEval"], reglages["includeIndicatorStyles"], reglages["selfRequestsOnly"]) == (
        False,
        False,
        True,
    )
    assert erreurs == []
