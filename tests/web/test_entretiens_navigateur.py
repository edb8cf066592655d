"""Entretiens in a real Chromium, through the visible labels of the deck; axe in light and dark, wide and narrow."""

from collections.abc import AsyncIterator
from typing import Literal

import pytest
from playwright.async_api import Browser, expect

from tests.navigateur import BUREAU, TELEPHONE, axe, capture, deborde, ouvrir_chromium
from tests.serveur import SQLITE, Serveur
from tests.web.suivi import Suivi, ouvrir_page, ouvrir_suivi
from viesion_core.entretiens.model import Theme
from viesion_core.entretiens.queries import entretien, entretiens_page
from viesion_core.testing import Monde

pytestmark = [pytest.mark.navigateur, SQLITE]
THEMES = (
    Theme(
        theme="1_CONVOCATION_1ER_ACCUEIL",
        synthese="Souhaite créer son entreprise de réparation de vélos. A un local en vue, cherche un financement.",
    ),
    Theme(theme="MOBILITE", synthese="Doit passer son permis ; inscription à l'auto-école prévue le mois prochain."),
)


@pytest.fixture
async def navigateur() -> AsyncIterator[Browser]:
    async with ouvrir_chromium() as chromium:
        yield chromium


@pytest.fixture
async def suivi(monde: Monde) -> Suivi:
    return await ouvrir_suivi(monde, avec_referent=True)


async def remplir(suivi: Suivi) -> None:
    """Several months of interviews, one to come, two that wait for their réalisation."""
    await suivi.entretien(-95, "10:00", duree=30, realisation="PRESENCE", themes=THEMES, type="ENTRETIEN_D_ACCUEIL")
    await suivi.entretien(-70, "14:30", realisation="ABS_NON_JUST", lieu="INDIVIDUEL_A_DOMICILE")
    await suivi.entretien(-50, "09:00", realisation="ABS_JUST", vecteur="TELEPHONE")
    await suivi.entretien(-30, "11:15", duree=45, realisation="PRESENCE", type="BILAN_INTERMEDIAIRE")
    await suivi.entretien(-6, "16:00", lieu="INDIVIDUEL_PHYSIQUE_DANS_UNE_PERMANENCE", vecteur="PHYSIQUE")
    await suivi.entretien(-1, "10:00", themes=THEMES[:1])
    await suivi.entretien(9, "10:00", duree=30, type="BILAN_FINAL")


async def test_de_la_prise_de_rendez_vous_a_la_synthese(navigateur: Browser, serveur: Serveur, suivi: Suivi) -> None:
    page, erreurs = await ouvrir_page(navigateur, serveur, suivi, "/entretiens")
    await page.get_by_role("link", name="Nouvel entretien").first.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Nouvel entretien")
    planning, contenu = page.get_by_role("group", name="Planning"), page.get_by_role("group", name="Contenu")
    await planning.get_by_label("Date et heure").fill(suivi.date(-1))
    await planning.get_by_label("Heure", exact=True).fill("15h")
    await planning.get_by_label("Durée en minutes").fill("30")
    await expect(planning.get_by_label("Collaborateur").locator("option:checked")).to_have_text("ESSAI Alix")
    await planning.get_by_label("Lieu de l'entretien").select_option("Individuel - Physique dans une permanence")
    await planning.get_by_label("Vecteur").select_option("Physique")
    await expect(planning.get_by_label("Accompagnements").locator("option:checked")).to_contain_text("Accomp RSA - de")
    await expect(planning.get_by_label("Étapes").locator("option:checked")).to_contain_text("Association Exemple - MOS")
    await contenu.get_by_label("Type d'entretien").select_option("Entretien d'accueil")
    await expect(contenu.get_by_label("Réalisation").locator("option:checked")).to_have_text("Prévu")
    await page.get_by_role("button", name="Enregistrer", exact=True).click()
    ligne = page.get_by_role("row").filter(has_text="Entretien d'accueil")
    await expect(ligne).to_contain_text("15 h")
    await expect(ligne).to_contain_text("30 min")
    await expect(page.locator(".toast")).to_contain_text("Entretien du")
    # The date is past: one click, in place, the focus stays on the row.
    await page.get_by_role("button", name="Présence").click()
    await expect(ligne.get_by_text("Présence")).to_be_visible()
    await expect(page.get_by_role("button", name="Absence justifiée")).to_have_count(0)
    await expect(ligne.get_by_role("rowheader").get_by_role("link")).to_be_focused()
    await expect(page.locator(".toast")).to_contain_text("Présence")
    await ligne.get_by_role("link", name="Saisir la synthèse").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Modifier l'entretien")
    await page.get_by_label("Thème").select_option("1 Convocation 1er accueil")
    await page.get_by_label("Synthèse").fill("Allocataire souhaite créer son entreprise")
    await page.get_by_role("button", name="Ajouter un thème").click()
    await expect(page.get_by_label("Thème")).to_have_count(2)
    await expect(page.get_by_label("Thème").nth(1)).to_be_focused()
    await page.keyboard.type("mob")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.type("Doit passer son permis")
    await expect(page.get_by_label("Synthèse").nth(0)).to_have_value("Allocataire souhaite créer son entreprise")
    await page.get_by_role("button", name="Ajouter un thème").click()
    await page.get_by_role("group", name="Thème 3").get_by_role("button", name="Supprimer le thème").click()
    await expect(page.get_by_label("Thème")).to_have_count(2)
    await page.get_by_role("button", name="Enregistrer les modifications").click()
    await expect(page.get_by_role("definition").filter(has_text="Doit passer son permis")).to_be_visible()
    fiches, _ = await entretiens_page(suivi.ctx, suivi.numero)
    assert [(t.libelle, t.synthese) for t in fiches[0].themes] == [
        ("1 Convocation 1er accueil", "Allocataire souhaite créer son entreprise"),
        ("Mobilité", "Doit passer son permis"),
    ]
    assert erreurs == []


