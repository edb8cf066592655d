"""Events of the agenda over HTTP and in a browser: written, refused, warned, moved with the keyboard, deleted."""

import re

import pytest
from playwright.async_api import expect

from tests.postes import lire_ecran, postes
from tests.serveur import SQLITE, Serveur, requetes
from tests.web.suivi import Suivi, ouvrir_suivi
from viesion_core.activites.actions import creer_activite
from viesion_core.activites.model import SaisieActivite
from viesion_core.activites.queries import activites
from viesion_core.testing import Monde

NOUVEAU = "/agenda/evenements/nouveau"
ECRANS = {
    "jour": "/agenda?vue=jour",
    "semaine": "/agenda",
    "mois": "/agenda?vue=mois",
    "evenement": NOUVEAU,
    "accueil": "/",
}


@pytest.fixture
async def suivi(monde: Monde) -> Suivi:
    return await ouvrir_suivi(monde)


def un_evenement(suivi: Suivi, **autres: str) -> dict[str, str]:
    valeurs = {"nature": "REUNION", "titre": "Équipe", "du": suivi.date(2), "de": "9h", "a": "10:30"}
    return {**valeurs, "collaborateur": str(suivi.ctx.utilisateur), **autres}


async def test_un_evenement_se_saisit_se_change_et_se_supprime(monde: Monde, serveur: Serveur, suivi: Suivi) -> None:
    async with serveur.client(monde.referent) as client:
        assert requetes(await client.get(NOUVEAU)) <= 12
        refus = await client.post(NOUVEAU, data=un_evenement(suivi, a="8:00", lieu="Salle bleue"))
        assert refus.status_code == 422
        assert "La fin précède le début" in refus.text
        assert 'value="Salle bleue"' in refus.text
        for champ, valeur in (("nature", "SIESTE"), ("du", "31/02/2026"), ("a", ""), ("au", suivi.date(4))):
            assert (await client.post(NOUVEAU, data=un_evenement(suivi, **{champ: valeur}))).status_code == 422
        garde = await client.post(NOUVEAU, data=un_evenement(suivi, titre="FR76 3000 6000 0112 3456 7890 189"))
        assert "Enregistrer quand même" in garde.text
        fait = await client.post(NOUVEAU, data=un_evenement(suivi))
        assert fait.status_code == 303
        semaine = await client.get(fait.headers["location"])
        assert "agenda-evenement" in semaine.text
        assert requetes(semaine) <= 12
        trouve = re.search(r'href="(/agenda/evenements/[0-9a-f-]{36})"', semaine.text)
        assert trouve
        fiche = await client.get(trouve[1])
        assert 'value="09:00"' in fiche.text
        await client.post(trouve[1], data={**un_evenement(suivi, titre="Plénière"), "version": "1"})
        conflit = await client.post(trouve[1], data={**un_evenement(suivi, titre="Autre"), "version": "1"})
        assert conflit.status_code == 409
        assert "Plénière" in conflit.text
        mois = await client.get(f"/agenda?vue=mois&date={suivi.le(2).date().isoformat()}")
        assert "Plénière" in mois.text
        async with serveur.client(monde.autre_referent) as ailleurs:
            assert (await ailleurs.get(trouve[1])).status_code == 404
            assert (await ailleurs.post(f"{trouve[1]}/supprimer", data={"version": "2"})).status_code == 404
            assert "Plénière" not in (await ailleurs.get("/agenda?de=organisme")).text
        supprime = await client.post(f"{trouve[1]}/supprimer", data={"version": "2"})
        page = (await client.get(supprime.headers["location"])).text
        assert "supprimé" in page
        assert "Plénière" not in page


