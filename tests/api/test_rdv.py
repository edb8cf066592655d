"""Créneaux and rendez-vous of a partner over HTTP, on both engines: read, booked once, cancelled, told back."""

import asyncio
import datetime as dt
import uuid

import msgspec

from tests.api.aides import SIRET, client_api, des_creneaux, un_jour, une_cle, une_demande, une_personne
from tests.api.test_cles import refus
from tests.serveur import Serveur, requetes
from viesion_core.actes import annuler_acte
from viesion_core.agenda.actions import retirer_creneau
from viesion_core.agenda.queries import creneaux_libres
from viesion_core.db import executer, lire, lire_un, lire_valeur, transaction
from viesion_core.entretiens.actions import realiser_entretien
from viesion_core.entretiens.queries import entretien
from viesion_core.journal.actions import vider
from viesion_core.partenaires.model import Portee
from viesion_core.testing import Monde
from web.securite import maintenant

LIEU = "INDIVIDUEL_PHYSIQUE_DANS_UNE_PERMANENCE"


async def tenus(creneau: uuid.UUID) -> int:
    requete = "SELECT count(*) FROM entretien WHERE creneau = {} AND realisation NOT IN ('REPORTE', 'ANNULE_STR')"
    return int(await lire_valeur(requete, creneau))


async def test_solis_lit_les_creneaux_publies(monde: Monde, serveur: Serveur) -> None:
    publies = await des_creneaux(monde.referent, lieu=LIEU, adresse="Maison du lac", capacite=2, titre="Permanence")
    ailleurs = await des_creneaux(monde.autre_referent, siret="35600000000048", type="DIAGNOSTIC")
    numero = await une_personne(monde, "IND1")
    async with client_api(serveur, await une_cle(serveur, Portee.CRENEAUX)) as api:
        await api.post("/rdv", json=une_demande(publies[0], "IND1"))
        tous = await api.get("/creneaux", params={"du": str(un_jour()), "au": str(un_jour())})
        assert requetes(tous) <= 12
        assert tous.json()["complet"] is True
        lus = tous.json()["creneaux"]
        assert {c["uuid_creneau"] for c in lus} == {str(c.id) for c in (*publies, *ailleurs)}
        sien = next(c for c in lus if c["uuid_creneau"] == str(publies[0].id))
        debut = dt.datetime.fromisoformat(sien["debut"])
        assert (debut, debut.hour) == (publies[0].debut, 9)
        assert debut.utcoffset() in (dt.timedelta(hours=1), dt.timedelta(hours=2))
        assert {c: sien[c] for c in ("siret", "lieu", "adresse", "type", "titre", "duree", "capacite", "restant")} == {
            "siret": SIRET, "lieu": LIEU, "adresse": "Maison du lac", "type": "SUIVI", "titre": "Permanence",
            "duree": 60, "capacite": 2, "restant": 1,
        }  # fmt: skip
        assert "ESSAI" not in tous.text
        for filtre in ({"siret": SIRET}, {"type": "SUIVI"}, {"lieu": LIEU}):
            lus = (await api.get("/creneaux", params=filtre)).json()["creneaux"]
            assert len(lus) == 3, filtre
        assert (await api.get("/creneaux", params={"siret": "1' OR '1'='1"})).json()["creneaux"] == []
        assert refus(await api.get("/creneaux", params={"du": "2026-02-30"})) == (400, "DEMANDE_INCOMPRISE")
        envers = {"du": "2026-12-02", "au": "2026-12-01"}
        assert refus(await api.get("/creneaux", params=envers)) == (422, "DATES_INCOHERENTES")
    assert numero


