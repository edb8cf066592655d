"""kill -9 while answers save themselves, on both engines: what was acknowledged is there at the next start, whole.

`viesion serve` runs in a process of its own; nothing else holds the base open when it is killed and starts again.
"""

import asyncio
import contextlib
import pathlib
import random
import signal
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest

from tests.commandes.aides import Installation, port_libre
from tests.securite.objets import creer_objets
from tests.serveur import Serveur
from viesion_core.bilans.actions_reponses import enregistrer_reponses
from viesion_core.bilans.model import SaisieReponse
from viesion_core.db import definir_base, lire, ouvrir_base
from viesion_core.extensions import Registre, charger_extensions, garder_questionnaires
from viesion_core.journal.actions import vider
from viesion_core.settings import Settings
from viesion_core.testing import MAINTENANT, creer_monde

pytestmark = pytest.mark.offre("mos")

MANCHES = 10
QUESTIONS = ("MOS_27", "MOS_28", "MOS_37")
SECRET = "s" * 48


class Saisie(msgspec.Struct):
    """One answer as its page knows it: the last value acknowledged, its version, and what was sent since."""

    chemin: str
    valeur: str
    version: int
    en_route: str | None = None


@contextlib.asynccontextmanager
async def base_ouverte(adresse: str) -> AsyncIterator[None]:
    ouverte = await ouvrir_base(adresse)
    try:
        yield
    finally:
        await vider()
        await ouverte.fermer()
        definir_base(None)


async def attendre(client: httpx.AsyncClient, processus: asyncio.subprocess.Process) -> None:
    """Wait until the server answers."""
    while processus.returncode is None:
        with contextlib.suppress(httpx.TransportError):
            await client.get("/sante")
            return
        await asyncio.sleep(0.05)
    _, erreurs = await processus.communicate()
    raise AssertionError(erreurs.decode())


async def taper(client: httpx.AsyncClient, saisies: list[Saisie], manche: int, accuses: asyncio.Semaphore) -> None:
    """Save answers one after the other until the server dies; `accuses` counts those that it acknowledged."""
    rang = 0
    with contextlib.suppress(httpx.TransportError):
        while True:
            saisie = saisies[rang % len(saisies)]
            saisie.en_route = f"manche {manche}, frappe {rang}"
            reponse = await client.put(saisie.chemin, json={"valeur": saisie.en_route, "version": saisie.version})
            assert reponse.status_code == 200, reponse.text
            saisie.valeur, saisie.version, saisie.en_route = saisie.en_route, reponse.json()["version"], None
            accuses.release()
            rang += 1


async def frapper_puis_tuer(
    pages: list[tuple[httpx.AsyncClient, list[Saisie]]], manche: int, processus: asyncio.subprocess.Process
) -> None:
    """Save answers on each page at once; kill the server after some receipts, never at the same point of its work."""
    hasard, accuses = random.Random(manche), asyncio.Semaphore(0)
    frappes = [asyncio.create_task(taper(client, saisies, manche, accuses)) for client, saisies in pages]
    for _ in range(hasard.randint(3, 15)):
        await accuses.acquire()
    await asyncio.sleep(hasard.random() / 100)
    processus.send_signal(signal.SIGKILL)
    await asyncio.gather(*frappes)


async def relire(client: httpx.AsyncClient, saisie: Saisie) -> str:
    """Ask what the server has (the 409 of a page that knows nothing); return what is lost, in words, or ""."""
    reponse = await client.put(saisie.chemin, json={"valeur": "sonde", "version": 0})
    assert reponse.status_code == 409, reponse.text
    lue: dict[str, Any] = reponse.json()
    gardee = (lue["valeur"], lue["version"]) == (saisie.valeur, saisie.version)
    # What was sent and never answered may be there or not: the page would send it again.
    passee = saisie.en_route is not None and (lue["valeur"], lue["version"]) == (saisie.en_route, saisie.version + 1)
    perdue = "" if gardee or passee else f"{saisie} : {lue['valeur']}, version {lue['version']}"
    saisie.valeur, saisie.version, saisie.en_route = lue["valeur"], lue["version"], None
    return perdue


async def preparer(
    adresse: str, settings: Settings, url: str, pile: contextlib.AsyncExitStack
) -> list[tuple[httpx.AsyncClient, list[Saisie]]]:
    """Make three bilans, and for each a page of its référent that knows its answers."""
    installees = charger_extensions()
    pages = []
    async with base_ouverte(adresse):
        await garder_questionnaires(installees, MAINTENANT)
        monde = await creer_monde()
        serveur = Serveur(url=url, settings=settings, registre=Registre())
        for canari in ("UN", "DEUX", "TROIS"):
            documents = settings.donnees / "documents"
            objets = await creer_objets(monde, monde.referent, monde.offre_de_service, canari, documents)
            bilan = f"/beneficiaires/{objets.numero}/bilans/{objets.identifiants['bilans']}"
            # creer_objets has answered the first one; each has an answer, so that version 0 is always behind.
            premiere = {code: SaisieReponse(valeur=canari, version=0) for code in QUESTIONS[1:]}
            await enregistrer_reponses(
                monde.referent, objets.numero, objets.identifiants["bilans"], premiere, installees=frozenset({"MOS"})
            )
            saisies = [Saisie(f"{bilan}/reponses/{code}", valeur=canari, version=1) for code in QUESTIONS]
            pages.append((await pile.enter_async_context(serveur.client(monde.referent)), saisies))
    installees.fermer()
    return pages


async def verifier_revisions(adresse: str) -> None:
    """Each version of an answer has its revision: an act is whole or is not."""
    async with base_ouverte(adresse):
        lignes = await lire("""SELECT r.id, r.version, count(v.id) AS revisions FROM reponse r
            LEFT JOIN revision v ON v.nom_table = 'reponse' AND v.cle = CAST(r.id AS VARCHAR(60))
            GROUP BY r.id, r.version""")
    assert len(lignes) == 3 * len(QUESTIONS)
    assert [ligne for ligne in lignes if ligne["version"] != ligne["revisions"]] == []


@pytest.mark.lent
async def test_kill_9_loses_no_acknowledged_answer(adresse_base: str, tmp_path: pathlib.Path) -> None:
    port, donnees = port_libre(), tmp_path / "donnees"
    settings = Settings(base=adresse_base, donnees=donnees, mode="test", secret=SECRET, port=port)
    reglages = {"VIESION_PORT": str(port), "VIESION_SECRET": SECRET, "VIESION_MODE": "test"}
    installation = Installation(adresse_base, donnees, reglages)
    perdues: list[str] = []
    async with contextlib.AsyncExitStack() as pile:
        pages = await preparer(adresse_base, settings, f"http://127.0.0.1:{port}", pile)
        for manche in range(MANCHES + 1):
            processus = await installation.demarrer("serve")
            try:
                await attendre(pages[0][0], processus)
                if manche:
                    perdues += [await relire(client, saisie) for client, saisies in pages for saisie in saisies]
                if manche < MANCHES:
                    await frapper_puis_tuer(pages, manche, processus)
            finally:
                if processus.returncode is None:
                    with contextlib.suppress(ProcessLookupError):
                        processus.kill()
                await processus.communicate()
    assert [perdue for perdue in perdues if perdue] == []
    await verifier_revisions(adresse_base)
