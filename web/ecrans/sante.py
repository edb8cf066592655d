"""The health check: what a supervisor asks, and nothing about anybody."""

import asyncio
import logging
from typing import Any

from litestar import Controller, Response, get

from viesion_core.db import lire_valeur
from viesion_core.installation import en_attente
from web.page import PageCourante
from web.politiques import PUBLIQUE, politique

_LOG = logging.getLogger("viesion.sante")
DELAI = 3.0


class SanteController(Controller):
    """Public: the base answers, the migrations are up to date."""

    path = "/sante"
    opt = politique(PUBLIQUE)

    @get()
    async def verifier(self, page: PageCourante) -> Response[Any]:
        """Return 200 when VieSion can serve, else 503 and what is wrong, in three words."""
        try:
            async with asyncio.timeout(DELAI):
                await lire_valeur("SELECT 1 AS un")
                attente = await en_attente(page.registre)
        except Exception as erreur:
            _LOG.error("the base does not answer: %s", type(erreur).__name__)
            return Response({"etat": "indisponible", "base": False}, status_code=503)
        etat = {"etat": "migrations en attente" if attente else "ok", "base": True, "migrations": not attente}
        return Response(etat, status_code=503 if attente else 200)
