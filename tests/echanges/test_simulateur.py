"""The simulated Solis against a served VieSion, on both engines: every flow, every fault, nothing lost or doubled."""

import asyncio
import datetime as dt
import json
import pathlib
import uuid
from collections.abc import AsyncIterator

import httpx
import msgspec
import pytest

from tests.api.aides import des_creneaux, un_jour, une_cle, une_personne
from tests.commandes.aides import Installation
from tests.echanges.test_envois import SIGNE
from tests.portefeuille.test_affect import AUTRE_SIRET, SIRET, qui
from tests.serveur import SQLITE, Serveur, servir
from viesion_core.contexte import Contexte
from viesion_core.db import executer, lire, lire_valeur, transaction
from viesion_core.entretiens.actions import realiser_entretien
from viesion_core.parcours.actions import enregistrer_contrat
from viesion_core.portefeuille.actions import accepter, refuser
from viesion_core.portefeuille.model import EtatAffect
from viesion_core.portefeuille.queries import affects_page
from viesion_core.testing import Monde
from viesion_core.worker import Worker
from viesion_solis.simulateur.api import Api
from viesion_solis.simulateur.page import Demande, Page, document
from viesion_solis.simulateur.page import vue as page_vue
from viesion_solis.simulateur.population import individu, ligne
from viesion_solis.simulateur.programme import main
from viesion_solis.simulateur.scenario import Affect, Alloc, Genre, Panne, Rdv, Reponses, Scenario, lire_scenario
from viesion_solis.simulateur.solis import Solis
from web.api.service import PREFIXE
from web.securite import maintenant

PANNES = pathlib.Path(__file__).parents[2] / "plugins/solis_bridge/viesion_solis/simulateur/pannes.toml"


class Banc(msgspec.Struct):
    """A served VieSion, its worker, and the simulated Solis beside it."""

    solis: Solis
    worker: Worker
    recit: list[str]

    async def tourner(self, tours: int = 1) -> None:
        """Do turns of both, one after the other: a period of the worker each."""
        for _ in range(tours):
            await asyncio.to_thread(self.solis.tourner, maintenant())
            await self.worker.tour(maintenant())


async def un_banc(serveur: Serveur, tmp_path: pathlib.Path, scenario: Scenario) -> Banc:
    cle = await une_cle(serveur, limite=6000)
    recit: list[str] = []
    api = Api(serveur.url + PREFIXE, cle.jeton)
    solis = Solis(scenario, serveur.settings.dossier_echanges, tmp_path / "solis.json", api, dire=recit.append)
    return Banc(solis, Worker(serveur.settings, serveur.registre), recit)


@pytest.fixture
async def serveur(adresse_base: str, monde: Monde, tmp_path: pathlib.Path) -> AsyncIterator[Serveur]:
    async with servir(adresse_base, tmp_path / "donnees") as ouvert:
        yield ouvert


async def signer(ctx: Contexte, numero: int, rang: int) -> None:
    """Sign a contract of a year of its own."""
    debut = dt.date(2020 + rang, 1, 1)
    saisie = msgspec.structs.replace(
        SIGNE, numero=f"C-{rang}", debut=debut, fin=debut.replace(month=6), signature=debut
    )
    await enregistrer_contrat(ctx, numero, saisie)


