"""The engines: what is acknowledged is there, what fails leaves nothing, writers do not lose each other."""

import asyncio
import uuid

import pytest

from viesion_core.db import (
    Base,
    compter_requetes,
    dans_transaction,
    executer,
    executer_lot,
    lire,
    lire_valeur,
    transaction,
    verrou,
)
from viesion_core.db.sqlite import _LONGUES_MAXIMUM, BaseSqlite
from viesion_core.testing import MAINTENANT

AJOUT = "INSERT INTO tentative (cle, echecs, derniere, prochaine) VALUES ({}, {}, {}, {})"


async def ajouter(cle: str, echecs: int = 0) -> None:
    """Write one row of a small table."""
    await executer(AJOUT, cle, echecs, MAINTENANT, MAINTENANT)


async def test_a_transaction_is_whole_or_nothing(base: Base) -> None:
    async def echouer() -> None:
        async with transaction():
            await ajouter("a")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await echouer()
    assert not dans_transaction()
    assert await lire("SELECT cle FROM tentative") == []
    async with transaction():
        await ajouter("b")
        assert dans_transaction()
        assert await lire_valeur("SELECT count(*) FROM tentative") == 1
    assert await lire_valeur("SELECT cle FROM tentative") == "b"


async def test_a_nested_transaction_is_refused(base: Base) -> None:
    async def emboiter() -> None:
        async with transaction(), transaction():
            pass

    with pytest.raises(RuntimeError, match="exactly one"):
        await emboiter()


async def test_a_write_without_a_transaction_is_refused(base: Base) -> None:
    with pytest.raises(RuntimeError, match="needs a transaction"):
        await ajouter("a")


async def test_a_task_that_outlives_its_transaction_is_refused(base: Base) -> None:
    depart = asyncio.Event()

    async def trainer() -> None:
        await depart.wait()
        await ajouter("tard")

    async with transaction():
        tache = asyncio.create_task(trainer())
        await asyncio.sleep(0)
    depart.set()
    with pytest.raises(RuntimeError, match="outlived"):
        await tache
    assert await lire("SELECT cle FROM tentative") == []


async def test_thirty_writers_lose_nothing(base: Base) -> None:
    async with transaction():
        await ajouter("compte")

    async def incrementer() -> None:
        for _ in range(5):
            async with transaction():
                verrou_ligne = " FOR UPDATE" if base.dialecte == "postgresql" else ""
                n = await lire_valeur(f"SELECT echecs FROM tentative WHERE cle = 'compte'{verrou_ligne}")
                await asyncio.sleep(0)
                await executer("UPDATE tentative SET echecs = {} WHERE cle = 'compte'", n + 1)

    await asyncio.gather(*(incrementer() for _ in range(30)))
    assert await lire_valeur("SELECT echecs FROM tentative") == 150


async def test_a_commit_that_fails_frees_the_writer(base: Base) -> None:
    """A deferred constraint fails at the COMMIT itself: the next writer must not wait for ever."""
    async with transaction():
        await executer(
            "CREATE TABLE enfant (parent VARCHAR(200) REFERENCES tentative (cle) DEFERRABLE INITIALLY DEFERRED)"
        )

    async def orphelin() -> None:
        async with transaction():
            await executer("INSERT INTO enfant (parent) VALUES ('personne')")

    for _ in range(12):
        with pytest.raises(Exception, match="rattachent"):
            await orphelin()
    async with asyncio.timeout(5):
        async with transaction():
            await ajouter("apres")
    assert await lire_valeur("SELECT count(*) FROM enfant") == 0


async def test_a_long_reading_does_not_hold_the_event_loop(base: Base) -> None:
    if not isinstance(base, BaseSqlite):
        assert base.dialecte == "postgresql"
        return
    longue = """WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500000)
        SELECT count(*) AS n FROM n"""
    tache = asyncio.create_task(lire_valeur(longue))
    tours = 0
    while not tache.done():
        await asyncio.sleep(0.001)
        tours += 1
    assert await tache == 1_500_000
    assert tours > 5
    assert list(base._longues) == [longue]
    assert await lire_valeur(longue) == 1_500_000
    for rang in range(_LONGUES_MAXIMUM + 50):
        base._longues[f"SELECT {rang}"] = None
    await lire_valeur(f"{longue} LIMIT 1")
    assert len(base._longues) == _LONGUES_MAXIMUM
    assert longue not in base._longues


async def test_values_come_back_alike_on_both_engines(base: Base) -> None:
    ligne = (await lire("SELECT code_insee, population FROM commune WHERE code_insee = '34172'"))[0]
    assert ligne["code_insee"] == "34172"
    assert ligne["population"] > 200_000
    element = (await lire("SELECT id, donnees, actif FROM element WHERE liste = 'REALISATION' AND code = 'PREVU'"))[0]
    assert isinstance(element["id"], uuid.UUID)
    assert isinstance(element["donnees"], dict)
    assert element["actif"] is True


async def test_queries_are_counted_without_begin_nor_commit(base: Base) -> None:
    with compter_requetes() as compte:
        await lire("SELECT 1 AS un")
        async with transaction():
            await ajouter("a")
            await executer_lot("DELETE FROM tentative WHERE cle = {}", [("a",), ("b",)])
    assert compte.nombre == 3


async def test_a_lease_elects_one(base: Base) -> None:
    async with verrou("essai") as premier, verrou("essai") as second:
        assert premier
        assert not second
    async with verrou("essai") as ensuite:
        assert ensuite
