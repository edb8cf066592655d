"""The help, the mails of the demo, the health check, the refusals."""

import pathlib

from tests.serveur import SQLITE, Serveur, requetes, servir
from viesion_core.acces.actions import demander_mot_de_passe
from viesion_core.courriels.envoi import TransportDossier, envoyer_courriels
from viesion_core.db import executer, lire_valeur, transaction
from viesion_core.testing import Monde
from web.aide import aide_de, chercher_aide
from web.securite import maintenant


async def test_the_help_has_the_lexicon_and_the_address(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.referent) as client:
        page = await client.get("/aide")
    assert "Il s&#39;agit" not in page.text
    for mots in ("Offre de service", "Référent de parcours", "Process d'accompagnement", "viesion@herault.fr", "Ctrl"):
        assert mots in page.text.replace("&#39;", "'")
    assert requetes(page) <= 12


@SQLITE
async def test_the_mails_are_read_in_the_demo_only(
    serveur: Serveur, monde: Monde, adresse_base: str, tmp_path: pathlib.Path
) -> None:
    identifiant = await lire_valeur("SELECT identifiant FROM utilisateur WHERE id = {}", monde.referent.utilisateur)
    await demander_mot_de_passe(identifiant, url="http://viesion.test", maintenant=maintenant())
    for client_de in (None, monde.administrateur):
        async with serveur.client(client_de) as client:
            assert (await client.get("/aide/courriels")).status_code == 404
    async with servir(adresse_base, tmp_path / "demo", mode="demo") as demo, demo.client() as client:
        assert "Aucun courriel" in (await client.get("/aide/courriels")).text
        transport = TransportDossier(demo.settings.dossier_courriels)
        assert await envoyer_courriels(transport, "VieSion <a@viesion.test>", maintenant()) == 1
        page = (await client.get("/aide/courriels")).text
    assert "VieSion : choisir un nouveau mot de passe" in page
    assert '<a href="http://viesion.test/connexion/mot-de-passe/' in page


async def test_the_health_check_says_when_migrations_wait(serveur: Serveur) -> None:
    async with serveur.client() as client:
        bien = await client.get("/sante")
        assert (bien.status_code, bien.json()) == (200, {"etat": "ok", "base": True, "migrations": True})
        async with transaction():
            await executer("DELETE FROM migration WHERE nom = {}", "0005_bilans")
        attente = await client.get("/sante")
    assert (attente.status_code, attente.json()["migrations"]) == (503, False)
    assert "0005" not in attente.text


async def test_a_refusal_is_a_page_in_french_for_everybody(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client() as client:
        dehors = await client.get("/nulle-part")
        json = await client.get("/nulle-part", headers={"Accept": "application/json"})
    async with serveur.client(monde.referent) as client:
        dedans = await client.get("/nulle-part", headers={"Referer": f"{serveur.url}/aide?x=1"})
        interdit = await client.get("/administration", headers={"Referer": "https://ailleurs.test/aide"})
    assert {dehors.status_code, dedans.status_code, json.status_code} == {404}
    assert "Aller à la connexion" in dehors.text
    assert "Aller à l'accueil" in dedans.text.replace("&#39;", "'")
    assert 'href="/aide?x=1"' in dedans.text
    assert "ailleurs.test" not in interdit.text
    assert json.json()["message"] == "Cette page n'existe pas ou n'est pas accessible."


async def test_a_conflict_shows_what_was_typed_and_what_is_stored(serveur: Serveur, monde: Monde) -> None:
    adresse = f"/administration/organismes/{monde.organisme}/modifier"
    async with serveur.client(monde.administrateur) as client:
        assert (await client.post(adresse, data={"nom": "Premier nom", "version": "1"})).status_code == 303
        reponse = await client.post(
            adresse,
            data={"nom": "Second nom", "telephone": "0400000000", "version": "1"},
            headers={"Referer": serveur.url + adresse},
        )
    assert reponse.status_code == 409
    for mots in ("Second nom", "Premier nom", "0400000000", "Rouvrir la page à jour", f'href="{adresse}"'):
        assert mots in reponse.text


async def test_each_screen_leads_to_its_help(serveur: Serveur, monde: Monde) -> None:
    attendues = {
        "/": "accueil",
        "/beneficiaires": "beneficiaires",
        "/beneficiaires/nouveau": "nouveau-beneficiaire",
        "/beneficiaires/12": "resume",
        "/beneficiaires/12/entretiens/nouveau": "entretiens",
        "/infocentre/alertes/X": "alertes",
    }
    assert {chemin: getattr(aide_de(chemin), "code", None) for chemin in attendues} == attendues
    assert aide_de("/aide") is None
    assert [a.code for a in chercher_aide("bilan fusion")] == ["bilans"]
    async with serveur.client(monde.referent) as client:
        notes = await client.get("/notes")
        assert 'href="/aide/ecrans/notes?retour=/notes"' in notes.text
        page = await client.get("/aide/ecrans/notes?retour=/notes")
        assert "Une note est à vous seul" in page.text
        assert 'href="/notes"' in page.text
        assert requetes(page) <= 12
        assert (await client.get("/aide/ecrans/inconnu")).status_code == 404
        assert "Aucun écran pour" in (await client.get("/aide?q=zzz")).text
        assert "Difficultés" in (await client.get("/aide?q=DIFFICULTES")).text
