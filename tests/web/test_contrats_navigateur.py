"""Contrats in a real Chromium, through the visible labels of the deck: with the mouse, the keyboard, without script."""

from collections.abc import AsyncIterator
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, expect

from tests.navigateur import BUREAU, TELEPHONE, axe, capture, deborde, ouvrir_chromium
from tests.serveur import SQLITE, Serveur
from tests.web.suivi import Suivi, ouvrir_page, ouvrir_suivi
from viesion_core.parcours.actions import enregistrer_contrat
from viesion_core.parcours.model import SaisieContrat
from viesion_core.parcours.queries import contrats
from viesion_core.testing import Monde

pytestmark = [pytest.mark.navigateur, SQLITE]
SOLUTION = "Faire terminer le précédent la veille"


@pytest.fixture
async def navigateur() -> AsyncIterator[Browser]:
    async with ouvrir_chromium() as chromium:
        yield chromium


@pytest.fixture
async def suivi(monde: Monde) -> Suivi:
    return await ouvrir_suivi(monde, avec_referent=True)


async def poser(suivi: Suivi, debut: int, fin: int, **autres: object) -> None:
    """Save a contract between two days counted from today."""
    dates = {"debut": suivi.le(debut).date(), "fin": suivi.le(fin).date()}
    saisie = SaisieContrat(**{"type": "CER", "dispositif": suivi.dispositif, **dates, **autres})
    await enregistrer_contrat(suivi.ctx, suivi.numero, saisie)


async def remplir(suivi: Suivi) -> None:
    """Two years of contracts, the last one nearly over."""
    await poser(suivi, -700, -600, type="CO", numero="CO-118", signature=suivi.le(-699).date())
    await poser(suivi, -599, -417, signature=suivi.le(-599).date())
    await poser(suivi, -416, -235, commentaire="Renouvelé après l'entretien tripartite.")
    await poser(suivi, -200, 20, type="CE", heures_hebdo=10, dispense="PROCHE_AIDANT")


async def saisir(page: Page, debut: str, fin: str) -> None:
    await page.get_by_label("Contrat d'engagements réciproques (CER)").check()
    await page.get_by_label("Début").fill(debut)
    await page.get_by_label("Fin", exact=False).and_(page.locator("[name=fin]")).fill(fin)


async def test_the_overlap_shows_while_typing_and_one_click_solves_it(
    navigateur: Browser, serveur: Serveur, suivi: Suivi
) -> None:
    await poser(suivi, -100, 20)
    page, erreurs = await ouvrir_page(navigateur, serveur, suivi, "/contrats")
    await page.get_by_role("link", name="Ajouter un Contrat RSA").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Nouveau Contrat RSA")
    await expect(page.get_by_label("Accompagnements").locator("option:checked")).to_contain_text("Accomp RSA - depuis")
    await expect(page.get_by_text("Dernier contrat")).to_have_count(0)
    await expect(page.get_by_label("Heures hebdomadaires")).to_be_hidden()
    await page.get_by_label("Contrat d'engagement", exact=True).check()
    await expect(page.get_by_label("Heures hebdomadaires")).to_be_visible()
    await expect(page.get_by_label("Motif de dispense")).to_be_visible()
    await page.get_by_label("Contrat d'engagements réciproques (CER)").check()
    await page.get_by_label("Début").press_sequentially(suivi.date(0).replace("/", ""))
    await page.get_by_role("button", name="6 mois").click()
    await expect(page.get_by_role("alert").or_(page.locator("#composition-dit"))).to_contain_text("encore en cours")
    await expect(page.locator(".axe-zone")).to_have_count(1)
    await page.get_by_label("Commentaire").fill("Projet de formation")
    # Enter saves, it never solves by itself.
    await page.get_by_label("Numéro").fill("CER-9")
    await page.get_by_label("Numéro").press("Enter")
    await expect(page.get_by_role("heading", name="Les dates chevauchent un autre contrat.")).to_be_visible()
    assert len(await contrats(suivi.ctx, suivi.numero)) == 1
    await expect(page.get_by_label("Commentaire")).to_have_value("Projet de formation")
    await page.get_by_role("button", name=SOLUTION).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Contrats")
    nouveau, ancien = await contrats(suivi.ctx, suivi.numero)
    assert (nouveau.debut, nouveau.numero, ancien.fin) == (suivi.aujourdhui, "CER-9", suivi.le(-1).date())
    ligne = page.get_by_role("row").filter(has_text="CER-9")
    await expect(ligne.get_by_text("Dernier contrat")).to_be_visible()
    await expect(ligne.get_by_text("1er renouvellement")).to_be_visible()
    await page.locator(".toast").get_by_role("button", name="Annuler").click()
    await expect(page.get_by_role("row").filter(has_text="CER-9")).to_have_count(0)
    (seul,) = await contrats(suivi.ctx, suivi.numero)
    assert seul.fin == suivi.le(20).date()
    assert [e for e in erreurs if "422" not in e] == []


