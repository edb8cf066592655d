"""Keys of the API over HTTP, on both engines: who they let in, what they open, how much, shown once, revoked."""

import datetime as dt
import pathlib
import re
import uuid

import httpx
import pytest
from playwright.async_api import expect

from tests.api.aides import client_api, une_cle
from tests.commandes.aides import Installation
from tests.navigateur import axe, deborde
from tests.postes import postes
from tests.serveur import SECRETS, SQLITE, Serveur, requetes, servir
from viesion_core.contexte import contexte_systeme
from viesion_core.db import definir_base, executer, lire, lire_un, lire_valeur, ouvrir_base, transaction
from viesion_core.erreurs import ErreurSaisie, Interdit
from viesion_core.partenaires.actions import creer_cle, noter_usage, reprendre, revoquer_cle
from viesion_core.partenaires.model import Debit, Depassement, Portee, RequeteEnCours
from viesion_core.partenaires.queries import cle_presentee, cles
from viesion_core.testing import MAINTENANT, Monde
from web.api.service import PREFIXE
from web.securite import maintenant

PAGE = "/administration/cles"
ALLOC = {"seq": 1, "nature": "DELTA", "date_generation": "2026-11-20T08:00:00+01:00", "lignes": []}


def refus(reponse: httpx.Response) -> tuple[int, str]:
    """Return the status and the code of a problem, which says what to do in French."""
    assert reponse.headers["content-type"] == "application/problem+json"
    corps = reponse.json()
    assert corps["status"] == reponse.status_code
    assert corps["detail"].endswith(".")
    assert corps["title"]
    return reponse.status_code, corps["code"]


async def test_une_cle_ouvre_ses_flux_et_rien_d_autre(monde: Monde, serveur: Serveur) -> None:
    cle = await une_cle(serveur, Portee.CRENEAUX)
    async with client_api(serveur, cle) as api:
        etat = await api.get("/etat")
        assert etat.json() | {"maintenant": ""} == {
            "nom": "Solis, essais",
            "emetteur": "SOLIS",
            "portees": ["creneaux"],
            "demandes_par_minute": 120,
            "maintenant": "",
        }
        assert requetes(etat) <= 12
        assert "set-cookie" not in etat.headers
        assert etat.headers["cache-control"] == "no-store"
        assert (await api.get("/creneaux")).status_code == 200
        assert refus(await api.post("/alloc/lots", json=ALLOC)) == (403, "PORTEE_REQUISE")
        assert refus(await api.get("/inconnue")) == (404, "ADRESSE_INCONNUE")
        assert refus(await api.delete("/etat")) == (405, "METHODE_IMPOSSIBLE")
        accueil = await api.get(f"{serveur.url}/beneficiaires", follow_redirects=False)
        assert (accueil.status_code, accueil.headers["location"][:10]) == (303, "/connexion")
    for entete in ("", f"Bearer {cle.jeton}x", f"Basic {cle.jeton}", "Bearer", "Bearer é", f"Bearer {cle.signature}"):
        async with client_api(serveur, None) as api:
            reponse = await api.get("/etat", headers={"Authorization": entete.encode()} if entete else {})
            assert refus(reponse) == (401, "CLE_REQUISE")
            assert reponse.headers["www-authenticate"].startswith("Bearer")


async def test_une_session_n_ouvre_pas_l_api_et_un_autre_site_n_y_peut_rien(monde: Monde, serveur: Serveur) -> None:
    cle = await une_cle(serveur)
    for ctx in (monde.pilote, monde.administrateur):
        async with serveur.client(ctx) as client:
            assert refus(await client.get(f"{PREFIXE}/creneaux")) == (401, "CLE_REQUISE")
            assert refus(await client.post(f"{PREFIXE}/alloc/lots", json=ALLOC)) == (401, "CLE_REQUISE")
            # With a key the cookie counts for nothing: neither its rights, nor its anti-forgery token.
            entetes = {"Authorization": f"Bearer {cle.jeton}", "x-jeton": "faux"}
            assert (await client.get(f"{PREFIXE}/creneaux", headers=entetes)).status_code == 200
    actes = await lire("SELECT auteur FROM acte WHERE utilisateur = {}", monde.pilote.utilisateur)
    assert not actes


