"""The screens of bilans over HTTP: list, creation, answers, conflicts, closing, history, print, rights."""

import datetime as dt
import uuid
from typing import Any

import httpx
import pytest

from tests.entretiens.aides import ouvrir_etape
from tests.serveur import Serveur, requetes
from viesion_core.bilans.model import cle_reponse
from viesion_core.bilans.queries import bilan, bilans, reponses
from viesion_core.db import executer, lire, transaction
from viesion_core.organismes.actions import terminer_offre
from viesion_core.testing import Monde, creer_utilisateur

pytestmark = pytest.mark.offre("mos")

JOUR = dt.datetime.now(dt.UTC).date()


async def etape_mos(monde: Monde) -> tuple[int, uuid.UUID]:
    numero, dispositif = await monde.dossier(entree=JOUR - dt.timedelta(days=60))
    return numero, await ouvrir_etape(monde, numero, dispositif, debut=JOUR - dt.timedelta(days=50))


async def creer(client: httpx.AsyncClient, numero: int, etape: uuid.UUID, **autres: str) -> httpx.Response:
    champs = {"questionnaire": "MOS", "etape": str(etape), "date_bilan": f"{JOUR:%d/%m/%Y}", **autres}
    return await client.post(f"/beneficiaires/{numero}/bilans", data=champs)


async def un_bilan(monde: Monde, client: httpx.AsyncClient) -> tuple[int, uuid.UUID, str]:
    """Return a dossier, a MOS bilan of today without any answer, and its address."""
    numero, etape = await etape_mos(monde)
    reponse = await creer(client, numero, etape)
    assert reponse.status_code == 303, reponse.text
    adresse = reponse.headers["location"].partition("?")[0]
    identifiant = uuid.UUID(adresse.rpartition("/")[2])
    async with transaction():
        await executer("DELETE FROM reponse WHERE bilan = {}", identifiant)
    return numero, identifiant, adresse


async def repondre(
    client: httpx.AsyncClient, adresse: str, question: str, valeur: Any, version: int = 0
) -> httpx.Response:
    return await client.put(
        f"{adresse}/reponses/{question}",
        json={"valeur": valeur, "version": version},
        headers={"accept": "application/json"},
    )


async def test_the_list_offers_the_bilan_of_an_open_etape_and_creates_it(serveur: Serveur, monde: Monde) -> None:
    numero, etape = await etape_mos(monde)
    async with serveur.client(monde.referent) as client:
        page = await client.get(f"/beneficiaires/{numero}/bilans")
        assert requetes(page) <= 12
        assert "MOS - Bilan" in page.text
        assert "Le bilan est à créer dès l'entrée" in page.text
        reponse = await creer(client, numero, etape)
        assert reponse.status_code == 303
        page = await client.get(reponse.headers["location"])
        assert page.status_code == 200
        assert requetes(page) <= 12
        liste = await client.get(f"/beneficiaires/{numero}/bilans")
    for attendu in ("Date du bilan", "Nombre de questions", "Nombre de réponses", ">37<", f"{JOUR:%d/%m/%Y}"):
        assert attendu in liste.text


async def test_a_wrong_creation_comes_back_with_its_message(serveur: Serveur, monde: Monde) -> None:
    numero, etape = await etape_mos(monde)
    async with serveur.client(monde.referent) as client:
        reponse = await creer(client, numero, etape, date_bilan="01/01/2020")
        assert reponse.status_code == 422
        assert "Le bilan précède le début" in reponse.text
        assert 'value="01/01/2020"' in reponse.text
        assert (await creer(client, numero, etape, questionnaire="")).status_code == 422
        assert (await creer(client, numero, uuid.uuid4())).status_code == 404
    assert await bilans(monde.referent, numero) == []


async def test_an_answer_goes_alone_and_says_how_far_the_bilan_is(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.referent) as client:
        _, identifiant, adresse = await un_bilan(monde, client)
        reponse = await repondre(client, adresse, "MOS_11", True)
        corps = reponse.json()
        assert reponse.status_code == 200
        assert (corps["version"], corps["nombre_reponses"], corps["nombre_questions"]) == (1, 1, 37)
        assert "MOS_12" in corps["visibles"]
        assert corps["sections"]["B"] == {"reponses": 1, "questions": 8}
        assert dt.datetime.fromisoformat(corps["enregistre_a"]).tzinfo is not None
        vide = await repondre(client, adresse, "MOS_11", None, 1)
        assert (vide.status_code, vide.json()["version"]) == (200, 0)
        assert "MOS_12" not in vide.json()["visibles"]
    assert await reponses(identifiant) == []


