"""Étapes and référents in a real Chromium, through the visible labels of the deck; also without script, at 400 px."""

from collections.abc import AsyncIterator
from typing import Literal

import pytest
from playwright.async_api import Browser, expect

from tests.navigateur import BUREAU, TELEPHONE, axe, capture, deborde, ouvrir_chromium
from tests.serveur import SQLITE, Serveur
from tests.web.suivi import Suivi, ouvrir_page, ouvrir_suivi
from viesion_core.organismes.queries import offres_de_service
from viesion_core.parcours.actions_etapes import enregistrer_etape
from viesion_core.parcours.actions_referents import affecter_referent
from viesion_core.parcours.model import SaisieAffectation, SaisieEtape
from viesion_core.parcours.queries import affectations, etapes
from viesion_core.testing import Monde

pytestmark = [pytest.mark.navigateur, pytest.mark.offre("mos"), SQLITE]


@pytest.fixture
async def navigateur() -> AsyncIterator[Browser]:
    async with ouvrir_chromium() as chromium:
        yield chromium


@pytest.fixture
async def suivi(monde: Monde) -> Suivi:
    return await ouvrir_suivi(monde)


async def affecter(suivi: Suivi, monde: Monde, debut: int, *, ailleurs: bool = False) -> None:
    """Make a colleague, or somebody of the other organism, référent de parcours from that day."""
    qui = (monde.autre_referent if ailleurs else monde.collegue).utilisateur
    assert qui is not None
    jour = suivi.le(debut).date()
    saisie = SaisieAffectation(referent=qui, nature="PARCOURS", dispositif=suivi.dispositif, debut=jour)
    await affecter_referent(suivi.ctx, suivi.numero, saisie)


async def test_the_referents_of_a_person_one_after_the_other(
    navigateur: Browser, serveur: Serveur, suivi: Suivi, monde: Monde
) -> None:
    await affecter(suivi, monde, -60)
    page, erreurs = await ouvrir_page(navigateur, serveur, suivi, "/parcours")
    annonce = f"ESSAI Morgan, référent de parcours depuis le {suivi.date(-60)}, termine la veille, le {suivi.date(-1)}."
    await expect(page.get_by_text(annonce)).to_be_visible()
    await page.get_by_role("button", name="M'ajouter comme référent d'étape Accomp RSA").click()
    qui = page.get_by_role("listitem").filter(has_text="ESSAI Alix")
    await expect(qui).to_contain_text("Association Exemple - MOS")
    await page.get_by_role("button", name="M'ajouter comme référent", exact=True).click()
    await expect(page.get_by_role("button", name="M'ajouter")).to_have_count(0)
    await expect(page.get_by_text("1 ancien référent")).to_be_visible()
    await page.locator(".toast").get_by_role("button", name="Annuler").click()
    await expect(page.get_by_role("button", name="M'ajouter comme référent", exact=True)).to_be_visible()

    await page.get_by_role("link", name="Nouveau référent").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Affectation du référent")
    await expect(page.get_by_role("checkbox", name="Accomp RSA - entrée le")).to_be_checked()
    champ = page.get_by_role("combobox", name="Référent")
    await expect(champ).to_have_attribute("placeholder", "Nom, prénom, structure...")
    await champ.press_sequentially("comité sach")
    await expect(page.get_by_role("option", name="ESSAI Sacha")).to_be_visible()
    await champ.press("ArrowDown")
    await champ.press("Enter")
    await expect(champ).to_have_value("ESSAI Sacha")
    await expect(page.get_by_text("termine la veille")).to_be_hidden()
    await page.get_by_label("Qualité").select_option("référent de parcours")
    await expect(page.get_by_label("Étape", exact=True)).to_be_hidden()
    await page.get_by_label("Début").fill(suivi.date(5))
    await expect(page.get_by_text(f"termine la veille, le {suivi.date(4)}.")).to_be_visible()
    await page.get_by_role("button", name="Enregistrer", exact=True).click()
    sacha = page.get_by_role("listitem").filter(has_text="ESSAI Sacha")
    await expect(sacha).to_contain_text("À venir")
    liens = {
        lien.referent_nom: lien for lien in await affectations(suivi.ctx, suivi.numero) if lien.nature == "PARCOURS"
    }
    assert (liens["ESSAI Morgan"].fin, liens["ESSAI Sacha"].debut) == (suivi.le(4).date(), suivi.le(5).date())

    await page.get_by_role("link", name="Mettre une date de fin : ESSAI Alix").click()
    await expect(page.get_by_label("Fin")).to_have_value(suivi.date(0))
    await page.get_by_label("Fin").fill(suivi.date(-1))
    await page.get_by_role("button", name="Enregistrer la fin").click()
    # One's quality began today: the end is said beside the field.
    await expect(page.get_by_text("La fin précède le début").last).to_be_visible()
    await page.get_by_label("Fin").fill(suivi.date(0))
    await page.get_by_role("button", name="Enregistrer la fin").click()
    await expect(qui).to_contain_text(f"du {suivi.date(0)} au {suivi.date(0)}")
    assert [e for e in erreurs if "422" not in e] == []


