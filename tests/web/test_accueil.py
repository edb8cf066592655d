"""The accueil of each role, the notes, « Annuler »."""

import re

import msgspec
import pytest

from tests.serveur import Serveur, requetes
from tests.web.bureau import ouvrir_bureau
from viesion_core.db import lire_un, lire_valeur
from viesion_core.dossiers.actions import noter_consultation
from viesion_core.entretiens.queries import a_realiser
from viesion_core.notes.actions import creer_note
from viesion_core.notes.model import SaisieNote
from viesion_core.resume.queries_accueil import activite_organismes, charge_referents, etat_file
from viesion_core.testing import Monde
from web.securite import maintenant


def texte_de(html: str) -> str:
    """Return what a page says, without its tags."""
    return re.sub(r"[ \n]+", " ", re.sub(r"<[^>]+>", " ", html)).replace("&#39;", "'")


async def test_the_referent_sees_the_day_the_week_and_what_waits(serveur: Serveur, monde: Monde) -> None:
    numeros = await ouvrir_bureau(monde)
    await noter_consultation(msgspec.structs.replace(monde.referent, maintenant=maintenant()), numeros[2])
    _, passes = await a_realiser(msgspec.structs.replace(monde.referent, maintenant=maintenant()))
    async with serveur.client(monde.referent) as client:
        page = await client.get("/")
    texte = texte_de(page.text)
    assert passes >= 3  # those of the days before; those of today as the hours pass
    for mots in (
        "Mon agenda du jour",
        "Mes notes en cours",
        "Bénéficiaires récents",
        "Planning des 7 prochains jours",
        "Prendre un rendez-vous avec un bénéficiaire",
        f"{passes}\u00a0entretiens passés sont restés",
        "20 personnes dans mon portefeuille",
        "Rappel du",
    ):
        assert mots in texte, mots
    assert page.text.count('name="realisation" value="PRESENCE"') == min(passes, 5)
    assert "#3, Sète" in texte
    assert requetes(page) <= 12


async def test_an_empty_accueil_says_what_will_be_there(serveur: Serveur, monde: Monde) -> None:
    await ouvrir_bureau(monde, 6)
    async with serveur.client(monde.autre_referent) as client:
        page = await client.get("/")
    assert "Aucun événement à afficher" in page.text
    assert "0 personne dans mon portefeuille" in texte_de(page.text)
    assert "ESSAI Camille" not in page.text


async def test_the_realisation_is_said_in_one_click_and_undone(serveur: Serveur, monde: Monde) -> None:
    await ouvrir_bureau(monde, 24)
    ctx = msgspec.structs.replace(monde.referent, maintenant=maintenant())
    passes, total = await a_realiser(ctx)
    r = passes[0]
    async with serveur.client(monde.referent) as client:
        fait = await client.post(
            f"/beneficiaires/{r.numero}/entretiens/{r.id}/realisation",
            data={"realisation": "ABS_JUST", "version": str(r.version), "retour": "/"},
        )
        assert fait.headers["location"].startswith("/?acte=")
        page = await client.get(fait.headers["location"])
        assert f"{total - 1}\u00a0entretiens passés" in texte_de(page.text)
        annuler = re.search(r'action="(/actes/[^"]+/annuler)"', page.text)
        assert annuler is not None
        retour = await client.post(annuler[1], headers={"Referer": serveur.url + fait.headers["location"]})
        assert retour.headers["location"].startswith("/?acte=")
        assert "Annulé" in (await client.get(retour.headers["location"])).text
        assert (await client.post(annuler[1])).status_code == 422
    assert (await a_realiser(ctx))[1] == total


async def test_nobody_undoes_the_act_of_another_organism(serveur: Serveur, monde: Monde) -> None:
    await monde.dossier()
    acte = await lire_valeur("SELECT id FROM acte WHERE nature = 'dossier.ouvrir'")
    for ctx, statut in ((monde.autre_referent, 404), (monde.collegue, 403)):
        async with serveur.client(ctx) as client:
            assert (await client.post(f"/actes/{acte}/annuler")).status_code == statut
    assert await lire_valeur("SELECT count(*) AS n FROM beneficiaire") == 1


async def test_the_director_sees_the_organism(serveur: Serveur, monde: Monde) -> None:
    await ouvrir_bureau(monde)
    async with serveur.client(monde.directeur) as client:
        page = await client.get("/")
    texte = texte_de(page.text)
    assert "24 personnes dans la file active de l'organisme" in texte
    assert "4 sans référent" in texte
    assert "Agenda du jour de l'organisme" in texte
    assert "ESSAI Alix 20" in texte
    assert requetes(page) <= 12


