"""The outbox by the API, on both engines: read by pages at least once, acknowledged as by file, both at will."""

import asyncio
import datetime as dt
import pathlib
import uuid
from typing import Any

import httpx
import msgspec
import pytest

from tests.api.aides import client_api, une_cle, une_personne
from tests.api.test_alloc import un_lot
from tests.api.test_cles import refus
from tests.echanges.solis import FauxSolis
from tests.echanges.test_envois import SIGNE, lignes_sorties
from tests.portefeuille.test_affect import AUTRE_SIRET, cle, connu, qui, une, une_affectation
from tests.serveur import SQLITE, Serveur, requetes, servir
from viesion_core.actes import annuler_acte
from viesion_core.contexte import contexte_systeme
from viesion_core.db import lire, lire_valeur
from viesion_core.echanges.envois_api import PAGE_MAXIMUM
from viesion_core.echanges.envois_fichiers import envoyer, ranger_sorties
from viesion_core.parcours.actions import enregistrer_contrat
from viesion_core.partenaires.model import Portee
from viesion_core.portefeuille.actions import accepter, prendre_en_charge, refuser
from viesion_core.portefeuille.model import EtatAffect
from viesion_core.settings import ErreurReglage, lire_settings
from viesion_core.testing import MAINTENANT, Monde
from viesion_core.worker import Worker
from viesion_solis import contrat as pont
from web.securite import maintenant

__all__ = ["connu"]


async def signer(monde: Monde, numero: int, *annees: int) -> None:
    """Sign contracts of half a year each, a minute after one another."""
    for rang, annee in enumerate(annees):
        debut = dt.date(annee, 1, 1)
        saisie = msgspec.structs.replace(
            SIGNE, numero=f"C-{annee}", debut=debut, fin=debut.replace(month=6), signature=debut
        )
        ctx = msgspec.structs.replace(monde.referent, maintenant=MAINTENANT + dt.timedelta(minutes=rang))
        await enregistrer_contrat(ctx, numero, saisie)


async def tout_lire(api: httpx.AsyncClient, chemin: str, limite: int = 2) -> list[dict[str, str]]:
    """Read the pages to the end."""
    lus: list[dict[str, str]] = []
    curseur = ""
    while True:
        page = (await api.get(chemin, params={"limite": limite, "curseur": curseur})).json()
        assert len(page["messages"]) <= limite
        lus += page["messages"]
        curseur = page["curseur"]
        if not page["suite"]:
            return lus


def reponses(*messages: dict[str, str], **autres: Any) -> dict[str, Any]:
    """Return the acknowledgement of some messages, taken unless told otherwise."""
    return {
        "messages": [
            {"id_message": m["id_message"], "version": int(m["version"]), "accepte": True, **autres} for m in messages
        ]
    }


async def test_les_contrats_se_lisent_par_pages_jusqu_a_leur_accuse(monde: Monde, serveur: Serveur) -> None:
    numero = await une_personne(monde, "IND1")
    await signer(monde, numero, 2020, 2021, 2022, 2023, 2024)
    async with client_api(serveur, await une_cle(serveur, limite=1000)) as api:
        lus = await tout_lire(api, "/contrat/messages")
        assert [m["numero"] for m in lus] == [f"C-{a}" for a in range(2020, 2025)]
        assert set(lus[0]) == set(pont.COLONNES)
        assert (lus[0]["id_individu"], lus[0]["version"], lus[0]["statut"]) == ("IND1", "1", "CLOS")
        assert await tout_lire(api, "/contrat/messages", 1000) == lus, "what is not acknowledged comes back"
        page = await api.get("/contrat/messages")
        assert requetes(page) <= 12
        assert {m["etat"] for m in await lire("SELECT etat FROM echange_envoi")} == {"ENVOYE"}
        traces = "SELECT count(*) FROM journal WHERE operation = 'envoi.transmettre' AND cle = {}"
        assert await lire_valeur(traces, str(numero)) == 15

        pris = await api.post("/contrat/accuses", json=reponses(*lus[:2], id_externe="SOL-1"))
        assert [m["etat"] for m in pris.json()["messages"]] == ["ACQUITTE", "ACQUITTE"]
        non = reponses(lus[2], accepte=False, code="CHEVAUCHEMENT", motif="Déjà un contrat")
        assert (await api.post("/contrat/accuses", json=non)).json()["messages"][0]["etat"] == "REFUSE"
        assert (await api.post("/contrat/accuses", json=reponses(lus[2]))).json()["messages"][0]["etat"] == "REFUSE"
        assert [m["numero"] for m in await tout_lire(api, "/contrat/messages")] == ["C-2023", "C-2024"]
        apres = (await api.get("/contrat/messages", params={"limite": 1})).json()["curseur"]
        await api.post("/contrat/accuses", json=reponses(lus[3]))
        page = await api.get("/contrat/messages", params={"curseur": apres})
        assert [m["numero"] for m in page.json()["messages"]] == ["C-2024"], "a cursor outlives its message"
        inconnu = {"messages": [{"id_message": str(uuid.uuid4()), "version": 1, "accepte": True}]}
        assert (await api.post("/contrat/accuses", json=inconnu)).json()["messages"][0]["etat"] == "INCONNU"
    refuse = await lire("SELECT code, motif FROM echange_envoi WHERE etat = 'REFUSE'")
    assert refuse == [{"code": "CHEVAUCHEMENT", "motif": "Déjà un contrat"}]
    assert await lire_valeur("SELECT count(*) FROM echange_envoi WHERE id_externe = 'SOL-1'") == 2


