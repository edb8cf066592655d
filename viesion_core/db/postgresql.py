"""PostgreSQL through an asyncpg pool; a commit that fails gives its connection back."""

import contextlib
import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Any

import asyncpg
import msgspec

from viesion_core.db.base import Dialecte, Ligne

_COPIE = 8
"""From how many rows COPY is worth its own preparation."""


class BasePostgresql:
    """An open pool."""

    dialecte: Dialecte = "postgresql"

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self.pool = pool

    @classmethod
    async def ouvrir(cls, url: str, *, minimum: int = 1, maximum: int = 10) -> "BasePostgresql":
        """Open the pool; UTC everywhere, statements cut at 60 s."""
        pool = await asyncpg.create_pool(
            url,
            min_size=minimum,
            max_size=maximum,
            init=_preparer,
            server_settings={"timezone": "UTC", "application_name": "viesion"},
            command_timeout=600,
        )
        return cls(pool)

    async def lire(self, requete: str, parametres: Sequence[Any]) -> list[Ligne]:
        """Read on any connection of the pool."""
        return [dict(ligne) for ligne in await self.pool.fetch(requete, *parametres)]

    @contextlib.asynccontextmanager
    async def ecrire(self) -> AsyncIterator["ConnexionPostgresql"]:
        """Open a transaction on a connection of its own."""
        async with self.pool.acquire() as connexion, connexion.transaction():
            yield ConnexionPostgresql(connexion)

    async def fermer(self) -> None:
        """Close the pool, after the running statements."""
        await self.pool.close()


class ConnexionPostgresql:
    """A connection inside its transaction."""

    def __init__(self, connexion: Any) -> None:
        self.connexion = connexion

    async def lire(self, requete: str, parametres: Sequence[Any]) -> list[Ligne]:
        """Run one statement and return its rows."""
        return [dict(ligne) for ligne in await self.connexion.fetch(requete, *parametres)]

    async def executer(self, requete: str, parametres: Sequence[Any]) -> int:
        """Run one statement and return how many rows it touched."""
        etat = str(await self.connexion.execute(requete, *parametres))
        nombre = etat.rsplit(" ", 1)[-1]
        return int(nombre) if nombre.isdigit() else 0

    async def executer_lot(self, requete: str, lignes: Sequence[Sequence[Any]]) -> None:
        """Run one statement for many rows, pipelined."""
        await self.connexion.executemany(requete, lignes)

    async def inserer_lot(self, table: str, colonnes: Sequence[str], lignes: Sequence[Sequence[Any]]) -> None:
        """Insert many rows by COPY; a few go quicker as statements."""
        if len(lignes) < _COPIE:
            marques = ", ".join(f"${rang}" for rang in range(1, len(colonnes) + 1))
            await self.executer_lot(f"INSERT INTO {table} ({', '.join(colonnes)}) VALUES ({marques})", lignes)
            return
        await self.connexion.copy_records_to_table(table, records=lignes, columns=list(colonnes))


async def _preparer(connexion: Any) -> None:
    """JSON comes back as values and is sent as text already encoded, as on SQLite; UUIDs are the standard class.

    The codecs are binary, for COPY has no other.
    """
    await connexion.set_type_codec(
        "json", schema="pg_catalog", encoder=str.encode, decoder=msgspec.json.decode, format="binary"
    )
    await connexion.set_type_codec(
        "uuid", schema="pg_catalog", encoder=_octets_uuid, decoder=_lire_uuid, format="binary"
    )


def _octets_uuid(valeur: uuid.UUID | str) -> bytes:
    return valeur.bytes if isinstance(valeur, uuid.UUID) else uuid.UUID(valeur).bytes


def _lire_uuid(octets: bytes) -> uuid.UUID:
    return uuid.UUID(bytes=bytes(octets))
