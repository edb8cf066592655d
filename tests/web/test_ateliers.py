"""Ateliers over HTTP and in a browser: made, filled, waited for, pointed in one screen, moved, cancelled, undone."""

import datetime as dt
import re

import pytest
from playwright.async_api import expect

from tests.postes import lire_ecran, postes
from tests.serveur import SQLITE, Serveur, requetes
from tests.web.suivi import Suivi, ouvrir_suivi
from tests.web.test_creneaux import un_jour
from viesion_core.agenda.actions import publier_creneaux
from viesion_core.agenda.actions_ateliers import inscrire
from viesion_core.agenda.model import SaisiePlage, feries
from viesion_core.agenda.model_ateliers import Seance
from viesion_core.agenda.queries_ateliers import en_attente, participants, seances
from viesion_core.db import executer, transaction
from viesion_core.entretiens.queries import entretiens_page
from viesion_core.testing import Monde

LISTE = "/agenda/ateliers"


@pytest.fixture
async def suivi(monde: Monde) -> Suivi:
    return await ouvrir_suivi(monde)


def une_serie(suivi: Suivi, **autres: str) -> dict[str, str]:
    jour = un_jour(suivi)
    fin = jour + dt.timedelta(days=7)
    valeurs = {"titre": "Atelier CV", "type": "ATELIER_COLLECTIF", "lieu": "COLLECTIF_DANS_LES_LOCAUX", "capacite": "2"}
    valeurs |= {"jours": str(jour.weekday()), "de": "14h", "a": "16:00", "semaines": "1", "adresse": "Salle bleue"}
    valeurs |= {"debut": f"{jour:%d/%m/%Y}", "fin": f"{fin:%d/%m/%Y}", "collaborateur": str(suivi.ctx.utilisateur)}
    return {**valeurs, **autres}


async def creer(suivi: Suivi, capacite: int = 2, *, seconde: bool = False) -> Seance:
    """Make one séance, on a working day to come; with `seconde`, another one a week or more later."""
    jour = un_jour(suivi)
    fin = jour + dt.timedelta(days=7 if seconde else 0)
    while seconde and fin in feries(fin.year):
        fin += dt.timedelta(days=7)
    serie = SaisiePlage(
        jours=(jour.weekday(),), debut=jour, fin=fin, de=840, a=960, duree=120, type="ATELIER_COLLECTIF",
        titre="Atelier CV", capacite=capacite, lieu="COLLECTIF_DANS_LES_LOCAUX",
    )  # fmt: skip
    await publier_creneaux(suivi.ctx, serie)
    return (await seances(suivi.ctx, jour, jour))[0]


async def a_aujourdhui(vue: Seance, suivi: Suivi) -> None:
    """Bring a séance and its people to this very day, as if the days had passed."""
    debut = suivi.le(0, "00:05")
    async with transaction():
        await executer(
            "UPDATE creneau SET debut = {}, fin = {} WHERE id = {}", debut, debut + dt.timedelta(hours=1), vue.id
        )
        await executer("UPDATE entretien SET debut = {}, duree = 60 WHERE creneau = {}", debut, vue.id)


async def test_une_serie_se_cree_et_se_voit_partout(monde: Monde, serveur: Serveur, suivi: Suivi) -> None:
    async with serveur.client(monde.referent) as client:
        assert "Aucun atelier à venir" in (await client.get(LISTE)).text
        assert requetes(await client.get(f"{LISTE}/nouveau")) <= 12
        for champ, valeur in (("titre", ""), ("capacite", "1"), ("a", "13:00"), ("semaines", "9"), ("jours", "")):
            refus = await client.post(f"{LISTE}/nouveau", data=une_serie(suivi, **{champ: valeur}))
            assert refus.status_code == 422, champ
            assert 'value="Salle bleue"' in refus.text
        fait = await client.post(f"{LISTE}/nouveau", data=une_serie(suivi))
        assert fait.status_code == 303
        liste = await client.get(fait.headers["location"])
        assert "Atelier CV : " in liste.text
        assert "0\u00a0/\u00a02" in liste.text
        assert requetes(liste) <= 12
        jour = un_jour(suivi).isoformat()
        for adresse in (f"/agenda?date={jour}", f"/agenda?vue=mois&date={jour}", f"/agenda?de=organisme&date={jour}"):
            page = await client.get(adresse)
            assert "Atelier CV" in page.text
            assert "Créneau libre" not in page.text
            assert requetes(page) <= 12
    async with serveur.client(monde.autre_referent) as ailleurs:
        assert "Atelier CV" not in (await ailleurs.get(LISTE)).text
        assert "Atelier CV" not in (await ailleurs.get(f"/agenda?de=organisme&date={jour}")).text


