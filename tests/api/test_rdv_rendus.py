"""What becomes of a rendez-vous goes back to the partner who took it: each change once, undone ones too."""

import datetime as dt
import uuid

import msgspec

from tests.api.aides import client_api, des_creneaux, une_cle, une_demande, une_personne
from tests.api.test_envois import reponses, tout_lire
from tests.api.test_rdv import tenus
from tests.echanges.solis import FauxSolis
from tests.serveur import Serveur, requetes
from viesion_core.actes import annuler_acte
from viesion_core.agenda.actions_series import annuler_seance, deplacer_seance
from viesion_core.agenda.model_ateliers import SEULE
from viesion_core.contexte import Contexte, contexte_systeme
from viesion_core.db import lire, lire_valeur
from viesion_core.echanges.envois_fichiers import envoyer, lire_reponses
from viesion_core.entretiens.actions import creer_entretien, deplacer_entretien, modifier_entretien, realiser_entretien
from viesion_core.entretiens.model import Saisie
from viesion_core.entretiens.queries import entretien
from viesion_core.testing import Monde
from viesion_solis import rdv as pont
from web.securite import maintenant


async def a_venir(numero: int) -> uuid.UUID:
    return uuid.UUID(str(await lire_valeur("SELECT id FROM entretien WHERE beneficiaire = {}", numero)))


def plus_tard(ctx: Contexte, instant: dt.datetime, minutes: int = 0) -> Contexte:
    return msgspec.structs.replace(ctx, maintenant=instant + dt.timedelta(minutes=minutes))


async def test_la_realisation_part_une_fois_et_se_defait(monde: Monde, serveur: Serveur) -> None:
    (premier, *_) = await des_creneaux(monde.referent)
    numero = await une_personne(monde, "IND1")
    dossier = serveur.settings.dossier_echanges
    async with client_api(serveur, await une_cle(serveur)) as api:
        demande = une_demande(premier, "IND1")
        await api.post("/rdv", json=demande)
        assert await tout_lire(api, "/rdv/messages") == [], "the partner has asked for it"
        cle = await a_venir(numero)
        fiche = await entretien(monde.referent, numero, cle)
        saisie = Saisie(**{c: getattr(fiche, c) for c in Saisie.__struct_fields__} | {"vecteur": "TELEPHONE"})
        await modifier_entretien(plus_tard(monde.referent, maintenant()), numero, cle, saisie, version=1)
        assert await tout_lire(api, "/rdv/messages") == [], "the rest is not Solis's"

        venue = await realiser_entretien(plus_tard(monde.referent, premier.fin), numero, cle, "PRESENCE", version=2)
        (dit,) = await tout_lire(api, "/rdv/messages")
        assert set(dit) == set(pont.COLONNES)
        attendu = {
            "uuid_resa": demande["uuid_resa"], "uuid_creneau": str(premier.id), "id_individu": "IND1",
            "etat": "RESERVE", "statut": "PRESENCE", "duree": "60", "version": "1", "reporte_au": "",
        }  # fmt: skip
        assert {c: dit[c] for c in attendu} == attendu
        assert dt.datetime.fromisoformat(dit["debut"]) == premier.debut
        assert dit["debut"].endswith(("+01:00", "+02:00"))
        await annuler_acte(plus_tard(monde.referent, premier.fin, 1), venue.id)
        await realiser_entretien(plus_tard(monde.referent, premier.fin, 2), numero, cle, "ABS_JUST", version=4)

        solis = FauxSolis(dossier, cle="uuid_resa")
        ctx = contexte_systeme(premier.fin + dt.timedelta(hours=1))
        for _ in range(3):
            await envoyer(ctx, dossier, [pont.FLUX])
            solis.prendre()
            await lire_reponses(ctx, dossier, serveur.settings.cle_echanges)
        assert solis.effets == {demande["uuid_resa"]: [1, 2, 3]}
        assert [li["statut"] for li in solis.lignes] == ["PRESENCE", "PREVU", "ABS_JUST"]
        assert solis.doublons == 0
        assert await tout_lire(api, "/rdv/messages") == []
    assert {li["etat"] for li in await lire("SELECT etat FROM echange_envoi WHERE flux = 'RDV'")} == {"ACQUITTE"}
    async with serveur.client(monde.pilote) as client:
        ecran = await client.get("/echanges/envois?etat=acquittes")
        assert requetes(ecran) <= 12
        for attendu in ("Rendez-vous&nbsp;: présence", "Rendez-vous&nbsp;: absence justifiée"):
            assert attendu in ecran.text