async def test_une_place_se_reserve_une_fois_quoi_qu_il_arrive(monde: Monde, serveur: Serveur) -> None:
    (premier, *_) = await des_creneaux(monde.referent)
    numero = await une_personne(monde, "IND1")
    demande = une_demande(premier, "IND1")
    async with client_api(serveur, await une_cle(serveur)) as api:
        prise = await api.post("/rdv", json=demande)
        assert prise.status_code == 201
        assert requetes(prise) <= 40
        corps = prise.json()
        assert (corps["etat"], corps["statut"], corps["statut_libelle"]) == ("RESERVE", "PREVU", "Prévu")
        assert dt.datetime.fromisoformat(corps["debut"]) == premier.debut
        encore = await api.post("/rdv", json=demande)
        assert (encore.status_code, encore.json()) == (200, corps)
        assert (await api.get(f"/rdv/{demande['uuid_resa']}")).json() == corps
        autre = await api.post("/rdv", json={**demande, "id_individu": "IND2"})
        assert refus(autre) == (409, "RESERVATION_DIFFERENTE")
    assert await tenus(premier.id) == 1
    ligne = await lire_un("SELECT id, beneficiaire FROM entretien WHERE creneau = {}", premier.id)
    assert ligne is not None
    fiche = await entretien(monde.referent, numero, ligne["id"])
    assert (fiche.realisation, fiche.collaborateur, fiche.duree) == ("PREVU", monde.referent.utilisateur, 60)
    acte = await lire_un("SELECT auteur, utilisateur FROM acte WHERE nature = 'creneau.reserver'")
    assert acte is not None
    assert (acte["auteur"], acte["utilisateur"]) == ("Solis, essais", None)
    lectures = "SELECT count(*) FROM journal WHERE operation = 'creneau.reserver' AND objet = 'dossier'"
    assert await lire_valeur(lectures) == 1


async def test_prise_trois_autres_sont_proposees_du_meme_type_et_lieu_d_abord(monde: Monde, serveur: Serveur) -> None:
    jour = un_jour()
    voulus = await des_creneaux(monde.referent, jour=jour, a=600, lieu=LIEU, adresse="Ici")
    autre_type = await des_creneaux(
        monde.referent, jour=jour, de=600, a=660, lieu=LIEU, adresse="Ici", type="DIAGNOSTIC"
    )
    ailleurs = await des_creneaux(monde.referent, jour=jour, de=660, a=720, lieu=LIEU, adresse="Là-bas")
    loin = await des_creneaux(monde.referent, jour=un_jour(26), de=660, a=720, lieu=LIEU, adresse="Ici")
    chez_l_autre = await des_creneaux(monde.autre_referent, siret="35600000000048", jour=jour, lieu=LIEU)
    await une_personne(monde, "IND1")
    await une_personne(monde, "IND2", nom="Autre")
    async with client_api(serveur, await une_cle(serveur)) as api:
        assert (await api.post("/rdv", json=une_demande(voulus[0], "IND1"))).status_code == 201
        pris = await api.post("/rdv", json=une_demande(voulus[0], "IND2"))
        assert refus(pris) == (409, "CRENEAU_PRIS")
        proposes = [a["uuid_creneau"] for a in pris.json()["alternatives"]]
        attendus = [loin[0].id, ailleurs[-1].id, next(c.id for c in autre_type if c.type == "DIAGNOSTIC")]
        assert proposes == [str(c) for c in attendus]
        assert str(chez_l_autre[0].id) not in proposes
        suivante = une_demande(loin[0], "IND2")
        assert (await api.post("/rdv", json=suivante)).status_code == 201


async def test_cinquante_demandes_a_la_fois_ne_prennent_que_les_places_qu_il_y_a(
    monde: Monde, serveur: Serveur
) -> None:
    (atelier, *_) = await des_creneaux(monde.referent, capacite=3)
    for n in range(20):
        await une_personne(monde, f"IND{n}", nom=f"Exemple {n}")
    async with client_api(serveur, await une_cle(serveur, limite=1000)) as api:
        demandes = [une_demande(atelier, f"IND{n}") for n in range(20)]
        faits = await asyncio.gather(*(api.post("/rdv", json=d) for d in (*demandes, *demandes[:10])))
    statuts = [r.status_code for r in faits]
    assert statuts.count(201) == 3
    assert set(statuts) <= {200, 201, 409}
    assert {refus(r)[1] for r in faits if r.status_code == 409} == {"CRENEAU_PRIS"}
    assert await tenus(atelier.id) == 3
    places = await lire("SELECT place FROM entretien WHERE creneau = {} ORDER BY place", atelier.id)
    assert [li["place"] for li in places] == [1, 2, 3]


async def test_la_meme_demande_vingt_fois_a_la_fois_prend_une_place(monde: Monde, serveur: Serveur) -> None:
    (premier, *_) = await des_creneaux(monde.referent, capacite=5)
    await une_personne(monde, "IND1")
    demande = une_demande(premier, "IND1")
    async with client_api(serveur, await une_cle(serveur, limite=1000)) as api:
        faits = await asyncio.gather(*(api.post("/rdv", json=demande) for _ in range(20)))
    assert sorted(r.status_code for r in faits) == [200] * 19 + [201]
    assert len({r.text for r in faits}) == 1
    assert await tenus(premier.id) == 1


