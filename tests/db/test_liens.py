"""What triggers keep on PostgreSQL instead of the engine's own checks, and SQLite by its own: the same on both."""

import asyncio
import datetime as dt
import sqlite3
import uuid

import asyncpg
import pytest

from viesion_core.db import executer, lire_valeur, transaction
from viesion_core.db.migrations.m0044_ecriture import LIENS
from viesion_core.erreurs import ErreurMetier
from viesion_core.testing import Monde

_INSERTIONS = {
    "caracteristique_compte": "INSERT INTO caracteristique_compte (beneficiaire, requises) VALUES ({}, 0)",
    "etat_dossier": "INSERT INTO etat_dossier (beneficiaire) VALUES ({})",
    "mot_dossier": "INSERT INTO mot_dossier (mot, genre, cle, beneficiaire) VALUES ('X', 'N', 'X', {})",
}


async def test_what_is_made_of_a_person_needs_them_and_goes_with_them(monde: Monde) -> None:
    numero, _ = await monde.dossier()
    for table, _ in LIENS:
        with pytest.raises(ErreurMetier):
            async with transaction():
                await executer(_INSERTIONS[table], 999_999)
        assert await lire_valeur(f"SELECT count(*) FROM {table} WHERE beneficiaire = {{}}", numero) >= 1
    async with transaction():
        await executer("DELETE FROM beneficiaire WHERE numero = {}", numero)
    for table, _ in LIENS:
        assert await lire_valeur(f"SELECT count(*) FROM {table} WHERE beneficiaire = {{}}", numero) == 0


async def test_two_entries_written_at_once_never_overlap(monde: Monde) -> None:
    numero, _ = await monde.dossier()

    async def entrer(debut: dt.date) -> bool:
        try:
            async with transaction():
                await executer(
                    """INSERT INTO entree_dispositif (id, beneficiaire, dispositif, debut, fin, motif_fin, commentaire,
                        version) VALUES ({}, {}, 'AUTRE', {}, NULL, '', '', 1)""",
                    uuid.uuid4(),
                    numero,
                    debut,
                )
                await asyncio.sleep(0.01)
        except (ErreurMetier, asyncpg.ExclusionViolationError, sqlite3.IntegrityError):
            return False
        return True

    assert sum(await asyncio.gather(*(entrer(dt.date(2026, mois, 1)) for mois in range(1, 7)))) == 1
    assert await lire_valeur("SELECT count(*) FROM entree_dispositif WHERE dispositif = 'AUTRE'") == 1
