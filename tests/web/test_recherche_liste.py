"""« Recherche globale », beyond the perimeter, the list and its export, « Nouveau bénéficiaire »."""

import csv
import datetime as dt
import io

import msgspec
import pytest

from tests.dossiers.aides import ouvrir
from tests.serveur import Serveur, requetes
from tests.web.bureau import ouvrir_bureau
from viesion_core.db import lire_un, lire_valeur
from viesion_core.dossiers.liste import beneficiaires_page
from viesion_core.dossiers.model_liste import Filtres
from viesion_core.dossiers.queries import etat_dossiers
from viesion_core.journal.actions import vider
from viesion_core.testing import Monde
from web.export_csv import cellule
from web.securite import maintenant

HTMX = {"HX-Request": "true"}


async def test_the_search_answers_a_list_while_typing_and_a_page_otherwise(serveur: Serveur, monde: Monde) -> None:
    numero = await ouvrir(monde.referent, "Échantillon-Modèle", "Zoé", commune="34172")
    async with serveur.client(monde.referent) as client:
        for q in ("echantillon", "zoe ech", "modele", "12/03/1985", f"#{numero}", "echantilon"):
            liste = await client.get("/recherche", params={"q": q}, headers=HTMX)
            assert f'data-url="/beneficiaires/{numero}"' in liste.text, q
            assert "<html" not in liste.text
            assert requetes(liste) <= 12
        page = await client.get("/recherche", params={"q": "zoe"})
        assert "1\u00a0résultat pour" in page.text
        assert "ÉCHANTILLON-MODÈLE Zoé" in page.text
        assert requetes(page) <= 12
        directe = await client.get("/recherche", params={"q": f"#{numero}"})
        assert directe.headers["location"] == f"/beneficiaires/{numero}"
        rendez_vous = await client.get("/recherche", params={"q": "zoe", "pour": "rendez-vous"}, headers=HTMX)
        assert f'data-url="/beneficiaires/{numero}/entretiens/nouveau"' in rendez_vous.text
        rien = await client.get("/recherche", params={"q": "<script>zzzz"}, headers=HTMX)
        assert "Personne dans mon périmètre" in rien.text
        assert "<script>zzzz" not in rien.text


async def test_another_organism_finds_nothing_without_the_exact_identity(serveur: Serveur, monde: Monde) -> None:
    numero = await ouvrir(monde.referent, "Réservé", "Nour", commune="34172", telephone="0400000000")
    identite = {"nom": "reserve", "prenom": "NOUR", "naissance": "12/03/1985"}
    async with serveur.client(monde.autre_referent) as client:
        for q in ("reserve", f"#{numero}", "12/03/1985"):
            assert "RÉSERVÉ" not in (await client.get("/recherche", params={"q": q})).text
            assert "RÉSERVÉ" not in (await client.get("/beneficiaires", params={"q": q})).text
        presque = await client.post("/recherche/identite", data={**identite, "naissance": "13/03/1985"})
        assert "RÉSERVÉ" not in presque.text
        trouve = await client.post("/recherche/identite", data=identite)
        assert "RÉSERVÉ Nour" in trouve.text
        assert "04 00 00 00 00" not in trouve.text
        assert requetes(trouve) <= 12
        rattacher = "/recherche/identite/rattacher"
        sans_motif = await client.post(rattacher, data={**identite, "numero": str(numero), "motif": "court"})
        assert sans_motif.status_code == 422
        assert "Dites pourquoi vous rattachez ce dossier" in sans_motif.text
        faux = {**identite, "nom": "Autre", "numero": str(numero), "motif": "Orientation reçue ce matin"}
        assert (await client.post(rattacher, data=faux)).status_code == 404
        fait = await client.post(
            rattacher, data={**identite, "numero": str(numero), "motif": "Orientation reçue ce matin"}
        )
        assert fait.headers["location"].startswith(f"/beneficiaires/{numero}?acte=")
        assert "RÉSERVÉ" in (await client.get("/recherche", params={"q": "reserve"})).text
    ligne = await lire_un("SELECT motif, cle FROM journal WHERE operation = 'dossier.rattacher'")
    assert ligne == {"motif": "Orientation reçue ce matin", "cle": str(numero)}
    await vider()
    assert await lire_valeur("SELECT count(*) AS n FROM journal WHERE operation = 'identite.rechercher'") >= 1


