"""Filling big tables from empty: their indexes are put aside and made again at the end, several times quicker."""

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
