"""The queries of every screen that is read, from the route table: few, and as many when the base grows."""

import pathlib
import uuid

from tests.offres import garder_bilans
from tests.securite import matrice
from tests.securite.objets import Objets, creer_objets
from tests.serveur import SQLITE, Serveur, requetes, servir
from viesion_core.alertes.actions import marquer_favori
from viesion_core.alertes.regles import REGLES_DU_DECK
from viesion_core.db import lire_valeur
from viesion_core.extensions import charger_extensions
from viesion_core.settings import Settings
from viesion_core.testing import Monde
from web.application import create_app

PLAFOND = 12
"""Queries that one screen may take."""


async def _mesurer(serveur: Serveur, monde: Monde, propres: Objets) -> dict[str, int]:
    """Return the queries of each GET route, per role that may call it, once the caches are warm.

    As after an act: what the page says of it is read, and the favourites of the user are counted anew.
    """
    app = create_app(Settings(secret="s" * 40), charger_extensions(), avec_worker=False)
    contextes = {"referent": monde.referent, "pilote": monde.pilote, "administrateur": monde.administrateur}
    comptes: dict[str, int] = {}
    for role, ctx in contextes.items():
        async with serveur.client(ctx) as client:
            for route in matrice.routes(app):
                if route.methode != "GET" or role not in matrice.PERMIS[route.politique]:
                    continue
                chemin = matrice.adresse(route, "propre", propres, propres)
                assert chemin is not None
                await client.get(chemin)
                reponse = await client.get(chemin, params={"acte": str(uuid.uuid4())})
                if reponse.status_code == 200 and "server-timing" in reponse.headers:
                    comptes[f"{role}, {route.modele}"] = requetes(reponse)
    return comptes


@SQLITE
async def test_every_screen_takes_few_queries_and_as_many_when_the_base_grows(
    adresse_base: str, monde: Monde, tmp_path: pathlib.Path
) -> None:
    await garder_bilans()
    offre, documents = monde.offre_de_service, tmp_path / "donnees" / "documents"
    propres = await creer_objets(monde, monde.referent, offre, "PREMIER", documents)
    autre_offre = await lire_valeur("SELECT id FROM offre_de_service WHERE organisme = {}", monde.autre_organisme)
    await creer_objets(monde, monde.autre_referent, autre_offre, "AILLEURS", documents)
    await creer_objets(monde, monde.referent, offre, "SECOND", documents)
    for ctx in (monde.referent, monde.pilote):
        for regle in REGLES_DU_DECK[:3]:
            await marquer_favori(ctx, regle, favori=True)
    async with servir(adresse_base, tmp_path / "donnees") as serveur:
        petite = await _mesurer(serveur, monde, propres)
        for rang in range(4):
            await creer_objets(monde, monde.referent, offre, f"SUITE-{'ABCD'[rang]}", documents)
        grande = await _mesurer(serveur, monde, propres)
    assert len({cle.partition(", ")[2] for cle in petite}) > 30, "the route table was not walked"
    trop = {cle: n for cle, n in grande.items() if n > PLAFOND}
    assert not trop, f"more than {PLAFOND} queries: {trop}"
    ecarts = {cle: (petite.get(cle), grande.get(cle)) for cle in petite | grande if petite.get(cle) != grande.get(cle)}
    assert not ecarts, f"the count changed with the base: {ecarts}"
