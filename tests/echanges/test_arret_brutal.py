"""kill -9 in the middle of a file, again and again: every line is carried out exactly once, whoever reads the file."""

import asyncio
import contextlib
import pathlib
import signal
import sys

import pytest

from tests.echanges.aides import CLE, SECRET, contenu, deposer, une_ligne
from viesion_core.db import Base, lire_valeur
from viesion_core.journal import verifier_chaine

NOMBRE, ARRETS = 400, 20
PROGRAMME = """
import asyncio, pathlib, sys
from viesion_core.contexte import contexte_systeme
from viesion_core.db import ouvrir_base
from viesion_core.echanges import actions, lecteur
from viesion_core.echanges.depot import traiter_depot
from viesion_core.testing import MAINTENANT
from viesion_solis.alloc import FLUX

actions.TAILLE_LOT = {"sqlite": 4, "postgresql": 4}
lecteur.SEUIL = int(sys.argv[5])
ordinaire = actions._executer

async def suivre(*arguments):
    await ordinaire(*arguments)
    print("lot", flush=True)

actions._executer = suivre

async def prendre():
    base = await ouvrir_base(sys.argv[1])
    ctx, dossier = contexte_systeme(MAINTENANT), pathlib.Path(sys.argv[2])
    await traiter_depot(ctx, dossier, [FLUX], secret=sys.argv[3], cles=sys.argv[4])
    await base.fermer()

asyncio.run(prendre())
"""


@pytest.mark.lent
async def test_twenty_kills_lose_and_repeat_nothing(base: Base, adresse_base: str, tmp_path: pathlib.Path) -> None:
    dossier = tmp_path / "depot"
    deposer(dossier, contenu([une_ligne(r) for r in range(1, NOMBRE + 1)]))
    arguments = adresse_base, str(dossier), SECRET, CLE
    frappes = 0
    for arret in range(ARRETS + 1):
        seuil = "10000" if arret % 4 else "0"  # one time in four another process reads the file: it must end too
        processus = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAMME, *arguments, seuil, stdout=asyncio.subprocess.PIPE
        )
        assert processus.stdout is not None
        if arret < ARRETS:
            await processus.stdout.readline()
            await asyncio.sleep(arret % 5 * 0.004)
            with contextlib.suppress(ProcessLookupError):
                processus.send_signal(signal.SIGKILL)
        await processus.communicate()
        frappes += processus.returncode == -signal.SIGKILL
    assert frappes >= ARRETS // 2
    assert await lire_valeur("SELECT count(*) FROM beneficiaire") == NOMBRE
    assert await lire_valeur("SELECT count(*) FROM acte") == NOMBRE
    assert await lire_valeur("SELECT count(*) FROM echange_fichier WHERE etat = 'TRAITE' AND creees = 400") == 1
    assert not list((dossier / "in").iterdir())
    assert await _lecteurs(dossier) == []
    assert (await verifier_chaine()).intacte


async def _lecteurs(dossier: pathlib.Path) -> list[str]:
    """Return the processes that still have a file of the folder open, once they had the time to see it."""
    for _ in range(50):
        if not (ouverts := await asyncio.to_thread(_ouverts, dossier)):
            break
        await asyncio.sleep(0.1)
    return ouverts


def _ouverts(dossier: pathlib.Path) -> list[str]:
    trouves = []
    for lien in pathlib.Path("/proc").glob("[0-9]*/fd/*"):
        with contextlib.suppress(OSError):
            if str(lien.readlink()).startswith(str(dossier)):
                trouves.append(lien.parts[2])
    return trouves