async def test_the_dates_right_the_alert_goes_away(navigateur: Browser, serveur: Serveur, suivi: Suivi) -> None:
    await poser(suivi, -100, 20)
    page, erreurs = await ouvrir_page(navigateur, serveur, suivi, "/contrats/nouveau")
    await saisir(page, suivi.date(-150), suivi.date(-50))
    await expect(page.get_by_role("button", name=f"Faire terminer ce contrat le {suivi.date(-101)}")).to_be_visible()
    await page.locator("[name=debut]").fill(suivi.date(21))
    await page.locator("[name=fin]").fill(suivi.date(120))
    await expect(page.locator("#composition-dit")).to_contain_text("Aucun chevauchement")
    await expect(page.locator("#composition-dit")).to_contain_text("Il prend la suite du contrat CER")
    await page.get_by_role("button", name="Enregistrer", exact=True).click()
    await expect(page.get_by_role("row").filter(has_text="1er renouvellement")).to_have_count(1)
    assert erreurs == []


async def test_renewal_change_and_deletion_from_the_list(navigateur: Browser, serveur: Serveur, suivi: Suivi) -> None:
    await poser(suivi, -181, 10)
    page, erreurs = await ouvrir_page(navigateur, serveur, suivi, "/contrats")
    await expect(page.get_by_text("se termine dans 10 jours")).to_be_visible()
    await page.get_by_role("button", name=f"Renouveler du {suivi.date(11)} au").click()
    await expect(page.get_by_role("row").filter(has_text="À venir")).to_have_count(1)
    await page.get_by_role("link", name="Modifier le contrat").first.click()
    await page.get_by_label("Date de signature").fill(suivi.date(-1))
    await page.get_by_role("button", name="Enregistrer", exact=True).click()
    await expect(page.get_by_role("row").filter(has_text="À venir")).to_contain_text(suivi.date(-1))
    await page.get_by_role("button", name="Supprimer le contrat").first.click()
    await expect(page.get_by_role("row").filter(has_text="À venir")).to_have_count(0)
    await page.locator(".toast").get_by_role("button", name="Annuler").click()
    await expect(page.get_by_role("row").filter(has_text="À venir")).to_have_count(1)
    assert erreurs == []


async def test_without_javascript_the_overlap_is_refused_then_solved(
    navigateur: Browser, serveur: Serveur, suivi: Suivi
) -> None:
    await poser(suivi, -100, 20)
    page, _ = await ouvrir_page(navigateur, serveur, suivi, "/contrats/nouveau", java_script_enabled=False)
    await saisir(page, suivi.date(0), suivi.date(180))
    await page.get_by_role("button", name="Enregistrer", exact=True).click()
    await expect(page.get_by_role("heading", name="Les dates chevauchent un autre contrat.")).to_be_visible()
    await expect(page.locator(".axe-zone")).to_have_count(1)
    await page.get_by_role("button", name=SOLUTION).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Contrats")
    await page.get_by_role("button", name="Annuler").click()
    assert len(await contrats(suivi.ctx, suivi.numero)) == 1


