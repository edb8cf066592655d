"""The process that reads a long file: `python -I -m viesion_core.echanges.lecteur`, started by `lecteur_de`.

It reads and understands the lines, digests and encrypts their NIR, while the process that started it writes the batch
before: two processors work where a thread would wait for its turn. It touches no base; closed at the other end, it
ends.
"""

import asyncio
import contextlib
import datetime as dt
import gc
import os
import pathlib
import struct
import sys
from collections.abc import AsyncGenerator, AsyncIterator
from typing import IO

import msgspec

from viesion_core.echanges.comprehension import Recue, Refus, lots
from viesion_core.echanges.lecture import lignes
from viesion_core.echanges.model import Commande, FichierRefuse, Flux
from viesion_core.echanges.nir import Nir

SEUIL = 10_000
"""From how many lines a process of its own is worth its start (0.4 s)."""
_ENTETE = struct.Struct(">I")
_TAMPON = 1 << 20
_RIEN = msgspec.Raw(msgspec.msgpack.encode(None))


class Demande(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked of the process: the lines of a file after the first `apres`, by batches of `taille`."""

    chemin: str
    flux: Flux
    apres: int
    jour: dt.date
    secret: str
    cles: str
    taille: int
    modules: list[str]


class _Lue(msgspec.Struct, frozen=True, array_like=True):
    """A line on its way between the two processes."""

    rang: int
    brute: msgspec.Raw
    commande: Commande | None
    refus: Refus | None
    nir: Nir


class _Trame(msgspec.Struct, frozen=True):
    """A batch, the last one being empty; or why the file is refused after all."""

    lues: list[_Lue] = []
    code: str = ""
    message: str = ""


class Lecteur:
    """The process, as the one that started it sees it."""

    def __init__(self, processus: asyncio.subprocess.Process) -> None:
        self.processus = processus
        self._decodeur = msgspec.msgpack.Decoder(_Trame)

    async def lots(self, demande: Demande) -> AsyncGenerator[list[Recue], None]:
        """Yield the batches, the next one on its way while the caller works; FichierRefuse when it no longer reads."""
        assert self.processus.stdin is not None  # noqa: S101 - a pipe, see lecteur_de
        corps = msgspec.msgpack.encode(demande)
        self.processus.stdin.write(_ENTETE.pack(len(corps)) + corps)
        suivante = asyncio.create_task(self._trame())
        try:
            while lues := (await suivante).lues:
                suivante = asyncio.create_task(self._trame())
                yield [_recue(lue) for lue in lues]
        finally:
            suivante.cancel()
            await asyncio.gather(suivante, return_exceptions=True)

    async def _trame(self) -> _Trame:
        assert self.processus.stdout is not None  # noqa: S101 - a pipe, see lecteur_de
        try:
            (longueur,) = _ENTETE.unpack(await self.processus.stdout.readexactly(_ENTETE.size))
            trame = self._decodeur.decode(await self.processus.stdout.readexactly(longueur))
        except asyncio.IncompleteReadError as erreur:
            msg = "the process that reads the file ended before it"
            raise RuntimeError(msg) from erreur
        if trame.code:
            raise FichierRefuse(trame.code, trame.message)
        return trame


@contextlib.asynccontextmanager
async def lecteur_de(nombre: int) -> AsyncIterator[Lecteur | None]:
    """Start the process when a file of so many lines is worth it, else give None; it does not outlive the block."""
    if nombre < SEUIL:
        yield None
        return
    processus = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-I", "-m", "viesion_core.echanges.lecteur"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env={"LANG": "C.UTF-8"},
        limit=_TAMPON,
    )
    try:
        yield Lecteur(processus)
    finally:
        with contextlib.suppress(ProcessLookupError):
            processus.kill()
        await processus.communicate()


def _recue(lue: _Lue) -> Recue:
    element = lue.commande or lue.refus
    assert element is not None  # noqa: S101 - one of the two, see lire
    return Recue(lue.rang, lue.brute, element, lue.nir)


def _lue(recue: Recue) -> _Lue:
    if isinstance(recue.element, Commande):
        return _Lue(recue.rang, recue.brute, recue.element, None, recue.nir)
    return _Lue(recue.rang, _RIEN, None, recue.element, recue.nir)


def lire(demande: Demande, sortie: IO[bytes]) -> None:
    """Write the batches of a file, then an empty one."""
    sys.path[:] = demande.modules
    source = lignes(pathlib.Path(demande.chemin), demande.flux, demande.apres)
    encodeur = msgspec.msgpack.Encoder()

    def ecrire(trame: _Trame) -> None:
        corps = encodeur.encode(trame)
        sortie.write(_ENTETE.pack(len(corps)))
        sortie.write(corps)
        sortie.flush()

    try:
        for lot in lots(source, demande.flux, demande.jour, demande.taille, demande.secret, demande.cles):
            ecrire(_Trame([_lue(recue) for recue in lot]))
        ecrire(_Trame())
    except FichierRefuse as refus:
        ecrire(_Trame(code=refus.code, message=refus.message))


def principal() -> None:
    """Read what is asked and answer; what a plugin prints goes to the log, not between the batches."""
    gc.set_threshold(50_000, 10, 10)
    with os.fdopen(os.dup(1), "wb", _TAMPON) as sortie, contextlib.suppress(BrokenPipeError):
        os.dup2(2, 1)
        (longueur,) = _ENTETE.unpack(sys.stdin.buffer.read(_ENTETE.size))
        lire(msgspec.msgpack.decode(sys.stdin.buffer.read(longueur), type=Demande), sortie)


if __name__ == "__main__":
    principal()
