"""One guarded call of one hook of one plugin: in its thread, within a time, a size and a type."""

import asyncio
import concurrent.futures
import inspect
import logging
import queue
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from viesion_core.db import interdire_ecritures
from viesion_core.erreurs import ErreurMetier

DELAI = 3.0
DELAI_EVENEMENT = 60.0
TAILLE_MAXIMALE = 512 * 1024
NOMBRE_MAXIMAL = 500
_LOG = logging.getLogger("viesion.extensions")


class EchecExtension(ErreurMetier):
    """A plugin failed: `message` says which and why, in French, without a trace."""


class Appelant:
    """Calls the hooks of one plugin in a thread of its own.

    A call that exceeds its time leaves its thread behind and suspends the plugin until the next start: one bad plugin
    costs one thread, and no page waits for it twice.
    """

    def __init__(self, nom: str) -> None:
        self.nom = nom
        self.suspendue = ""
        self._fil = _Fil(f"extension-{nom}")

    async def appeler(self, crochet: str, fonction: Callable[[], Any], attendu: Any, *, delai: float = DELAI) -> Any:
        """Return the checked result; EchecExtension if it raises, hangs, or answers something else."""
        if self.suspendue:
            raise EchecExtension(self.suspendue)
        futur = self._fil.confier(fonction)
        try:
            reussi, valeur = await asyncio.wait_for(asyncio.wrap_future(futur), delai)
        except TimeoutError:
            raise self._suspendre(crochet, delai) from None
        return self._verifier(crochet, reussi, valeur, attendu)

    def appeler_maintenant(self, crochet: str, fonction: Callable[[], Any], attendu: Any) -> Any:
        """Do the same from a start-up that has no event loop yet."""
        if self.suspendue:
            raise EchecExtension(self.suspendue)
        try:
            reussi, valeur = self._fil.confier(fonction).result(DELAI)
        except concurrent.futures.TimeoutError:
            raise self._suspendre(crochet, DELAI) from None
        return self._verifier(crochet, reussi, valeur, attendu)

    async def annoncer(self, crochet: str, fonction: Callable[[], Any]) -> None:
        """Deliver an event: a plain function in the thread, a coroutine on the event loop."""
        resultat = await self.appeler(crochet, fonction, Any, delai=DELAI_EVENEMENT)
        if not inspect.isawaitable(resultat):
            return
        try:
            await asyncio.wait_for(_attendre(resultat), DELAI_EVENEMENT)
        except TimeoutError:
            raise EchecExtension(
                f"L'extension {self.nom} n'a pas traité {crochet} en {DELAI_EVENEMENT:.0f} s."
            ) from None
        except Exception as erreur:
            raise self._echec(crochet, erreur) from erreur

    def fermer(self) -> None:
        """Let the thread go, without waiting for a call that hangs."""
        self._fil.fermer()

    def _verifier(self, crochet: str, reussi: bool, valeur: Any, attendu: Any) -> Any:
        if not reussi:
            raise self._echec(crochet, valeur) from valeur
        if attendu is Any:
            return valeur
        if isinstance(valeur, Sequence) and len(valeur) > NOMBRE_MAXIMAL:
            raise self._refus(crochet, f"répond {len(valeur)} éléments, {NOMBRE_MAXIMAL} au plus")
        if sys.getsizeof(valeur) > TAILLE_MAXIMALE * 8:
            raise self._refus(crochet, "répond trop gros")
        try:
            corps = msgspec.msgpack.encode(valeur)
            if len(corps) > TAILLE_MAXIMALE and attendu is not list:
                raise self._refus(crochet, f"répond {len(corps)} octets, {TAILLE_MAXIMALE} au plus")
            return msgspec.convert(valeur, attendu, from_attributes=False)
        except (msgspec.ValidationError, TypeError, ValueError, OverflowError) as erreur:
            raise self._refus(crochet, f"répond autre chose que ce qui est attendu : {erreur}") from erreur

    def _refus(self, crochet: str, raison: str) -> EchecExtension:
        _LOG.error("extension %s, %s: %s", self.nom, crochet, raison)
        return EchecExtension(f"L'extension {self.nom} est en défaut ({crochet}) : elle {raison}.")

    def _echec(self, crochet: str, erreur: BaseException) -> EchecExtension:
        _LOG.error("extension %s, %s failed", self.nom, crochet, exc_info=erreur)
        return EchecExtension(f"L'extension {self.nom} est en défaut ({crochet}) : {type(erreur).__name__}.")

    def _suspendre(self, crochet: str, delai: float) -> EchecExtension:
        self.suspendue = f"L'extension {self.nom} est suspendue : {crochet} n'a pas répondu en {delai:.0f} s."
        _LOG.error("extension %s suspended: %s took more than %s s", self.nom, crochet, delai)
        return EchecExtension(self.suspendue)


class _Fil:
    """A daemon thread with a queue: unlike those of a pool, one that hangs does not hold the interpreter's exit."""

    def __init__(self, nom: str) -> None:
        self._nom = nom
        self._travaux: queue.SimpleQueue[tuple[concurrent.futures.Future[Any], Callable[[], Any]] | None]
        self._travaux = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def confier(self, fonction: Callable[[], Any]) -> "concurrent.futures.Future[tuple[bool, Any]]":
        """Queue one call; the thread starts with the first."""
        if self._thread is None:
            self._thread = threading.Thread(target=self._travailler, name=self._nom, daemon=True)
            self._thread.start()
        futur: concurrent.futures.Future[tuple[bool, Any]] = concurrent.futures.Future()
        self._travaux.put((futur, fonction))
        return futur

    def fermer(self) -> None:
        """Stop after what is queued; a call that hangs is left behind."""
        if self._thread is not None:
            self._travaux.put(None)

    def _travailler(self) -> None:
        interdire_ecritures()
        while (travail := self._travaux.get()) is not None:
            futur, fonction = travail
            if futur.set_running_or_notify_cancel():
                futur.set_result(_proteger(fonction))


def _proteger(fonction: Callable[[], Any]) -> tuple[bool, Any]:
    """Return (True, result) or (False, exception): SystemExit and its like stay in the thread."""
    try:
        return True, fonction()
    except BaseException as erreur:
        return False, erreur


async def _attendre(resultat: Any) -> None:
    await resultat
