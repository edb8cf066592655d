"""The schema: the same on both engines, the same as the tables that the code declares, every link indexed."""

import importlib
import pkgutil

import pytest
from piccolo.table import TABLE_REGISTRY

import viesion_core
from viesion_core.actes.model import colonnes
from viesion_core.db import Base, lire
from viesion_core.db.migrations import Migration
from viesion_core.db.migrer import migrations_en_attente, migrer
from viesion_core.erreurs import ErreurMetier


def tables_declarees() -> dict[str, frozenset[str]]:
    """Return the columns of each Piccolo table of the core."""
    for module in pkgutil.walk_packages(viesion_core.__path__, "viesion_core."):
        if module.name.endswith(".tables") or ".tables_" in module.name:
            importlib.import_module(module.name)
    return {
        t._meta.tablename: frozenset(colonnes(t)) for t in TABLE_REGISTRY if t.__module__.startswith("viesion_core")
    }


async def colonnes_reelles(base: Base) -> dict[str, set[str]]:
    """Return the columns of each table of the base."""
    if base.dialecte == "sqlite":
        requete = """SELECT m.name AS t, c.name AS c FROM sqlite_master m JOIN pragma_table_info(m.name) c
            WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'"""
    else:
        requete = (
            "SELECT table_name AS t, column_name AS c FROM information_schema.columns WHERE table_schema = 'public'"
        )
    reelles: dict[str, set[str]] = {}
    for ligne in await lire(requete):
        reelles.setdefault(ligne["t"], set()).add(ligne["c"])
    return reelles


async def test_the_base_is_what_the_code_declares(base: Base) -> None:
    reelles = await colonnes_reelles(base)
    for nom, declarees in tables_declarees().items():
        assert reelles.get(nom) == declarees, nom


LIENS = {
    "sqlite": """SELECT m.name AS t, f."from" AS c, f.on_delete AS suite FROM sqlite_master m
        JOIN pragma_foreign_key_list(m.name) f WHERE m.type = 'table'""",
    "postgresql": """SELECT k.conrelid::regclass::text AS t, a.attname AS c, k.confdeltype AS suite
        FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
        WHERE k.contype = 'f'""",
}
INDEX = {
    "sqlite": """SELECT m.name AS t, i.name AS c FROM sqlite_master m JOIN pragma_index_list(m.name) l
        JOIN pragma_index_info(l.name) i WHERE m.type = 'table' AND i.seqno = 0""",
    "postgresql": """SELECT x.indrelid::regclass::text AS t, a.attname AS c
        FROM pg_index x JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = x.indkey[0]""",
}


async def test_every_link_is_indexed_and_says_what_a_deletion_does(base: Base) -> None:
    liens = await lire(LIENS[base.dialecte])
    premiers = {(ligne["t"], ligne["c"]) for ligne in await lire(INDEX[base.dialecte])}
    assert len(liens) > 30
    sans_index = sorted({(lien["t"], lien["c"]) for lien in liens} - premiers)
    assert sans_index == []
    sans_suite = [(li["t"], li["c"]) for li in liens if li["suite"] in ("NO ACTION", "a", b"a")]
    assert sans_suite == []


async def test_an_up_to_date_base_has_nothing_to_do(base: Base) -> None:
    assert await migrer() == []
    assert await migrations_en_attente() == []


async def test_a_migration_edited_after_its_application_is_refused(base: Base) -> None:
    avant = Migration(nom="0001_essai", commun=["CREATE TABLE essai (id INTEGER PRIMARY KEY)"])
    apres = Migration(nom="0001_essai", commun=["CREATE TABLE essai (id INTEGER PRIMARY KEY, nom TEXT)"])
    assert await migrer({"essai": [avant]}) == ["essai/0001_essai"]
    with pytest.raises(ErreurMetier, match="modifiée après son application"):
        await migrer({"essai": [apres]})


async def test_a_migration_that_fails_leaves_nothing(base: Base) -> None:
    boiteuse = Migration(nom="0001_boiteuse", commun=["CREATE TABLE boiteuse (id INTEGER)", "CREATE TABEL faute"])
    with pytest.raises(Exception, match=r"(?i)syntax"):
        await migrer({"essai": [boiteuse]})
    assert "boiteuse" not in await colonnes_reelles(base)
