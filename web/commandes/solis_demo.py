"""The simulated Solis beside the demo: its key, what it is told to begin with, its process."""

import contextlib
import datetime as dt
import json
import os
import pathlib
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points

from viesion_core.contexte import contexte_systeme
from viesion_core.echanges.queries import derniers_fichiers
from viesion_core.parcours.envois import reprendre_contrats
from viesion_core.partenaires.actions import creer_cle
from viesion_core.partenaires.model import Portee
from viesion_core.partenaires.queries import cle_presentee
from viesion_core.settings import Settings
from web.api.service import PREFIXE

PERIODE = 4.0
"""Seconds between two turns: something moves every half minute, and a demo left alone stays small."""
GROUPE, NOM = "viesion.simulateurs", "solis"


def simulateur_installe() -> bool:
    """Whether a plugin brings a simulated Solis."""
    return bool(entry_points(group=GROUPE, name=NOM))


async def preparer_solis(settings: Settings) -> None:
    """Give the simulated Solis a key, kept beside the demo (mode 600), and the contracts already signed.

    The base is open. A key that works is kept.
    """
    fichier, ctx = _fichier_cle(settings), contexte_systeme(dt.datetime.now(dt.UTC))
    if fichier.exists() and await cle_presentee(fichier.read_text().strip()) is not None:
        return
    faite = await creer_cle(
        ctx, nom="Solis simulé", emetteur="SOLIS", portees=tuple(Portee), limite=600, secret=settings.secret
    )
    with os.fdopen(os.open(fichier, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as sortie:
        sortie.write(faite.jeton)
    recus = [f.seq for f in await derniers_fichiers(100) if (f.emetteur, f.flux) == ("SOLIS", "ALLOC")]
    # It goes on after the files that the demo already holds: a rank is taken once.
    (settings.donnees / "solis.json").write_text(json.dumps({"seq": max(recus, default=0)}))
    await reprendre_contrats(ctx)


@contextlib.contextmanager
def solis_simule(settings: Settings) -> Iterator[None]:
    """Run the simulated Solis in a process of its own until the end of the block; it writes « solis.log »."""
    arguments = [
        *("solis", "simuler", "--avec-parent", "--periode", str(PERIODE)),
        *("--dossier", str(settings.dossier_echanges), "--memoire", str(settings.donnees / "solis.json")),
        *("--api", f"http://{settings.hote}:{settings.port}{PREFIXE}", "--cle-fichier", str(_fichier_cle(settings))),
    ]
    commande = [sys.executable, "-c", "from web.commandes import main; main()", *arguments]
    with (settings.donnees / "solis.log").open("ab") as journal:
        programme = subprocess.Popen(commande, stdin=subprocess.PIPE, stdout=journal, stderr=journal)  # noqa: S603
        with programme:  # its input closes with the block, or with this process however it ends: it stops then
            yield


def _fichier_cle(settings: Settings) -> pathlib.Path:
    return settings.donnees / "solis.cle"