async def test_par_fichier_et_par_l_api_sans_double_effet(monde: Monde, serveur: Serveur) -> None:
    numero = await une_personne(monde, "IND1")
    solis = FauxSolis(serveur.settings.dossier_echanges)
    worker = Worker(serveur.settings, serveur.registre)
    async with client_api(serveur, await une_cle(serveur)) as api:
        await signer(monde, numero, 2024, 2025)
        await worker.tour(maintenant())
        par_fichier = lignes_sorties(serveur.settings.dossier_echanges)
        lus = await tout_lire(api, "/contrat/messages")
        assert lus == par_fichier, "the same messages, word for word"
        await api.post("/contrat/accuses", json=reponses(lus[0], id_externe="PAR-API"))
        solis.prendre()
        await worker.tour(maintenant())
        assert solis.doublons == 0
        assert await tout_lire(api, "/contrat/messages") == []
        etats = await lire("SELECT etat, id_externe FROM echange_envoi ORDER BY cree_le, id_externe")
        assert [e["etat"] for e in etats] == ["ACQUITTE", "ACQUITTE"]
        assert etats[0]["id_externe"] == "PAR-API", "the first answer stays"


async def test_un_fichier_que_personne_ne_prend_se_range_apres_un_jour(
    monde: Monde, serveur: Serveur, tmp_path: pathlib.Path
) -> None:
    numero = await une_personne(monde, "IND1")
    dossier, cles, instant = serveur.settings.dossier_echanges, serveur.settings.cle_echanges, maintenant()

    async def ranger(**delai: float) -> int:
        return await ranger_sorties(contexte_systeme(instant + dt.timedelta(**delai)), dossier, cles)

    await signer(monde, numero, 2024)
    await envoyer(contexte_systeme(instant), dossier, [pont.FLUX])
    await envoyer(contexte_systeme(instant + dt.timedelta(hours=1)), dossier, [pont.FLUX])
    await signer(monde, numero, 2025)
    await envoyer(contexte_systeme(instant + dt.timedelta(hours=1)), dossier, [pont.FLUX])
    assert len(list((dossier / "out").glob("*.csv"))) == 3, "the first one left twice"
    assert await ranger(days=9) == 0, "nothing is answered"
    async with client_api(serveur, await une_cle(serveur)) as api:
        premier, second = await tout_lire(api, "/contrat/messages")
        await api.post("/contrat/accuses", json=reponses(premier))
        assert await ranger(hours=3) == 0, "whoever takes files has a day"
        assert await ranger(days=2) == 2
        assert len(list((dossier / "out").glob("*.csv"))) == 1
        await api.post("/contrat/accuses", json=reponses(second))
        assert await ranger(days=2) == 1
    assert list((dossier / "out").iterdir()) == []
    assert len(list((dossier / "archive").glob("*.csv.chiffre"))) == 3


