"""The MOS uninstalled, over HTTP on both engines: what it left is read on every screen, nothing new is made of it."""

import html
import pathlib

import httpx
import pytest

from tests.securite import matrice
from tests.securite.objets import Objets, creer_objets
from tests.serveur import Serveur, servir
from viesion_core.db import lire_valeur
from viesion_core.extensions import Registre, charger_extensions, garder_modeles, garder_questionnaires
from viesion_core.extensions.decouverte import trouver
from viesion_core.testing import MAINTENANT, Monde
from web.application import create_app

pytestmark = pytest.mark.offre("mos")

COMPTES = ("bilan", "reponse", "etape", "document")


async def _ecrans(serveur: Serveur, client: httpx.AsyncClient, objets: Objets) -> dict[str, int]:
    """Return the status of every GET route of a dossier."""
    app = create_app(serveur.settings, serveur.registre, avec_worker=False)
    statuts = {}
    for route in matrice.routes(app):
        chemin = matrice.adresse(route, "propre", objets, objets)
        if route.methode == "GET" and route.dossier and chemin:
            statuts[route.modele] = (await client.get(chemin)).status_code
    return statuts


async def _compter() -> dict[str, int]:
    return {table: int(await lire_valeur(f"SELECT count(*) FROM {table}")) for table in COMPTES}


async def test_what_the_mos_left_is_read_and_nothing_new_is_made_of_it(
    adresse_base: str, monde: Monde, tmp_path: pathlib.Path
) -> None:
    donnees = tmp_path / "donnees"
    complet = charger_extensions()
    await garder_questionnaires(complet, MAINTENANT)
    await garder_modeles(complet, MAINTENANT)
    objets = await creer_objets(monde, monde.referent, monde.offre_de_service, "PREMIER", donnees / "documents")
    async with servir(adresse_base, donnees, complet) as serveur, serveur.client(monde.referent) as client:
        attendus = await _ecrans(serveur, client, objets)
    complet.fermer()
    assert sum(statut == 200 for statut in attendus.values()) > 30, "the route table was not walked"

    reste = Registre.composer([t for t in trouver() if t.nom != "mos"])
    assert "MOS" not in {offre.code for offre in reste.offres()}
    async with servir(adresse_base, donnees, reste) as serveur, serveur.client(monde.referent) as client:
        vus = await _ecrans(serveur, client, objets)
        assert vus == attendus
        await _relire(client, objets)
        avant = await _compter()
        await _refuser(client, objets, monde)
        assert await _compter() == avant
    reste.fermer()


async def _relire(client: httpx.AsyncClient, objets: Objets) -> None:
    """The bilan says its answers and why it changes no more; it is printed, its history too."""
    dossier = f"/beneficiaires/{objets.numero}"
    bilan = f"{dossier}/bilans/{objets.identifiants['bilans']}"
    lu = html.unescape((await client.get(bilan)).text)
    assert "Attentes de la personne" in lu
    assert "PREMIER" in lu.partition("Attentes de la personne")[2]
    assert "L'extension de l'offre MOS n'est plus installée" in lu
    assert 'name="MOS_27"' not in lu
    assert 'value="MOS_BILAN"' not in lu
    for page in (f"{bilan}/impression", f"{bilan}/reponses/MOS_27"):
        assert "PREMIER" in (await client.get(page)).text.partition("Attentes de la personne")[2], page
    liste = (await client.get(f"{dossier}/bilans")).text
    assert "MOS - Bilan" in liste
    assert "Créer le bilan" not in liste


async def _refuser(client: httpx.AsyncClient, objets: Objets, monde: Monde) -> None:
    """An answer, a bilan, a closing, a document, an étape: each is refused in words, none is half made."""
    dossier = f"/beneficiaires/{objets.numero}"
    bilan = f"{dossier}/bilans/{objets.identifiants['bilans']}"
    reponse = await client.put(f"{bilan}/reponses/MOS_27", json={"valeur": "Autre", "version": 1})
    assert reponse.status_code in (403, 409, 422)
    nouveau = {"questionnaire": "MOS", "etape": str(objets.identifiants["etapes"]), "date_bilan": "01/09/2026"}
    fusion = {"modele": "MOS_BILAN", "bilan": str(objets.identifiants["bilans"])}
    etape = {
        "offre_de_service": str(monde.offre_de_service),
        "dispositif": str(objets.identifiants["entrees"]),
        "debut_reel": "01/10/2026",
    }
    seule_lecture = "ce bilan se lit, il ne se modifie plus"
    for chemin, corps, raison in (
        (f"{bilan}/clore", {"version": "1"}, seule_lecture),
        (f"{bilan}/supprimer", {"version": "1"}, seule_lecture),
        (bilan, {"MOS_27": "Autre", "avant-MOS_27": '[1,"PREMIER"]'}, seule_lecture),
        (f"{dossier}/bilans", nouveau, "Le bilan n'a pas été créé."),
        (f"{dossier}/documents/fusion", fusion, "La saisie est à corriger."),
        (f"{dossier}/parcours/etapes/nouvelle", etape, 'href="#c-offre_de_service"'),
    ):
        reponse = await client.post(chemin, data=corps, follow_redirects=False)
        assert reponse.status_code in (403, 422), chemin
        assert raison in html.unescape(reponse.text), chemin
    assert "PREMIER" in str(await lire_valeur("SELECT valeur FROM reponse WHERE question = 'MOS_27'"))
