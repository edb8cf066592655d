"""Créneaux over HTTP: published, listed, withdrawn, booked; taken meanwhile, three others are proposed."""

import datetime as dt
import re

import pytest

from tests.postes import lire_ecran, postes
from tests.serveur import SQLITE, Serveur, requetes
from tests.web.suivi import Suivi, ouvrir_suivi
from viesion_core.agenda.actions import publier_creneaux, reserver_creneau
from viesion_core.agenda.model import SaisiePlage, feries
from viesion_core.agenda.queries import creneaux_libres
from viesion_core.entretiens.queries import entretiens_page
from viesion_core.testing import Monde

LISTE = "/agenda/creneaux"


@pytest.fixture
async def suivi(monde: Monde) -> Suivi:
    return await ouvrir_suivi(monde)


def un_jour(suivi: Suivi) -> dt.date:
    """A working day to come."""
    jour = suivi.aujourdhui + dt.timedelta(days=7)
    while jour.weekday() >= 5 or jour in feries(jour.year):
        jour += dt.timedelta(days=1)
    return jour


def une_permanence(suivi: Suivi, **autres: str) -> dict[str, str]:
    jour = un_jour(suivi)
    quand = {"jours": str(jour.weekday()), "debut": f"{jour:%d/%m/%Y}", "fin": f"{jour:%d/%m/%Y}"}
    reste = {"de": "9h", "a": "12:00", "duree": "30", "capacite": "1", "semaines": "1", "type": "SUIVI"}
    return {**quand, **reste, "collaborateur": str(suivi.ctx.utilisateur), **autres}


async def publier(suivi: Suivi) -> None:
    jour = un_jour(suivi)
    saisie = SaisiePlage(jours=(jour.weekday(),), debut=jour, fin=jour, de=540, a=720, duree=30, type="SUIVI")
    await publier_creneaux(suivi.ctx, saisie)


async def test_une_permanence_se_publie_et_un_creneau_se_retire(monde: Monde, serveur: Serveur, suivi: Suivi) -> None:
    async with serveur.client(monde.referent) as client:
        assert "Aucun créneau à venir" in (await client.get(LISTE)).text
        refus = await client.post(f"{LISTE}/publier", data={**une_permanence(suivi), "a": "25:00", "adresse": "Lac"})
        assert refus.status_code == 422
        assert "Cette heure n&#39;existe pas" in refus.text
        assert 'value="Lac"' in refus.text
        assert (await client.post(f"{LISTE}/publier", data=une_permanence(suivi, jours=""))).status_code == 422
        fait = await client.post(f"{LISTE}/publier", data=une_permanence(suivi))
        assert fait.status_code == 303
        page = await client.get(fait.headers["location"])
        assert "6 créneaux publiés" in page.text
        assert "6\u00a0créneaux à venir" in page.text
        assert requetes(page) <= 12
        double = await client.post(f"{LISTE}/publier", data=une_permanence(suivi))
        assert double.status_code == 422
        assert "déjà publié à ces heures" in double.text
        retirer = re.search(r'action="(/agenda/creneaux/[^"]+/retirer)"', page.text)
        assert retirer
        async with serveur.client(monde.autre_referent) as ailleurs:
            assert (await ailleurs.post(retirer[1], data={"version": "1"})).status_code == 404
            assert "Aucun créneau à venir" in (await ailleurs.get(LISTE)).text
            assert (await ailleurs.get(f"{LISTE}?de={suivi.ctx.utilisateur}")).status_code == 404
        assert (await client.post(retirer[1], data={"version": "1"})).status_code == 303
        grille = await client.get(f"/agenda?date={un_jour(suivi).isoformat()}")
        assert grille.text.count("Créneau libre") == 5
        assert requetes(grille) <= 12


