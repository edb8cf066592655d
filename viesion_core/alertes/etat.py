"""The state table compared with what it is made of, and put right, each night.

Triggers keep `etat_dossier` (migrations 0013, 0021, 0022); nothing is expected to differ. What does is mended and
logged.
"""

import contextlib
import logging
from collections.abc import AsyncIterator

from viesion_core.db import executer, lire, lire_valeur, transaction
from viesion_core.db.chargement import sans_declencheurs
from viesion_core.db.migrations.m0022_orientations import EXPRESSIONS

_COLONNES = {colonne: sql for colonnes in EXPRESSIONS.values() for colonne, sql in colonnes.items()}
_LOG = logging.getLogger("viesion.alertes")
_LOT = 5_000


async def comparer_etats() -> list[int]:
    """Return the dossiers whose state is not what their rows say, by number (1 000 at most)."""
    lignes = await lire(
        f"""SELECT b.numero FROM beneficiaire b LEFT JOIN etat_dossier s ON s.beneficiaire = b.numero
        WHERE s.beneficiaire IS NULL OR {_differences("b.numero")} ORDER BY b.numero LIMIT 1000"""
    )
    return [ligne["numero"] for ligne in lignes]


async def reconstruire_etats() -> int:
    """Write the state of everybody again, some thousands at a time; return how many rows were not right."""
    corriges = 0
    dernier = int(await lire_valeur("SELECT coalesce(max(numero), 0) AS n FROM beneficiaire"))
    for debut in range(0, dernier + 1, _LOT):
        async with transaction():
            corriges += await executer(
                """INSERT INTO etat_dossier (beneficiaire) SELECT b.numero FROM beneficiaire b
                WHERE b.numero > {} AND b.numero <= {}
                    AND NOT EXISTS (SELECT 1 FROM etat_dossier s WHERE s.beneficiaire = b.numero)""",
                debut,
                debut + _LOT,
            )
            corriges += await executer(
                f"""UPDATE etat_dossier SET {", ".join(f"{c} = {_de(c)}" for c in _COLONNES)}
                WHERE beneficiaire > {{}} AND beneficiaire <= {{}}
                    AND ({_differences("etat_dossier.beneficiaire", "etat_dossier")})""",
                debut,
                debut + _LOT,
            )
    return corriges


@contextlib.asynccontextmanager
async def etats_en_bloc() -> AsyncIterator[None]:
    """Write many rows at once (demo, takeover): the triggers wait, the states are made at the end of the block."""
    async with sans_declencheurs("etat_dossier_", tuple(EXPRESSIONS)):
        yield
    await reconstruire_etats()


async def verifier_etats() -> int:
    """Compare, mend if need be (the worker, each night); return how many dossiers differed."""
    differents = await comparer_etats()
    if differents:
        _LOG.error("etat_dossier differed for %s dossiers, written again", len(differents))
        await reconstruire_etats()
    return len(differents)


def _de(colonne: str) -> str:
    return _COLONNES[colonne].format(de="etat_dossier.beneficiaire")


def _differences(numero: str, alias: str = "s") -> str:
    """Return the condition « one column is not what it should be » (IS DISTINCT FROM, on both engines)."""
    return " OR ".join(
        f"({alias}.{colonne} IS NULL) <> ({attendu} IS NULL) OR {alias}.{colonne} <> {attendu}"
        for colonne, attendu in ((colonne, sql.format(de=numero)) for colonne, sql in _COLONNES.items())
    )