async def test_an_incomplete_identity_comes_back_with_what_was_typed(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.referent) as client:
        reponse = await client.post("/recherche/identite", data={"nom": "Seul", "prenom": "", "naissance": "bientôt"})
    assert reponse.status_code == 422
    assert "Le prénom est requis." in reponse.text
    assert 'value="Seul"' in reponse.text


async def test_the_list_filters_sorts_and_pages(serveur: Serveur, monde: Monde) -> None:
    await ouvrir_bureau(monde)
    async with serveur.client(monde.referent) as client:

        async def lister(suite: str) -> str:
            reponse = await client.get(f"/beneficiaires{suite}")
            assert reponse.status_code == 200
            assert requetes(reponse) <= 12
            return reponse.text

        assert "1 à 20 sur 24" in await lister("")
        assert "21 à 24 sur 24" in await lister("?p=2")
        assert "sur 4\u00a0bénéficiaires" in await lister("?sans_referent=1")
        texte = await lister("?commune=34172&referent=moi&tri=-nom")
        assert 'href="/beneficiaires?tri=-nom&amp;referent=moi"' in texte
        assert "Mon portefeuille" in texte
        assert texte.index("FICTIF Hugo") < texte.index("ESSAI Camille")
        assert "ÉCHANTILLON Karim" in await lister("?q=echantillon")
        assert "Personne ne correspond" in await lister("?q=zzzzzz")
        for faux in ("?p=0", "?p=abc", "?p=99999999", "?tri=mot_de_passe", "?referent=x", "?commune=99", "?p=50"):
            assert await lister(faux)


@pytest.mark.parametrize(
    "manque", ["sans_referent", "sans_etape", "sans_contrat", "contrat_termine", "sans_rendez_vous", "caracteristiques"]
)
async def test_each_filter_of_what_is_missing_keeps_some_and_not_all(
    serveur: Serveur, monde: Monde, manque: str
) -> None:
    await ouvrir_bureau(monde)
    champ = "caracteristiques_manquantes" if manque == "caracteristiques" else manque
    ctx = msgspec.structs.replace(monde.referent, maintenant=maintenant())
    _, total = await beneficiaires_page(ctx, Filtres(**{champ: True}))
    assert 0 < total <= 24
    assert manque == "caracteristiques" or total < 24
    async with serveur.client(monde.referent) as client:
        assert f"sur {total}\u00a0bénéficiaires" in (await client.get(f"/beneficiaires?{manque}=1")).text


async def test_the_counters_of_the_accueil_are_the_lists_they_lead_to(monde: Monde) -> None:
    await ouvrir_bureau(monde)
    ctx = msgspec.structs.replace(monde.referent, maintenant=maintenant())
    etat = await etat_dossiers(ctx)
    siens = Filtres(referent=ctx.utilisateur, active=False)
    for champ, attendu in (
        ("sans_contrat", etat.sans_contrat),
        ("sans_rendez_vous", etat.sans_rendez_vous),
        ("caracteristiques_manquantes", etat.caracteristiques_manquantes),
    ):
        _, total = await beneficiaires_page(ctx, msgspec.structs.replace(siens, **{champ: True}))
        assert total == attendu, champ