async def test_annuler_rend_la_place_et_se_repete(monde: Monde, serveur: Serveur) -> None:
    (premier, *_) = await des_creneaux(monde.referent)
    await une_personne(monde, "IND1")
    await une_personne(monde, "IND2", nom="Autre")
    demande = une_demande(premier, "IND1")
    async with client_api(serveur, await une_cle(serveur)) as api:
        inconnue = await api.post("/rdv", json={**demande, "etat": "ANNULE"})
        assert refus(inconnue) == (404, "RESERVATION_INCONNUE")
        await api.post("/rdv", json=demande)
        for _ in range(2):
            annulee = await api.post("/rdv", json={**demande, "etat": "ANNULE"})
            assert (annulee.status_code, annulee.json()["etat"]) == (200, "ANNULE")
            assert annulee.json()["statut"] == "ANNULE_STR"
        assert (await api.post("/rdv", json=demande)).json()["etat"] == "ANNULE"
        assert await tenus(premier.id) == 0
        assert (await api.post("/rdv", json=une_demande(premier, "IND2"))).status_code == 201


async def test_la_realisation_revient_a_solis(monde: Monde, serveur: Serveur) -> None:
    (premier, *_) = await des_creneaux(monde.referent)
    numero = await une_personne(monde, "IND1")
    demande = une_demande(premier, "IND1")
    async with client_api(serveur, await une_cle(serveur)) as api:
        await api.post("/rdv", json=demande)
        identifiant = (await lire("SELECT id FROM entretien WHERE creneau = {}", premier.id))[0]["id"]
        apres = msgspec.structs.replace(monde.referent, maintenant=premier.fin)
        await realiser_entretien(apres, numero, identifiant, "ABS_NON_JUST", version=1)
        lu = (await api.get(f"/rdv/{demande['uuid_resa']}")).json()
        assert (lu["etat"], lu["statut"], lu["version"]) == ("RESERVE", "ABS_NON_JUST", 2)
        assert lu["statut_libelle"] == "Absence non justifiée"
        assert refus(await api.post("/rdv", json={**demande, "etat": "ANNULE"})) == (409, "RDV_REALISE")
    await vider()
    assert await lire_valeur("SELECT count(*) FROM journal WHERE operation = 'rdv.consulter'") == 1


async def test_une_reservation_defaite_dans_viesion_se_lit_annulee(monde: Monde, serveur: Serveur) -> None:
    (premier, *_) = await des_creneaux(monde.referent)
    await une_personne(monde, "IND1")
    demande = une_demande(premier, "IND1")
    async with client_api(serveur, await une_cle(serveur)) as api:
        await api.post("/rdv", json=demande)
        async with transaction():
            await executer("DELETE FROM entretien WHERE creneau = {}", premier.id)
        lu = (await api.get(f"/rdv/{demande['uuid_resa']}")).json()
        assert (lu["etat"], lu["statut"]) == ("ANNULE", "ANNULE_STR")
        assert dt.datetime.fromisoformat(lu["debut"]) == premier.debut
        assert (await api.post("/rdv", json={**demande, "etat": "ANNULE"})).status_code == 200


