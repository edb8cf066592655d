"""kill -9 of the worker, again and again, while contracts are signed: each reaches Solis exactly once in effect."""

import asyncio
import contextlib
import datetime as dt
import pathlib
import signal
import sys

import msgspec
import pytest

from tests.echanges.aides import CLE, SECRET
from tests.echanges.solis import FauxSolis
from viesion_core.db import executer, lire, lire_valeur, transaction
from viesion_core.journal import verifier_chaine
from viesion_core.parcours.actions import enregistrer_contrat
from viesion_core.parcours.model import SaisieContrat
from viesion_core.parcours.queries import contrats
from viesion_core.testing import Monde

PERSONNES, ARRETS = 10, 20
SIGNE = SaisieContrat(
    type="CER", debut=dt.date(2026, 9, 1), fin=dt.date(2027, 2, 28), signature=dt.date(2026, 9, 1), numero="1"
)
PROGRAMME = """
import asyncio, pathlib, sys
from viesion_core import worker
from viesion_core.db import ouvrir_base
from viesion_core.echanges import envois_fichiers
from viesion_core.extensions import charger_extensions
from viesion_core.settings import Settings

worker.PERIODE = 0.01
for nom in ("_composer", "_ecrire_sorties", "acquitter"):
    def suivie(ordinaire):
        async def suivre(*arguments):
            fait = await ordinaire(*arguments)
            if fait:
                print("pas", flush=True)
            return fait
        return suivre
    setattr(envois_fichiers, nom, suivie(getattr(envois_fichiers, nom)))

async def tourner():
    await ouvrir_base(sys.argv[1])
    settings = Settings(base=sys.argv[1], donnees=pathlib.Path(sys.argv[2]), secret=sys.argv[3],
        cle_echanges=sys.argv[4])
    tours = worker.Worker(settings, charger_extensions())
    if len(sys.argv) == 5:  # the lease of a killed worker lasts a minute: the turns are taken without it
        while True:
            await tours.tour(worker.dt.datetime.now(worker.dt.UTC))
            await asyncio.sleep(worker.PERIODE)
    while await tours.tour(worker.dt.datetime.now(worker.dt.UTC)):
        pass

asyncio.run(tourner())
"""


@pytest.mark.lent
async def test_twenty_kills_of_the_worker_send_each_contract_once(
    monde: Monde, adresse_base: str, tmp_path: pathlib.Path
) -> None:
    solis = FauxSolis(tmp_path / "echanges")
    numeros = []
    for rang in range(PERSONNES):
        numero, _ = await monde.dossier(nom=f"Essai{'abcdefghij'[rang]}")
        async with transaction():
            await executer("UPDATE beneficiaire SET id_individu = {} WHERE numero = {}", f"IND{rang}", numero)
        numeros.append(numero)
        await enregistrer_contrat(monde.referent, numero, SIGNE)
    frappes = 0
    for arret in range(ARRETS):
        await _changer(monde, numeros[arret % PERSONNES], arret)
        frappes += await _tourner(adresse_base, tmp_path, arret)
        if arret % 3 == 0:
            solis.prendre(laisser=arret % 2 == 0)
    assert frappes >= ARRETS // 2
    while await lire_valeur("SELECT count(*) FROM echange_envoi WHERE etat IN ('A_ENVOYER', 'ENVOYE')"):
        await _tourner(adresse_base, tmp_path, None)
        assert solis.prendre() >= 1
        await _tourner(adresse_base, tmp_path, None)
    attendues = {
        str(li["cle"]): li["derniere"]
        for li in await lire("SELECT cle, max(version_message) AS derniere FROM echange_envoi GROUP BY cle")
    }
    assert {cle: versions[-1] for cle, versions in solis.effets.items()} == attendues
    assert all(versions == sorted(set(versions)) for versions in solis.effets.values())
    assert len(attendues) == PERSONNES
    derniers = {ligne["uuid_contrat"]: ligne["numero"] for ligne in solis.lignes}
    dits = await lire("SELECT id, numero FROM contrat")
    assert derniers == {str(li["id"]): li["numero"] for li in dits}
    rangs = [seq for _, seq in sorted(solis.fichiers)]
    assert rangs == list(range(1, len(rangs) + 1))
    assert await lire_valeur("SELECT count(*) FROM echange_envoi WHERE etat NOT IN ('ACQUITTE', 'REMPLACE')") == 0
    assert list((tmp_path / "echanges" / "out").iterdir()) == []
    assert (await verifier_chaine()).intacte


async def _changer(monde: Monde, numero: int, rang: int) -> None:
    (contrat,) = await contrats(monde.referent, numero)
    saisie = msgspec.structs.replace(SIGNE, numero=f"N{rang}")
    await enregistrer_contrat(monde.referent, numero, saisie, identifiant=contrat.id, version=contrat.version)


async def _tourner(adresse: str, donnees: pathlib.Path, arret: int | None) -> bool:
    """Run the worker; kill it just after one of its steps, or let it finish what is due."""
    fin = ["jusqu'au bout"] if arret is None else []
    processus = await asyncio.create_subprocess_exec(
        sys.executable, "-c", PROGRAMME, adresse, str(donnees), SECRET, CLE, *fin, stdout=asyncio.subprocess.PIPE
    )
    assert processus.stdout is not None
    if arret is not None:
        for _ in range(arret % 3 + 1):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(processus.stdout.readline(), 2)
        await asyncio.sleep(arret % 5 * 0.002)
        with contextlib.suppress(ProcessLookupError):
            processus.send_signal(signal.SIGKILL)
    await processus.communicate()
    assert arret is not None or processus.returncode == 0
    return processus.returncode == -signal.SIGKILL
