"""The chain of the journal: whatever is changed, removed, moved or cut off is seen; nothing is by accident."""

import datetime as dt
from collections.abc import Awaitable, Callable

import pytest

from viesion_core.actes import acte
from viesion_core.db import Base, executer, lire, lire_valeur, transaction
from viesion_core.erreurs import ErreurMetier
from viesion_core.journal import journaliser_lecture, verifier_chaine
from viesion_core.journal.actions import vider
from viesion_core.notes.actions import creer_note
from viesion_core.notes.model import SaisieNote
from viesion_core.testing import MAINTENANT, Monde


async def remplir(monde: Monde) -> int:
    """Write some acts and some reads; return how many lines the journal has."""
    numero, _ = await monde.dossier()
    for rang in range(6):
        journaliser_lecture(monde.referent, "dossier.consulter", "resume", str(numero))
        await creer_note(monde.referent, SaisieNote(texte=f"Note {rang}"))
    await vider()
    return int(await lire_valeur("SELECT count(*) FROM journal"))


async def test_acts_and_reads_are_there_with_references_and_no_value(monde: Monde) -> None:
    nombre = await remplir(monde)
    rapport = await verifier_chaine()
    assert (rapport.lignes, rapport.intacte) == (nombre, True)
    textes = " ".join(str(valeur) for ligne in await lire("SELECT * FROM journal") for valeur in ligne.values())
    assert "Note 3" not in textes
    assert "Exemple" not in textes
    assert await lire_valeur("SELECT count(*) FROM journal WHERE operation = 'dossier.consulter'") == 6


async def test_an_act_that_fails_leaves_no_line(monde: Monde) -> None:
    async def echouer() -> None:
        async with acte(monde.referent, "essai", "Essai") as a:
            a.evenement("dossier_modifie", {})
            raise ErreurMetier("Refusé.")

    nombre = await remplir(monde)
    with pytest.raises(ErreurMetier):
        await echouer()
    assert await lire_valeur("SELECT count(*) FROM journal") == nombre


async def _modifier() -> None:
    await executer("UPDATE journal SET operation = 'rien' WHERE seq = 4")


async def _supprimer() -> None:
    await executer("DELETE FROM journal WHERE seq = 4")


async def _tronquer() -> None:
    await executer("DELETE FROM journal WHERE seq = (SELECT max(seq) FROM journal)")


async def _echanger() -> None:
    await executer("UPDATE journal SET seq = -1 WHERE seq = 3")
    await executer("UPDATE journal SET seq = 3 WHERE seq = 4")
    await executer("UPDATE journal SET seq = 4 WHERE seq = -1")


async def _redater() -> None:
    await executer("UPDATE journal SET at = {} WHERE seq = 2", MAINTENANT - dt.timedelta(days=400))


FRAUDES = [_modifier, _supprimer, _tronquer, _echanger, _redater]


@pytest.mark.parametrize("fraude", FRAUDES, ids=[f.__name__ for f in FRAUDES])
async def test_the_base_refuses_a_change_of_the_journal(fraude: Callable[[], Awaitable[None]], monde: Monde) -> None:
    await remplir(monde)
    with pytest.raises(Exception, match="journal_inalterable"):
        async with transaction():
            await fraude()
    assert (await verifier_chaine()).intacte


@pytest.mark.parametrize("fraude", FRAUDES, ids=[f.__name__ for f in FRAUDES])
async def test_whoever_gets_round_the_base_is_seen(
    fraude: Callable[[], Awaitable[None]], base: Base, monde: Monde
) -> None:
    await remplir(monde)
    async with transaction():
        if base.dialecte == "sqlite":
            await executer("DROP TRIGGER journal_inalterable_modification")
            await executer("DROP TRIGGER journal_inalterable_suppression")
        else:
            await executer("SET LOCAL session_replication_role = replica")
        await fraude()
    assert not (await verifier_chaine()).intacte