async def test_an_etape_from_its_creation_to_its_end(navigateur: Browser, serveur: Serveur, suivi: Suivi) -> None:
    page, erreurs = await ouvrir_page(navigateur, serveur, suivi, "/parcours")
    await page.get_by_role("link", name="Créer une étape").click()
    await expect(page.get_by_label("Dispositif").locator("option:checked")).to_contain_text("Accomp RSA - depuis le")
    await expect(page.get_by_label("Offre de service").locator("option:checked")).to_contain_text("MOS")
    await expect(page.get_by_label("M'ajouter comme référent d'étape")).to_be_checked()
    await expect(page.get_by_label("Début prévu")).to_be_hidden()
    await page.get_by_text("Dates prévues").click()
    await expect(page.get_by_text("Le début prévu et la fin prévue ne sont pas à renseigner.")).to_be_visible()
    await page.get_by_role("button", name="Enregistrer", exact=True).click()
    await expect(page.get_by_role("link", name="Le début réel est requis.")).to_be_visible()
    await page.get_by_label("Début réel").fill(suivi.date(-125))
    await expect(page.locator("#terme")).to_contain_text("La durée maximale de l'offre est de 3 mois")
    await page.get_by_label("Début réel").fill(suivi.date(-20))
    await expect(page.locator("#terme")).to_contain_text("Durée maximale de l'offre : 3 mois, terme le")
    await page.get_by_label("Commentaire").fill("Première évaluation santé")
    await page.get_by_role("button", name="Enregistrer", exact=True).click()
    carte = page.get_by_role("article").filter(has_text="Première évaluation santé")
    await expect(carte).to_contain_text("En cours")
    await expect(carte).to_contain_text("ESSAI Alix")
    await carte.get_by_role("link", name="Clore l'étape").click()
    await expect(page.get_by_label("Fin réelle")).to_have_value(suivi.date(0))
    await page.get_by_role("button", name="Clore l'étape").click()
    await expect(page.get_by_role("link", name="Le motif de fin est requis.")).to_be_visible()
    motif = page.get_by_role("combobox", name="Motif de fin d'étape").and_(page.locator("input"))  # no more the list
    await motif.fill("objectif")
    await page.get_by_role("option", name="Objectif de l'étape atteint").click()
    await expect(page.get_by_label("Mettre la même date de fin à la qualité de référent d'étape")).to_be_checked()
    await page.get_by_role("button", name="Clore l'étape").click()
    await expect(carte).to_contain_text("Objectif de l'étape atteint")
    close = next(e for e in await etapes(suivi.ctx, suivi.numero) if not e.ouverte)
    (lien,) = await affectations(suivi.ctx, suivi.numero)
    assert (close.fin_reelle, lien.fin) == (suivi.aujourdhui, suivi.aujourdhui)
    await page.locator(".toast").get_by_role("button", name="Annuler").click()
    await expect(carte).to_contain_text("En cours")
    await carte.get_by_role("button", name="Supprimer l'étape").click()
    await expect(carte).to_have_count(0)
    assert [e for e in erreurs if "422" not in e] == []


