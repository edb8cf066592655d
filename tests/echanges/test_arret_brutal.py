"""kill -9 in the middle of a file, again and again: every line is carried out exactly once."""

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
from viesion_core.echanges import actions, comprehension
from viesion_core.echanges.depot import traiter_depot
from viesion_core.testing import MAINTENANT
from viesion_solis.alloc import FLUX

comprehension.TAILLE_LOT = 4
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
    frappes = 0
    for arret in range(ARRETS + 1):
        processus = await asyncio.create_subprocess_exec(
            sys.executable, "-c", PROGRAMME, adresse_base, str(dossier), SECRET, CLE, stdout=asyncio.subprocess.PIPE
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
    assert (await verifier_chaine()).intacte