async def test_on_inscrit_de_la_seance_ou_du_dossier_et_la_liste_d_attente_suit(
    monde: Monde, serveur: Serveur, suivi: Suivi
) -> None:
    vue = await creer(suivi)
    autres = [(await monde.dossier(suivi.ctx, nom=nom, prenom="Dominique"))[0] for nom in ("Amande", "Amarante")]
    page = f"{LISTE}/{vue.id}"
    d_ailleurs, _ = await monde.dossier(monde.autre_referent, nom="Ailleurs")
    async with serveur.client(monde.referent) as client:
        propose = await client.get(f"{page}/personnes?q=ama", headers={"HX-Request": "true"})
        assert propose.text.count("data-code") == 2
        assert "Ailleurs" not in (await client.get(f"{page}/personnes?q=ailleurs")).text
        for saisie in ({"numero_texte": "Amand"}, {"numero": str(autres[1])}):
            assert (await client.post(f"{page}/inscrire", data=saisie)).status_code == 303
        for saisie, message in (
            ({"numero": str(d_ailleurs)}, None),
            ({"numero_texte": "Inconnue"}, "Aucune personne"),
            ({"numero_texte": ""}, "Choisissez une personne"),
            ({"numero": str(autres[1])}, "déjà une place"),
        ):
            refus = await client.post(f"{page}/inscrire", data=saisie)
            assert refus.status_code == (404 if message is None else 422)
            assert message is None or message in refus.text
        dossier = await client.get(f"{suivi.base}/entretiens/creneaux")
        assert "2\u00a0/\u00a02 places" in dossier.text
        assert "Liste d&#39;attente" in dossier.text or "Liste d'attente" in dossier.text
        assert requetes(dossier) <= 12
        champs = {"numero": str(suivi.numero), "retour": f"{suivi.base}/entretiens/creneaux#ateliers"}
        attend = await client.post(f"{page}/inscrire", data=champs)
        assert attend.headers["location"].startswith(f"{suivi.base}/entretiens/creneaux?acte=")
        assert "En attente" in (await client.get(f"{suivi.base}/entretiens/creneaux")).text
        fiche = await client.get(page)
        assert requetes(fiche) <= 12
        assert "Donner la place" not in fiche.text
        (premier, _) = await participants(suivi.ctx, vue.id)
        retrait = {"entretien": str(premier.entretien), "version": str(premier.version)}
        assert (await client.post(f"{page}/liberer", data=retrait)).status_code == 303
        assert (await client.post(f"{page}/liberer", data=retrait)).status_code == 404
        (qui,) = await en_attente(suivi.ctx, vue.id)
        champs = {"personne": str(qui.id), "version": str(qui.version), "placer": "oui"}
        place = await client.post(f"{page}/attente", data=champs)
        assert "EXEMPLE Camille" in (await client.get(place.headers["location"])).text
        assert await en_attente(suivi.ctx, vue.id) == []
        async with serveur.client(monde.autre_referent) as ailleurs:
            for suite in ("", "/personnes?q=a"):
                assert (await ailleurs.get(f"{page}{suite}")).status_code == 404
            for suite in ("inscrire", "liberer", "presences", "deplacer", "annuler", "attente"):
                assert (await ailleurs.post(f"{page}/{suite}", data={"numero": "1"})).status_code == 404