@pytest.mark.parametrize(
    ("question", "corps", "statut", "message"),
    [
        ("MOS_05", {"valeur": 999, "version": 0}, 422, "Saisissez un nombre entre 0 et"),
        ("MOS_01", {"valeur": "hier", "version": 0}, 422, "Cette date n'existe pas"),
        ("MOS_99", {"valeur": 1, "version": 0}, 404, "Cette question n'est pas dans ce bilan."),
        ("MOS_05", {"valeur": 3}, 400, "n'a pas pu être comprise"),
        ("MOS_05", {"valeur": 3, "version": "un"}, 400, "n'a pas pu être comprise"),
        ("MOS_05", {"valeur": 3, "version": 0, "auteur": "moi"}, 400, "n'a pas pu être comprise"),
        ("MOS_05", None, 400, "n'a pas pu être comprise"),
    ],
)
async def test_a_refused_answer_says_why(
    serveur: Serveur, monde: Monde, question: str, corps: Any, statut: int, message: str
) -> None:
    async with serveur.client(monde.referent) as client:
        _, identifiant, adresse = await un_bilan(monde, client)
        contenu = {"content": b"{"} if corps is None else {"json": corps}
        reponse = await client.put(f"{adresse}/reponses/{question}", headers={"accept": "application/json"}, **contenu)
        assert reponse.status_code == statut
        assert message in reponse.json()["message"]
    assert await reponses(identifiant) == []


async def test_a_conflict_answers_409_with_the_other_value(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.referent) as un, serveur.client(monde.collegue) as deux:
        _, identifiant, adresse = await un_bilan(monde, un)
        await repondre(un, adresse, "MOS_05", 3)
        conflit = await repondre(deux, adresse, "MOS_05", 4)
        assert conflit.status_code == 409
        corps = conflit.json()
        assert (corps["valeur"], corps["version"], corps["auteur"]) == (3, 1, "Alix ESSAI")
        assert (await repondre(deux, adresse, "MOS_05", 3)).status_code == 200
        assert (await repondre(deux, adresse, "MOS_05", 4, 1)).status_code == 200
    assert [r.valeur for r in await reponses(identifiant)] == [4]


async def test_without_javascript_the_whole_form_is_saved_in_one_act(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.referent) as un, serveur.client(monde.collegue) as deux:
        numero, identifiant, adresse = await un_bilan(monde, un)
        await repondre(deux, adresse, "MOS_06", 2)
        await repondre(deux, adresse, "MOS_09", True)
        champs = {
            "avant-MOS_01": "[0,null]",
            "MOS_01": "3/2/2026",
            "avant-MOS_03": "[0,null]",
            "MOS_03": ["SANTE_PHYSIQUE", "ADDICTIONS"],
            "avant-MOS_05": "[0,null]",
            "MOS_05": "999",
            "avant-MOS_06": "[0,null]",
            "MOS_06": "7",
            "avant-MOS_09": "[0,null]",
            "avant-MOS_11": "[0,null]",
            "MOS_11": "non",
            "avant-MOS_37": "[0,null]",
            "MOS_37": "Reprendre le sport\r\nchaque semaine",
        }
        reponse = await un.post(adresse, data=champs)
        assert reponse.status_code == 409
        assert "Morgan ESSAI a répondu « 2 »" in reponse.text
        assert "Saisissez un nombre entre 0 et" in reponse.text
        assert 'value="999"' in reponse.text
        assert {r.question: r.valeur for r in await reponses(identifiant)} == {
            "MOS_01": "2026-02-03",
            "MOS_03": ["SANTE_PHYSIQUE", "ADDICTIONS"],
            "MOS_06": 2,
            "MOS_09": True,
            "MOS_11": False,
            "MOS_37": "Reprendre le sport\nchaque semaine",
        }
        reponse = await un.post(adresse, data={"avant-MOS_06": "[1,2]", "MOS_06": "7"})
        assert reponse.status_code == 303
        assert "acte=" in reponse.headers["location"]
    assert (await bilan(monde.referent, numero, identifiant)).nombre_reponses == 6


async def test_closed_it_is_read_only_and_it_is_reopened(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.referent) as client:
        numero, identifiant, adresse = await un_bilan(monde, client)
        async with transaction():
            await executer("UPDATE bilan SET clos_le = {} WHERE id = {}", JOUR, identifiant)
        page = await client.get(adresse)
        assert "Ce bilan est clos depuis le" in page.text
        assert "data-url" not in page.text
        assert "Rouvrir le bilan" in page.text
        reponse = await repondre(client, adresse, "MOS_05", 3)
        assert (reponse.status_code, "clos depuis" in reponse.json()["message"]) == (403, True)
        reponse = await client.post(f"{adresse}/rouvrir", data={"version": "1"})
        assert reponse.status_code == 303
        assert "data-url" in (await client.get(adresse)).text
    assert not (await bilan(monde.referent, numero, identifiant)).clos


