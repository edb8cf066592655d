"""Connexion: the deck's words, fixation, throttling, the links of the mails."""

import datetime as dt
import pathlib
import re

import httpx
import pytest

from tests.serveur import SQLITE, Serveur, requetes, servir
from viesion_core.acces.actions import definir_mot_de_passe, demander_mot_de_passe, inviter_utilisateur
from viesion_core.contexte import Contexte, Role
from viesion_core.db import executer, lire, lire_valeur, transaction
from viesion_core.testing import Monde
from web.comptes_demo import COMPTES, MOT_DE_PASSE
from web.securite import maintenant

MOT = "Une longue phrase pour essayer la connexion"


async def identifiant_de(ctx: Contexte) -> str:
    return str(await lire_valeur("SELECT identifiant FROM utilisateur WHERE id = {}", ctx.utilisateur))


async def dernier_lien() -> str:
    """Return the path of the link in the last mail queued."""
    texte: str = await lire_valeur("SELECT texte FROM courriel ORDER BY cree_le DESC LIMIT 1")
    trouve = re.search(r"http://[^/]+(/connexion/mot-de-passe/\S+)", texte)
    assert trouve is not None
    return trouve[1]


async def donner_mot_de_passe(ctx: Contexte, mot: str = MOT) -> str:
    """Give an account its password through a real link; return its identifier."""
    identifiant = await identifiant_de(ctx)
    await demander_mot_de_passe(identifiant, url="http://viesion.test", maintenant=maintenant())
    secret = (await dernier_lien()).rsplit("/", 1)[1]
    await definir_mot_de_passe(secret, mot, mot, maintenant=maintenant())
    return identifiant


async def se_connecter(client: httpx.AsyncClient, identifiant: str, mot: str = MOT, **plus: str) -> httpx.Response:
    return await client.post("/connexion", data={"identifiant": identifiant, "mot_de_passe": mot, **plus})


async def test_the_form_speaks_like_the_deck(serveur: Serveur) -> None:
    async with serveur.client() as client:
        vide = await client.get("/connexion")
        refus = await client.post("/connexion", data={"identifiant": "a@exemple.test", "mot_de_passe": ""})
    for mots in (
        "Renseigner vos identifiants pour vous connecter",
        "Identifiant",
        "Me connecter",
        "Mot de passe oublié",
    ):
        assert mots in vide.text
    assert refus.status_code == 422
    assert refus.text.count("Le champs Mot de passe est requis.") == 1
    assert 'value="a@exemple.test"' in refus.text
    assert requetes(vide) == 0


async def test_a_login_makes_a_new_token_and_goes_on(serveur: Serveur, monde: Monde) -> None:
    identifiant = await donner_mot_de_passe(monde.referent)
    async with serveur.client() as client:
        client.cookies.set("viesion", "jeton-plante-par-un-autre")
        reponse = await se_connecter(client, identifiant, suite="/aide?x=1")
    assert (reponse.status_code, reponse.headers["location"]) == (303, "/aide?x=1")
    cookie = reponse.headers["set-cookie"]
    assert "jeton-plante" not in cookie
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert await lire_valeur("SELECT count(*) AS n FROM session") == 1


@pytest.mark.parametrize(
    "suite", ["https://ailleurs.test/", "//ailleurs.test", "/\\ailleurs.test", "/a\r\nSet-Cookie: x=1"]
)
async def test_a_login_never_leads_to_another_site(serveur: Serveur, monde: Monde, suite: str) -> None:
    identifiant = await donner_mot_de_passe(monde.referent)
    async with serveur.client() as client:
        reponse = await se_connecter(client, identifiant, suite=suite)
    assert reponse.headers["location"] == "/"


async def test_a_second_login_ends_the_first_session(serveur: Serveur, monde: Monde) -> None:
    identifiant = await donner_mot_de_passe(monde.referent)
    async with serveur.client(monde.collegue) as client:
        ancien = client.cookies["viesion"]
        assert (await se_connecter(client, identifiant)).status_code == 303
    async with serveur.client() as client:
        client.cookies.set("viesion", ancien)
        assert (await client.get("/aide")).status_code == 303


