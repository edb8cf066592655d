"""The workshop: asks the confined process of `ouvrier.py`, and stops it when it takes too long."""

import asyncio
import atexit
import os
import signal
import struct
import subprocess
import sys
import threading
from typing import Any

import msgspec

from viesion_core.erreurs import ErreurMetier
from viesion_core.fusion.model import Controle, Defaut
from viesion_core.fusion.ouvrier import ENTETE, Demande, Reponse

DELAI = 5.0
"""Seconds after which a request is abandoned, whatever it does."""
DELAI_DEMARRAGE = 30.0
ATTENTE = 30.0
_ABANDON = "Ce fichier demande trop de temps ou de mémoire pour être traité : il est refusé."


class ModeleInutilisable(ErreurMetier):
    """A template or a file is refused; `defauts` says why, one French sentence each."""

    def __init__(self, defauts: tuple[Defaut, ...], message: str = "Ce fichier est refusé.") -> None:
        super().__init__(message if len(defauts) != 1 else defauts[0].message)
        self.defauts = defauts


class Atelier:
    """One confined process, started at the first request and again after a request that broke it.

    Requests wait for each other: a document takes some tens of milliseconds.
    """

    def __init__(self) -> None:
        self._verrou = threading.Lock()
        self._processus: subprocess.Popen[bytes] | None = None
        self._sert = False

    def demarrer(self) -> None:
        """Start the process if it is not running; returns at once, it warms up by itself."""
        if self._verrou.acquire(blocking=False):
            try:
                self._vivant()
            finally:
                self._verrou.release()

    def demander(self, demande: Demande, delai: float = DELAI) -> Reponse:
        """Return the answer to a request; ModeleInutilisable when it exceeds its time or its memory."""
        if not self._verrou.acquire(timeout=ATTENTE):
            raise ErreurMetier("La fusion est très demandée en ce moment. Réessayez dans une minute.")
        try:
            return self._echanger(self._vivant(), msgspec.msgpack.encode(demande), delai)
        finally:
            self._verrou.release()

    def fermer(self) -> None:
        """Stop the process; a later request starts another."""
        with self._verrou:
            self._arreter()

    def _echanger(self, processus: subprocess.Popen[bytes], corps: bytes, delai: float) -> Reponse:
        assert processus.stdin is not None  # noqa: S101 - a pipe, see _vivant
        assert processus.stdout is not None  # noqa: S101 - a pipe, see _vivant
        garde = threading.Timer(delai if self._sert else delai + DELAI_DEMARRAGE, _tuer, (processus,))
        garde.start()
        try:
            processus.stdin.write(ENTETE.pack(len(corps)) + corps)
            processus.stdin.flush()
            longueur = ENTETE.unpack(processus.stdout.read(ENTETE.size))[0]
            reponse = msgspec.msgpack.decode(processus.stdout.read(longueur), type=Reponse)
        except (OSError, ValueError, struct.error, msgspec.DecodeError) as erreur:
            self._arreter()
            raise ModeleInutilisable((Defaut(_ABANDON),)) from erreur
        finally:
            garde.cancel()
        self._sert = True
        return reponse

    def _vivant(self) -> subprocess.Popen[bytes]:
        if self._processus is not None and self._processus.poll() is None:
            return self._processus
        self._arreter()
        self._processus = subprocess.Popen(
            [sys.executable, "-I", "-m", "viesion_core.fusion.ouvrier"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LANG": "C.UTF-8"},
            cwd="/",
            start_new_session=True,
        )
        return self._processus

    def _arreter(self) -> None:
        processus, self._processus, self._sert = self._processus, None, False
        if processus is None:
            return
        _tuer(processus)
        processus.wait()
        for flux in (processus.stdin, processus.stdout):
            if flux is not None:
                _fermer(flux)


def _tuer(processus: subprocess.Popen[bytes]) -> None:
    """End the process and its fork: they are a session of their own."""
    if processus.returncode is not None:
        return
    try:
        os.killpg(processus.pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _fermer(flux: Any) -> None:
    try:
        flux.close()
    except OSError:
        return


ATELIER = Atelier()
"""The workshop of this process."""
atexit.register(ATELIER.fermer)


async def controler_modele(contenu: bytes, arbre: dict[str, Any], essais: list[dict[str, Any]]) -> Controle:
    """Return the check report of a template against the fields of `arbre`, tried with each of the values."""
    demande = Demande(operation="controler", contenu=contenu, arbre=arbre, valeurs=essais)
    try:
        reponse = await asyncio.to_thread(ATELIER.demander, demande)
    except ModeleInutilisable as refus:
        return Controle(defauts=refus.defauts)
    return Controle(defauts=reponse.defauts, champs=reponse.champs)


async def fusionner(
    contenu: bytes, arbre: dict[str, Any], valeurs: dict[str, Any], *, titre: str, auteur: str
) -> tuple[bytes, tuple[str, ...]]:
    """Return the filled document and the fields used; ModeleInutilisable names what is unknown or unanswered."""
    demande = Demande(
        operation="fusionner", contenu=contenu, arbre=arbre, valeurs=[valeurs], titre=titre, auteur=auteur
    )
    reponse = await asyncio.to_thread(ATELIER.demander, demande)
    if reponse.defauts:
        raise ModeleInutilisable(reponse.defauts, "Le document n'a pas été créé : le modèle est à corriger.")
    return reponse.contenu, reponse.champs


async def reconnaitre(contenu: bytes) -> str:
    """Return the media type of a file; ModeleInutilisable says why it is not accepted."""
    reponse = await asyncio.to_thread(ATELIER.demander, Demande(operation="reconnaitre", contenu=contenu))
    if reponse.defauts:
        raise ModeleInutilisable(reponse.defauts)
    return reponse.mime