async def test_les_presences_se_saisissent_d_un_seul_ecran(monde: Monde, serveur: Serveur, suivi: Suivi) -> None:
    vue = await creer(suivi)
    autre, _ = await monde.dossier(suivi.ctx, nom="Amande", prenom="Dominique")
    for numero in (suivi.numero, autre):
        await inscrire(suivi.ctx, vue.id, numero)
    await a_aujourdhui(vue, suivi)
    page = f"{LISTE}/{vue.id}"
    async with serveur.client(monde.referent) as client:
        assert "Présences à saisir" in (await client.get(LISTE)).text
        assert "Présences à saisir" in (await client.get("/")).text
        fiche = (await client.get(page)).text
        assert "Enregistrer les présences" in fiche
        (absent, present) = await participants(suivi.ctx, vue.id)
        champs = {f"presence-{absent.entretien}": "ABS_JUST", "tous": "oui"}
        champs |= {f"version-{p.entretien}": str(p.version) for p in (absent, present)}
        fait = await client.post(f"{page}/presences", data=champs)
        suite = await client.get(fait.headers["location"])
        assert "1\u00a0présence sur 2" in suite.text
        assert requetes(suite) <= 12
        assert (await entretiens_page(suivi.ctx, suivi.numero))[0][0].realisation == "PRESENCE"
        conflit = await client.post(f"{page}/presences", data={**champs, f"presence-{absent.entretien}": "PRESENCE"})
        assert conflit.status_code == 409
        annuler = re.search(r'action="(/actes/[^"]+/annuler)"', suite.text)
        assert annuler
        await client.post(annuler[1])
        assert {p.realisation for p in await participants(suivi.ctx, vue.id)} == {"PREVU"}
        resume = await client.get(suivi.base)
        assert requetes(resume) <= 12


async def test_une_seance_se_deplace_et_s_annule(monde: Monde, serveur: Serveur, suivi: Suivi) -> None:
    vue = await creer(suivi)
    await inscrire(suivi.ctx, vue.id, suivi.numero)
    page = f"{LISTE}/{vue.id}"
    champs = {"date": suivi.date(40), "heure": "10:00", "portee": "seule", "version": "1"}
    async with serveur.client(monde.referent) as client:
        for champ, valeur in (("date", suivi.date(-3)), ("heure", "99"), ("portee", "passees")):
            assert (await client.post(f"{page}/deplacer", data={**champs, champ: valeur})).status_code == 422
        fait = await client.post(f"{page}/deplacer", data=champs)
        assert fait.status_code == 303
        assert (await entretiens_page(suivi.ctx, suivi.numero))[0][0].debut == suivi.le(40, "10:00")
        assert (await client.post(f"{page}/deplacer", data={**champs, "heure": "11:00"})).status_code == 409
        annule = await client.post(f"{page}/annuler", data={"portee": "seule", "version": "2"})
        assert "annulée" in (await client.get(annule.headers["location"])).text
        assert (await client.get(page)).status_code == 404
        assert (await entretiens_page(suivi.ctx, suivi.numero))[0][0].realisation == "ANNULE_STR"


async def test_une_serie_se_modifie_et_se_prolonge(monde: Monde, serveur: Serveur, suivi: Suivi) -> None:
    vue = await creer(suivi, seconde=True)
    await inscrire(suivi.ctx, vue.id, suivi.numero)
    page = f"{LISTE}/{vue.id}"
    champs = {"titre": "Atelier emploi", "type": "ATELIER_COLLECTIF", "lieu": "", "adresse": "Maison du lac"}
    champs |= {"collaborateur": str(vue.collaborateur), "capacite": "5", "date": f"{vue.jour:%d/%m/%Y}"}
    champs |= {"de": "10:00", "a": "11h30", "portee": "suivantes", "version": "1"}
    async with serveur.client(monde.referent) as client:
        fiche = await client.get(page)
        assert "Séance 1 sur 2" in fiche.text
        assert requetes(fiche) <= 12
        formulaire = await client.get(f"{page}/modifier")
        assert "Cette séance et les suivantes\u00a0: 2\u00a0séances, 1\u00a0inscription" in formulaire.text
        assert requetes(formulaire) <= 12
        for champ, valeur in (("capacite", "1"), ("a", "9:00"), ("date", suivi.date(-3)), ("titre", ""), ("de", "99")):
            refus = await client.post(f"{page}/modifier", data={**champs, champ: valeur})
            assert refus.status_code == 422, champ
            assert 'value="Maison du lac"' in refus.text
        garde = await client.post(f"{page}/modifier", data={**champs, "titre": "Atelier pour diabétiques"})
        assert garde.status_code == 422
        fait = await client.post(f"{page}/modifier", data=champs)
        suite = await client.get(fait.headers["location"])
        assert "2\u00a0séances modifiées" in suite.text
        assert "Maison du lac" in suite.text
        assert {s.nom for s in await seances(suivi.ctx, vue.jour, vue.jour + dt.timedelta(days=30))} == {
            "Atelier emploi"
        }
        assert (await entretiens_page(suivi.ctx, suivi.numero))[0][0].duree == 90
        conflit = await client.post(f"{page}/modifier", data={**champs, "titre": "Atelier budget"})
        assert conflit.status_code == 409
        assert "Atelier emploi" in conflit.text
        assert 'value="Atelier budget"' in conflit.text
        proposees = await client.get(f"{page}/ajouter")
        assert requetes(proposees) <= 12
        fin = vue.jour + dt.timedelta(days=29)
        jours = {"jours": str(vue.jour.weekday()), "de": "10:00", "a": "11:30", "semaines": "1", "version": "1"}
        jours |= {"debut": f"{vue.jour + dt.timedelta(days=15):%d/%m/%Y}", "fin": f"{fin:%d/%m/%Y}"}
        assert (await client.post(f"{page}/ajouter", data={**jours, "a": "9:00"})).status_code == 422
        ajoute = await client.post(f"{page}/ajouter", data=jours)
        assert "ajoutée" in (await client.get(ajoute.headers["location"])).text
        assert (await client.post(f"{page}/ajouter", data=jours)).status_code == 409
        async with serveur.client(monde.autre_referent) as ailleurs:
            for suite_ in ("modifier", "ajouter"):
                assert (await ailleurs.get(f"{page}/{suite_}")).status_code == 404
                assert (await ailleurs.post(f"{page}/{suite_}", data=champs)).status_code == 404