async def test_the_date_the_deletion_and_the_history(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.referent) as client:
        numero, identifiant, adresse = await un_bilan(monde, client)
        await repondre(client, adresse, "MOS_05", 3)
        await repondre(client, adresse, "MOS_05", 4, 1)
        veille = JOUR - dt.timedelta(days=1)
        assert (
            await client.post(f"{adresse}/date", data={"version": "1", "date_bilan": "31/12/2099"})
        ).status_code == 422
        reponse = await client.post(f"{adresse}/date", data={"version": "1", "date_bilan": f"{veille:%d/%m/%Y}"})
        assert reponse.status_code == 303
        assert (await bilan(monde.referent, numero, identifiant)).date_bilan == veille
        histoire = await client.get(f"{adresse}/reponses/MOS_05", headers={"hx-request": "true"})
        assert "avant : 3" in histoire.text
        assert "<html" not in histoire.text
        page = await client.get(f"{adresse}/reponses/MOS_05")
        assert "Historique de la réponse" in page.text
        assert requetes(page) <= 12
        assert (await client.get(f"{adresse}/reponses/MOS_99")).status_code == 404
        impression = await client.get(f"{adresse}/impression")
        assert "Imprimé le" in impression.text
        assert requetes(impression) <= 12
        reponse = await client.post(f"{adresse}/supprimer", data={"version": "2"})
        assert reponse.status_code == 303
    assert await bilans(monde.referent, numero) == []


async def test_a_health_bilan_is_closed_to_those_who_are_not_entitled(serveur: Serveur, monde: Monde) -> None:
    sans_droit = await creer_utilisateur("Lou", monde.referent.role, monde.organisme, sensible=False)
    async with serveur.client(monde.referent) as client:
        numero, _, adresse = await un_bilan(monde, client)
        await repondre(client, adresse, "MOS_37", "Canari de santé")
    for ctx in (sans_droit, monde.pilote):
        async with serveur.client(ctx) as client:
            liste = await client.get(f"/beneficiaires/{numero}/bilans")
            pilote = ctx is monde.pilote
            assert ("Conclusion seulement" if pilote else "Réservé aux personnes habilitées") in liste.text
            assert (adresse in liste.text) is pilote
            for suite in ("", "/impression", "/reponses/MOS_37"):
                page = await client.get(adresse + suite)
                assert page.status_code == (200 if pilote and not suite else 403)
                assert "Canari" not in page.text
            assert (await repondre(client, adresse, "MOS_05", 3)).status_code == 403


async def test_another_organism_is_answered_like_an_unknown_bilan(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.referent) as client:
        numero, _, adresse = await un_bilan(monde, client)
        inconnu = await client.get(f"/beneficiaires/{numero}/bilans/{uuid.uuid4()}")
    async with serveur.client(monde.autre_referent) as client:
        page = await client.get(adresse)
        assert (page.status_code, inconnu.status_code) == (404, 404)
        assert (await repondre(client, adresse, "MOS_05", 3)).status_code == 404
        assert (await client.post(f"{adresse}/supprimer", data={"version": "1"})).status_code == 404


async def test_an_organism_that_shares_the_dossier_reads_the_bilan(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.referent) as client:
        numero, _, adresse = await un_bilan(monde, client)
        await repondre(client, adresse, "MOS_05", 3)
    async with transaction():
        await executer(
            """INSERT INTO rattachement (id, beneficiaire, organisme, nature, motif, debut, version)
            VALUES ({}, {}, {}, 'REPRISE', '', {}, 1)""",
            uuid.uuid4(),
            numero,
            monde.autre_organisme,
            JOUR,
        )
    async with serveur.client(monde.autre_referent) as client:
        page = await client.get(adresse)
        assert page.status_code == 200
        assert "Ce bilan est celui de Association Exemple" in page.text
        assert "data-url" not in page.text
        assert "Rouvrir" not in page.text


async def test_a_disabled_offre_leaves_its_bilans_readable(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.referent) as client:
        numero, identifiant, adresse = await un_bilan(monde, client)
        await repondre(client, adresse, "MOS_05", 3)
        await terminer_offre(monde.systeme, monde.offre_de_service, fin=JOUR - dt.timedelta(days=1), version=1)
        page = await client.get(adresse)
        assert "est plus ouverte" in page.text
        assert "data-url" not in page.text
        liste = await client.get(f"/beneficiaires/{numero}/bilans")
        assert adresse in liste.text
        assert "Créer un bilan" not in liste.text
        assert (await repondre(client, adresse, "MOS_05", 4, 1)).status_code == 403
        fiche = await bilan(monde.referent, numero, identifiant)
        assert (await creer(client, numero, fiche.etape, date_bilan="01/11/2026")).status_code == 422


async def test_the_acts_of_a_bilan_never_carry_its_answers(serveur: Serveur, monde: Monde) -> None:
    async with serveur.client(monde.referent) as client:
        _, identifiant, adresse = await un_bilan(monde, client)
        await repondre(client, adresse, "MOS_37", "Canari de santé")
    textes = [str(ligne) for table in ("acte", "journal") for ligne in await lire(f"SELECT * FROM {table}")]
    assert not [texte for texte in textes if "Canari" in texte]
    revisions = await lire("SELECT apres FROM revision WHERE cle = {}", str(cle_reponse(identifiant, "MOS_37")))
    assert [ligne["apres"]["valeur"] for ligne in revisions] == ["Canari de santé"]
