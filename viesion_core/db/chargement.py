"""Filling big tables from empty: their indexes are put aside and made again at the end, several times quicker.

What the engine knows of what it holds is counted again here too.
"""

import contextlib
from collections.abc import AsyncIterator, Collection

from viesion_core.db.base import base_courante
from viesion_core.db.requetes import executer, lire, transaction

_INDEX = {
    "sqlite": """SELECT name AS nom, sql AS definition FROM sqlite_master
        WHERE type = 'index' AND sql IS NOT NULL AND tbl_name = {} ORDER BY name""",
    "postgresql": """SELECT i.indexname AS nom, i.indexdef AS definition FROM pg_indexes i
        WHERE i.schemaname = current_schema() AND i.tablename = {} AND NOT EXISTS
            (SELECT 1 FROM pg_constraint c WHERE c.conindid = (quote_ident(i.indexname))::regclass)
        ORDER BY i.indexname""",
}


@contextlib.asynccontextmanager
async def sans_index(tables: Collection[str]) -> AsyncIterator[None]:
    """Put aside the indexes of these tables, but for their keys, until the end of the block.

    Each side is a transaction of its own: for a base that nobody works in yet. Unique indexes are checked at the end.
    """
    definitions: list[str] = []
    async with transaction():
        for table in tables:
            for index in await lire(_INDEX[base_courante().dialecte], table):
                definitions.append(index["definition"])
                await executer(f"DROP INDEX {index['nom']}")
    try:
        yield
    finally:
        async with transaction():
            for definition in definitions:
                await executer(definition)


_DECLENCHEURS = {
    "sqlite": """SELECT name AS nom, tbl_name AS nom_table, sql AS definition FROM sqlite_master
        WHERE type = 'trigger' AND tbl_name = {} ORDER BY name""",
    "postgresql": """SELECT t.tgname AS nom, c.relname AS nom_table, '' AS definition
        FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
        WHERE NOT t.tgisinternal AND c.relname = {} AND c.relnamespace = current_schema()::regnamespace
        ORDER BY t.tgname""",
}


@contextlib.asynccontextmanager
async def sans_declencheurs(prefixe: str, tables: Collection[str]) -> AsyncIterator[None]:
    """Put aside the triggers of these tables whose name begins with `prefixe`, until the end of the block.

    What they keep must then be made again by the caller.
    """
    sqlite = base_courante().dialecte == "sqlite"
    ecartes = []
    async with transaction():
        for table in tables:
            for ligne in await lire(_DECLENCHEURS[base_courante().dialecte], table):
                if ligne["nom"].startswith(prefixe):
                    ecartes.append(ligne)
        for ligne in ecartes:
            nom, table = ligne["nom"], ligne["nom_table"]
            await executer(f"DROP TRIGGER {nom}" if sqlite else f"ALTER TABLE {table} DISABLE TRIGGER {nom}")
    try:
        yield
    finally:
        async with transaction():
            for ligne in ecartes:
                await executer(
                    ligne["definition"] if sqlite else f"ALTER TABLE {ligne['nom_table']} ENABLE TRIGGER {ligne['nom']}"
                )


async def analyser() -> None:
    """Let the engine count what it holds: its plans are those of a base in use.

    SQLite never does it by itself; PostgreSQL does, but later than the first screen after a big filling.
    """
    async with transaction():
        if base_courante().dialecte == "sqlite":  # the other connections read the counts again when the schema moves
            await executer("DROP TABLE IF EXISTS sqlite_stat1")
        await executer("ANALYZE")