async def test_the_pilote_sees_the_departement_and_no_write(serveur: Serveur, monde: Monde) -> None:
    await ouvrir_bureau(monde)
    async with serveur.client(monde.pilote) as client:
        page = await client.get("/")
        assert (await client.get("/beneficiaires/nouveau")).status_code == 403
        assert (await client.post("/recherche/identite", data={"nom": "A"})).status_code == 403
    assert "24 personnes dans la file active du département" in texte_de(page.text)
    assert "Association Exemple" in page.text
    assert "/entretiens/nouveau" not in page.text
    assert requetes(page) <= 12


async def test_the_administrator_goes_to_the_administration(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.administrateur) as client:
        assert (await client.get("/")).headers["location"] == "/administration"
        for adresse in ("/beneficiaires", "/beneficiaires/export.csv", "/recherche?q=es", "/notes"):
            assert (await client.get(adresse)).status_code == 403, adresse


async def test_the_counts_are_those_of_the_perimeter(monde: Monde) -> None:
    await ouvrir_bureau(monde, 12)
    await monde.dossier(monde.autre_referent, nom="Ailleurs")
    directeur = msgspec.structs.replace(monde.directeur, maintenant=maintenant())
    etat = await etat_file(directeur)
    assert (etat.file_active, etat.sans_referent, etat.sans_etape) == (12, 2, 2)
    assert (await etat_file(monde.pilote)).file_active == 13
    assert (await etat_file(monde.administrateur)).file_active == 0
    charge = {c.prenom: c.portefeuille for c in await charge_referents(directeur)}
    assert charge == {"Alix": 10, "Dominique": 0, "Morgan": 0}
    passes = (await a_realiser(directeur, tout_l_organisme=True))[1]
    organismes, total = await activite_organismes(msgspec.structs.replace(monde.pilote, maintenant=maintenant()))
    assert (total, [(o.nom, o.etapes_ouvertes, o.a_realiser) for o in organismes]) == (
        2,
        [("Association Exemple", 10, passes), ("Comité Témoin", 0, 0)],
    )


async def test_a_note_is_written_marked_changed_and_deleted(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.referent) as client:
        vide = await client.post("/notes", data={"texte": " ", "rappel_le": "32/01/2026", "retour": "/"})
        assert vide.status_code == 422
        assert "Cette date n&#39;existe pas" in vide.text
        assert 'value="32/01/2026"' in vide.text
        fait = await client.post("/notes", data={"texte": "Appeler <b>demain</b>", "retour": "https://ailleurs.test"})
        assert fait.headers["location"].startswith("/notes?acte=")
        page = await client.get("/")
        assert "Appeler &lt;b&gt;demain" in page.text
        ligne = await lire_un("SELECT id, version FROM note")
        assert ligne is not None
        note = f"/notes/{ligne['id']}"
        assert "Appeler" in (await client.get(note)).text
        change = await client.post(note, data={"texte": "Appeler jeudi", "version": "1", "retour": "/"})
        assert change.headers["location"].startswith("/?acte=")
        assert (await client.post(note, data={"texte": "Perdu", "version": "1"})).status_code == 409
        await client.post(f"{note}/faite", data={"faite": "oui", "version": "2"})
        assert "Appeler jeudi" not in (await client.get("/notes")).text
        assert "Appeler jeudi" in (await client.get("/notes?faites=1")).text
        await client.post(f"{note}/supprimer", data={"version": "3"})
        assert (await client.get(note)).status_code == 404


@pytest.mark.parametrize(("partagee", "statut"), [(False, 404), (True, 303)])
async def test_a_note_is_for_oneself_unless_shared(serveur: Serveur, monde: Monde, partagee: bool, statut: int) -> None:
    await creer_note(monde.referent, SaisieNote(texte="Confidence", partagee=partagee))
    note = await lire_valeur("SELECT id FROM note")
    async with serveur.client(monde.collegue) as client:
        assert ("Confidence" in (await client.get("/")).text) is partagee
        reponse = await client.post(f"/notes/{note}/faite", data={"faite": "oui", "version": "1"})
        assert reponse.status_code == statut
    async with serveur.client(monde.autre_referent) as client:
        assert (await client.get(f"/notes/{note}")).status_code == 404