@SQLITE
@pytest.mark.parametrize("voie", ["api", "fichier"])
async def test_une_seule_voie_quand_le_reglage_le_dit(
    voie: str, adresse_base: str, monde: Monde, tmp_path: pathlib.Path
) -> None:
    numero = await une_personne(monde, "IND1")
    await signer(monde, numero, 2025)
    async with servir(adresse_base, tmp_path / "donnees", envois=f"CONTRAT={voie}") as serveur:
        await Worker(serveur.settings, serveur.registre).tour(maintenant())
        assert len(lignes_sorties(serveur.settings.dossier_echanges)) == (voie == "fichier")
        async with client_api(serveur, await une_cle(serveur)) as api:
            lue = await api.get("/contrat/messages")
            if voie == "fichier":
                assert refus(lue) == (409, "ENVOI_PAR_FICHIER")
            else:
                assert len(lue.json()["messages"]) == 1


async def test_affect_se_poste_et_ses_reponses_se_lisent(monde: Monde, connu: int, serveur: Serveur) -> None:
    async with client_api(serveur, await une_cle(serveur, Portee.AFFECT, limite=1000)) as api:
        lot = un_lot(
            une_affectation(1),
            une_affectation(2, siret="00000000000000"),
            une_affectation(3, role="CHEF"),
            une_affectation(4, siret=AUTRE_SIRET),
        )
        pris = (await api.post("/affect/lots", json=lot)).json()
        assert (pris["recues"], pris["creees"], pris["rejetees"], pris["etat"]) == (4, 2, 2, "TRAITE")
        assert [(r["ligne"], r["code"], r["champ"]) for r in pris["rejets"]] == [
            (2, "ORGANISME_INCONNU", "siret"),
            (3, "CODE_INCONNU", "role"),
        ]
        assert (await api.post("/affect/lots", json=lot)).json() == pris
        assert (await api.get("/affect/lots/1")).json() == pris
        encore = un_lot(une_affectation(1), seq=2)
        assert (await api.post("/affect/lots", json=encore)).json()["ignorees"] == 1, "one key, one effect"
        recues = await tout_lire(api, "/affect/messages")
        assert {m["uuid_affectation"]: m["reponse"] for m in recues} == {str(cle(1)): "RECUE", str(cle(4)): "RECUE"}
        await api.post("/affect/accuses", json=reponses(*recues))

        directeur = msgspec.structs.replace(monde.directeur, maintenant=maintenant())
        vue = await une(directeur)
        await accepter(directeur, vue.id, qui(monde.referent), version=vue.version)
        vue = await une(directeur, EtatAffect.ACCEPTEE)
        fait = await prendre_en_charge(directeur, vue.id, vue.debut, version=vue.version)
        await annuler_acte(directeur, fait.id)
        dites = await tout_lire(api, "/affect/messages")
        assert [(m["reponse"], m["version"], m["date_premier_rdv"]) for m in dites] == [
            ("ACCEPTEE", "2", ""),
            ("PRISE_EN_CHARGE", "3", vue.debut.isoformat()),
            ("ACCEPTEE", "4", ""),
        ]
        assert dites[0]["referent"] == "Alix ESSAI"
        await api.post("/affect/accuses", json=reponses(dites[-1]))
        assert await tout_lire(api, "/affect/messages") == [], "the last version settles those before it"


async def test_le_meme_lot_d_affectations_huit_fois_a_la_fois(monde: Monde, connu: int, serveur: Serveur) -> None:
    async with client_api(serveur, await une_cle(serveur, limite=1000)) as api:
        lot = un_lot(*(une_affectation(n) for n in range(1, 20)))
        faits = await asyncio.gather(*(api.post("/affect/lots", json=lot) for _ in range(8)))
        assert {r.status_code for r in faits} <= {200, 409}
        assert {refus(r)[1] for r in faits if r.status_code == 409} <= {"EN_COURS"}
        pris = (await api.post("/affect/lots", json=lot)).json()
        assert (pris["etat"], pris["creees"]) == ("TRAITE", 19)
    assert await lire_valeur("SELECT count(*) FROM affectation_recue") == 19
    assert await lire_valeur("SELECT count(*) FROM verrou") == 0