async def test_unknown_wrong_and_disabled_answer_alike(serveur: Serveur, monde: Monde) -> None:
    identifiant = await donner_mot_de_passe(monde.referent)
    desactive = await donner_mot_de_passe(monde.collegue)
    async with transaction():
        await executer("UPDATE utilisateur SET actif = {} WHERE id = {}", False, monde.collegue.utilisateur)
    async with serveur.client() as client:
        reponses = [
            await se_connecter(client, identifiant, "pas le bon mot"),
            await se_connecter(client, "personne@exemple.test"),
            await se_connecter(client, desactive),
        ]
    assert {r.status_code for r in reponses} == {422}
    assert all("incorrect" in r.text for r in reponses)
    pages = {
        r.text.replace(identifiant, "X").replace(desactive, "X").replace("personne@exemple.test", "X") for r in reponses
    }
    assert len({re.sub(r'nonce="[^"]*"', "", page) for page in pages}) == 1


async def test_repeated_failures_wait_even_with_the_right_password(serveur: Serveur, monde: Monde) -> None:
    identifiant = await donner_mot_de_passe(monde.referent)
    async with transaction():
        await executer(
            "INSERT INTO tentative (cle, echecs, derniere, prochaine) VALUES ({}, 9, {}, {})",
            f"compte:{identifiant}",
            maintenant(),
            maintenant() + dt.timedelta(seconds=40),
        )
    async with serveur.client() as client:
        reponse = await se_connecter(client, identifiant)
        autre = await se_connecter(client, await identifiant_de(monde.collegue), "faux")
    assert reponse.status_code == 422
    assert re.search(r"Réessayez dans (39|40) s", reponse.text)
    assert "essais infructueux" not in autre.text


async def test_five_failures_begin_the_wait(serveur: Serveur, monde: Monde) -> None:
    identifiant = await identifiant_de(monde.referent)
    async with serveur.client() as client:
        for _ in range(5):
            assert "incorrect" in (await se_connecter(client, identifiant, "faux")).text
        assert "essais infructueux" in (await se_connecter(client, identifiant, "faux")).text