async def test_au_clavier_ctrl_entree_enregistre(navigateur: Browser, serveur: Serveur, suivi: Suivi) -> None:
    identifiant = await suivi.entretien(-1, themes=THEMES[:1])
    page, erreurs = await ouvrir_page(navigateur, serveur, suivi, f"/entretiens/{identifiant}")
    synthese = page.get_by_label("Synthèse")
    await expect(synthese).to_be_focused()
    await synthese.press("Control+End")
    await page.keyboard.type("\nUne ligne de plus.")
    await page.keyboard.press("Control+Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Entretiens")
    vu = await entretien(suivi.ctx, suivi.numero, identifiant)
    assert vu.themes[0].synthese.endswith("un financement.\nUne ligne de plus.")
    assert erreurs == []


async def test_entree_dans_un_champ_enregistre_et_ne_supprime_rien(
    navigateur: Browser, serveur: Serveur, suivi: Suivi
) -> None:
    identifiant = await suivi.entretien(-1, themes=THEMES)
    page, _ = await ouvrir_page(navigateur, serveur, suivi, f"/entretiens/{identifiant}")
    await page.get_by_label("Durée en minutes").fill("55")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Entretiens")
    vu = await entretien(suivi.ctx, suivi.numero, identifiant)
    assert (vu.duree, len(vu.themes)) == (55, 2)


async def test_sans_javascript_tout_se_fait(navigateur: Browser, serveur: Serveur, suivi: Suivi) -> None:
    identifiant = await suivi.entretien(-1)
    page, _ = await ouvrir_page(navigateur, serveur, suivi, "/entretiens", java_script_enabled=False)
    await page.get_by_role("button", name="Absence non justifiée").click()
    await expect(page.get_by_text("Absence non justifiée", exact=True)).to_be_visible()
    await page.goto(f"{serveur.url}{suivi.base}/entretiens/{identifiant}")
    await page.get_by_label("Thème").select_option("Emploi")
    await page.get_by_label("Synthèse").fill("À rappeler")
    await page.get_by_role("button", name="Ajouter un thème").click()
    await expect(page.get_by_label("Synthèse").nth(0)).to_have_value("À rappeler")
    await page.get_by_role("button", name="Enregistrer les modifications").click()
    assert [t.synthese for t in (await entretien(suivi.ctx, suivi.numero, identifiant)).themes] == ["À rappeler"]


async def test_un_chevauchement_se_confirme(navigateur: Browser, serveur: Serveur, suivi: Suivi) -> None:
    await suivi.entretien(5, "10:00", duree=30)
    page, _ = await ouvrir_page(
        navigateur, serveur, suivi, f"/entretiens/nouveau?date={suivi.le(5):%Y-%m-%d}&heure=10:15"
    )
    await page.get_by_label("Type d'entretien").select_option("Suivi")
    await page.get_by_role("button", name="Enregistrer", exact=True).click()
    await expect(page.get_by_role("alert")).to_contain_text("Créneau déjà pris")
    await expect(page.get_by_role("alert")).to_be_focused()
    await capture(page, "entretiens/chevauchement")
    await axe(page)
    await page.get_by_role("button", name="Enregistrer quand même").click()
    await expect(page.get_by_role("row")).to_have_count(3)


@pytest.mark.parametrize("taille", [BUREAU, TELEPHONE], ids=["1440", "400"])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_ecrans_accessibles(
    navigateur: Browser, serveur: Serveur, suivi: Suivi, taille: tuple[int, int], theme: Literal["light", "dark"]
) -> None:
    await remplir(suivi)
    fiches, _ = await entretiens_page(suivi.ctx, suivi.numero)
    ecrans = {
        "liste": "",
        "nouveau": "/nouveau",
        "modifier": f"/{fiches[-1].id}",
        "reporter": f"/nouveau?reporte_de={fiches[0].id}",
    }
    for nom, chemin in ecrans.items():
        page, erreurs = await ouvrir_page(navigateur, serveur, suivi, f"/entretiens{chemin}", taille, theme)
        await page.evaluate("scrollTo(0, 0)")
        await axe(page)
        assert await deborde(page) == 0, nom
        await capture(page, f"entretiens/{nom}-{taille[0]}-{theme}", entiere=taille is TELEPHONE)
        assert erreurs == [], nom
        await page.context.close()