async def test_deplace_reporte_et_annule_se_disent(monde: Monde, serveur: Serveur) -> None:
    premier, deuxieme, troisieme = await des_creneaux(monde.referent)
    numeros = [await une_personne(monde, f"IND{n}", nom=f"Exemple {n}") for n in range(3)]
    async with (
        client_api(serveur, await une_cle(serveur)) as api,
        client_api(serveur, await une_cle(serveur, emetteur="RDVI")) as autre,
    ):
        for n, (libre, client) in enumerate(((premier, api), (deuxieme, api), (troisieme, autre))):
            assert (await client.post("/rdv", json=une_demande(libre, f"IND{n}"))).status_code == 201
        qui = plus_tard(monde.referent, maintenant())
        ailleurs = premier.debut + dt.timedelta(days=1, hours=5)
        cle = await a_venir(numeros[0])
        await deplacer_entretien(qui, numeros[0], cle, ailleurs, version=1)
        (dit,) = await tout_lire(api, "/rdv/messages")
        assert (dit["etat"], dit["statut"], dt.datetime.fromisoformat(dit["debut"])) == ("RESERVE", "PREVU", ailleurs)
        await api.post("/rdv/accuses", json=reponses(dit))
        defait = await realiser_entretien(plus_tard(qui, maintenant()), numeros[0], cle, "ANNULE_STR", version=2)
        (dit,) = await tout_lire(api, "/rdv/messages")
        assert (dit["etat"], dit["statut"], dit["version"]) == ("ANNULE", "ANNULE_STR", "2")
        await annuler_acte(plus_tard(qui, maintenant()), defait.id)
        dernier = (await tout_lire(api, "/rdv/messages"))[-1]
        assert (dernier["etat"], dernier["version"]) == ("RESERVE", "3")
        await api.post("/rdv/accuses", json=reponses(dernier))

        cle = await a_venir(numeros[1])
        fiche = await entretien(monde.referent, numeros[1], cle)
        champs = {c: getattr(fiche, c) for c in Saisie.__struct_fields__} | {"debut": ailleurs + dt.timedelta(hours=1)}
        report = await creer_entretien(
            plus_tard(qui, maintenant()), numeros[1], Saisie(**champs), reporte_de=cle, version_reportee=1
        )
        (dit,) = await tout_lire(api, "/rdv/messages")
        assert (dit["etat"], dit["statut"]) == ("ANNULE", "REPORTE")
        assert dt.datetime.fromisoformat(dit["reporte_au"]) == champs["debut"]
        await annuler_acte(plus_tard(qui, maintenant()), report.id)
        dernier = (await tout_lire(api, "/rdv/messages"))[-1]
        assert (dernier["etat"], dernier["statut"], dernier["reporte_au"]) == ("RESERVE", "PREVU", "")
        await api.post("/rdv/accuses", json=reponses(dernier))

        siens = "SELECT count(*) FROM echange_envoi WHERE destinataire = 'RDVI'"
        assert await lire_valeur(siens) == 0
        await realiser_entretien(qui, numeros[2], await a_venir(numeros[2]), "ANNULE_STR", version=1)
        assert await lire_valeur(siens) == 1
        assert await tout_lire(api, "/rdv/messages") == [], "a partner hears of its own rendez-vous alone"


async def test_une_reservation_defaite_puis_refaite_se_dit(monde: Monde, serveur: Serveur) -> None:
    (premier, *_) = await des_creneaux(monde.referent)
    await une_personne(monde, "IND1")
    async with client_api(serveur, await une_cle(serveur)) as api:
        neuve = une_demande(premier, "IND1")
        assert (await api.post("/rdv", json=neuve)).status_code == 201
        prise = await lire_valeur("SELECT id FROM acte WHERE nature = 'creneau.reserver' ORDER BY at DESC, id LIMIT 1")
        efface = await annuler_acte(plus_tard(monde.systeme, maintenant()), prise)
        (dit,) = await tout_lire(api, "/rdv/messages")
        assert (dit["uuid_resa"], dit["etat"], dit["statut"]) == (neuve["uuid_resa"], "ANNULE", "ANNULE_STR")
        await annuler_acte(plus_tard(monde.systeme, maintenant()), efface.id)
        assert (await api.get(f"/rdv/{neuve['uuid_resa']}")).json()["etat"] == "RESERVE"
        dernier = (await tout_lire(api, "/rdv/messages"))[-1]
        assert (dernier["etat"], dernier["version"]) == ("RESERVE", "2")
        assert await tenus(premier.id) == 1


async def test_une_seance_deplacee_ou_annulee_se_dit_a_ses_inscrits(monde: Monde, serveur: Serveur) -> None:
    (premier, *_) = await des_creneaux(monde.referent, capacite=4, titre="Atelier CV", type="ATELIER_COLLECTIF")
    await une_personne(monde, "IND1")
    qui = plus_tard(monde.referent, maintenant())
    async with client_api(serveur, await une_cle(serveur)) as api:
        assert (await api.post("/rdv", json=une_demande(premier, "IND1"))).status_code == 201
        ailleurs = premier.debut + dt.timedelta(hours=5)
        bouge = await deplacer_seance(qui, premier.id, ailleurs, portee=SEULE, version=1)
        (dit,) = await tout_lire(api, "/rdv/messages")
        assert (dit["etat"], dt.datetime.fromisoformat(dit["debut"])) == ("RESERVE", ailleurs)
        await api.post("/rdv/accuses", json=reponses(dit))
        await annuler_acte(plus_tard(qui, maintenant()), bouge.id)
        await annuler_seance(plus_tard(qui, maintenant()), premier.id, portee=SEULE, version=3)
        dites = await tout_lire(api, "/rdv/messages")
        assert [(d["etat"], d["statut"], dt.datetime.fromisoformat(d["debut"])) for d in dites] == [
            ("RESERVE", "PREVU", premier.debut),
            ("ANNULE", "ANNULE_STR", premier.debut),
        ]
