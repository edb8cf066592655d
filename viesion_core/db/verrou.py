"""Electing one process: a lease in the base, renewed while it is held."""

import asyncio
import contextlib
import datetime as dt
import uuid
from collections.abc import AsyncIterator

from viesion_core.db.requetes import executer, lire_valeur, transaction

DUREE = dt.timedelta(seconds=30)


class Bail:
    """A lease; true while it is held."""

    def __init__(self, nom: str) -> None:
        self.nom = nom
        self.titulaire = uuid.uuid4()
        self.tenu = False

    def __bool__(self) -> bool:
        return self.tenu

    async def prendre(self) -> None:
        """Take the lease, or renew it, unless another process holds it and has renewed it lately."""
        maintenant = dt.datetime.now(dt.UTC)
        async with transaction():
            await executer(
                """INSERT INTO verrou (nom, titulaire, expire_le) VALUES ({}, {}, {})
                ON CONFLICT (nom) DO UPDATE SET titulaire = excluded.titulaire, expire_le = excluded.expire_le
                WHERE verrou.titulaire = excluded.titulaire OR verrou.expire_le < {}""",
                self.nom,
                self.titulaire,
                maintenant + DUREE,
                maintenant,
            )
            self.tenu = await lire_valeur("SELECT titulaire FROM verrou WHERE nom = {}", self.nom) == self.titulaire

    async def rendre(self) -> None:
        """Give the lease back, so that another process takes it at once."""
        self.tenu = False
        async with transaction():
            await executer("DELETE FROM verrou WHERE nom = {} AND titulaire = {}", self.nom, self.titulaire)


@contextlib.asynccontextmanager
async def verrou(nom: str) -> AsyncIterator[Bail]:
    """Try to take the lease `nom`; the value is true while this process holds it."""
    bail = Bail(nom)
    await bail.prendre()
    entretien = asyncio.create_task(_entretenir(bail)) if bail else None
    try:
        yield bail
    finally:
        if entretien is not None:
            entretien.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await entretien
            await bail.rendre()


async def _entretenir(bail: Bail) -> None:
    """Renew three times a duration; a renewal that fails gives the lease up."""
    while bail.tenu:
        await asyncio.sleep(DUREE.total_seconds() / 3)
        try:
            await bail.prendre()
        except Exception:
            bail.tenu = False
            raise
