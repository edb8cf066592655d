"""The webhook of rdv-insertion over HTTP, on both engines: signed, booked on the slot of its hour, followed."""

import json
import uuid
from typing import Any

import httpx
import msgspec

from tests.api.aides import SIRET, client_api, des_creneaux, une_cle, une_personne
from tests.api.test_cles import refus
from tests.serveur import Serveur
from viesion_core.agenda.model import Creneau
from viesion_core.db import executer, lire, lire_valeur, transaction
from viesion_core.partenaires.actions import revoquer_cle
from viesion_core.partenaires.model import CleNouvelle, Portee, signer
from viesion_core.testing import Monde
from web.api.service import PREFIXE

RDV = uuid.uuid4()


def un_message(creneau: Creneau, *individus: str, event: str = "created", **autres: Any) -> dict[str, Any]:
    """Return a message in the form of rdv-insertion, for synthetic people."""
    participations = [
        {"id": rang, "status": "unknown", "user": {"id": 700 + rang, "department_internal_id": individu, "nir": None}}
        for rang, individu in enumerate(individus)
    ]
    data = {
        "id": 325,
        "uuid": str(RDV),
        "starts_at": creneau.debut.isoformat(),
        "duration_in_min": creneau.duree,
        "cancelled_at": None,
        "status": "unknown",
        "users_count": len(individus),
        "organisation": {"id": 4, "name": "Organisme d'essai"},
        "participations": participations,
        **autres,
    }
    return {"data": data, "meta": {"model": "Rdv", "event": event, "timestamp": "2026-11-24 19:53:07 +0100"}}


async def envoyer(
    serveur: Serveur, cle: CleNouvelle, message: Any, *, siret: str = SIRET, signature: str | None = None
) -> httpx.Response:
    """Send a message, signed with the secret of its key unless told."""
    corps = message if isinstance(message, bytes) else json.dumps(message).encode()
    entetes = {
        "Content-Type": "application/json",
        "X-RDVI-Signature": signer(cle.signature, corps) if signature is None else signature,
    }
    async with httpx.AsyncClient(timeout=60) as client:
        adresse = f"{serveur.url}{PREFIXE}/webhooks/rdv-insertion/{cle.id}/{siret}"
        return await client.post(adresse, content=corps, headers=entetes)


async def test_un_rendez_vous_pris_ailleurs_prend_le_creneau_de_son_heure(monde: Monde, serveur: Serveur) -> None:
    premier, *_ = await des_creneaux(monde.referent, capacite=2)
    await une_personne(monde, "IND1")
    await une_personne(monde, "IND2", nom="Autre")
    cle = await une_cle(serveur, Portee.CRENEAUX, emetteur="RDVI")
    for _ in range(2):  # a webhook is sent again until it is answered
        recu = await envoyer(serveur, cle, un_message(premier, "IND1", "IND2"))
        assert recu.status_code == 200
        assert [(r["id_individu"], r["etat"], r["statut"]) for r in recu.json()["rdv"]] == [
            ("IND1", "RESERVE", "PREVU"),
            ("IND2", "RESERVE", "PREVU"),
        ]
    assert await lire_valeur("SELECT count(*) FROM entretien") == 2
    resa = recu.json()["rdv"][0]["uuid_resa"]
    async with client_api(serveur, cle) as api:
        assert (await api.get(f"/rdv/{resa}")).json()["uuid_creneau"] == str(premier.id)
    annule = await envoyer(serveur, cle, un_message(premier, "IND1", "IND2", event="destroyed"))
    assert {r["etat"] for r in annule.json()["rdv"]} == {"ANNULE"}