async def test_toutes_les_pannes_et_rien_ne_se_perd_ni_ne_se_double(
    monde: Monde, serveur: Serveur, tmp_path: pathlib.Path
) -> None:
    numero = await une_personne(monde, "DEMO-1")
    await des_creneaux(monde.referent, capacite=20)
    scenario = msgspec.structs.replace(lire_scenario(PANNES), rdv=Rdv(chaque=4, nombre=1, annulations=0))
    banc = await un_banc(serveur, tmp_path, scenario)
    for tour in range(30):
        if tour % 6 == 0:
            await signer(monde.referent, numero, tour // 6)
        await banc.tourner()
    await banc.tourner(4)
    etat = banc.solis.etat
    assert {g for g in Genre if any(f"« {g} »" in texte for texte in banc.recit)} == set(Genre)

    assert etat.alloc.seq >= 10
    assert etat.affect.seq >= 8
    for suite in (etat.alloc, etat.affect):
        rangs = {str(n): "TRAITE" for n in range(1, suite.seq + 1)}
        assert {seq: a["etat"] for seq, a in suite.accuses.items()} == rangs
        for accuse in suite.accuses.values():
            assert accuse["recues"] == sum(accuse[c] for c in ("creees", "modifiees", "ignorees", "rejetees"))
            assert accuse["rejetees"] == 0
    assert sum(a["creees"] for a in etat.alloc.accuses.values()) == len(etat.versions)
    assert sum(a["creees"] for a in etat.affect.accuses.values()) == len(etat.affectations)
    assert await lire_valeur("SELECT count(*) FROM affectation_recue") == len(etat.affectations)
    assert {a.reponse for a in etat.affectations.values()} == {"RECUE"}
    adresses = {
        li["id_individu"]: li["adresse"]
        for li in await lire("SELECT id_individu, adresse FROM beneficiaire WHERE id_individu LIKE 'SIM-%'")
    }
    assert adresses == {
        individu(rang): ligne(scenario.graine, rang, etat.versions[individu(rang)])["adresse"]
        for rang in range(1, len(etat.versions) + 1)
    }
    attente = await lire("SELECT etat FROM echange_envoi WHERE flux = 'CONTRAT'")
    assert [li["etat"] for li in attente] == ["ACQUITTE"] * 5
    assert len(etat.recu("CONTRAT")) == 5
    assert {c.effets for c in etat.recu("CONTRAT").values()} == {1}
    assert sum(r.doubles for flux in ("CONTRAT", "AFFECT") for r in etat.recu(flux).values()) > 0, "both ways"

    prises = [r for r in etat.reservations.values() if r.statut == "PREVU"]
    assert prises
    assert len({r.uuid_creneau for r in prises}) == len(prises)  # one person holds one place of a slot
    assert all(r.repondue for r in etat.reservations.values())
    assert await lire_valeur("SELECT count(*) FROM rdv_partenaire") == await lire_valeur(
        "SELECT count(*) FROM entretien WHERE creneau IS NOT NULL"
    )
    assert not list((serveur.settings.dossier_echanges / "in").iterdir())


async def test_un_contrat_signe_arrive_a_solis_en_une_periode_du_worker(
    monde: Monde, serveur: Serveur, tmp_path: pathlib.Path
) -> None:
    numero = await une_personne(monde, "IND1")
    banc = await un_banc(serveur, tmp_path, Scenario(alloc=Alloc(chaque=1000), rdv=Rdv(chaque=1000)))
    for rang in range(3):
        await signer(monde.referent, numero, rang)
        await banc.worker.tour(maintenant())
        await asyncio.to_thread(banc.solis.tourner, maintenant())
        assert len(banc.solis.etat.recu("CONTRAT")) == rang + 1, "the contract is there after one turn of the worker"
        await banc.worker.tour(maintenant())
        recus = await lire("SELECT etat, id_externe FROM echange_envoi ORDER BY cree_le")
        assert recus[-1] == {"etat": "ACQUITTE", "id_externe": f"SOL-{rang + 1:06d}"}
    assert {c.effets for c in banc.solis.etat.recu("CONTRAT").values()} == {1}


async def test_les_rendez_vous_se_prennent_s_annulent_et_se_relisent(
    monde: Monde, serveur: Serveur, tmp_path: pathlib.Path
) -> None:
    for n in range(1, 9):
        await une_personne(monde, f"DEMO-{n}", nom=f"Exemple {n}")
    for semaine in range(4):
        await des_creneaux(monde.referent, jour=un_jour(4 + 7 * semaine), capacite=2)
    scenario = Scenario(alloc=Alloc(chaque=1000), rdv=Rdv(chaque=1, nombre=8, annulations=3))
    banc = await un_banc(serveur, tmp_path, scenario)
    await banc.tourner(12)
    etats = [r.etat for r in banc.solis.etat.reservations.values() if r.statut != "REFUSE"]
    assert {"RESERVE", "ANNULE"} == set(etats)
    for resa in banc.solis.etat.reservations.values():
        tenue = await lire(
            """SELECT e.realisation FROM rdv_partenaire r JOIN entretien e ON e.id = r.entretien
            WHERE r.uuid_resa = {}""",
            resa.uuid_resa,
        )
        assert [li["realisation"] for li in tenue] == ([] if resa.statut == "REFUSE" else [resa.statut])


async def test_les_lots_par_l_api_survivent_aux_reponses_perdues(
    monde: Monde, serveur: Serveur, tmp_path: pathlib.Path
) -> None:
    panne = Panne(tour=2, genre=Genre.ERREUR_500, duree=3)
    banc = await un_banc(serveur, tmp_path, Scenario(alloc=Alloc(chaque=1, par="api"), panne=(panne,)))
    await banc.tourner(8)
    etat = banc.solis.etat
    assert [a["etat"] for a in etat.alloc.accuses.values()] == ["TRAITE"] * etat.alloc.seq
    assert await lire_valeur("SELECT count(*) FROM beneficiaire") == len(etat.versions) == 16


def test_la_meme_graine_envoie_les_memes_fichiers_meme_arretee_au_milieu(tmp_path: pathlib.Path) -> None:
    def contenu(nom: str, *, arret: bool, graine: int = 34) -> dict[str, bytes]:
        dossier, memoire = tmp_path / nom / "echanges", tmp_path / nom / "solis.json"
        solis = Solis(Scenario(graine=graine, alloc=Alloc(chaque=1)), dossier, memoire)
        for _ in range(6):
            if arret:
                solis = Solis(Scenario(graine=graine, alloc=Alloc(chaque=1)), dossier, memoire)
            solis.tourner(dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC))
        return {c.name: c.read_bytes() for c in (dossier / "in").iterdir()}

    premier = contenu("a", arret=False)
    assert len(premier) == 12
    assert contenu("b", arret=True) == premier
    assert contenu("c", arret=False, graine=35) != premier