async def test_the_form_is_filled_with_the_keyboard_alone(navigateur: Browser, serveur: Serveur, suivi: Suivi) -> None:
    page, erreurs = await ouvrir_page(navigateur, serveur, suivi, "/contrats/nouveau")
    await page.get_by_label("Contrat d'orientation (CO)").focus()
    await page.keyboard.press("Space")
    await page.keyboard.press("Tab")
    await expect(page.get_by_label("Numéro")).to_be_focused()
    await page.keyboard.type("CO 1")
    await page.keyboard.press("Tab")
    await page.keyboard.type(suivi.date(-2).replace("/", ""))
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await expect(page.locator("[name=fin]")).to_be_focused()
    await page.keyboard.type(suivi.date(88).replace("/", ""))
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("row").filter(has_text="CO 1")).to_be_visible()
    assert erreurs == []


async def test_two_people_compare_and_choose(navigateur: Browser, serveur: Serveur, suivi: Suivi, monde: Monde) -> None:
    await poser(suivi, -100, 20)
    (seul,) = await contrats(suivi.ctx, suivi.numero)
    page, _ = await ouvrir_page(navigateur, serveur, suivi, f"/contrats/{seul.id}")
    await page.locator("[name=fin]").fill(suivi.date(60))
    await page.get_by_label("Commentaire").fill("Vu avec la personne")
    autre = SaisieContrat(type="CER", debut=seul.debut, fin=suivi.le(40).date(), numero="A 7")
    await enregistrer_contrat(monde.collegue, suivi.numero, autre, identifiant=seul.id, version=1)
    await page.get_by_role("button", name="Enregistrer", exact=True).click()
    await expect(page.get_by_role("heading", name="Modifié entre-temps par Morgan ESSAI")).to_be_visible()
    await expect(page.locator("[name=fin]")).to_have_value(suivi.date(60))
    await expect(page.get_by_label("Numéro")).to_have_value("A 7")
    await axe(page)
    await capture(page, "contrats/conflit-1440-light", entiere=True)
    await page.get_by_role("button", name="Prendre cette valeur pour Fin").click()
    await expect(page.locator("[name=fin]")).to_have_value(suivi.date(40))
    await page.get_by_role("button", name="Garder la mienne pour Fin").click()
    await expect(page.locator("[name=fin]")).to_have_value(suivi.date(60))
    await page.get_by_role("button", name="Prendre cette valeur pour Fin").click()
    await page.set_viewport_size({"width": 400, "height": 860})
    await axe(page)
    assert await deborde(page) == 0
    await capture(page, "contrats/conflit-400-light", entiere=True)
    await page.get_by_role("button", name="Enregistrer", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Contrats")
    (apres,) = await contrats(suivi.ctx, suivi.numero)
    assert (apres.fin, apres.numero, apres.commentaire) == (suivi.le(40).date(), "A 7", "Vu avec la personne")


@pytest.mark.parametrize("taille", [BUREAU, TELEPHONE], ids=["1440", "400"])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_no_violation_in_light_and_dark_wide_and_narrow(
    navigateur: Browser, serveur: Serveur, suivi: Suivi, taille: tuple[int, int], theme: Literal["light", "dark"]
) -> None:
    page, erreurs = await ouvrir_page(navigateur, serveur, suivi, "/contrats", taille, theme)

    async def verifier(nom: str) -> None:
        await axe(page)
        assert await deborde(page) == 0, nom
        await capture(page, f"contrats/{nom}-{taille[0]}-{theme}", entiere=True)

    await verifier("vide")
    await remplir(suivi)
    await page.reload()
    await verifier("liste")
    await page.goto(f"{serveur.url}{suivi.base}/contrats/nouveau")
    await saisir(page, suivi.date(0), suivi.date(180))
    await expect(page.get_by_role("button", name=SOLUTION)).to_be_visible()
    await verifier("chevauchement")
    assert erreurs == []
