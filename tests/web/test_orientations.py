"""« Orientation » over HTTP on both engines: recorded, refused, corrected; the diagnosis said from the alert's list."""

import datetime as dt
from typing import Literal

import pytest
from playwright.async_api import expect

from tests.navigateur import BUREAU, TELEPHONE, axe, capture, deborde, ouvrir_chromium, ouvrir_contexte, surveiller
from tests.serveur import SQLITE, Serveur, requetes
from viesion_core.dossiers.queries import identite
from viesion_core.dossiers.queries_orientations import orientations
from viesion_core.parcours.actions import enregistrer_contrat
from viesion_core.parcours.model import SaisieContrat
from viesion_core.parcours.queries import contrats
from viesion_core.testing import Monde
from web.securite import maintenant


def _il_y_a(jours: int) -> dt.date:
    return maintenant().date() - dt.timedelta(days=jours)


def _fr(jour: dt.date) -> str:
    return f"{jour:%d/%m/%Y}"


async def _sans_diagnostic(serveur: Serveur, monde: Monde, jours: int = 300) -> tuple[int, str]:
    """A social path notified long ago, its contract signed the next day: the alert A20."""
    numero, _ = await monde.dossier(monde.referent, entree=_il_y_a(jours + 10))
    base = f"/beneficiaires/{numero}/orientations"
    async with serveur.client(monde.referent) as client:
        saisie = {"parcours": "SOCIAL", "notifiee_le": _fr(_il_y_a(jours)), "delai_mois": "6"}
        fait = await client.post(base, data=saisie)
        assert fait.status_code == 303, fait.text
    debut = _il_y_a(jours - 1)
    await enregistrer_contrat(
        monde.referent,
        numero,
        SaisieContrat(type="CE", debut=debut, fin=debut + dt.timedelta(days=180), signature=debut, heures_hebdo=15),
    )
    return numero, base


async def test_une_orientation_se_saisit_se_corrige_et_s_annule(serveur: Serveur, monde: Monde) -> None:
    ctx = monde.referent
    numero, _ = await monde.dossier(ctx)
    base = f"/beneficiaires/{numero}/orientations"
    async with serveur.client(ctx) as client:
        vide = await client.get(base)
        assert "Aucune orientation notifiée" in vide.text
        assert requetes(vide) <= 12
        assert base in (await client.get(f"/beneficiaires/{numero}/dispositif")).text
        refus = await client.post(base, data={"parcours": "", "notifiee_le": "31/02/2026", "delai_mois": "12"})
        assert refus.status_code == 422
        assert "Choisissez le parcours." in refus.text
        assert 'value="31/02/2026"' in refus.text
        pro = await client.post(base, data={"parcours": "PRO", "notifiee_le": "12/01/2026", "delai_mois": "12"})
        assert "La dérogation ne concerne que le parcours social." in pro.text
        fait = await client.post(base, data={"parcours": "PRO", "notifiee_le": "12/01/2026", "delai_mois": "6"})
        assert fait.status_code == 303
        (lue,) = await orientations(ctx, numero)
        page = await client.get(f"{base}/{lue.id}")
        assert requetes(page) <= 12
        corriger = {"parcours": "SOCIAL", "notifiee_le": "12/01/2026", "delai_mois": "12", "version": "1"}
        fait = await client.post(f"{base}/{lue.id}", data=corriger)
        assert (await identite(ctx, numero)).parcours == "SOCIAL"
        conflit = await client.post(f"{base}/{lue.id}", data={**corriger, "notifiee_le": "13/01/2026"})
        assert conflit.status_code == 409
        texte = (await client.get(base)).text
        assert "12 mois après la signature du contrat (dérogation)" in texte
        historique = await client.get(f"/beneficiaires/{numero}/historique")
        assert "Délai du diagnostic conjoint, en mois" in historique.text
        retire = await client.post(f"{base}/{lue.id}/supprimer", data={"version": "2"})
        assert await orientations(ctx, numero) == []
        acte = retire.headers["location"].partition("acte=")[2]
        assert (await client.post(f"/actes/{acte}/annuler")).status_code == 303
        assert len(await orientations(ctx, numero)) == 1


async def test_le_diagnostic_se_dit_depuis_l_alerte(serveur: Serveur, monde: Monde) -> None:
    numero, base = await _sans_diagnostic(serveur, monde)
    (lue,) = await orientations(monde.referent, numero)
    liste = "/infocentre/alertes/A20"
    async with serveur.client(monde.referent) as client:
        page = await client.get(liste)
        assert requetes(page) <= 12
        assert page.text.count('<tr id="d') == 1
        assert f'action="{base}/{lue.id}/diagnostic"' in page.text
        assert f'value="{_fr(_il_y_a(0))}"' in page.text
        trop_tot = {"diagnostic_le": _fr(_il_y_a(400)), "version": "1", "retour": liste}
        refus = await client.post(f"{base}/{lue.id}/diagnostic", data=trop_tot)
        assert refus.status_code == 422
        assert "Le diagnostic précède la notification" in refus.text
        fait = await client.post(
            f"{base}/{lue.id}/diagnostic", data={"diagnostic_le": _fr(_il_y_a(2)), "version": "1", "retour": liste}
        )
        assert fait.headers["location"].startswith(f"{liste}?acte=")
        assert "Personne dans cette alerte" in (await client.get(liste)).text
    assert len(await contrats(monde.referent, numero)) == 1


@pytest.mark.navigateur
@SQLITE
@pytest.mark.parametrize(("taille", "theme"), [(BUREAU, "light"), (TELEPHONE, "dark")])
async def test_l_ecran_se_lit_et_se_saisit_au_clavier(
    serveur: Serveur, monde: Monde, taille: tuple[int, int], theme: Literal["light", "dark"]
) -> None:
    _, base = await _sans_diagnostic(serveur, monde)
    async with ouvrir_chromium() as navigateur:
        profil = await ouvrir_contexte(navigateur, taille, theme)
        page = await profil.new_page()
        erreurs = surveiller(page)
        await serveur.connecter(profil, monde.referent)
        await page.goto(f"{serveur.url}/infocentre/alertes/A20")
        assert await deborde(page) == 0
        await capture(page, f"ecrans/alerte-diagnostic-{taille[0]}-{theme}", entiere=True)
        await page.goto(f"{serveur.url}{base}")
        await page.get_by_text("Nouvelle orientation").press("Enter")
        assert await deborde(page) == 0
        await capture(page, f"ecrans/orientation-{taille[0]}-{theme}", entiere=True)
        await page.evaluate("scrollTo(0, 0)")
        await axe(page)
        await page.get_by_text("Saisir le diagnostic conjoint").press("Enter")
        champ = page.get_by_label("Diagnostic conjoint fait le")
        await champ.fill(_fr(_il_y_a(1)))
        await champ.press("Control+Enter")
        await expect(page.get_by_text("Pas encore fait")).to_have_count(0)
        assert erreurs == []
