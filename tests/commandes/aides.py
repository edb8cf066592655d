"""The command line as it is really run: its `main`, with the settings of its environment."""

import asyncio
import contextlib
import io
import os
import pathlib
import socket
import sys
import uuid
from collections.abc import AsyncIterator
from unittest import mock

import asyncpg
import msgspec

from viesion_core.testing import POSTGRESQL
from web.commandes import main


class Resultat(msgspec.Struct, frozen=True):
    """What a command gave."""

    code: int
    sortie: str
    erreurs: str


class Installation(msgspec.Struct, frozen=True):
    """The settings of an install, given to each command by its environment."""

    base: str
    donnees: pathlib.Path
    reglages: dict[str, str] = {}

    def environnement(self) -> dict[str, str]:
        """Return the environment of a command."""
        propre = {nom: valeur for nom, valeur in os.environ.items() if not nom.startswith("VIESION_")}
        voulus = {"VIESION_BASE": self.base, "VIESION_DONNEES": str(self.donnees), "PYTHONUTF8": "1"}
        return {**propre, **voulus, **self.reglages}

    async def lancer(self, *arguments: str, entree: str = "") -> Resultat:
        """Run `viesion …` to its end, in a thread: no base of the test may be open meanwhile."""
        return await asyncio.to_thread(self._lancer, arguments, entree)

    def _lancer(self, arguments: tuple[str, ...], entree: str) -> Resultat:
        sortie, erreurs = io.StringIO(), io.StringIO()
        code: object = 0
        with (
            mock.patch.dict(os.environ, self.environnement(), clear=True),
            mock.patch.object(sys, "argv", ["viesion", *arguments]),
            mock.patch.object(sys, "stdin", io.StringIO(entree)),
            contextlib.redirect_stdout(sortie),
            contextlib.redirect_stderr(erreurs),
        ):
            try:
                main()
            except SystemExit as fin:
                code = fin.code
        return Resultat(code if isinstance(code, int) else 0, sortie.getvalue(), erreurs.getvalue())

    async def lancer_a_part(self, *arguments: str, entree: str = "") -> Resultat:
        """Run `viesion …` to its end in a process of its own."""
        processus = await self.demarrer(*arguments)
        sortie, erreurs = await processus.communicate(entree.encode())
        return Resultat(processus.returncode or 0, sortie.decode(), erreurs.decode())

    async def demarrer(self, *arguments: str) -> asyncio.subprocess.Process:
        """Start `viesion …` and leave it run."""
        commande = [sys.executable, "-c", "from web.commandes import main; main()", *arguments]
        tube = asyncio.subprocess.PIPE
        return await asyncio.create_subprocess_exec(
            *commande, env=self.environnement(), stdin=tube, stdout=tube, stderr=tube
        )


@contextlib.asynccontextmanager
async def base_neuve(moteur: str, dossier: pathlib.Path) -> AsyncIterator[str]:
    """Return the address of a base that holds nothing, not even the schema."""
    if moteur == "sqlite":
        yield f"sqlite:///{dossier / 'neuve.sqlite'}"
        return
    nom = f"viesion_cli_{uuid.uuid4().hex[:10]}"
    connexion = await asyncpg.connect(f"{POSTGRESQL}/postgres")
    try:
        await connexion.execute(f"CREATE DATABASE {nom}")
        yield f"{POSTGRESQL}/{nom}"
    finally:
        await connexion.execute(f"DROP DATABASE IF EXISTS {nom} WITH (FORCE)")
        await connexion.close()


def port_libre() -> int:
    """Return a port that nothing listens on."""
    with socket.socket() as prise:
        prise.bind(("127.0.0.1", 0))
        return int(prise.getsockname()[1])
