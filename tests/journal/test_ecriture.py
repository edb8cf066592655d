"""The writing of reads: each line once, none lost, whoever writes at the same time."""

import asyncio

import pytest

from viesion_core.db import Base, executer, lire, lire_valeur, transaction
from viesion_core.journal import Journal, journaliser_lecture, verifier_chaine
from viesion_core.journal.actions import vider
from viesion_core.testing import Monde


async def cles() -> list[str]:
    lignes = await lire("SELECT cle FROM journal WHERE operation = 'dossier.consulter' ORDER BY seq")
    return [ligne["cle"] for ligne in lignes]


async def test_two_writers_at_once_write_each_line_once(monde: Monde) -> None:
    for numero in range(20):
        journaliser_lecture(monde.referent, "dossier.consulter", "dossier", str(numero))
    premier = asyncio.create_task(vider())
    await asyncio.sleep(0)
    journaliser_lecture(monde.referent, "dossier.consulter", "dossier", "20")
    await asyncio.gather(premier, vider(), vider())
    assert sorted(await cles(), key=int) == [str(numero) for numero in range(21)]
    assert (await verifier_chaine()).intacte


async def test_a_failed_writing_keeps_the_lines(monde: Monde) -> None:
    tete = await lire_valeur("SELECT nombre FROM journal_tete")
    journaliser_lecture(monde.referent, "dossier.consulter", "dossier", "1")
    async with transaction():
        await executer("UPDATE journal_tete SET id = 2")
    with pytest.raises(RuntimeError, match="head of the journal"):
        await vider()
    async with transaction():
        await executer("UPDATE journal_tete SET id = 1")
    await vider()
    assert await cles() == ["1"]
    assert await lire_valeur("SELECT nombre FROM journal_tete") == tete + 1


async def test_the_stop_writes_what_waits(base: Base, monde: Monde) -> None:
    journal = Journal()
    await journal.demarrer()
    for numero in range(5):
        journaliser_lecture(monde.referent, "dossier.consulter", "dossier", str(numero))
    await asyncio.sleep(0)
    await journal.arreter()
    assert await cles() == [str(numero) for numero in range(5)]
