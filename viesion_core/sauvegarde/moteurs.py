"""One consistent picture of a base, and putting it back: SQLite's backup API, PostgreSQL's COPY in one snapshot."""

import pathlib
import shutil
import sqlite3
from collections.abc import Mapping

import asyncpg

from viesion_core.db.migrations.m0044_ecriture import LIENS
from viesion_core.erreurs import ErreurMetier
from viesion_core.sauvegarde.model import BASE_SQLITE, TABLES

VIDE = "La base n'est pas installée : il n'y a rien à sauvegarder."
_PAGES = 2_000


def copier_sqlite(source: pathlib.Path, dossier: pathlib.Path) -> None:
    """Copy the base while it is in use, as it is at this instant.

    The reading transaction opened first keeps the picture: the writers go on, the copy never starts again.
    """
    if not en_place(source):
        raise ErreurMetier(VIDE)
    depart, arrivee = sqlite3.connect(source, isolation_level=None), sqlite3.connect(dossier / BASE_SQLITE)
    try:
        depart.execute("PRAGMA busy_timeout = 10000")
        depart.execute("BEGIN")
        depart.execute("SELECT count(*) FROM sqlite_master").fetchone()
        depart.backup(arrivee, pages=_PAGES, sleep=0.001)
        arrivee.execute("PRAGMA journal_mode = DELETE")
    finally:
        depart.close()
        arrivee.close()


def en_place(chemin: pathlib.Path) -> bool:
    """Whether there is a SQLite file."""
    return chemin.exists()


def remplacer_sqlite(source: pathlib.Path, cible: pathlib.Path) -> None:
    """Put a SQLite file in the place of another that nobody has open."""
    cible.parent.mkdir(parents=True, exist_ok=True)
    supprimer_sqlite(cible)
    shutil.move(source, cible)


def supprimer_sqlite(chemin: pathlib.Path) -> None:
    """Remove a SQLite file and its journal."""
    for suffixe in ("", "-wal", "-shm"):
        pathlib.Path(f"{chemin}{suffixe}").unlink(missing_ok=True)


def compter_sqlite(chemin: pathlib.Path) -> tuple[dict[str, int], dict[str, dict[str, str]]]:
    """Return the rows of each table and the migrations of a SQLite file."""
    connexion = sqlite3.connect(chemin)
    try:
        noms = [nom for (nom,) in connexion.execute(_TABLES_SQLITE)]
        tables = {nom: connexion.execute(f'SELECT count(*) FROM "{nom}"').fetchone()[0] for nom in noms}
        migrations: dict[str, dict[str, str]] = {}
        for application, nom, empreinte in connexion.execute("SELECT application, nom, empreinte FROM migration"):
            migrations.setdefault(application, {})[nom] = empreinte
    finally:
        connexion.close()
    return tables, migrations


def verifier_sqlite(chemin: pathlib.Path) -> None:
    """Raise ErreurMetier unless a SQLite file is whole and its links hold."""
    connexion = sqlite3.connect(chemin)
    try:
        etat = connexion.execute("PRAGMA integrity_check").fetchone()[0]
        liens = connexion.execute("SELECT count(*) FROM pragma_foreign_key_check").fetchone()[0]
    except sqlite3.DatabaseError as erreur:
        raise ErreurMetier(f"La base de l'archive est abîmée : {erreur}") from erreur
    finally:
        connexion.close()
    if etat != "ok" or liens:
        raise ErreurMetier(f"La base de l'archive est abîmée : {etat}, {liens} liens cassés.")


_TABLES_SQLITE = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"


async def copier_postgresql(url: str, dossier: pathlib.Path) -> tuple[dict[str, int], dict[str, dict[str, str]]]:
    """Copy every table in one snapshot; return their rows and the migrations."""
    (dossier / TABLES).mkdir(parents=True)
    connexion = await asyncpg.connect(url, command_timeout=None)
    try:
        async with connexion.transaction(isolation="repeatable_read", readonly=True):
            noms = [ligne["tablename"] for ligne in await connexion.fetch(_TABLES_POSTGRESQL)]
            tables: dict[str, int] = {}
            if "migration" not in noms:
                raise ErreurMetier(VIDE)
            for nom in noms:
                fait = await connexion.copy_from_table(nom, output=dossier / TABLES / nom)
                tables[nom] = int(fait.rsplit(" ", 1)[-1])
            migrations: dict[str, dict[str, str]] = {}
            for ligne in await connexion.fetch("SELECT application, nom, empreinte FROM migration"):
                migrations.setdefault(ligne["application"], {})[ligne["nom"]] = ligne["empreinte"]
    finally:
        await connexion.close()
    return tables, migrations


async def remplir_postgresql(url: str, dossier: pathlib.Path, tables: Mapping[str, int]) -> None:
    """Fill the tables of a base just migrated, in one transaction: parents before children, then the sequences."""
    connexion = await asyncpg.connect(url, command_timeout=None)
    try:
        async with connexion.transaction():
            liens = [(ligne["enfant"], ligne["parent"]) for ligne in await connexion.fetch(_LIENS_POSTGRESQL)]
            liens += LIENS
            for nom in ordonner([nom for nom in tables if nom != "migration"], liens):
                await connexion.execute(f'DELETE FROM "{nom}"')
                await connexion.copy_to_table(nom, source=dossier / TABLES / nom)
            for ligne in await connexion.fetch(_SEQUENCES_POSTGRESQL):
                nom, colonne = ligne["table_name"], ligne["column_name"]
                await connexion.execute(
                    f"SELECT setval(pg_get_serial_sequence('{nom}', '{colonne}'), max({colonne})) FROM {nom}"
                )
    finally:
        await connexion.close()


def ordonner(noms: list[str], liens: list[tuple[str, str]]) -> list[str]:
    """Return the tables so that each comes after those that it refers to; `liens` are (child, parent)."""
    parents = {nom: {parent for enfant, parent in liens if enfant == nom and parent in noms} - {nom} for nom in noms}
    ordre: list[str] = []
    while parents:
        libres = sorted(nom for nom, restants in parents.items() if not restants)
        if not libres:
            msg = f"tables refer to each other in a circle: {', '.join(sorted(parents))}"
            raise RuntimeError(msg)
        ordre += libres
        parents = {nom: restants - set(libres) for nom, restants in parents.items() if nom not in libres}
    return ordre


_TABLES_POSTGRESQL = "SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename"
_LIENS_POSTGRESQL = """SELECT conrelid::regclass::text AS enfant, confrelid::regclass::text AS parent
    FROM pg_constraint WHERE contype = 'f'"""
_SEQUENCES_POSTGRESQL = """SELECT table_name, column_name FROM information_schema.columns
    WHERE is_identity = 'YES' AND table_schema = current_schema()"""
