"""The server starts, and its doors are closed."""

import httpx

from tests.serveur import Serveur, requetes
from viesion_core.testing import Monde


async def test_every_screen_but_the_connexion_needs_a_session(serveur: Serveur) -> None:
    async with serveur.client() as client:
        reponse = await client.get("/administration")
    assert (reponse.status_code, reponse.headers["location"]) == (303, "/connexion?suite=%2Fadministration")


async def test_another_role_is_refused_in_french(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.referent) as client:
        reponse = await client.get("/administration")
    assert reponse.status_code == 403
    assert "Votre rôle ne permet pas cette action." in reponse.text
    assert requetes(reponse) == 1


async def test_a_write_without_the_token_of_the_session_is_refused(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.administrateur) as client:
        del client.headers["x-jeton"]
        reponse: httpx.Response = await client.post("/administration/organismes/nouveau", data={"nom": "Essai"})
    assert reponse.status_code == 403
    assert "Rechargez-la" in reponse.text
