"""SQLite with kept connections: one writer, readers, WAL, every commit durable.

Short reads run on the event loop, which has the best tail latency; SQLite's progress handler stops those longer than
25 ms, which are run again on a thread. A statement that was stopped goes to the thread at once the next times, until it
is quick again. The writer begins IMMEDIATE (a deferred read-modify-write fails half of the
time under concurrency), and `synchronous=FULL` never loses an acknowledged write in a power cut.
"""

import asyncio
import concurrent.futures
import contextlib
import datetime as dt
import itertools
import pathlib
import sqlite3
import threading
import time
import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Any

import msgspec

from viesion_core.db.base import Dialecte, Ligne

LECTURE_COURTE = 0.025
_PAS = 2_000
_LECTEURS = 4
_LONGUES_MAXIMUM = 200
_PAQUET = 64
"""Rows of one INSERT: 64 rows of a wide table stay far below the 32,766 parameters of a statement."""
_PRAGMAS = (
    "PRAGMA journal_mode = WAL",
    "PRAGMA synchronous = FULL",
    "PRAGMA foreign_keys = ON",
    "PRAGMA trusted_schema = OFF",
    "PRAGMA busy_timeout = 10000",
    "PRAGMA cache_size = -32768",
    "PRAGMA temp_store = MEMORY",
    "PRAGMA analysis_limit = 5000",  # ANALYZE holds the writer for some hundredths of a second, not for seconds
)

# Piccolo's converter of INTEGER goes through Decimal; these are several times quicker and as strict.
sqlite3.register_converter("INTEGER", int)
sqlite3.register_converter("UUID", lambda octets: uuid.UUID(octets.decode()))
sqlite3.register_converter("DATE", lambda octets: dt.date.fromisoformat(octets.decode()))
sqlite3.register_converter("TIMESTAMPTZ", lambda octets: dt.datetime.fromisoformat(octets.decode()))
sqlite3.register_converter("BOOLEAN", lambda octets: octets == b"1")
sqlite3.register_converter("JSON", msgspec.json.decode)


class BaseSqlite:
    """An open SQLite file."""

    dialecte: Dialecte = "sqlite"

    def __init__(self, chemin: pathlib.Path) -> None:
        chemin.parent.mkdir(parents=True, exist_ok=True)
        self.chemin = chemin
        self._redacteur = _connecter(chemin)
        self._court = _connecter(chemin, lecture=True)
        self._echeance = 0.0
        self._court.set_progress_handler(lambda: int(time.perf_counter() > self._echeance), _PAS)
        self._fil_redacteur = concurrent.futures.ThreadPoolExecutor(1, "sqlite-ecriture")
        self._fils = concurrent.futures.ThreadPoolExecutor(_LECTEURS, "sqlite-lecture")
        self._local = threading.local()
        self._longs: list[sqlite3.Connection] = []
        self._longues: dict[str, None] = {}
        """The statements that took too long for the event loop, the last ones."""
        self._verrou = asyncio.Lock()

    async def lire(self, requete: str, parametres: Sequence[Any]) -> list[Ligne]:
        """Read on the event loop, or on a thread when the reading is long."""
        if requete not in self._longues:
            self._echeance = time.perf_counter() + LECTURE_COURTE
            try:
                return _lignes(self._court.execute(requete, parametres))
            except sqlite3.OperationalError as erreur:
                if "interrupted" not in str(erreur):
                    raise
            self._longues[requete] = None
            while len(self._longues) > _LONGUES_MAXIMUM:
                del self._longues[next(iter(self._longues))]
        return await asyncio.get_running_loop().run_in_executor(self._fils, self._lire_long, requete, parametres)

    @contextlib.asynccontextmanager
    async def ecrire(self) -> AsyncIterator["ConnexionSqlite"]:
        """Open the transaction of the process's one writer; others wait their turn."""
        async with self._verrou:
            await self._hors_boucle("BEGIN IMMEDIATE")
            try:
                yield ConnexionSqlite(self._redacteur, self._fil_redacteur)
                await self._hors_boucle("COMMIT")
            except BaseException:
                if self._redacteur.in_transaction:
                    self._redacteur.execute("ROLLBACK")
                raise

    async def fermer(self) -> None:
        """Close every connection, after the running statements."""
        self._fils.shutdown(wait=True)
        self._fil_redacteur.shutdown(wait=True)
        for connexion in (*self._longs, self._court, self._redacteur):
            connexion.close()

    async def _hors_boucle(self, instruction: str) -> None:
        """Run a statement that may wait for the disk on the writer's thread, to its end even if cancelled."""
        futur = asyncio.get_running_loop().run_in_executor(self._fil_redacteur, self._instruction, instruction)
        try:
            await asyncio.shield(futur)
        except asyncio.CancelledError:
            await asyncio.wait([futur])
            raise

    def _instruction(self, instruction: str) -> None:
        self._redacteur.execute(instruction).close()

    def _lire_long(self, requete: str, parametres: Sequence[Any]) -> list[Ligne]:
        connexion: sqlite3.Connection | None = getattr(self._local, "connexion", None)
        if connexion is None:
            connexion = self._local.connexion = _connecter(self.chemin, lecture=True)
            self._longs.append(connexion)
        depart = time.perf_counter()
        lignes = _lignes(connexion.execute(requete, parametres))
        if time.perf_counter() - depart < LECTURE_COURTE / 2:
            self._longues.pop(requete, None)
        return lignes