async def test_une_cle_se_cree_se_montre_une_fois_et_se_revoque(monde: Monde, serveur: Serveur) -> None:
    async with serveur.client(monde.administrateur) as admin:
        assert "Aucune clé" in (await admin.get(PAGE)).text
        formulaire = {"nom": "Solis, production", "emetteur": "solis", "limite": "60", "portees": ["creneaux", "alloc"]}
        faite = await admin.post(PAGE, data=formulaire)
        jeton = re.search(r"vsn_[\w-]{43}", faite.text)
        assert jeton
        assert jeton[0] not in (await admin.get(PAGE)).text
        ligne = await lire_un("SELECT * FROM partenaire_cle")
        assert ligne is not None
        assert jeton[0] not in str(ligne)
        assert (ligne["portees"], ligne["emetteur"], ligne["limite"]) == ("alloc creneaux", "SOLIS", 60)
        signature = re.search(r"[0-9a-f]{64}", faite.text)
        assert signature
        assert signature[0] not in str(ligne)
        entetes = {"Authorization": f"Bearer {jeton[0]}"}
        async with client_api(serveur, None) as api:
            assert (await api.get("/etat", headers=entetes)).status_code == 200
            assert await lire_valeur("SELECT vue_le FROM partenaire_cle") is not None
            revoquee = await admin.post(f"{PAGE}/{ligne['id']}/revoquer", follow_redirects=False)
            assert (revoquee.status_code, revoquee.headers["location"]) == (303, f"{PAGE}?fait=cle-revoquee")
            assert refus(await api.get("/etat", headers=entetes)) == (401, "CLE_REQUISE")
        assert (await admin.post(f"{PAGE}/{ligne['id']}/revoquer")).status_code == 303
        assert "Révoquée" in (await admin.get(PAGE)).text
        assert (await admin.post(f"{PAGE}/{uuid.uuid4()}/revoquer")).status_code == 404
    operations = [li["operation"] for li in await lire("SELECT operation FROM journal WHERE objet = 'cle'")]
    assert operations.count("cle.creer") == operations.count("cle.revoquer") == 1


async def test_une_saisie_fausse_revient_avec_ce_qui_est_tape(monde: Monde, serveur: Serveur) -> None:
    async with serveur.client(monde.administrateur) as admin:
        formulaire = {"nom": "", "emetteur": "so lis", "limite": "0", "portees": "alloc"}
        refusee = await admin.post(PAGE, data=formulaire)
        assert refusee.status_code == 422
        assert 'value="so lis"' in refusee.text
        assert re.search(r'value="alloc" checked', refusee.text)
        for message in ("Donnez un nom à cette clé", "majuscules", "demandes par minute"):
            assert message in refusee.text
        sans_flux = await admin.post(PAGE, data={"nom": "Solis", "emetteur": "SOLIS", "limite": "10"})
        assert "Choisissez au moins un flux." in sans_flux.text
    assert await lire_valeur("SELECT count(*) FROM partenaire_cle") == 0


async def test_seul_un_administrateur_cree_et_voit_les_cles(monde: Monde) -> None:
    for ctx in (monde.referent, monde.directeur, monde.pilote):
        with pytest.raises(Interdit):
            await cles(ctx)
        with pytest.raises(Interdit):
            await creer_cle(ctx, nom="X", emetteur="SOLIS", portees=["alloc"], secret="s" * 40)
    with pytest.raises(ErreurSaisie):
        await creer_cle(monde.administrateur, nom="X", emetteur="SOLIS", portees=["tout"], secret="s" * 40)


async def test_une_cle_a_sa_part_et_pas_plus(monde: Monde, serveur: Serveur) -> None:
    cle, autre = await une_cle(serveur, limite=3), await une_cle(serveur, limite=3)
    async with client_api(serveur, cle) as api, client_api(serveur, autre) as voisine:
        statuts = [(await api.get("/etat")).status_code for _ in range(4)]
        assert statuts == [200, 200, 200, 429]
        trop = await api.get("/etat")
        assert refus(trop) == (429, "TROP_DE_DEMANDES")
        assert 1 <= int(trop.headers["retry-after"]) <= 20
        assert (await voisine.get("/etat")).status_code == 200


def test_la_part_revient_avec_le_temps() -> None:
    debit, cle = Debit(), uuid.uuid4()
    for _ in range(60):
        debit.prendre(cle, 60, MAINTENANT)
    with pytest.raises(Depassement) as trop:
        debit.prendre(cle, 60, MAINTENANT)
    assert trop.value.attente == 1
    debit.prendre(cle, 60, MAINTENANT + dt.timedelta(seconds=1))
    with pytest.raises(Depassement):
        debit.prendre(cle, 60, MAINTENANT + dt.timedelta(seconds=1.5))
    for _ in range(60):
        debit.prendre(cle, 60, MAINTENANT + dt.timedelta(hours=1))


async def test_le_dernier_usage_s_ecrit_une_fois_par_minute(monde: Monde) -> None:
    faite = await creer_cle(monde.systeme, nom="X", emetteur="SOLIS", portees=["alloc"], secret="s" * 40)
    for secondes, attendu in ((0, 0), (30, 0), (61, 61)):
        cle = await cle_presentee(faite.jeton)
        assert cle is not None
        await noter_usage(cle, MAINTENANT + dt.timedelta(seconds=secondes))
        relue = await cle_presentee(faite.jeton)
        assert relue is not None
        assert relue.vue_le == MAINTENANT + dt.timedelta(seconds=attendu)