@SQLITE
async def test_au_clavier_et_sur_tous_les_ecrans(monde: Monde, serveur: Serveur, suivi: Suivi) -> None:
    vue = await creer(suivi, 3, seconde=True)
    passee = await creer_passee(suivi)
    await monde.dossier(suivi.ctx, nom="Amande", prenom="Dominique")
    ecrans = {"liste": LISTE, "nouveau": f"{LISTE}/nouveau", "seance": f"{LISTE}/{vue.id}"}
    ecrans |= {"modifier": f"{LISTE}/{vue.id}/modifier", "ajouter": f"{LISTE}/{vue.id}/ajouter"}
    ecrans |= {"presences": f"{LISTE}/{passee.id}", "dossier": f"{suivi.base}/entretiens/creneaux", "accueil": "/"}
    async for poste in postes(serveur, suivi.ctx):
        page = poste.page
        for nom, adresse in ecrans.items():
            await page.goto(f"{serveur.url}{adresse}")
            await lire_ecran(page, f"ateliers-{nom}-{poste.nom}")
        if poste.bureau:
            await page.goto(f"{serveur.url}{LISTE}/{vue.id}")
            await page.get_by_role("combobox", name="Personne").press_sequentially("aman")
            await page.get_by_role("option", name=re.compile("AMANDE")).wait_for()
            await page.keyboard.press("ArrowDown")
            await page.keyboard.press("Enter")
            await page.get_by_role("button", name="Inscrire").click()
            await expect(page.locator("#participants")).to_contain_text("AMANDE Dominique")
            await page.goto(f"{serveur.url}/agenda?date={vue.jour.isoformat()}")
            await page.locator(f"a[href='{LISTE}/{vue.id}']").focus()
            await page.keyboard.press("Shift+ArrowDown")
            await expect(page.locator("#toasts")).to_contain_text("à 14\u00a0h\u00a015")


async def creer_passee(suivi: Suivi) -> Seance:
    """Make a séance of this day with one person in it."""
    jour = un_jour(suivi) + dt.timedelta(days=1)
    while jour.weekday() >= 5 or jour in feries(jour.year):
        jour += dt.timedelta(days=1)
    serie = SaisiePlage(
        jours=(jour.weekday(),), debut=jour, fin=jour, de=600, a=660, duree=60, type="ATELIER_COLLECTIF", capacite=2
    )
    await publier_creneaux(suivi.ctx, serie)
    (vue,) = await seances(suivi.ctx, jour, jour)
    await inscrire(suivi.ctx, vue.id, suivi.numero)
    await a_aujourdhui(vue, suivi)
    return vue
