"""Every free text of the screens passes the guard: nothing saved, nothing lost, one more press saves."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from tests.navigateur import TELEPHONE, axe, capture, deborde, ouvrir_chromium, ouvrir_contexte
from tests.serveur import SQLITE, Serveur
from tests.web.suivi import Suivi, ouvrir_page, ouvrir_suivi
from tests.web.test_documents import un_bilan
from tests.web.test_garde import vue_de
from viesion_core.bilans.queries import reponses
from viesion_core.db import lire_valeur
from viesion_core.difficultes.actions import ajouter_difficultes
from viesion_core.difficultes.model import Saisie
from viesion_core.testing import Monde
from web.garde import LECTEURS_DOSSIER, LECTEURS_SANTE
from web.rendu import GABARITS

DIT = "Une personne paresseuse, dit-il"


@pytest.fixture
async def suivi(monde: Monde) -> Suivi:
    return await ouvrir_suivi(monde)


async def formulaires(monde: Monde, suivi: Suivi) -> Mapping[str, tuple[str, dict[str, Any], str, str]]:
    """By name: the address, what is typed (the free text apart), the name of the free text, where it is kept."""
    a, base = suivi.date, suivi.base
    saisie = Saisie(debut=suivi.aujourdhui, etape=suivi.etape)
    await ajouter_difficultes(suivi.ctx, suivi.numero, ["FAMILLE_AIDANT_FAMILIAL"], saisie)
    difficulte = await lire_valeur("SELECT id FROM difficulte WHERE beneficiaire = {}", suivi.numero)
    etape = {"offre_de_service": str(monde.offre_de_service), "dispositif": str(suivi.dispositif)}
    version = {"version": "1"}
    return {
        "contrat": (f"{base}/contrats/nouveau", {"type": "CER", "debut": a(0), "fin": a(90)}, "commentaire", "contrat"),
        "etape": (
            f"{base}/parcours/etapes/{suivi.etape}",
            {**etape, "debut_reel": a(-100), **version},
            "commentaire",
            "etape",
        ),
        "sortie du dispositif": (
            f"{base}/dispositif/{suivi.dispositif}",
            {"dispositif": "ACCOMP_RSA", "debut": a(-130), **version},
            "commentaire",
            "entree_dispositif",
        ),
        "difficultés": (
            f"{base}/difficultes/nouvelles",
            {"natures": "MOBILITE_SANS_PERMIS", "debut": a(0)},
            "commentaire",
            "difficulte",
        ),
        "difficulté": (
            f"{base}/difficultes/{difficulte}",
            {"debut": a(0), "etape": str(suivi.etape), **version},
            "commentaire",
            "difficulte",
        ),
        "métier": (
            f"{base}/employabilite/ajouter/metier",
            {"metier_intitule": "Cariste", "metier_niveau": "PRINCIPAL"},
            "metier_commentaire",
            "atout",
        ),
        "disponibilité": (f"{base}/employabilite/disponibilite", {"temps": "PARTIEL"}, "contraintes", "disponibilite"),
        "nouveau bénéficiaire": (
            "/beneficiaires/nouveau",
            {"nom_naissance": "Inventé", "prenom": "Lou", "date_naissance": "01/02/1990", "entree": a(0)},
            "commentaire",
            "beneficiaire",
        ),
    }


NOMS = (
    *("contrat", "etape", "sortie du dispositif", "difficultés", "difficulté"),
    *("métier", "disponibilité", "nouveau bénéficiaire"),
)


@pytest.mark.parametrize("nom", NOMS)
async def test_chaque_texte_libre_avertit_puis_s_enregistre(
    serveur: Serveur, monde: Monde, suivi: Suivi, nom: str
) -> None:
    tous = await formulaires(monde, suivi)
    assert set(tous) == set(NOMS)
    adresse, champs, champ, table = tous[nom]
    compte = f"SELECT count(*) FROM {table} WHERE {champ.rpartition('_')[2]} = {{}}"
    async with serveur.client(suivi.ctx) as client:
        refus = await client.post(adresse, data={**champs, champ: DIT})
        assert refus.status_code == 422, refus.text
        assert DIT in refus.text
        assert re.search(rf'id="c-{champ}-garde">.*?<span>«\u00a0paresseuse\u00a0»', refus.text, re.S)
        assert LECTEURS_DOSSIER in refus.text
        assert await lire_valeur(compte, DIT) == 0
        fait = await client.post(adresse, data={**champs, champ: DIT, "garde": vue_de(refus.text)})
        assert fait.status_code == 303, fait.text
        assert await lire_valeur(compte, DIT) == 1


async def test_le_motif_d_un_rattachement_et_la_raison_d_une_sortie(
    serveur: Serveur, monde: Monde, suivi: Suivi
) -> None:
    async with serveur.client(suivi.ctx) as client:
        adresse = f"{suivi.base}/sortie/{suivi.etape}"
        champs = {
            "fin_reelle": suivi.date(0),
            "motif_fin": "OBJECTIF_DE_L_ETAPE_ATTEINT",
            "version": "1",
            "raison": DIT,
        }
        refus = await client.post(adresse, data=champs)
        assert refus.status_code == 422
        assert 'id="c-raison-garde"' in refus.text
        vue = vue_de(refus.text)
        # Another refusal keeps what the author has decided.
        encore = await client.post(adresse, data={**champs, "fin_reelle": suivi.date(-900), "garde": vue})
        assert f'<input type="hidden" name="garde" value="{vue}">' in encore.text
        assert (await client.post(adresse, data={**champs, "garde": vue})).status_code == 303
    numero, _ = await monde.dossier(monde.autre_referent, nom="Ailleurs", prenom="Noa")
    naissance = await lire_valeur("SELECT date_naissance FROM beneficiaire WHERE numero = {}", numero)
    identite = {"nom": "Ailleurs", "prenom": "Noa", "naissance": str(naissance), "numero": str(numero)}
    async with serveur.client(suivi.ctx) as client:
        refus = await client.post("/recherche/identite/rattacher", data={**identite, "motif": DIT})
        assert refus.status_code == 422
        assert "les administrateurs, dans le journal" in refus.text
        assert refus.text.count('name="garde"') == 1
        fait = await client.post(
            "/recherche/identite/rattacher", data={**identite, "motif": DIT, "garde": vue_de(refus.text)}
        )
        assert fait.headers["location"].startswith(f"/beneficiaires/{numero}")


def test_chaque_champ_de_texte_des_gabarits_dit_qui_le_lira() -> None:
    """A new `zone` without readers is a free text that nothing guards."""
    oublies = [
        f"{gabarit.relative_to(GABARITS)}: {appel}"
        for gabarit in sorted(Path(GABARITS).rglob("*.html"))
        if gabarit.name != "champs.html" or gabarit.parent.name != "composants"
        for appel in re.findall(
            r"(?:champs|\bc)\.zone\(.*?\}\}|<textarea[^>]*>", gabarit.read_text(encoding="utf-8"), re.S
        )
        if "lecteurs" not in appel
    ]
    assert oublies == []


@pytest.mark.offre("mos")
@pytest.mark.navigateur
@SQLITE
async def test_le_bilan_avertit_pendant_la_saisie_sans_rien_bloquer(serveur: Serveur, suivi: Suivi) -> None:
    bilan = await un_bilan(suivi)
    async with ouvrir_chromium() as navigateur:
        page, erreurs = await ouvrir_page(navigateur, serveur, suivi, f"/bilans/{bilan}")
        reponse = page.get_by_label("Ressources et points d'appui")
        await reponse.fill("Une sœur à Sète, mais il est paresseux")
        garde = page.locator("#q-MOS_28-garde")
        await expect(garde).to_contain_text("« paresseux »")
        await expect(garde).to_contain_text(LECTEURS_SANTE)
        await expect(page.locator("[data-etat-sauvegarde]")).to_contain_text("Enregistré à")
        gardees = {r.question: r.valeur for r in await reponses(bilan)}
        assert gardees["MOS_28"] == "Une sœur à Sète, mais il est paresseux"
        await axe(page)
        await page.reload()
        await expect(garde).to_be_visible()
        await reponse.fill("Une sœur à Sète")
        await expect(garde).to_be_hidden()
        assert erreurs == []


@pytest.mark.navigateur
@SQLITE
@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_une_note_dit_qui_la_lira_selon_qu_elle_se_partage(serveur: Serveur, suivi: Suivi, theme: Any) -> None:
    async with ouvrir_chromium() as navigateur:
        profil = await ouvrir_contexte(navigateur, TELEPHONE, theme)
        await serveur.connecter(profil, suivi.ctx)
        page = await profil.new_page()
        await page.goto(f"{serveur.url}/notes")
        await page.locator("summary", has_text="Nouvelle note").click()
        texte = page.get_by_label("Note *")
        await texte.press_sequentially("Vu avec sa mère, 06 00 00 00 00")
        garde = page.locator("#c-texte-garde")
        await expect(garde).to_contain_text("Les coordonnées d'une autre personne")
        await expect(garde).to_contain_text("lu par : vous seul")
        assert "c-texte-garde" in (await texte.get_attribute("aria-describedby") or "")
        await page.get_by_label("Partagée avec mon organisme").check()
        await expect(garde).to_contain_text("tous les utilisateurs de votre organisme")
        await axe(page)
        assert await deborde(page) == 0
        await capture(page, f"ecrans/garde-vive-400-{theme}")
        # The first press says it again with its button; the second one saves.
        await page.get_by_role("button", name="Enregistrer la note").click()
        quand_meme = page.get_by_role("button", name="Enregistrer quand même")
        await expect(quand_meme).to_be_visible()
        lien = page.locator(".resume-erreurs a").first
        ambre = await page.locator(".resume-erreurs > .icone").evaluate("e => getComputedStyle(e).color")
        await expect(lien).to_have_css("color", ambre)
        await axe(page)
        await quand_meme.click()
        await expect(page.locator(".note-corps", has_text="Vu avec sa mère")).to_be_visible()
