"""The plans that the engine chooses: on a base never analysed, and once its rows have been counted."""

from tests.serveur import SQLITE
from viesion_core.alertes.etat import EXPRESSIONS
from viesion_core.db import Base, executer, executer_lot, lire, transaction
from viesion_core.db.chargement import analyser


async def _plan(sql: str) -> list[str]:
    return [ligne["detail"] for ligne in await lire(f"EXPLAIN QUERY PLAN {sql}")]


@SQLITE
async def test_a_state_is_read_from_the_rows_of_one_person(base: Base) -> None:
    """Without any count of its rows, as in an organism's first year: never the rows of everybody."""
    for table, colonnes in EXPRESSIONS.items():
        for colonne, sql in colonnes.items():
            lectures = [pas for pas in await _plan(f"SELECT {sql.format(de='7')}") if "SCAN CONSTANT" not in pas]
            lues = [pas for pas in lectures if pas.startswith(("SEARCH", "SCAN")) and "(subquery" not in pas]
            assert lues, (table, colonne)
            assert all("beneficiaire=?" in pas or "(id=?)" in pas for pas in lues), (table, colonne, lues)


@SQLITE
async def test_the_counts_reach_the_connections_already_open(base: Base) -> None:
    async with transaction():
        await executer("CREATE TABLE essai (a INTEGER, b INTEGER)")
        await executer("CREATE INDEX essai_a ON essai (a)")
        await executer("CREATE INDEX essai_b ON essai (b)")
        await executer_lot("INSERT INTO essai VALUES ({}, 1)", [(rang,) for rang in range(500)])
    voulu = "SELECT count(*) AS n FROM essai WHERE a = 1 AND b = 1"
    assert any("essai_b" in pas for pas in await _plan(voulu))
    await analyser()
    assert (await lire(voulu))[0]["n"] == 1
    assert any("essai_a" in pas for pas in await _plan(f"{voulu} LIMIT 1"))  # another text: no plan kept from before
