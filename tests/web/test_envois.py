"""What goes to Solis on the screens: the state of each contract, and the pilote's list of messages."""

import datetime as dt
import uuid

import pytest

from tests.serveur import Serveur, requetes
from viesion_core.db import executer, lire_valeur, transaction
from viesion_core.echanges.envois import acquitter
from viesion_core.echanges.envois_model import ReponseMessage
from viesion_core.parcours.actions import enregistrer_contrat
from viesion_core.parcours.model import SaisieContrat
from viesion_core.testing import Monde

SIGNE = SaisieContrat(
    type="CER",
    numero="C-17",
    debut=dt.date(2026, 2, 1),
    fin=dt.date(2026, 7, 31),
    signature=dt.date(2026, 2, 1),
)


@pytest.fixture
async def dossier(monde: Monde) -> int:
    """A person that Solis knows, with a signed contract and a draft."""
    numero, _ = await monde.dossier()
    async with transaction():
        await executer("UPDATE beneficiaire SET id_individu = 'IND1' WHERE numero = {}", numero)
    await enregistrer_contrat(monde.referent, numero, SIGNE)
    brouillon = SaisieContrat(type="CER", numero="C-18", debut=dt.date(2026, 8, 1), fin=dt.date(2027, 1, 31))
    await enregistrer_contrat(monde.referent, numero, brouillon)
    return numero


async def repondre(monde: Monde, *, accepte: bool) -> uuid.UUID:
    envoi = uuid.UUID(str(await lire_valeur("SELECT id FROM echange_envoi")))
    reponse = ReponseMessage(
        id_message=envoi, version=1, accepte=accepte, code="CHEVAUCHEMENT", motif="Deux CER", id_externe="K9"
    )
    assert await acquitter(monde.systeme, [reponse]) == 1
    return envoi


@pytest.mark.offre("solis_bridge")
async def test_the_contracts_say_where_they_stand_with_solis(serveur: Serveur, monde: Monde, dossier: int) -> None:
    async with serveur.client(monde.referent) as client:
        page = await client.get(f"/beneficiaires/{dossier}/contrats")
        assert requetes(page) <= 12
        assert "Solis : à envoyer" in page.text
        assert "Brouillon : ne part pas vers Solis" in page.text
        await repondre(monde, accepte=True)
        page = await client.get(f"/beneficiaires/{dossier}/contrats")
        assert "Solis : acquitté" in page.text
        assert "K9" in page.text


async def test_the_pilote_sees_a_refusal_and_sends_it_again(serveur: Serveur, monde: Monde, dossier: int) -> None:
    envoi = await repondre(monde, accepte=False)
    async with serveur.client(monde.pilote) as client:
        page = await client.get("/echanges/envois")
        assert (page.status_code, requetes(page) <= 12) == (200, True)
        for texte in ("EXEMPLE Camille", f"/beneficiaires/{dossier}", "Deux CER", "C-17", "Solis : refusé"):
            assert texte in page.text, texte
        fait = await client.post(f"/echanges/envois/{envoi}/renvoyer")
        assert (fait.status_code, fait.headers["location"]) == (303, "/echanges/envois?etat=a-envoyer")
        assert "Version 2" in (await client.get("/echanges/envois?etat=a-envoyer")).text
        encore = await client.post(f"/echanges/envois/{envoi}/renvoyer")
        assert encore.status_code == 409
        assert "attend plus" in encore.text
        for etat in ("envoyes", "acquittes", "inconnu"):
            assert (await client.get(f"/echanges/envois?etat={etat}&p=3")).status_code == 200
    assert await lire_valeur("SELECT count(*) FROM journal WHERE operation = 'envoi.renvoyer'") == 1


async def test_only_the_pilote_enters(serveur: Serveur, monde: Monde, dossier: int) -> None:
    envoi = await lire_valeur("SELECT id FROM echange_envoi")
    for ctx in (monde.referent, monde.directeur, monde.administrateur):
        async with serveur.client(ctx) as client:
            assert (await client.get("/echanges/envois")).status_code == 403
            assert (await client.post(f"/echanges/envois/{envoi}/renvoyer")).status_code == 403
    async with serveur.client(monde.pilote) as client:
        assert (await client.post(f"/echanges/envois/{uuid.uuid4()}/renvoyer")).status_code == 404
