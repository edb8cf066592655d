"""What is measured and how: repeated calls, median and tail in milliseconds, the queries of a page."""

import contextlib
import statistics
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Any

import httpx
import msgspec

from tests.serveur import Serveur, duree_serveur, requetes
from viesion_core.contexte import Contexte, Role
from viesion_core.db import lire, lire_un
from web.securite import maintenant


class Mesure(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the table. Times in milliseconds; `barre`: what the issue asks of the median, None for no bar."""

    sujet: str
    moteur: str
    personnes: int
    essais: int
    mediane: float
    p95: float
    p99: float
    requetes: int | None = None
    barre: float | None = None


class Banc(msgspec.Struct):
    """A base being measured: the server on it, its engine, how many people it holds."""

    serveur: Serveur
    moteur: str
    personnes: int
    essais: int

    def mesure(
        self, sujet: str, durees: Sequence[float], *, barre: float | None = None, requetes: int | None = None
    ) -> Mesure:
        """Return the row of these durations (milliseconds)."""
        triees = sorted(durees)
        return Mesure(
            sujet=sujet,
            moteur=self.moteur,
            personnes=self.personnes,
            essais=len(triees),
            mediane=round(statistics.median(triees), 3),
            p95=round(triees[int(len(triees) * 0.95)], 3),
            p99=round(triees[int(len(triees) * 0.99)], 3),
            requetes=requetes,
            barre=barre,
        )

    async def compte(self, identifiant: str) -> Contexte:
        """Return the context of a demo account, now."""
        ligne = await lire_un("SELECT * FROM utilisateur WHERE identifiant = {}", f"{identifiant}@demo.test")
        assert ligne is not None
        return Contexte(
            utilisateur=ligne["id"],
            nom=f"{ligne['prenom']} {ligne['nom']}",
            role=Role(ligne["role"]),
            organisme=ligne["organisme"],
            maintenant=maintenant(),
            sensible=bool(ligne["sensible"]),
        )

    async def gens(self, ctx: Contexte, nombre: int) -> list[dict[str, Any]]:
        """Return people of the perimeter, spread over the base."""
        condition, parametres = ("1 = 1", []) if ctx.departement else ("r.organisme = {}", [ctx.organisme])
        lignes = await lire(
            f"""SELECT DISTINCT b.numero, b.nom_naissance, b.prenom, b.date_naissance
            FROM beneficiaire b JOIN rattachement r ON r.beneficiaire = b.numero
            WHERE {condition} ORDER BY b.numero""",
            *parametres,
        )
        return lignes[:: max(1, len(lignes) // nombre)][:nombre]

    @contextlib.asynccontextmanager
    async def client(self, ctx: Contexte) -> AsyncIterator[httpx.AsyncClient]:
        """Return a client connected as this account."""
        async with self.serveur.client(ctx) as client:
            yield client

    async def pages(
        self, client: httpx.AsyncClient, sujet: str, adresses: Sequence[str], *, barre: float | None = None
    ) -> Mesure:
        """Read pages in turn, once to warm up, then `essais` times in all; the queries are the most that one took."""
        for adresse in adresses[:20]:
            (await client.get(adresse)).raise_for_status()
        lues = [await client.get(adresses[i % len(adresses)]) for i in range(self.essais)]
        for lue in lues:
            lue.raise_for_status()
        nombre = max(requetes(lue) for lue in lues)
        return self.mesure(sujet, [duree_serveur(lue) for lue in lues], barre=barre, requetes=nombre)

    async def appels(self, sujet: str, appel: Callable[[], Awaitable[object]], *, barre: float | None = None) -> Mesure:
        """Await a function `essais` times after three warm-ups."""
        durees = []
        for essai in range(self.essais + 3):
            depart = time.perf_counter()
            await appel()
            if essai >= 3:
                durees.append((time.perf_counter() - depart) * 1000)
        return self.mesure(sujet, durees, barre=barre)