async def test_un_rendez_vous_se_prend_sur_un_creneau_libre(monde: Monde, serveur: Serveur, suivi: Suivi) -> None:
    await publier(suivi)
    async with serveur.client(monde.collegue) as client:
        formulaire = await client.get(f"{suivi.base}/entretiens/nouveau")
        assert formulaire.text.count("Réserver<span") == 3
        tous = await client.get(f"{suivi.base}/entretiens/creneaux")
        assert tous.text.count("Réserver<span") == 6
        assert max(requetes(formulaire), requetes(tous)) <= 12
        adresse = re.search(r'action="([^"]+/entretiens/creneaux/[^"]+)"', tous.text)
        assert adresse
        fait = await client.post(adresse[1])
        assert fait.status_code == 303
        fiches, total = await entretiens_page(suivi.ctx, suivi.numero)
        assert total == 1
        assert fiches[0].collaborateur == suivi.ctx.utilisateur
        assert f"#e-{fiches[0].id}" in fait.headers["location"]
        assert "Annuler" in (await client.get(fait.headers["location"])).text
        liste = (await client.get(LISTE)).text
        assert "Réservé" in liste
        assert liste.count("/retirer") == 5
    async with serveur.client(monde.autre_referent) as ailleurs:
        assert (await ailleurs.post(adresse[1])).status_code == 404


async def test_les_creneaux_libres_se_choisissent_par_type_et_par_collaborateur(
    monde: Monde, serveur: Serveur, suivi: Suivi
) -> None:
    await publier(suivi)
    page, jour = f"{suivi.base}/entretiens/creneaux", un_jour(suivi)
    commun = {"jours": (jour.weekday(),), "debut": jour, "fin": jour, "duree": 30}
    await publier_creneaux(suivi.ctx, SaisiePlage(de=840, a=900, type="DIAGNOSTIC", **commun))
    async with serveur.client(monde.collegue) as client:
        tous = await client.get(page)
        assert tous.text.count("Réserver<span") == 8
        assert "Tous les types" in tous.text
        assert "Tout l&#39;organisme" not in tous.text  # one référent only receives
        choisis = await client.get(f"{page}?type=DIAGNOSTIC&de={suivi.ctx.utilisateur}")
        assert choisis.text.count("Réserver<span") == 2
        assert '<option value="DIAGNOSTIC" selected>' in choisis.text
        assert requetes(choisis) <= 12
        aucun = await client.get(f"{page}?type=VISITE_A_DOMICILE")
        assert "Aucun créneau libre ne répond à ce choix" in aucun.text
        adresse = f"{LISTE}/publier"
        garde = await client.post(adresse, data=une_permanence(suivi, adresse="Chez un diabétique"))
        assert "Enregistrer quand même" in garde.text


async def test_un_creneau_pris_entre_temps_en_propose_trois_autres(
    monde: Monde, serveur: Serveur, suivi: Suivi
) -> None:
    await publier(suivi)
    jour = un_jour(suivi)
    voulu = (await creneaux_libres(suivi.ctx, jour, jour))[2]
    autre, _ = await monde.dossier(suivi.ctx, nom="Autre", prenom="Dominique")
    await reserver_creneau(suivi.ctx, voulu.id, autre)
    async with serveur.client(monde.referent) as client:
        pris = await client.post(f"{suivi.base}/entretiens/creneaux/{voulu.id}")
        assert pris.status_code == 409
        assert "Ce créneau vient d&#39;être pris" in pris.text
        assert pris.text.count("Réserver<span") == 3
        assert (await entretiens_page(suivi.ctx, suivi.numero))[1] == 0
        await client.post(re.findall(r'action="([^"]+/entretiens/creneaux/[^"]+)"', pris.text)[0])
        assert (await entretiens_page(suivi.ctx, suivi.numero))[1] == 1


@pytest.mark.navigateur
@SQLITE
async def test_les_ecrans_des_creneaux_sont_accessibles(serveur: Serveur, suivi: Suivi) -> None:
    await publier(suivi)
    ecrans = {
        "liste": LISTE,
        "publier": f"{LISTE}/publier",
        "reserver": f"{suivi.base}/entretiens/creneaux",
        "nouveau": f"{suivi.base}/entretiens/nouveau",
        "grille": f"/agenda?date={un_jour(suivi).isoformat()}",
    }
    async for poste in postes(serveur, suivi.ctx):
        page = poste.page
        for nom, adresse in ecrans.items():
            await page.goto(f"{serveur.url}{adresse}")
            await lire_ecran(page, f"creneaux-{nom}-{poste.nom}")
