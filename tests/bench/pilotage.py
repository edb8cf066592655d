"""The screens of pilotage: the home, and the compilation of the questionnaire that served most; a year, then all."""

from collections.abc import AsyncIterator

from tests.bench.mesures import Banc, Mesure
from viesion_core.db import lire_valeur

_PLUS_SERVI = """SELECT q.code FROM bilan x JOIN questionnaire q ON q.id = x.questionnaire
    GROUP BY q.code ORDER BY count(*) DESC LIMIT 1"""


async def pilotage(banc: Banc) -> AsyncIterator[Mesure]:
    """Read both as a director and as the pilote, who compiles the whole département."""
    code = await lire_valeur(_PLUS_SERVI)
    for compte in ("directeur", "pilote"):
        async with banc.client(await banc.compte(compte)) as client:
            yield await banc.pages(client, f"pilotage, {compte}", ["/pilotage"])
            yield await banc.pages(client, f"compilation {code}, {compte}", [f"/pilotage/bilans/{code}"])
            depuis = "?du=01/01/2000"
            yield await banc.pages(client, f"pilotage depuis toujours, {compte}", [f"/pilotage{depuis}"])
            yield await banc.pages(
                client, f"compilation {code} depuis toujours, {compte}", [f"/pilotage/bilans/{code}{depuis}"]
            )


SUJETS = [pilotage]
