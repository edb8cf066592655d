"""Keys for rows written in bulk: UUIDs in increasing order, so that an index grows at its end instead of everywhere."""

import datetime as dt
import os
import uuid
from collections.abc import Iterator
from typing import Any

from viesion_core.db.base import base_courante

Cle = Any
"""A key as the engine of the base takes it quickest: a UUID, or on SQLite its text."""
_HASARD = 1 << 74
_MILLISECONDE = dt.timedelta(milliseconds=1)
_EPOQUE = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def identifiants(instant: dt.datetime) -> Iterator[Cle]:
    """Yield UUIDs of version 7 (RFC 9562, §5.7 and §6.2) of that instant, each greater than the one before.

    74 random bits decide where they start, 32 random bits how far each is from the former: two processes that write
    at the same instant do not meet. They are keys, not secrets.
    """
    debut = ((instant - _EPOQUE) // _MILLISECONDE & (1 << 48) - 1) << 80 | 7 << 76 | 2 << 62
    suite = int.from_bytes(os.urandom(10), "big") % _HASARD
    faire = _texte if base_courante().dialecte == "sqlite" else _uuid
    while True:
        hasard = os.urandom(4 * 256)
        for rang in range(0, len(hasard), 4):
            suite = (suite + 1 + int.from_bytes(hasard[rang : rang + 4], "big")) % _HASARD
            yield faire(debut | suite >> 62 << 64 | suite & (1 << 62) - 1)


def _texte(nombre: int) -> str:
    """Return a UUID as SQLite stores it."""
    h = f"{nombre:032x}"
    return f"{h[:8]}-{h[8:12]}-{h[12:16]}-{h[16:20]}-{h[20:]}"


def _uuid(nombre: int) -> uuid.UUID:
    return uuid.UUID(int=nombre)