async def test_ce_qui_ne_se_reserve_pas_dit_pourquoi(monde: Monde, serveur: Serveur) -> None:
    premier, deuxieme, troisieme = await des_creneaux(monde.referent)
    chez_l_autre = await des_creneaux(monde.autre_referent, siret="35600000000048")
    await une_personne(monde, "IND1")
    await retirer_creneau(monde.referent, troisieme.id, version=1)
    async with client_api(serveur, await une_cle(serveur)) as api:

        async def code(demande: dict[str, object]) -> tuple[int, str]:
            return refus(await api.post("/rdv", json=demande))

        bonne = une_demande(premier, "IND1")
        assert await code({**bonne, "id_individu": "INCONNU"}) == (404, "INDIVIDU_INCONNU")
        assert await code({**bonne, "uuid_creneau": str(uuid.uuid4())}) == (404, "INTROUVABLE")
        assert await code(une_demande(troisieme, "IND1")) == (404, "INTROUVABLE")
        assert await code(une_demande(chez_l_autre[0], "IND1")) == (422, "REFUSE")
        assert await code({**bonne, "uuid_resa": "pas un uuid"}) == (400, "DEMANDE_INCOMPRISE")
        assert await code({**bonne, "etat": "PEUT_ETRE"}) == (400, "DEMANDE_INCOMPRISE")
        assert await code({"uuid_resa": bonne["uuid_resa"]}) == (400, "DEMANDE_INCOMPRISE")
        for octets in (b"{", b"", b"\xff\xfe", b"[]", b'"x"', b'{"uuid_resa": "\\ud800"}'):
            refusee = await api.post("/rdv", content=octets, headers={"content-type": "application/json"})
            assert refus(refusee) == (400, "DEMANDE_INCOMPRISE"), octets
        assert refus(await api.get(f"/rdv/{uuid.uuid4()}")) == (404, "RESERVATION_INCONNUE")
        assert refus(await api.get("/rdv/abc"))[0] == 404
    assert await tenus(premier.id) == 0
    assert deuxieme.restant == 1


async def test_un_autre_partenaire_ne_voit_pas_ces_reservations(monde: Monde, serveur: Serveur) -> None:
    (premier, *_) = await des_creneaux(monde.referent)
    await une_personne(monde, "IND1")
    demande = une_demande(premier, "IND1")
    async with (
        client_api(serveur, await une_cle(serveur)) as solis,
        client_api(serveur, await une_cle(serveur, emetteur="RDVI")) as autre,
    ):
        await solis.post("/rdv", json=demande)
        assert refus(await autre.get(f"/rdv/{demande['uuid_resa']}")) == (404, "RESERVATION_INCONNUE")
        annulee = await autre.post("/rdv", json={**demande, "etat": "ANNULE"})
        assert refus(annulee) == (404, "RESERVATION_INCONNUE")
    assert await tenus(premier.id) == 1


async def test_la_meme_cle_d_idempotence_ne_fait_qu_une_fois(monde: Monde, serveur: Serveur) -> None:
    (premier, *_) = await des_creneaux(monde.referent)
    await une_personne(monde, "IND1")
    demande = une_demande(premier, "IND1")
    entetes = {"Idempotency-Key": "envoi-42"}
    async with client_api(serveur, await une_cle(serveur)) as api:
        rate = await api.post("/rdv", json={**demande, "id_individu": "INCONNU"}, headers=entetes)
        assert refus(rate) == (404, "INDIVIDU_INCONNU")  # a refusal is not kept
        prise = await api.post("/rdv", json=demande, headers=entetes)
        rejouee = await api.post("/rdv", json=demande, headers=entetes)
        assert (prise.status_code, rejouee.status_code) == (201, 201)
        assert (rejouee.text, rejouee.headers["idempotency-replayed"]) == (prise.text, "true")
        autre = await api.post("/rdv", json=une_demande(premier, "IND1"), headers=entetes)
        assert refus(autre) == (422, "IDEMPOTENCE_DIFFERENTE")
        trop_longue = await api.post("/rdv", json=demande, headers={"Idempotency-Key": "x" * 81})
        assert refus(trop_longue) == (400, "DEMANDE_INCOMPRISE")
    async with client_api(serveur, await une_cle(serveur)) as autre_cle:
        assert (await autre_cle.post("/rdv", json=demande, headers=entetes)).status_code == 200
    assert await tenus(premier.id) == 1


async def test_annulee_par_son_acte_la_reservation_suit(monde: Monde, serveur: Serveur) -> None:
    (premier, *_) = await des_creneaux(monde.referent)
    numero = await une_personne(monde, "IND1")
    demande = une_demande(premier, "IND1")
    async with client_api(serveur, await une_cle(serveur)) as api:
        await api.post("/rdv", json=demande)
        fait = (await lire("SELECT id FROM acte WHERE nature = 'creneau.reserver'"))[0]["id"]
        await annuler_acte(msgspec.structs.replace(monde.systeme, maintenant=maintenant()), fait)
        assert (await api.get(f"/rdv/{demande['uuid_resa']}")).json()["etat"] == "ANNULE"
    jour = un_jour()
    assert premier.id in {c.id for c in await creneaux_libres(monde.referent, jour, jour)}
    assert numero