async def test_without_javascript_a_referent_is_found_by_name(
    navigateur: Browser, serveur: Serveur, suivi: Suivi
) -> None:
    page, _ = await ouvrir_page(navigateur, serveur, suivi, "/parcours", java_script_enabled=False)
    await page.get_by_role("link", name="Nouveau référent").click()
    await page.get_by_label("Référent").fill("essai")
    await page.get_by_role("button", name="Enregistrer", exact=True).click()
    await expect(page.get_by_role("link", name="Plusieurs personnes correspondent")).to_be_visible()
    await page.get_by_label("ESSAI Morgan - Association Exemple").check()
    await page.get_by_role("button", name="Enregistrer", exact=True).click()
    await expect(page.get_by_role("listitem").filter(has_text="ESSAI Morgan")).to_contain_text("référent d'étape")
    await page.get_by_role("button", name="M'ajouter comme référent", exact=True).click()
    await expect(page.get_by_role("listitem").filter(has_text="ESSAI Alix")).to_contain_text("référent de parcours")
    await page.get_by_role("link", name="Clore l'étape").click()
    await page.get_by_label("Motif de fin d'étape").select_option("Abandon")
    await page.get_by_role("button", name="Clore l'étape").click()
    await expect(page.get_by_role("article")).to_contain_text("Terminée")


@pytest.mark.parametrize("taille", [BUREAU, TELEPHONE], ids=["1440", "400"])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_no_violation_in_light_and_dark_wide_and_narrow(
    navigateur: Browser,
    serveur: Serveur,
    suivi: Suivi,
    monde: Monde,
    taille: tuple[int, int],
    theme: Literal["light", "dark"],
) -> None:
    await affecter(suivi, monde, -90, ailleurs=True)
    await affecter(suivi, monde, -60)
    (offre,) = await offres_de_service(monde.autre_organisme)
    ailleurs = SaisieEtape(offre_de_service=offre.id, dispositif=suivi.dispositif, debut_reel=suivi.le(-20).date())
    await enregistrer_etape(monde.autre_referent, suivi.numero, ailleurs, referent=monde.autre_referent.utilisateur)
    page, erreurs = await ouvrir_page(navigateur, serveur, suivi, "/parcours", taille, theme)

    async def verifier(nom: str) -> None:
        await axe(page)
        assert await deborde(page) == 0, nom
        await capture(page, f"parcours/{nom}-{taille[0]}-{theme}", entiere=True)

    await verifier("page")
    await page.get_by_role("link", name="Comité Témoin - MOS").click()
    await expect(page.get_by_text("seul cet organisme peut la modifier")).to_be_visible()
    await verifier("etape-lecture")
    await page.goto(f"{serveur.url}{suivi.base}/parcours/referents/nouveau")
    await page.get_by_role("combobox", name="Référent").fill("sach")
    await expect(page.get_by_role("option", name="ESSAI Sacha")).to_be_visible()
    await page.get_by_label("Qualité").select_option("référent de parcours")
    await verifier("referent")
    await page.goto(f"{serveur.url}{suivi.base}/parcours/etapes/nouvelle")
    await page.get_by_label("Début réel").fill(suivi.date(-125))
    await expect(page.locator("#terme .alerte")).to_be_visible()
    await verifier("etape")
    await page.goto(f"{serveur.url}{suivi.base}/parcours/etapes/{suivi.etape}/clore")
    await verifier("cloture")
    assert erreurs == []
