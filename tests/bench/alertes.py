"""The counts of alerts: each rule alone, and the favourites of a référent together."""

from collections.abc import AsyncIterator

from tests.bench.mesures import Banc, Mesure
from viesion_core.alertes.queries import compter
from viesion_core.extensions import catalogue_alertes

ORGANISME, DEPARTEMENT = 10.0, 60.0
"""The bars of the issue, in milliseconds at 45,000 people."""


async def comptes(banc: Banc) -> AsyncIterator[Mesure]:
    """Count each alert of the catalogue in an organism and in the département, then all of them in one query."""
    for compte, barre in (("referent.mos", ORGANISME), ("pilote", DEPARTEMENT)):
        ctx = await banc.compte(compte)
        regles = (await catalogue_alertes(ctx, banc.serveur.registre)).regles
        for regle in regles:
            sujet = f"alerte {regle.code}, {compte}"
            yield await banc.appels(sujet, lambda r=regle, c=ctx: compter(c, [r], {}), barre=barre)
        yield await banc.appels(f"{len(regles)} alertes ensemble, {compte}", lambda c=ctx, r=regles: compter(c, r, {}))


SUJETS = [comptes]