@SQLITE
async def test_un_refus_arrive_avec_son_motif(monde: Monde, connu: int, serveur: Serveur) -> None:
    async with client_api(serveur, await une_cle(serveur)) as api:
        await api.post("/affect/lots", json=un_lot(une_affectation()))
        vue = await une(monde.directeur)
        await refuser(monde.directeur, vue.id, "Hors de notre territoire", version=vue.version)
        derniere = max(await tout_lire(api, "/affect/messages"), key=lambda m: int(m["version"]))
        assert (derniere["reponse"], derniere["motif"]) == ("REFUSEE", "Hors de notre territoire")


async def test_ce_qui_ne_va_pas_se_dit_et_nomme_le_champ(monde: Monde, serveur: Serveur) -> None:
    numero = await une_personne(monde, "IND1")
    await signer(monde, numero, 2025)
    contrats = await une_cle(serveur, Portee.CONTRAT, limite=1000)
    async with (
        client_api(serveur, contrats) as api,
        client_api(serveur, await une_cle(serveur, emetteur="INCONNU")) as autre,
        client_api(serveur, await une_cle(serveur, Portee.AFFECT)) as affect,
    ):
        (message,) = (await api.get("/contrat/messages")).json()["messages"]
        bon = reponses(message)["messages"][0]
        un_autre = (await api.get("/contrat/messages")).json()["curseur"]
        for parametres, attendu in (
            ({"curseur": "pas-un-curseur"}, (422, "curseur")),
            ({"curseur": "é"}, (422, "curseur")),
            ({"curseur": un_autre[:-4]}, (422, "curseur")),
            ({"limite": "0"}, (422, "limite")),
            ({"limite": str(PAGE_MAXIMUM + 1)}, (422, "limite")),
            ({"limite": "dix"}, (400, "limite")),
        ):
            lue = await api.get("/contrat/messages", params=parametres)
            assert (refus(lue)[0], lue.json()["erreurs"][0]["champ"]) == attendu, parametres
        for faux, champ in (
            ({"version": "un"}, "messages"),
            ({"id_message": "x"}, "messages"),
            ({"accepte": "oui"}, "messages"),
        ):
            lue = await api.post("/contrat/accuses", json={"messages": [bon | faux]})
            assert refus(lue) == (400, "DEMANDE_INCOMPRISE")
            assert champ in lue.json()["erreurs"][0]["champ"], lue.text
        trop = {"messages": [{**bon, "id_message": str(uuid.uuid4())}] * (PAGE_MAXIMUM + 1)}
        lue = await api.post("/contrat/accuses", json=trop)
        assert (refus(lue), lue.json()["erreurs"][0]["champ"]) == ((422, "SAISIE_A_CORRIGER"), "messages")
        assert refus(await autre.get("/contrat/messages")) == (403, "EMETTEUR_INCONNU")
        assert refus(await autre.post("/contrat/accuses", json=reponses(message))) == (403, "EMETTEUR_INCONNU")
        assert refus(await affect.get("/contrat/messages")) == (403, "PORTEE_REQUISE")
        assert refus(await api.post("/affect/lots", json=un_lot(une_affectation()))) == (403, "PORTEE_REQUISE")
        ailleurs = await affect.post("/affect/accuses", json=reponses(message))
        assert ailleurs.json()["messages"][0]["etat"] == "INCONNU", "a flow is not acknowledged through another"
    assert await lire_valeur("SELECT etat FROM echange_envoi") == "ENVOYE"


def test_le_reglage_des_voies_se_verifie(tmp_path: pathlib.Path) -> None:
    base = {"VIESION_DONNEES": str(tmp_path)}
    lu = lire_settings({**base, "VIESION_ENVOIS": "CONTRAT=api, AFFECT=fichier"})
    assert [lu.part_par(f, v) for f in ("CONTRAT", "AFFECT", "RDV") for v in ("fichier", "api")] == [
        False, True, True, False, True, True,
    ]  # fmt: skip
    for faux in ("CONTRAT", "CONTRAT=sftp", "contrat=api", "CONTRAT=api;AFFECT=api"):
        with pytest.raises(ErreurReglage, match="VIESION_ENVOIS"):
            lire_settings({**base, "VIESION_ENVOIS": faux})
