"""« Infocentre → Alertes » over HTTP, on both engines: counts, list, favourites, X, « pourquoi pas ? », export."""

import csv
import datetime as dt
import html
import io
import re
import uuid

import msgspec

from tests.serveur import Serveur, requetes
from tests.web.bureau import ouvrir_bureau
from viesion_core.alertes.queries import compter
from viesion_core.alertes.regles import REGLES_DU_DECK
from viesion_core.db import executer, transaction
from viesion_core.testing import Monde
from web.securite import maintenant


async def test_the_list_counts_what_each_page_lists(serveur: Serveur, monde: Monde) -> None:
    await ouvrir_bureau(monde)
    ctx = msgspec.structs.replace(monde.referent, maintenant=maintenant())
    comptes = await compter(ctx, REGLES_DU_DECK, {})
    assert comptes["A05"] == 4
    async with serveur.client(monde.referent) as client:
        assert (await client.get("/infocentre")).headers["location"] == "/infocentre/alertes"
        liste = await client.get("/infocentre/alertes")
        assert requetes(liste) <= 12
        for titre in (
            "Accompagnements dont la durée a dépassé les 24 mois",
            "Bénéficiaires avec une caractéristique manquante",
            "Bénéficiaires avec une caractéristique non rafraichie",
            "Contrats non renouvelés",
            "File active sans référent en cours",
            "Orientation initiale sans bilan",
            "Bénéficiaires sans entretien depuis 3 mois",
        ):
            assert titre in liste.text
        for regle in REGLES_DU_DECK:
            page = await client.get(f"/infocentre/alertes/{regle.code}")
            assert page.text.count('<tr id="d') == min(comptes[regle.code] or 0, 20), regle.code
            assert requetes(page) <= 12
            assert regle.en_clair(regle.criteres[0].libelle, None) in page.text.replace("&#39;", "'")
        siens = await client.get("/infocentre/alertes/A05", params={"mien": "1"})
        assert "Personne dans cette alerte" in siens.text


async def test_a_favourite_is_in_the_menu_with_its_count_until_it_is_taken_away(serveur: Serveur, monde: Monde) -> None:
    await ouvrir_bureau(monde, 12)
    async with serveur.client(monde.referent) as client:
        assert "Mes Alertes Favorites</p>" not in (await client.get("/beneficiaires")).text.partition("<main")[0]
        fait = await client.post("/infocentre/alertes/conseillees", data={})
        assert fait.headers["location"].startswith("/infocentre/alertes?acte=")
        page = await client.get(fait.headers["location"])
        assert requetes(page) <= 12
        menu = page.text.partition("<main")[0]
        assert menu.count('class="enfants"') == 1
        places = [menu.index(f"/infocentre/alertes/{code}") for code in ("A04", "A05", "A06", "A07")]
        assert places == sorted(places)
        fait = await client.post("/infocentre/alertes/A07/deplacer", data={"sens": "haut"})
        menu = (await client.get(fait.headers["location"])).text.partition("<main")[0]
        assert menu.index("alertes/A07") < menu.index("alertes/A06")
        fait = await client.post("/infocentre/alertes/A07/favori", data={"favori": "non"})
        menu = (await client.get(fait.headers["location"])).text.partition("<main")[0]
        assert "alertes/A07" not in menu
        accueil = await client.get("/")
        assert requetes(accueil) <= 12
        annule = fait.headers["location"].partition("acte=")[2]
        assert (await client.post(f"/actes/{annule}/annuler")).status_code == 303
    async with serveur.client(monde.collegue) as client:
        assert "alertes/A04" not in (await client.get("/beneficiaires")).text


async def test_x_is_the_user_s_between_its_bounds(serveur: Serveur, monde: Monde) -> None:
    await ouvrir_bureau(monde, 12)
    async with serveur.client(monde.referent) as client:
        trop = await client.post("/infocentre/alertes/A01/x", data={"x": "999"})
        assert trop.status_code == 422
        assert "Un nombre de 1 à 120." in trop.text
        assert 'value="999"' in trop.text
        assert (await client.post("/infocentre/alertes/A05/x", data={"x": "3"})).status_code == 422
        fait = await client.post("/infocentre/alertes/A01/x", data={"x": "6"})
        page = await client.get(fait.headers["location"])
        assert "Accompagnements dont la durée a dépassé les 6 mois" in page.text
        assert page.text.count('<tr id="d') == 12
        await client.post("/infocentre/alertes/A01/x", data={"x": ""})
        assert "dépassé les 24 mois" in (await client.get("/infocentre/alertes/A01")).text


