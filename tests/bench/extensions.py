"""The price of the plugin layer: one hook called through the registry, isolated, checked against its type."""

import time
from collections.abc import AsyncIterator

from tests.bench.mesures import Banc, Mesure
from viesion_core.offres.queries import dossier_vu

REPETITIONS = 50
"""Calls in one measure: one alone is too short for the clock."""


async def panneaux(banc: Banc) -> AsyncIterator[Mesure]:
    """Ask every plugin of an organism for its panels, per call (milliseconds; a microsecond is 0.001)."""
    ctx = await banc.compte("referent.mos")
    [personne] = await banc.gens(ctx, 1)
    registre, vu = banc.serveur.registre, await dossier_vu(ctx, personne["numero"])
    offres = {offre.code for offre in registre.offres()}
    durees = []
    for _ in range(banc.essais):
        depart = time.perf_counter()
        for _ in range(REPETITIONS):
            await registre.panneaux(offres, vu)
        durees.append((time.perf_counter() - depart) * 1000 / REPETITIONS / max(1, len(offres)))
    yield banc.mesure("appel d'une extension", durees)


SUJETS = [panneaux]
