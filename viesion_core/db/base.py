"""What an engine does, and which one is in use."""

import contextlib
import contextvars
import functools
import re
from collections.abc import Sequence
from typing import Any, Literal, Protocol

Dialecte = Literal["sqlite", "postgresql"]
Ligne = dict[str, Any]


class Connexion(Protocol):
    """A connection inside a transaction."""

    async def lire(self, requete: str, parametres: Sequence[Any]) -> list[Ligne]:
        """Run one statement and return its rows."""

    async def executer(self, requete: str, parametres: Sequence[Any]) -> int:
        """Run one statement and return how many rows it touched."""

    async def executer_lot(self, requete: str, lignes: Sequence[Sequence[Any]]) -> None:
        """Run one statement for many rows."""

    async def inserer_lot(self, table: str, colonnes: Sequence[str], lignes: Sequence[Sequence[Any]]) -> None:
        """Insert many rows as fast as the engine can."""


class Base(Protocol):
    """An open base: SQLite with kept connections, or a PostgreSQL pool."""

    dialecte: Dialecte

    async def lire(self, requete: str, parametres: Sequence[Any]) -> list[Ligne]:
        """Run one reading outside any transaction."""

    def ecrire(self) -> contextlib.AbstractAsyncContextManager[Connexion]:
        """Open a write transaction: committed at the end of the block, rolled back by an exception."""

    async def fermer(self) -> None:
        """Close every connection."""


class Transaction:
    """The open transaction of a task; `active` falls at its end, for the tasks that outlive it."""

    def __init__(self, connexion: Connexion) -> None:
        self.connexion = connexion
        self.active = True


_courante: Base | None = None
transaction_courante: contextvars.ContextVar[Transaction | None] = contextvars.ContextVar(
    "viesion_transaction", default=None
)

_ecritures_interdites: contextvars.ContextVar[bool] = contextvars.ContextVar(
    "viesion_ecritures_interdites", default=False
)


def interdire_ecritures() -> None:
    """Refuse every transaction from here on in this thread's context: data hooks of plugins are pure."""
    _ecritures_interdites.set(True)


def ecritures_interdites() -> bool:
    """Tell whether this context may not write."""
    return _ecritures_interdites.get()


def definir_base(base: Base | None) -> None:
    """Make a base the current one of the process."""
    global _courante  # noqa: PLW0603 - one base a process, as one clock
    _courante = base


def base_courante() -> Base:
    """Return the base in use; RuntimeError before `ouvrir_base`."""
    if _courante is None:
        msg = "no base is open: call ouvrir_base first"
        raise RuntimeError(msg)
    return _courante


_MARQUE = re.compile(r"\{\}")


@functools.lru_cache(maxsize=4096)
def traduire(requete: str, dialecte: Dialecte) -> str:
    """Return the statement with the engine's own placeholders instead of `{}`."""
    if dialecte == "sqlite":
        return _MARQUE.sub("?", requete)
    rangs = iter(range(1, 40_000))
    return _MARQUE.sub(lambda _: f"${next(rangs)}", requete)
