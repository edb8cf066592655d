"""The simulated Solis beside the demo: its key, what it is told to begin with, its process."""

import contextlib
import datetime as dt
import json
import os
import pathlib
import socket
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points

from viesion_core.contexte import contexte_systeme
from viesion_core.db import lire
from viesion_core.parcours.envois import reprendre_contrats
from viesion_core.partenaires.actions import creer_cle
from viesion_core.partenaires.model import Portee
from viesion_core.partenaires.queries import cle_presentee
from viesion_core.settings import Settings
from web.api.service import PREFIXE

PERIODE = 4.0
"""Seconds between two turns: something moves every half minute, and a demo left alone stays small."""
GROUPE, NOM = "viesion.simulateurs", "solis"
DIRECTEUR = "directeur@demo.test"
_SCENARIO = """# The simulated Solis of the demo: people for the organism of the demo director, both ways at once.
[affect]
chaque = 3
sirets = {sirets}

[reponses]
par = "les-deux"
"""


def simulateur_installe() -> bool:
    """Whether a plugin brings a simulated Solis."""
    return bool(entry_points(group=GROUPE, name=NOM))


async def preparer_solis(settings: Settings) -> None:
    """Give the simulated Solis a key, kept beside the demo (mode 600), and the contracts already signed.

    The base is open. A key that opens every flow is kept, and so is what Solis knows of this base.
    """
    fichier, ctx = _fichier_cle(settings), contexte_systeme(dt.datetime.now(dt.UTC))
    sirets = await lire(
        """SELECT DISTINCT o.siret FROM organisme o JOIN utilisateur u ON u.organisme = o.id
        WHERE u.courriel = {} AND o.siret <> ''""",
        DIRECTEUR,
    )
    _fichier(settings, "toml").write_text(_SCENARIO.format(sirets=json.dumps([li["siret"] for li in sirets])))
    memoire = _fichier(settings, "json")
    connue = await cle_presentee(fichier.read_text().strip()) if fichier.exists() else None
    if connue is None or not memoire.exists() or "alloc" not in json.loads(memoire.read_text()):
        # It goes on after the files that the demo already holds: a rank is taken once.
        recus = await lire("SELECT flux, max(seq) AS seq FROM echange_fichier WHERE emetteur = 'SOLIS' GROUP BY flux")
        memoire.write_text(json.dumps({li["flux"].lower(): {"seq": int(li["seq"])} for li in recus}))
    if connue is not None and connue.ouvre == set(Portee):
        return
    faite = await creer_cle(
        ctx, nom="Solis simulé", emetteur="SOLIS", portees=tuple(Portee), limite=600, secret=settings.secret
    )
    with os.fdopen(os.open(fichier, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as sortie:
        sortie.write(faite.jeton)
    await reprendre_contrats(ctx)


@contextlib.contextmanager
def solis_simule(settings: Settings, page: int) -> Iterator[None]:
    """Run the simulated Solis in a process of its own until the end of the block; it writes « solis.log ».

    `page`: the port of its own page.
    """
    arguments = [
        *("solis", "simuler", "--avec-parent", "--periode", str(PERIODE), "--page", str(page)),
        *("--dossier", str(settings.dossier_echanges), "--memoire", str(_fichier(settings, "json"))),
        *("--scenario", str(_fichier(settings, "toml"))),
        *("--api", f"http://{settings.hote}:{settings.port}{PREFIXE}", "--cle-fichier", str(_fichier_cle(settings))),
    ]
    commande = [sys.executable, "-c", "from web.commandes import main; main()", *arguments]
    with (settings.donnees / "solis.log").open("ab") as journal:
        programme = subprocess.Popen(commande, stdin=subprocess.PIPE, stdout=journal, stderr=journal)  # noqa: S603
        with programme:  # its input closes with the block, or with this process however it ends: it stops then
            yield


def port_de_la_page(settings: Settings) -> int:
    """Return a free port for the page of the simulated Solis: the one after the server's, when it is."""
    for port in (settings.port + 1, 0):
        with socket.socket() as prise, contextlib.suppress(OSError, OverflowError):
            prise.bind(("127.0.0.1", port))
            return int(prise.getsockname()[1])
    return 0


def _fichier_cle(settings: Settings) -> pathlib.Path:
    return _fichier(settings, "cle")


def _fichier(settings: Settings, suffixe: str) -> pathlib.Path:
    return settings.donnees / f"solis.{suffixe}"
