"""The bilan that saves itself, against a server that can be cut, busy, or ahead: nothing lost, nothing overwritten."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.navigateur import axe, capture, ouvrir_chromium, ouvrir_contexte, surveiller
from tests.web.test_galerie import ORIGINE, servir

pytestmark = [pytest.mark.navigateur, pytest.mark.offre("mos")]
INSTANT = "2026-11-24T09:42:00+00:00"


class Serveur:
    """Answers as the contract of docs/interface.md says; `panne` makes it fail."""

    def __init__(self) -> None:
        self.valeurs: dict[str, tuple[Any, int]] = {}
        self.recus: list[tuple[str, Any, int]] = []
        self.panne: str | int = ""

    async def __call__(self, route: Route) -> None:
        if self.panne == "reseau":
            await route.abort("internetdisconnected")
            return
        if isinstance(self.panne, int):
            await route.fulfill(status=self.panne, body="")
            return
        code = route.request.url.rsplit("/", 1)[1]
        corps = json.loads(route.request.post_data or "")
        assert route.request.method == "PUT"
        assert route.request.headers["x-jeton"] == "jeton"
        self.recus.append((code, corps["valeur"], corps["version"]))
        valeur, version = self.valeurs.get(code, (None, corps["version"]))
        if version != corps["version"]:
            conflit = {"valeur": valeur, "version": version, "auteur": "Idriss MARTEL", "enregistre_a": INSTANT}
            await route.fulfill(status=409, json=conflit)
        elif corps["valeur"] == 999:
            await route.fulfill(status=422, json={"message": "Saisissez un nombre entre 0 et 99."})
        else:
            self.valeurs[code] = (corps["valeur"], version + 1)
            await route.fulfill(json=self.etat(version + 1))

    def etat(self, version: int) -> dict[str, Any]:
        renonce = self.valeurs.get("MOS_11", (False, 1))[0] is True
        visibles = ["MOS_01", "MOS_02", "MOS_03", "MOS_05", "MOS_11", "MOS_27", *(["MOS_12"] if renonce else [])]
        return {
            "version": version, "enregistre_a": INSTANT, "nombre_reponses": 3 + len(self.valeurs),
            "nombre_questions": len(visibles), "visibles": visibles,
            "sections": {"A": {"reponses": 4, "questions": 4}, "B": {"reponses": 1, "questions": 3}},
        }  # fmt: skip


@pytest.fixture
async def navigateur() -> AsyncIterator[Browser]:
    async with ouvrir_chromium() as chromium:
        yield chromium


async def ouvrir(navigateur: Browser) -> tuple[Page, Serveur, list[str]]:
    contexte = await ouvrir_contexte(navigateur)
    serveur = Serveur()
    await contexte.route(f"{ORIGINE}/**", servir)
    await contexte.route(f"{ORIGINE}/reponses/*", serveur)
    page = await contexte.new_page()
    erreurs = surveiller(page)
    await page.goto(f"{ORIGINE}/bilan")
    return page, serveur, erreurs


def etat(page: Page) -> Any:
    return page.locator("[data-etat-sauvegarde]")


async def test_chaque_reponse_se_sauve(navigateur: Browser) -> None:
    page, serveur, erreurs = await ouvrir(navigateur)
    await page.get_by_label("Addictions").check()
    await expect(etat(page)).to_have_text("Enregistré à 10 h 42")
    await page.get_by_label("Santé physique").check()
    await page.get_by_label("Nombre d'entretiens réalisés").fill("3")
    await page.get_by_label("Date de réception de la prescription").fill("01/02/2026")
    await page.get_by_label("Attentes de la personne").fill("Reprendre le sport")
    await page.get_by_label("Attentes de la personne").blur()
    await expect(page.locator("[data-progression-texte]")).to_have_text("7 réponses / 6")
    assert serveur.recus == [
        ("MOS_03", ["ADD"], 0),
        ("MOS_03", ["PHY", "ADD"], 1),
        ("MOS_05", 3, 0),
        ("MOS_01", "2026-02-01", 1),
        ("MOS_27", "Reprendre le sport", 0),
    ]
    assert erreurs == []


async def test_question_conditionnelle_et_compteurs(navigateur: Browser) -> None:
    page, serveur, erreurs = await ouvrir(navigateur)
    raisons = page.get_by_role("group", name="Raisons du renoncement")
    await expect(raisons).to_be_hidden()
    renoncement = page.get_by_role("radiogroup", name="Renoncement aux soins")
    await renoncement.get_by_label("Oui").check()
    await expect(raisons).to_be_visible()
    await expect(page.get_by_role("link", name="A. Cadre de l'orientation")).to_contain_text("4 / 4")
    await renoncement.get_by_role("button", name="Effacer la réponse").click()
    await expect(raisons).to_be_hidden()
    assert serveur.recus[-1] == ("MOS_11", None, 2)
    assert erreurs == []


async def test_reseau_coupe_rien_n_est_perdu(navigateur: Browser) -> None:
    page, serveur, _ = await ouvrir(navigateur)
    serveur.panne = "reseau"
    await page.get_by_label("Nombre d'entretiens réalisés").fill("3")
    await page.get_by_label("Nombre d'entretiens réalisés").blur()
    await page.get_by_label("France Travail").check()
    await page.get_by_label("Attentes de la personne").fill("Marcher")
    await page.get_by_label("Attentes de la personne").blur()
    await page.get_by_label("Nombre d'entretiens réalisés").fill("4")
    await page.get_by_label("Nombre d'entretiens réalisés").blur()
    await expect(etat(page)).to_have_text("Hors connexion : 3 réponses en attente")
    await axe(page)
    await capture(page, "galerie/bilan-hors-connexion")
    serveur.panne = 503
    await page.evaluate("window.dispatchEvent(new Event('online'))")
    await expect(etat(page)).to_contain_text("3 réponses en attente")
    serveur.panne = ""
    await page.evaluate("window.dispatchEvent(new Event('online'))")
    await expect(etat(page)).to_have_text("Enregistré à 10 h 42")
    assert {code: valeur for code, (valeur, _) in serveur.valeurs.items()} == {
        "MOS_05": 4,
        "MOS_02": "FT",
        "MOS_27": "Marcher",
    }


async def test_quitter_avec_une_reponse_en_attente_demande(navigateur: Browser) -> None:
    page, serveur, _ = await ouvrir(navigateur)
    serveur.panne = 503
    await page.get_by_label("France Travail").check()
    await expect(etat(page)).to_have_text("Hors connexion : 1 réponse en attente")
    async with page.expect_event("dialog") as attendu:
        await page.close(run_before_unload=True)
    dialogue = await attendu.value
    assert dialogue.type == "beforeunload"
    await dialogue.accept()


@pytest.mark.parametrize("garder", [True, False])
async def test_conflit_les_deux_valeurs(navigateur: Browser, garder: bool) -> None:
    page, serveur, _ = await ouvrir(navigateur)
    serveur.valeurs["MOS_02"] = ("CCAS", 5)
    await page.get_by_label("France Travail").check()
    conflit = page.get_by_role("group", name="Deux réponses différentes")
    await expect(conflit).to_contain_text("France Travail")
    await expect(conflit).to_contain_text("Référent unique CCAS/CIAS")
    await expect(conflit).to_contain_text("Idriss MARTEL, à 10 h 42")
    await axe(page)
    await capture(page, "galerie/bilan-conflit")
    if garder:
        await conflit.get_by_role("button", name="Garder la mienne").click()
        await expect(etat(page)).to_have_text("Enregistré à 10 h 42")
        assert serveur.valeurs["MOS_02"] == ("FT", 6)
    else:
        await conflit.get_by_role("button", name="Prendre l'autre").click()
        await expect(page.get_by_label("Référent unique CCAS/CIAS")).to_be_checked()
        assert serveur.valeurs["MOS_02"] == ("CCAS", 5)
    await expect(conflit).to_have_count(0)
    await page.get_by_label("Autre").first.check()
    await expect(etat(page)).to_have_text("Enregistré à 10 h 42")
    assert serveur.recus[-1] == ("MOS_02", "AUTRE", 6 if garder else 5)


async def test_accuse_perdu_n_est_pas_un_conflit(navigateur: Browser) -> None:
    page, serveur, _ = await ouvrir(navigateur)
    serveur.valeurs["MOS_02"] = ("FT", 2)
    await page.get_by_label("France Travail").check()
    await expect(etat(page)).to_have_text("Enregistré à 10 h 42")
    await expect(page.get_by_text("Garder la mienne")).to_have_count(0)


async def test_reponse_refusee_et_session_terminee(navigateur: Browser) -> None:
    page, serveur, _ = await ouvrir(navigateur)
    nombre = page.get_by_label("Nombre d'entretiens réalisés")
    await nombre.fill("999")
    await nombre.blur()
    await expect(page.get_by_text("Saisissez un nombre entre 0 et 99.")).to_be_visible()
    await expect(nombre).to_have_value("999")
    serveur.panne = 401
    await nombre.fill("9")
    await nombre.blur()
    await expect(etat(page)).to_contain_text("Votre session est terminée")
    await expect(page.get_by_text("Saisissez un nombre entre 0 et 99.")).to_be_hidden()