async def test_the_export_is_the_whole_list_journalled_and_harmless(serveur: Serveur, monde: Monde) -> None:
    await ouvrir_bureau(monde)
    await ouvrir(monde.referent, "=cmd|' /C calc'!A0", "Formule")
    await ouvrir(monde.autre_referent, "Ailleurs", "Personne")
    async with serveur.client(monde.referent) as client:
        reponse = await client.get("/beneficiaires/export.csv?tri=numero")
        filtre = await client.get("/beneficiaires/export.csv?sans_referent=1")
    assert reponse.headers["content-type"].startswith("text/csv")
    assert reponse.headers["content-disposition"].startswith('attachment; filename="beneficiaires-')
    lignes = list(csv.reader(io.StringIO(reponse.text.removeprefix("\ufeff")), delimiter=";"))
    assert lignes[0][:3] == ["N° dossier", "Nom", "Prénom"]
    assert len(lignes) == 1 + 25
    assert [ligne[1] for ligne in lignes[1:]][-1].startswith("'=CMD")
    assert all(not c.startswith(("=", "+", "-", "@")) for ligne in lignes for c in ligne)
    assert "AILLEURS" not in reponse.text
    assert len(filtre.text.strip().splitlines()) == 1 + 5
    await vider()
    ligne = await lire_un("SELECT objet, cle FROM journal WHERE operation = 'beneficiaires.exporter' ORDER BY seq")
    assert ligne == {"objet": "liste", "cle": "25"}


@pytest.mark.parametrize("dangereux", ["=1+1", "+33", "-2", "@SUM(A1)", "\t=1", " =1", "\r=1", "\u00a0=1"])
def test_a_cell_is_never_a_formula(dangereux: str) -> None:
    assert cellule(dangereux).startswith("'")
    assert cellule("06 12") == "06 12"
    assert cellule(None) == ""


NOUVEAU = {
    "nom_naissance": "Nouvelle",
    "prenom": "Ariel",
    "date_naissance": "05/06/1990",
    "entree": "01/02/2026",
    "commune": "34172",
    "soumis_droits_devoirs": "oui",
}


async def test_a_dossier_is_opened_by_hand(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.referent) as client:
        page = await client.get("/beneficiaires/nouveau")
        assert (page.status_code, requetes(page) <= 12) == (200, True)
        vide = await client.post("/beneficiaires/nouveau", data={"prenom": "Seul", "matricule": "trop long pour cela"})
        assert vide.status_code == 422
        assert 'value="Seul"' in vide.text
        fait = await client.post("/beneficiaires/nouveau", data=NOUVEAU)
        numero = await lire_valeur("SELECT numero FROM beneficiaire WHERE prenom = 'Ariel'")
        assert fait.headers["location"].startswith(f"/beneficiaires/{numero}?acte=")
        assert "NOUVELLE Ariel" in (await client.get("/beneficiaires?q=nouvelle")).text


async def test_probable_duplicates_are_shown_before_saving(serveur: Serveur, monde: Monde) -> None:
    ici = await ouvrir(monde.referent, "Nouvelle", "Ariel", dt.date(1990, 6, 5))
    ailleurs = await ouvrir(monde.autre_referent, "Nouvele", "Ariel", dt.date(1990, 6, 5))
    async with serveur.client(monde.referent) as client:
        doute = await client.post("/beneficiaires/nouveau", data=NOUVEAU)
        assert doute.status_code == 422
        assert "Cette personne a peut-être déjà un dossier" in doute.text
        assert f'href="/beneficiaires/{ici}"' in doute.text
        assert f'href="/beneficiaires/{ailleurs}"' not in doute.text
        assert "Comité Témoin" not in doute.text  # no étape, no référent there: nothing more is told
        assert requetes(doute) <= 12
        assert await lire_valeur("SELECT count(*) AS n FROM beneficiaire") == 2
        quand_meme = await client.post("/beneficiaires/nouveau", data={**NOUVEAU, "confirme": "oui"})
        assert quand_meme.status_code == 303
    assert await lire_valeur("SELECT count(*) AS n FROM beneficiaire") == 3