async def test_une_excuse_avant_la_date_rend_la_place(monde: Monde, serveur: Serveur) -> None:
    premier, *_ = await des_creneaux(monde.referent)
    await une_personne(monde, "IND1")
    cle = await une_cle(serveur)
    await envoyer(serveur, cle, un_message(premier, "IND1"))
    excuse = await envoyer(serveur, cle, un_message(premier, "IND1", event="updated", status="excused"))
    assert [r["etat"] for r in excuse.json()["rdv"]] == ["ANNULE"]
    jamais_pris = un_message(premier, "IND1", event="destroyed", uuid=str(uuid.uuid4()))
    assert (await envoyer(serveur, cle, jamais_pris)).json()["rdv"] == []


async def test_ce_que_rdv_insertion_dit_d_un_rendez_vous_passe(monde: Monde, serveur: Serveur) -> None:
    premier, *_ = await des_creneaux(monde.referent)
    await une_personne(monde, "IND1")
    cle = await une_cle(serveur)
    await envoyer(serveur, cle, un_message(premier, "IND1"))
    hier = msgspec.structs.replace(premier, debut=monde.referent.maintenant.replace(year=2025))
    async with transaction():
        await executer("UPDATE entretien SET debut = {}", hier.debut)
    vu = un_message(hier, "IND1", event="updated", status="seen")
    assert [r["statut"] for r in (await envoyer(serveur, cle, vu)).json()["rdv"]] == ["PRESENCE"]
    absent = un_message(hier, "IND1", event="updated", status="noshow")
    assert [r["statut"] for r in (await envoyer(serveur, cle, absent)).json()["rdv"]] == ["PRESENCE"]


async def test_un_message_mal_signe_ne_fait_rien(monde: Monde, serveur: Serveur) -> None:
    premier, *_ = await des_creneaux(monde.referent)
    await une_personne(monde, "IND1")
    cle, autre, revoquee = [await une_cle(serveur) for _ in range(3)]
    sans_portee = await une_cle(serveur, Portee.ALLOC)
    message = un_message(premier, "IND1")
    await revoquer_cle(monde.systeme, revoquee.id)
    for signature in ("", "0" * 64, signer(autre.signature, json.dumps(message).encode()), cle.signature):
        refusee = await envoyer(serveur, cle, message, signature=signature)
        assert refus(refusee) == (401, "CLE_REQUISE"), signature
    assert refus(await envoyer(serveur, revoquee, message)) == (401, "CLE_REQUISE")
    inconnue = CleNouvelle(uuid.uuid4(), "", "0" * 64)
    assert refus(await envoyer(serveur, inconnue, message)) == (401, "CLE_REQUISE")
    assert refus(await envoyer(serveur, sans_portee, message)) == (403, "PORTEE_REQUISE")
    assert await lire("SELECT id FROM entretien") == []


async def test_un_message_qui_ne_va_pas_dit_pourquoi(monde: Monde, serveur: Serveur) -> None:
    premier, *_ = await des_creneaux(monde.referent)
    await une_personne(monde, "IND1")
    cle = await une_cle(serveur)
    invitation = {"data": {"id": 1}, "meta": {"model": "Invitation", "event": "created"}}
    assert (await envoyer(serveur, cle, invitation)).json()["ignore"]
    assert refus(await envoyer(serveur, cle, un_message(premier, "INCONNU"))) == (404, "INDIVIDU_INCONNU")
    assert refus(await envoyer(serveur, cle, un_message(premier, ""))) == (404, "INDIVIDU_INCONNU")
    assert refus(await envoyer(serveur, cle, un_message(premier, "IND1"), siret="0")) == (404, "INTROUVABLE")
    plus_long = un_message(premier, "IND1", duration_in_min=45)
    assert refus(await envoyer(serveur, cle, plus_long)) == (404, "INTROUVABLE")
    for faux in ({"starts_at": "hier"}, {"starts_at": "2026-12-01T09:00:00"}, {"uuid": None}, {"participations": 3}):
        refusee = await envoyer(serveur, cle, un_message(premier, "IND1", **faux))
        assert refus(refusee) == (400, "DEMANDE_INCOMPRISE"), faux
    assert refus(await envoyer(serveur, cle, b"{")) == (400, "DEMANDE_INCOMPRISE")
