"""What every command shares: the settings, the open base, the plugins, the event loop."""

import asyncio
import contextlib
import os
import sqlite3
from collections.abc import AsyncIterator, Coroutine, Iterator
from typing import Any, TypeVar

import asyncpg

from viesion_core.db import Base, definir_base, ouvrir_base
from viesion_core.extensions import Registre, charger_extensions
from viesion_core.settings import ErreurReglage, Settings, lire_settings

T = TypeVar("T")


def executer(tache: Coroutine[Any, Any, T]) -> T:
    """Run an asynchronous task to its end."""
    return asyncio.run(tache)


def reglages() -> Settings:
    """Return the settings of the environment; ErreurReglage names the variable that is wrong."""
    return lire_settings(os.environ)


@contextlib.asynccontextmanager
async def base_ouverte(settings: Settings) -> AsyncIterator[Base]:
    """Open the base of the settings until the end of the block; ErreurReglage says why it cannot be."""
    try:
        base = await ouvrir_base(settings.base, pool=settings.pool)
    except (OSError, sqlite3.Error, asyncpg.PostgresError) as erreur:
        raise ErreurReglage(f"La base de VIESION_BASE ne s'ouvre pas : {erreur}") from erreur
    try:
        yield base
    finally:
        await base.fermer()
        definir_base(None)


@contextlib.contextmanager
def extensions() -> Iterator[Registre]:
    """Load the installed plugins until the end of the block."""
    registre = charger_extensions()
    try:
        yield registre
    finally:
        registre.fermer()