class ConnexionSqlite:
    """The writer inside its transaction."""

    def __init__(self, connexion: sqlite3.Connection, fil: concurrent.futures.Executor) -> None:
        self.connexion = connexion
        self._fil = fil

    async def lire(self, requete: str, parametres: Sequence[Any]) -> list[Ligne]:
        """Run one statement and return its rows."""
        return _lignes(self.connexion.execute(requete, parametres))

    async def executer(self, requete: str, parametres: Sequence[Any]) -> int:
        """Run one statement and return how many rows it touched."""
        return self.connexion.execute(requete, parametres).rowcount

    async def executer_lot(self, requete: str, lignes: Sequence[Sequence[Any]]) -> None:
        """Run one statement for many rows, off the event loop."""
        await asyncio.get_running_loop().run_in_executor(self._fil, self._executer_lot, requete, lignes)

    def _executer_lot(self, requete: str, lignes: Sequence[Sequence[Any]]) -> None:
        """Run it, and let its cursor go in this very thread.

        A cursor freed by another thread resets the statement that the next call of the same text is using.
        """
        self.connexion.executemany(requete, lignes).close()

    async def inserer_lot(self, table: str, colonnes: Sequence[str], lignes: Sequence[Sequence[Any]]) -> None:
        """Insert many rows, some dozens a statement: the driver's own loop costs more than the writing."""
        await asyncio.get_running_loop().run_in_executor(self._fil, self._inserer_lot, table, colonnes, lignes)

    def _inserer_lot(self, table: str, colonnes: Sequence[str], lignes: Sequence[Sequence[Any]]) -> None:
        adaptees = list(zip(*map(_adapter, zip(*lignes, strict=True)), strict=True))
        debut, marques = f"INSERT INTO {table} ({', '.join(colonnes)}) VALUES ", f"({', '.join('?' * len(colonnes))})"
        entieres = len(adaptees) - len(adaptees) % _PAQUET
        for rang in range(0, entieres, _PAQUET):
            valeurs = list(itertools.chain.from_iterable(adaptees[rang : rang + _PAQUET]))
            self.connexion.execute(debut + ", ".join([marques] * _PAQUET), valeurs).close()
        self._executer_lot(debut + marques, adaptees[entieres:])


def _connecter(chemin: pathlib.Path, *, lecture: bool = False) -> sqlite3.Connection:
    connexion = sqlite3.connect(
        chemin,
        detect_types=sqlite3.PARSE_DECLTYPES,
        isolation_level=None,
        check_same_thread=False,
        cached_statements=512,
    )
    # SQLite's own fold ASCII alone: « Témoin » must give « TÉMOIN », as on PostgreSQL.
    connexion.create_function("upper", 1, lambda v: v.upper() if isinstance(v, str) else v, deterministic=True)
    connexion.create_function("lower", 1, lambda v: v.lower() if isinstance(v, str) else v, deterministic=True)
    for pragma in _PRAGMAS:
        connexion.execute(pragma)
    if lecture:
        connexion.execute("PRAGMA query_only = ON")
    return connexion


def _adapter(colonne: Sequence[Any]) -> Sequence[Any]:
    """Return the values of a column as they are stored: what the driver's adapters do, in a third of their time."""
    genres = set(map(type, colonne)) - {type(None)}
    if genres == {uuid.UUID}:
        return [valeur and str(valeur) for valeur in colonne]
    if genres == {dt.date}:
        return [valeur and valeur.isoformat() for valeur in colonne]
    if genres == {dt.datetime}:
        connus = {valeur: valeur and str(valeur.astimezone(dt.UTC)) for valeur in set(colonne)}
        return [connus[valeur] for valeur in colonne]
    return colonne


def _lignes(curseur: sqlite3.Cursor) -> list[Ligne]:
    """Return the rows as dicts; a column named « x AS "y [z]" » is not expected."""
    if curseur.description is None:
        return []
    noms = [colonne[0] for colonne in curseur.description]
    return [dict(zip(noms, ligne, strict=True)) for ligne in curseur.fetchall()]