async def test_why_not_this_person(serveur: Serveur, monde: Monde) -> None:
    numeros = await ouvrir_bureau(monde, 12)
    async with serveur.client(monde.referent) as client:
        page = await client.get("/infocentre/alertes/A05", params={"q": str(numeros[0])})
        assert "Pas dans l&#39;alerte" in page.text
        assert "Non : </span>Aucun référent" in page.text
        assert requetes(page) <= 12
        dedans = await client.get("/infocentre/alertes/A05", params={"q": str(numeros[5])})
        assert "Dans l&#39;alerte" in dedans.text
    async with serveur.client(monde.autre_referent) as client:
        page = await client.get("/infocentre/alertes/A05", params={"q": str(numeros[0])})
        assert "Personne ne répond" in page.text


async def test_the_export_is_the_whole_list(serveur: Serveur, monde: Monde) -> None:
    await ouvrir_bureau(monde)
    async with serveur.client(monde.directeur) as client:
        fichier = await client.get("/infocentre/alertes/A02/export.csv")
        lignes = list(csv.reader(io.StringIO(fichier.text.removeprefix("\ufeff")), delimiter=";"))
        assert len(lignes) == 1 + 24
        assert lignes[0][:3] == ["N° dossier", "Nom", "Prénom"]


async def test_who_may_see_what(serveur: Serveur, monde: Monde) -> None:
    await ouvrir_bureau(monde, 6)
    async with serveur.client(monde.administrateur) as client:
        assert (await client.get("/infocentre/alertes")).status_code == 403
    async with serveur.client(monde.pilote) as client:
        page = await client.get("/infocentre/alertes/A02")
        assert page.text.count('<tr id="d') == 6
        assert "Mon portefeuille" not in page.text
    async with serveur.client(monde.autre_referent) as client:
        assert "Personne dans cette alerte" in (await client.get("/infocentre/alertes/A02")).text
        assert (await client.get("/infocentre/alertes/ZZ9")).status_code == 404


async def test_the_pilote_counts_the_refused_lines_and_goes_to_each(serveur: Serveur, monde: Monde) -> None:
    await ouvrir_bureau(monde, 6)
    fichier, recu = uuid.uuid4(), maintenant() - dt.timedelta(days=9)
    async with transaction():
        await executer(
            """INSERT INTO echange_fichier (id, emetteur, flux, seq, nature, nom, sha256, etat, recu_le, fini_le,
                recues, creees, modifiees, ignorees, rejetees, curseur)
            VALUES ({}, 'SOLIS', 'ALLOC', 1, 'STOCK', 'essai.csv', '', 'TRAITE', {}, {}, 31, 0, 0, 0, 31, 31)""",
            fichier,
            recu,
            recu,
        )
        for ligne in range(31):
            await executer(
                """INSERT INTO echange_rejet (id, fichier, ligne, id_message, flux, cle, code, champ, message,
                    commande, empreinte, candidat, etat, motif, decide_par, recu_le, version)
                VALUES ({}, {}, {}, '', 'ALLOC', '', 'NIR_INVALIDE', 'nir', '', NULL, '', NULL, {}, '', '', {}, 1)""",
                uuid.uuid4(),
                fichier,
                ligne + 1,
                "REGLE" if ligne == 0 else "A_TRAITER",
                recu + dt.timedelta(days=7 if ligne > 20 else 0, minutes=ligne),
            )
    async with serveur.client(monde.pilote) as client:
        assert "20\u00a0rejets, Rejets" in (await client.get("/infocentre/alertes")).text
        page = await client.get("/infocentre/alertes/A24")
        assert requetes(page) <= 12
        assert "Un rejet est dans cette liste quand tout ceci est vrai" in page.text
        liens = re.findall(r'<th scope="row"><a href="([^"]+)">NIR invalide</a>', page.text)
        assert len(liens) == 20
        for lien in (liens[0], liens[-1]):
            assert f'id="{lien.partition("#")[2]}"' in (await client.get(html.unescape(lien))).text, lien
        export = await client.get("/infocentre/alertes/A24/export.csv")
        assert len(export.text.splitlines()) == 1 + 20
        trop = await client.post("/infocentre/alertes/A24/x", data={"x": "999"})
        assert "Un nombre de 0 à 90." in trop.text
        fait = await client.post("/infocentre/alertes/A24/x", data={"x": "90"})
        assert "Rien dans cette alerte" in (await client.get(fait.headers["location"])).text
    async with serveur.client(monde.referent) as client:
        assert "Rejets d&#39;échange" not in (await client.get("/infocentre/alertes")).text
        assert (await client.get("/infocentre/alertes/A24")).status_code == 404