@pytest.mark.parametrize(
    "texte",
    [
        "panne = 3",
        "[[panne]]\ntour = 1\ngenre = 'inconnu'",
        "graine = 'x'",
        "inconnu = 1",
        "[",
        "\xff",
        "[alloc]\npar = 'sftp'",
    ],
)
def test_un_scenario_faux_se_dit(texte: str, tmp_path: pathlib.Path, capsys: pytest.CaptureFixture[str]) -> None:
    chemin = tmp_path / "scenario.toml"
    chemin.write_bytes(texte.encode("latin-1"))
    assert main(["--dossier", str(tmp_path / "echanges"), "--scenario", str(chemin)]) == 2
    assert "le scénario n" in capsys.readouterr().err


async def test_les_personnes_affectees_recoivent_leur_reponse(
    monde: Monde, serveur: Serveur, tmp_path: pathlib.Path
) -> None:
    async with transaction():
        await executer("UPDATE organisme SET siret = {} WHERE id = {}", SIRET, monde.organisme)
        await executer("UPDATE organisme SET siret = {} WHERE id = {}", AUTRE_SIRET, monde.autre_organisme)
    voulu = Affect(chaque=1, personnes=2, sirets=(SIRET, AUTRE_SIRET), attente=3, par="api")
    scenario = Scenario(alloc=Alloc(chaque=1), affect=voulu, reponses=Reponses(par="api"), rdv=Rdv(chaque=1000))
    banc = await un_banc(serveur, tmp_path, scenario)
    await banc.tourner(5)
    etat = banc.solis.etat
    assert [a.reponse for a in etat.affectations.values()] == ["RECUE"] * 3, "no more than three wait"
    directeur = msgspec.structs.replace(monde.directeur, maintenant=maintenant())
    vues, _ = await affects_page(directeur, EtatAffect.RECUE, 1)
    uuids = {a.uuid: a for a in etat.affectations.values()}
    assert {str(v.id) for v in vues} == {u for u, a in uuids.items() if a.siret == SIRET}
    refusee, *autres = vues
    await refuser(directeur, refusee.id, "Hors de notre secteur", version=refusee.version)
    for vue in autres:
        await accepter(directeur, vue.id, qui(monde.referent), version=vue.version)
    await banc.tourner(3)
    assert (uuids[str(refusee.id)].reponse, uuids[str(refusee.id)].motif) == ("REFUSEE", "Hors de notre secteur")
    assert {uuids[str(v.id)].reponse for v in autres} <= {"ACCEPTEE"}
    encore = [a for a in etat.affectations.values() if a.individu == uuids[str(refusee.id)].individu]
    assert {a.siret for a in encore[1:]} <= {AUTRE_SIRET}, "who is refused is assigned elsewhere"
    assert {li["etat"] for li in await lire("SELECT etat FROM echange_envoi WHERE flux = 'AFFECT'")} == {"ACQUITTE"}

    inconnu = banc.solis.scenario.affect
    banc.solis.scenario = msgspec.structs.replace(
        scenario, affect=msgspec.structs.replace(inconnu, sirets=("00000000000000",), attente=100)
    )
    await banc.tourner(2)
    assert any(a.reponse == "REJET ORGANISME_INCONNU" for a in etat.affectations.values())


