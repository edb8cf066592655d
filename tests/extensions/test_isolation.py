"""Eight bad plugins in turn, served over HTTP: each page answers as without them, the administration names them."""

import asyncio
import html
import pathlib
import time
import types
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from litestar import Litestar

from tests.offres import garder_bilans
from tests.securite.matrice import FIN_DE_SESSION, adresse, routes
from tests.securite.objets import Objets, creer_objets
from tests.serveur import SQLITE, servir
from viesion_core.api import Offre, Panneau, hookimpl
from viesion_core.db import executer, lire_valeur, transaction
from viesion_core.extensions import Registre, appels
from viesion_core.extensions.decouverte import Trouvee
from viesion_core.testing import Monde
from web.application import create_app

DECLARATIONS = ("declarer_bilans", "declarer_modeles_fusion", "declarer_regles_alerte")
DEMANDES = (
    "preremplir_bilan",
    "controler_bilan",
    "completer_fusion",
    "controler_etape",
    "verifier_sortie",
    "proposer_panneaux",
)


def lever() -> Any:
    raise ZeroDivisionError


def attendre() -> Any:
    time.sleep(1)


def mentir() -> Any:
    return 42


def enfler() -> Any:
    return [Panneau(titre="x")] * 100_000


def quitter() -> Any:
    raise SystemExit(3)


def ecrire() -> Any:
    async def effacer() -> None:
        async with transaction():
            await executer("DELETE FROM notification")
            await executer("DELETE FROM commune")

    asyncio.run(effacer())


def mauvaise(faute: Callable[[], Any], crochets: tuple[str, ...]) -> Trouvee:
    """Return a plugin that takes the place of the MOS, so that every étape and bilan of the test asks it."""
    module = types.ModuleType("mauvaise")
    module.declarer_offre = hookimpl(lambda: Offre(code="MOS", libelle="Mauvaise"))  # type: ignore[attr-defined]  # a plugin made by hand
    for crochet in crochets:
        module.__dict__[crochet] = hookimpl(types.FunctionType(faute.__code__, faute.__globals__, crochet))
    return Trouvee("mauvaise", "viesion-mauvaise", "1.0", module)


def mal_ecrite() -> Trouvee:
    module = types.ModuleType("mauvaise")
    module.declarer_ofre = hookimpl(lambda: None)  # type: ignore[attr-defined]  # the fault itself
    return Trouvee("mauvaise", "viesion-mauvaise", "1.0", module)


MAUVAISES = {
    "lève": (mauvaise(lever, (*DECLARATIONS[1:], *DEMANDES)), "ZeroDivisionError"),
    "ne répond pas": (mauvaise(attendre, DEMANDES), "suspendue"),
    "répond autre chose": (mauvaise(mentir, (*DECLARATIONS[1:], *DEMANDES)), "autre chose"),
    "répond trop": (mauvaise(enfler, DEMANDES), "100000 éléments"),
    "quitte": (mauvaise(quitter, (*DECLARATIONS, *DEMANDES)), "SystemExit"),
    "écrit dans la base": (mauvaise(ecrire, DEMANDES), "RuntimeError"),
    "nomme mal un crochet": (mal_ecrite(), "declarer_ofre"),
    "ne s'importe pas": (
        Trouvee("mauvaise", "viesion-mauvaise", "1.0", None, "ImportError : module absent"),
        "module absent",
    ),
}


async def pages(client: httpx.AsyncClient, app: Litestar, objets: Objets) -> dict[str, int]:
    """Return the status of every GET route of the application."""
    statuts = {}
    for route in routes(app):
        chemin = adresse(route, "propre", objets, objets)
        if route.methode == "GET" and route.modele != FIN_DE_SESSION and chemin:
            statuts[chemin] = (await client.get(chemin)).status_code
    return statuts


@SQLITE
async def test_no_bad_plugin_takes_a_page_down_and_each_is_named(
    adresse_base: str, monde: Monde, tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(appels.Appelant.appeler, "__kwdefaults__", {"delai": 0.1})
    async with servir(adresse_base, tmp_path / "donnees") as serveur:
        await garder_bilans()
        objets = await creer_objets(
            monde, monde.referent, monde.offre_de_service, "Canari", tmp_path / "donnees" / "documents"
        )
        app = create_app(serveur.settings, serveur.registre, avec_worker=False)
        async with serveur.client(monde.referent) as client:
            attendus = await pages(client, app, objets)
    assert sum(statut == 200 for statut in attendus.values()) > 30
    communes = await lire_valeur("SELECT count(*) FROM commune")
    for nom, (trouvee, raison) in MAUVAISES.items():
        registre = Registre.composer([trouvee])
        try:
            async with servir(adresse_base, tmp_path / "donnees", registre) as serveur:
                async with serveur.client(monde.referent) as client:
                    vus = await pages(client, app, objets)
                async with serveur.client(monde.administrateur) as client:
                    administration = await client.get("/administration")
        finally:
            registre.fermer()
        changees = {chemin: statut for chemin, statut in vus.items() if statut != attendus[chemin]}
        assert not changees, nom
        texte = html.unescape(administration.text)
        assert (administration.status_code, "viesion-mauvaise" in texte, raison in texte) == (200, True, True), nom
    assert await lire_valeur("SELECT count(*) FROM commune") == communes
