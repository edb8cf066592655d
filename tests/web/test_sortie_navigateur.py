"""The exit in a real Chromium, through the visible labels of the deck; axe in light and dark, wide and narrow."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Literal

import pytest
from playwright.async_api import Browser, expect

from tests.navigateur import BUREAU, TELEPHONE, axe, capture, deborde, ouvrir_chromium
from tests.serveur import SQLITE, Serveur
from tests.web.suivi import Suivi, a_l_heure, ouvrir_page, ouvrir_suivi
from tests.web.test_sortie import LOYER, PERMIS, difficulte, valeurs_requises
from viesion_core.bilans.actions_questionnaires import charger_questionnaires
from viesion_core.db import executer, transaction
from viesion_core.difficultes.queries import difficultes_page
from viesion_core.dossiers.actions_caracteristiques import completer
from viesion_core.parcours.queries import affectations, etape
from viesion_core.testing import Monde

pytestmark = [pytest.mark.navigateur, SQLITE]


@pytest.fixture
async def navigateur() -> AsyncIterator[Browser]:
    async with ouvrir_chromium() as chromium:
        yield chromium


@pytest.fixture
async def suivi(serveur: Serveur, monde: Monde) -> Suivi:
    await charger_questionnaires(serveur.registre.tous_questionnaires(), a_l_heure(monde.referent).maintenant)
    return await ouvrir_suivi(monde, avec_referent=True)


async def test_reparer_puis_clore_puis_annuler(navigateur: Browser, serveur: Serveur, suivi: Suivi) -> None:
    await suivi.entretien(-6, "16:00")
    await difficulte(suivi, PERMIS)
    await completer(suivi.ctx, suivi.numero, valeurs_requises(sauf=("SITFAM", "ENFANTS")))
    page, erreurs = await ouvrir_page(navigateur, serveur, suivi, "/entretiens")
    await page.get_by_role("link", name="Sortie", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("L'allocataire sort de l'action")
    # What is typed at the bottom stays while the lines above are repaired.
    await page.get_by_label("Motif de fin d'étape").select_option("Objectif de l'étape atteint")
    entretiens = page.get_by_role("region", name="Les entretiens")
    await expect(entretiens).to_contain_text("Un entretien passé est resté « Prévu ».")
    await entretiens.get_by_role("button", name="Présence").click()
    await expect(entretiens).to_contain_text("Vérifié")
    await expect(entretiens.get_by_role("heading", name="Les entretiens")).to_be_focused()
    await expect(page.locator(".toast")).to_contain_text("Présence")
    carac = page.get_by_role("region", name="Les caractéristiques de l'allocataire")
    await carac.get_by_label("Situation familiale").select_option("Célibataire")
    await carac.get_by_label("Enfants à charge").fill("2")
    await carac.get_by_role("button", name="Compléter les caractéristiques requises").click()
    await expect(carac).to_contain_text("Vérifié")
    await expect(page.get_by_label("À traiter")).not_to_contain_text("caractéristique")
    bilan = page.get_by_role("region", name="Le bilan")
    await expect(bilan).to_contain_text("Aucun bilan n'est créé pour cette étape.")
    difficultes = page.get_by_role("region", name="Les difficultés")
    await difficultes.get_by_label("Réalisation").select_option("Levée")
    await expect(page.get_by_role("heading", name="Mettre une date de fin à sa qualité de référent")).to_be_visible()
    await expect(page.get_by_text("ESSAI Alix, référent d'étape depuis le")).to_be_visible()
    await expect(page.get_by_label("Motif de fin d'étape").locator("option:checked")).to_have_text(
        "Objectif de l'étape atteint"
    )
    await page.get_by_role("button", name="Clore l'étape").click()
    await expect(page.get_by_role("alert")).to_contain_text("dites pourquoi l'étape se clôt ainsi")
    await expect(difficultes.get_by_label("Réalisation").locator("option:checked")).to_have_text("Levée")
    await page.get_by_label("Pourquoi clore quand même").fill("Le bilan est rédigé en dehors de VieSion.")
    await page.get_by_role("button", name="Clore l'étape").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("L'étape est close")
    await expect(page.locator(".toast")).to_contain_text("Sortie de l'étape Association Exemple - MOS")
    await capture(page, "sortie/close-1440-light")
    await axe(page)
    close = await etape(suivi.ctx, suivi.numero, suivi.etape)
    assert (close.fin_reelle, close.motif_fin) == (suivi.aujourdhui, "OBJECTIF_DE_L_ETAPE_ATTEINT")
    assert [d.realisation for d in (await difficultes_page(suivi.ctx, suivi.numero))[0]] == ["LEVEE"]
    await page.locator(".toast").get_by_role("button", name="Annuler").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("L'allocataire sort de l'action")
    assert (await etape(suivi.ctx, suivi.numero, suivi.etape)).ouverte
    assert [a.fin for a in await affectations(suivi.ctx, suivi.numero)] == [None]
    assert [e for e in erreurs if "422" not in e] == []


async def test_sans_javascript(navigateur: Browser, serveur: Serveur, suivi: Suivi) -> None:
    await suivi.entretien(-6, "16:00")
    page, _ = await ouvrir_page(navigateur, serveur, suivi, "/sortie", java_script_enabled=False)
    await page.get_by_role("button", name="Absence non justifiée").click()
    await expect(page.get_by_role("region", name="Les entretiens")).to_contain_text("Aucun entretien de l'étape")
    await page.get_by_label("Motif de fin d'étape").select_option("Jamais venu")
    await page.get_by_label("Pourquoi clore quand même").fill("La personne n'est jamais venue.")
    await page.get_by_role("button", name="Clore l'étape").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("L'étape est close")


@pytest.mark.parametrize("taille", [BUREAU, TELEPHONE], ids=["1440", "400"])
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_ecrans_accessibles(
    navigateur: Browser, serveur: Serveur, suivi: Suivi, taille: tuple[int, int], theme: Literal["light", "dark"]
) -> None:
    await suivi.entretien(-40, "10:00", realisation="PRESENCE")
    for nom in ("prete", "a-completer"):
        if nom == "a-completer":
            await suivi.entretien(-6, "16:00")
            await suivi.entretien(5, "09:30")
            await difficulte(suivi, PERMIS, LOYER)
            async with transaction():
                vieux = suivi.aujourdhui - dt.timedelta(days=400)
                await executer("UPDATE caracteristique SET actualisee_le = {} WHERE code IN ('FT', 'PERMIS')", vieux)
                await executer("DELETE FROM caracteristique WHERE code IN ('SITFAM', 'ENFANTS', 'LOGEMENT')")
        else:
            await completer(suivi.ctx, suivi.numero, valeurs_requises())
        page, erreurs = await ouvrir_page(navigateur, serveur, suivi, "/sortie", taille, theme)
        await axe(page)
        assert await deborde(page) == 0, nom
        await capture(page, f"sortie/{nom}-{taille[0]}-{theme}", entiere=True)
        assert erreurs == [], nom
        if nom == "prete":
            await page.get_by_role("button", name="Clore l'étape").click()
            await expect(page.get_by_role("alert")).to_be_focused()
            await axe(page)
            await capture(page, f"sortie/refus-{taille[0]}-{theme}")
        await page.context.close()


async def test_choisir_l_etape(navigateur: Browser, serveur: Serveur, suivi: Suivi, monde: Monde) -> None:
    seconde = await ouvrir_suivi(monde)
    async with transaction():
        await executer("UPDATE etape SET beneficiaire = {} WHERE id = {}", suivi.numero, seconde.etape)
    page, _ = await ouvrir_page(navigateur, serveur, suivi, "/sortie")
    await expect(page.get_by_role("heading", name="De quelle étape sort-elle")).to_be_visible()
    await axe(page)
    await capture(page, "sortie/choix-1440-light")