async def test_une_demande_coupee_par_un_arret_se_reprend_une_minute_plus_tard(monde: Monde) -> None:
    cle = (await creer_cle(monde.systeme, nom="X", emetteur="SOLIS", portees=["alloc"], secret="s" * 40)).id
    assert await reprendre(cle, "demande", "a" * 64, MAINTENANT) is None
    with pytest.raises(RequeteEnCours):
        await reprendre(cle, "demande", "a" * 64, MAINTENANT + dt.timedelta(seconds=59))
    assert await reprendre(cle, "demande", "a" * 64, MAINTENANT + dt.timedelta(seconds=61)) is None
    assert await reprendre(cle, "autre", "a" * 64, MAINTENANT + dt.timedelta(days=2)) is None
    assert await lire_valeur("SELECT count(*) FROM partenaire_reponse") == 1
    await revoquer_cle(monde.systeme, cle)
    assert await lire_valeur("SELECT count(*) FROM partenaire_reponse") == 0


async def test_la_description_dit_chaque_route_et_elle_seule(serveur: Serveur) -> None:
    async with client_api(serveur, None) as api:
        lue = (await api.get("/openapi.json")).json()
    assert lue["openapi"].startswith("3.1")
    assert set(lue["paths"]) == {
        f"{PREFIXE}{chemin}"
        for chemin in (
            "/etat",
            "/alloc/lots",
            "/alloc/lots/{seq}",
            "/affect/accuses",
            "/affect/lots",
            "/affect/lots/{seq}",
            "/affect/messages",
            "/contrat/accuses",
            "/contrat/messages",
            "/creneaux",
            "/rdv",
            "/rdv/accuses",
            "/rdv/messages",
            "/rdv/{uuid_resa}",
            "/webhooks/rdv-insertion/{cle}/{siret}",
        )
    }
    assert {"LotLignes", "Accuse", "CreneauLu", "RdvLu", "Probleme", "DemandeRdv"} <= set(lue["components"]["schemas"])
    assert lue["components"]["securitySchemes"]["cle"]["scheme"] == "bearer"


async def test_un_incident_se_dit_sans_rien_montrer(
    monde: Monde, serveur: Serveur, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def casser(*_: object, **__: object) -> object:
        raise ZeroDivisionError("SECRET")

    monkeypatch.setattr("web.api.creneaux.creneaux_libres", casser)
    async with client_api(serveur, await une_cle(serveur)) as api:
        reponse = await api.get("/creneaux")
    assert refus(reponse) == (500, "INCIDENT")
    assert "SECRET" not in reponse.text


@SQLITE
async def test_les_cles_en_ligne_de_commande(adresse_base: str, tmp_path: pathlib.Path) -> None:
    reglages = {"VIESION_SECRET": SECRETS["secret"]}
    installation = Installation(base=adresse_base, donnees=tmp_path / "donnees", reglages=reglages)
    faite = await installation.lancer("cles", "creer", "Solis, recette", "--portee", "creneaux", "--limite", "7")
    assert faite.code == 0
    jeton = re.search(r"vsn_[\w-]{43}", faite.sortie)
    identifiant = re.search(r"Identifiant : (\S+)", faite.sortie)
    assert jeton
    assert identifiant

    async def appeler() -> httpx.Response:
        ouverte = await ouvrir_base(adresse_base)
        try:
            async with servir(adresse_base, tmp_path / "donnees") as serveur, httpx.AsyncClient() as client:
                entetes = {"Authorization": f"Bearer {jeton[0]}"}
                return await client.get(f"{serveur.url}{PREFIXE}/etat", headers=entetes)
        finally:
            await ouverte.fermer()
            definir_base(None)

    assert (await appeler()).json()["demandes_par_minute"] == 7
    liste = await installation.lancer("cles", "lister")
    assert "Solis, recette (SOLIS) : creneaux ; en service ; vue le" in liste.sortie
    assert jeton[0] not in liste.sortie
    assert (await installation.lancer("cles", "revoquer", identifiant[1])).code == 0
    assert (await appeler()).status_code == 401
    assert "révoquée le" in (await installation.lancer("cles", "lister")).sortie
    assert (await installation.lancer("cles", "creer", "X", "--portee", "tout")).code == 2
    assert (await installation.lancer("cles", "revoquer", str(uuid.uuid4()))).code == 2


@SQLITE
@pytest.mark.navigateur
async def test_la_page_des_cles_se_lit_partout(monde: Monde, serveur: Serveur) -> None:
    await une_cle(serveur, nom="Solis, production")
    revoquee = await une_cle(serveur, Portee.ALLOC, nom="Solis, ancienne")
    await revoquer_cle(contexte_systeme(maintenant()), revoquee.id)
    async with transaction():
        await executer("UPDATE partenaire_cle SET vue_le = {} WHERE revoquee_le IS NULL", maintenant())
    async for poste in postes(serveur, monde.administrateur):
        page = poste.page
        await page.goto(f"{serveur.url}{PAGE}")
        await axe(page)
        assert await deborde(page) == 0
        await page.get_by_label("Nom", exact=False).first.fill("Solis, recette")
        await page.get_by_label("Allocataires (ALLOC)").check()
        await page.get_by_role("button", name="Créer la clé").click()
        await expect(page.get_by_text("affichées que cette fois")).to_be_visible()
        await axe(page)
        assert await deborde(page) == 0