async def test_la_realisation_arrive_a_solis_et_sa_page_le_montre(
    monde: Monde, serveur: Serveur, tmp_path: pathlib.Path
) -> None:
    numero = await une_personne(monde, "DEMO-1")
    await des_creneaux(monde.referent)
    scenario = Scenario(
        alloc=Alloc(chaque=1000), reponses=Reponses(par="les-deux"), rdv=Rdv(chaque=1, nombre=1, annulations=0)
    )
    banc = await un_banc(serveur, tmp_path, scenario)
    await banc.tourner()
    (resa,) = banc.solis.etat.reservations.values()
    banc.solis.scenario = msgspec.structs.replace(scenario, rdv=Rdv(chaque=1000))
    cle = await lire_valeur("SELECT entretien FROM rdv_partenaire WHERE uuid_resa = {}", resa.uuid_resa)
    ctx = msgspec.structs.replace(monde.referent, maintenant=maintenant())
    await realiser_entretien(ctx, numero, uuid.UUID(str(cle)), "ANNULE_STR", version=1)
    await banc.tourner(3)
    recu = banc.solis.etat.recu("RDV")[resa.uuid_resa]
    assert (resa.statut, recu.effets, recu.dit["etat"]) == ("ANNULE_STR", 1, "ANNULE")

    page = Page(0)
    try:
        page.publier(banc.solis.etat)
        async with httpx.AsyncClient(base_url=page.adresse) as client:
            lue = await client.get("/")
            assert lue.status_code == 200
            for attendu in ("Rendez-vous", "ANNULE_STR", resa.uuid_resa, "/etat.json"):
                assert attendu in lue.text
            vue = (await client.get("/etat.json")).json()
            assert vue["recus"]["RDV"]["derniers"][0]["dit"]["statut"] == "ANNULE_STR"
            assert "tour 2 : RDV par l'API : 1 message pris" in vue["recit"]
            panne = {"genre": "erreur_500", "flux": "RDV"}
            assert (await client.post("/pannes", data=panne)).status_code == 303
            assert page.demandes.get() == Demande(Genre.ERREUR_500, "RDV")
            assert (await client.post("/pannes", data={"genre": "autre"})).status_code == 422
            ailleurs = {"Host": "solis.exemple"}
            assert (await client.get("/etat.json", headers=ailleurs)).status_code == 403
            origine = {"Origin": "http://solis.exemple"}
            assert (await client.post("/pannes", data=panne, headers=origine)).status_code == 404
            assert (await client.get("/autre")).status_code == 404
        assert page.demandes.empty()
    finally:
        page.fermer()
    banc.solis.casser(Genre.ERREUR_500)
    await banc.tourner()
    assert banc.solis.etat.pannes == {"erreur_500": 1}
    banc.solis.etat.recit.append("tour 9 : <script>")
    assert "<script>" not in document(page_vue(banc.solis.etat))


@SQLITE
async def test_le_simulateur_se_lance_par_viesion(adresse_base: str, tmp_path: pathlib.Path) -> None:
    installation = Installation(base=adresse_base, donnees=tmp_path / "donnees")
    dossier = tmp_path / "donnees" / "echanges"
    arguments = ("--dossier", str(dossier), "--tours", "6", "--periode", "0", "--graine", "7", "--page", "0")
    fait = await installation.lancer("solis", "simuler", *arguments)
    assert (fait.code, fait.erreurs) == (0, "")
    assert "ALLOC 1 déposé" in fait.sortie
    assert "Ce que Solis a reçu : http://127.0.0.1:" in fait.sortie
    assert json.loads((tmp_path / "donnees" / "solis.json").read_text())["tour"] == 6
    assert "4 reçues" not in (await installation.lancer("solis", "etat")).sortie
    importes = await installation.lancer("solis", "importer")
    assert "2 reçues = 2 créées" in importes.sortie
    assert (await installation.lancer("solis", "simuler", *arguments, "--api", "ftp://x")).code == 2
    aide = await installation.lancer("solis", "simuler", "--help")
    assert (aide.code, "--scenario" in aide.sortie) == (0, True)