async def test_forgotten_password_never_tells_who_exists(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client() as client:
        adresse = "/connexion/mot-de-passe-oublie"
        connu = await client.post(adresse, data={"identifiant": await identifiant_de(monde.referent)})
        inconnu = await client.post(adresse, data={"identifiant": "personne@exemple.test"})
        vide = await client.post(adresse, data={"identifiant": " "})
    assert (connu.status_code, connu.text) == (inconnu.status_code, inconnu.text)
    assert requetes(connu) - requetes(inconnu) == 3  # the link and the mail, in the same transaction
    assert "Le champs Identifiant est requis." in vide.text
    assert await lire_valeur("SELECT count(*) AS n FROM courriel") == 1


async def test_forgotten_password_does_not_flood_a_mailbox(serveur: Serveur, monde: Monde) -> None:
    identifiant = await identifiant_de(monde.referent)
    async with serveur.client() as client:
        for _ in range(6):
            reponse = await client.post("/connexion/mot-de-passe-oublie", data={"identifiant": identifiant})
            assert reponse.status_code == 200
    assert await lire_valeur("SELECT count(*) AS n FROM courriel") == 3
    async with transaction():
        await executer("UPDATE tentative SET prochaine = {}", maintenant())
    await demander_mot_de_passe(identifiant, url="http://viesion.test", maintenant=maintenant())
    assert await lire_valeur("SELECT count(*) AS n FROM courriel") == 4


async def test_the_link_is_used_once_and_ends_the_sessions(serveur: Serveur, monde: Monde) -> None:
    identifiant = await donner_mot_de_passe(monde.referent)
    ouverte = await serveur.session(monde.referent)
    async with serveur.client() as client:
        await client.post("/connexion/mot-de-passe-oublie", data={"identifiant": identifiant})
        lien = await dernier_lien()
        for _ in range(2):
            page = await client.get(lien)
            assert (page.status_code, identifiant in page.text) == (200, True)
        assert "une phrase de 7 mots ou plus" in page.text
        court = await client.post(lien, data={"mot_de_passe": "court", "confirmation": "court"})
        assert (court.status_code, "Le mot de passe est trop court" in court.text) == (422, True)
        ecart = await client.post(lien, data={"mot_de_passe": MOT + "!", "confirmation": MOT})
        assert "Les deux saisies sont différentes." in ecart.text
        fait = await client.post(lien, data={"mot_de_passe": MOT + "!", "confirmation": MOT + "!"})
        assert (fait.status_code, fait.headers["location"]) == (303, "/connexion?fait=mot-de-passe")
        assert "Votre mot de passe est enregistré" in (await client.get(fait.headers["location"])).text
        assert (await client.get(lien)).status_code == 404
        assert (await client.post(lien, data={"mot_de_passe": MOT, "confirmation": MOT})).status_code == 404
        client.cookies.set("viesion", ouverte)
        assert (await client.get("/aide")).status_code == 303
        client.cookies.clear()
        assert (await se_connecter(client, identifiant, MOT)).status_code == 422
        assert (await se_connecter(client, identifiant, MOT + "!")).status_code == 303


async def test_an_old_link_says_what_to_do(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client() as client:
        await client.post("/connexion/mot-de-passe-oublie", data={"identifiant": await identifiant_de(monde.referent)})
        lien = await dernier_lien()
        async with transaction():
            await executer("UPDATE jeton SET expire_le = {}", maintenant())
        page = await client.get(lien)
    assert page.status_code == 404
    assert "Ce lien n&#39;est plus valable" in page.text
    assert 'href="/connexion/mot-de-passe-oublie"' in page.text


async def test_the_first_connexion_goes_through_the_mail(serveur: Serveur, monde: Monde) -> None:
    valeurs = {"nom": "Invité", "prenom": "Lou", "courriel": "Lou@Exemple.test", "role": Role.REFERENT}
    await inviter_utilisateur(
        monde.administrateur, {**valeurs, "organisme": monde.organisme}, url=serveur.settings.url_publique
    )
    await lire("SELECT 1 AS un")
    async with transaction():
        await executer("UPDATE jeton SET expire_le = {}", maintenant() + dt.timedelta(hours=1))
    async with serveur.client() as client:
        lien = await dernier_lien()
        assert (await client.post(lien, data={"mot_de_passe": MOT, "confirmation": MOT})).status_code == 303
        assert (await se_connecter(client, "LOU@exemple.test")).status_code == 303


async def test_leaving_closes_the_session_and_the_cookie(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.referent) as client:
        jeton = client.cookies["viesion"]
        reponse = await client.post("/connexion/fin")
        assert reponse.headers["location"] == "/connexion?fait=deconnexion"
        assert "Max-Age=0" in reponse.headers["set-cookie"]
        client.cookies.set("viesion", jeton)
        assert (await client.get("/aide")).status_code == 303


@SQLITE
async def test_the_demo_shows_its_accounts_and_nothing_else_does(
    serveur: Serveur, adresse_base: str, tmp_path: pathlib.Path
) -> None:
    async with serveur.client() as client:
        page = (await client.get(f"/connexion?compte={COMPTES[0].identifiant}")).text
    assert MOT_DE_PASSE not in page
    assert COMPTES[0].identifiant not in page
    async with servir(adresse_base, tmp_path / "demo", mode="demo") as demo, demo.client() as client:
        page = (await client.get("/connexion")).text
        assert all(compte.identifiant in page for compte in COMPTES)
        rempli = (await client.get(f"/connexion?compte={COMPTES[3].identifiant}")).text
    assert f'name="identifiant" value="{COMPTES[3].identifiant}"' in rempli
    assert f'name="mot_de_passe" value="{MOT_DE_PASSE}"' in rempli