async def test_un_conge_se_saisit_en_jours_et_demande_s_il_y_a_des_rendez_vous(
    monde: Monde, serveur: Serveur, suivi: Suivi
) -> None:
    await suivi.entretien(2, "11:00")
    conge = un_evenement(suivi, nature="CONGE", titre="", de="", a="", au=suivi.date(3))
    async with serveur.client(monde.referent) as client:
        refus = await client.post(NOUVEAU, data=conge)
        assert refus.status_code == 422
        assert "1\u00a0entretien est prévu pendant ce congé" in refus.text
        assert (await client.post(NOUVEAU, data={**conge, "confirme": "oui"})).status_code == 303
        for jours in (2, 3):
            vu = await client.get(f"/agenda?vue=jour&date={suivi.le(jours).date().isoformat()}")
            assert "agenda-journee" in vu.text
        formulaire = {"date": suivi.date(2), "heure": "15:00", "collaborateur": str(suivi.ctx.utilisateur)}
        formulaire |= {"type": "SUIVI", "realisation": "PREVU", "etape": str(suivi.etape)}
        avis = await client.post(f"{suivi.base}/entretiens/nouveau", data=formulaire)
        assert avis.status_code == 422
        assert "Alix ESSAI : congé du" in avis.text


async def test_la_vue_de_l_organisme_mene_a_l_evenement_de_chacun(monde: Monde, serveur: Serveur, suivi: Suivi) -> None:
    commun = SaisieActivite(nature="REUNION", titre="Équipe", debut=suivi.le(2, "09:00"), fin=suivi.le(2, "10:30"))
    for ctx in (monde.referent, monde.collegue):
        await creer_activite(ctx, commun)
    async with serveur.client(monde.referent) as client:
        for vue in ("semaine", "mois"):
            adresse = f"/agenda?de=organisme&vue={vue}&date={suivi.le(2).date().isoformat()}"
            lien = re.search(
                r'href="(/agenda/evenements/[0-9a-f-]{36}/collaborateurs)"', (await client.get(adresse)).text
            )
            assert lien, vue
        page = await client.get(lien[1])
        assert "Dans l&#39;agenda de 2\u00a0collaborateurs" in page.text
        assert requetes(page) <= 12
        modifier = sorted(set(re.findall(r'href="(/agenda/evenements/[0-9a-f-]{36})"', page.text)))
        assert len(modifier) == 2
        for chacun in modifier:
            assert "1\u00a0autre collaborateur, que ce formulaire" in (await client.get(chacun)).text
        assert (await client.post(f"{modifier[1]}/supprimer", data={"version": "1"})).status_code == 303
        seule = await client.get(adresse)
        assert f'href="{modifier[0]}"' in seule.text
        assert "autre collaborateur" not in (await client.get(modifier[0])).text
    async with serveur.client(monde.autre_referent) as ailleurs:
        assert (await ailleurs.get(f"{modifier[0]}/collaborateurs")).status_code == 404


@SQLITE
async def test_au_clavier_et_sur_tous_les_ecrans(monde: Monde, serveur: Serveur, suivi: Suivi) -> None:
    await creer_activite(
        suivi.ctx, SaisieActivite(nature="REUNION", debut=suivi.le(0, "10:00"), fin=suivi.le(0, "11:00"))
    )
    await creer_activite(
        suivi.ctx, SaisieActivite(nature="CONGE", journee=True, debut=suivi.le(0, "00:00"), fin=suivi.le(1, "00:00"))
    )
    async for poste in postes(serveur, suivi.ctx):
        page = poste.page
        for nom, adresse in ECRANS.items():
            await page.goto(f"{serveur.url}{adresse}")
            await lire_ecran(page, f"activites-{nom}-{poste.nom}")
        await expect(page.locator("#agenda-du-jour")).to_contain_text("Réunion")
        if poste.bureau:
            await page.goto(f"{serveur.url}/agenda?vue=jour")
            await page.locator(".agenda-evenement a").focus()
            await page.keyboard.press("Shift+ArrowDown")
            await expect(page.locator("#toasts")).to_contain_text("de 10\u00a0h\u00a015 à 11\u00a0h\u00a015")
    (deplacee,) = [a for a in await activites(suivi.ctx, suivi.aujourdhui, suivi.aujourdhui) if not a.journee]
    assert deplacee.debut == suivi.le(0, "10:15")
