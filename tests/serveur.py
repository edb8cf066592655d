"""VieSion really served over HTTP in the event loop of the test, and clients already connected."""

import asyncio
import contextlib
import pathlib
import re
import secrets
import uuid
from collections.abc import AsyncIterator
from typing import Any

import httpx
import msgspec
import pytest
import uvicorn
from cryptography.fernet import Fernet
from playwright.async_api import BrowserContext

from viesion_core.acces.queries import empreinte
from viesion_core.contexte import Contexte
from viesion_core.db import base_courante, definir_base, executer, transaction
from viesion_core.extensions import Registre, charger_extensions
from viesion_core.settings import Settings
from web.application import create_app
from web.securite import ENTETE_JETON, jeton_formulaire, maintenant, nom_cookie

SQLITE = pytest.mark.parametrize("adresse_base", ["sqlite"], indirect=True)
"""Marks a test that one engine is enough for: what it tries is in the browser."""


SECRETS = {"secret": "s" * 48, "cle_echanges": Fernet.generate_key().decode()}


class Serveur(msgspec.Struct):
    """A running VieSion: its address and settings."""

    url: str
    settings: Settings
    registre: Registre

    async def session(self, ctx: Contexte) -> str:
        """Open a session for an account, without its password; return the cookie's token."""
        jeton = secrets.token_urlsafe(32)
        instant = maintenant()
        async with transaction():
            await executer(
                """INSERT INTO session (id, empreinte, utilisateur, ouverte_le, vue_le, expire_le, adresse, agent)
                VALUES ({}, {}, {}, {}, {}, {}, '', '')""",
                uuid.uuid4(),
                empreinte(jeton),
                ctx.utilisateur,
                instant,
                instant,
                instant + self.settings.duree_session_absolue,
            )
        return jeton

    @contextlib.asynccontextmanager
    async def client(self, ctx: Contexte | None = None) -> AsyncIterator[httpx.AsyncClient]:
        """Return an HTTP client, connected as `ctx`, that sends the anti-forgery token by itself."""
        entetes, cookies = {}, {}
        if ctx is not None:
            jeton = await self.session(ctx)
            entetes[ENTETE_JETON] = jeton_formulaire(jeton)
            cookies[nom_cookie(self.settings)] = jeton
        async with httpx.AsyncClient(base_url=self.url, headers=entetes, cookies=cookies, timeout=30) as client:
            yield client

    async def connecter(self, profil: BrowserContext, ctx: Contexte) -> None:
        """Give a browser profile the session of an account."""
        jeton = await self.session(ctx)
        await profil.add_cookies([{"name": nom_cookie(self.settings), "value": jeton, "url": self.url}])


@contextlib.asynccontextmanager
async def servir(
    base: str, donnees: pathlib.Path, registre: Registre | None = None, *, mode: str = "test", **reglages: Any
) -> AsyncIterator[Serveur]:
    """Serve the base of this address on a free port until the end of the block.

    The base that was current comes back afterwards. The screens read the real clock, as in production.
    """
    precedente = base_courante()
    extensions = registre or charger_extensions()
    settings = Settings(base=base, donnees=donnees, mode=mode, mesure=True, pool=5, **{**SECRETS, **reglages})
    app = create_app(settings, extensions, avec_worker=False)
    serveur = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="warning", lifespan="on"))
    tache = asyncio.create_task(serveur.serve())
    while not serveur.started:
        if tache.done():
            await tache
            raise RuntimeError("the server stopped at its start")
        await asyncio.sleep(0.01)
    port = serveur.servers[0].sockets[0].getsockname()[1]
    try:
        yield Serveur(url=f"http://127.0.0.1:{port}", settings=settings, registre=extensions)
    finally:
        serveur.should_exit = True
        await tache
        definir_base(precedente)
        if registre is None:
            extensions.fermer()


def requetes(reponse: httpx.Response) -> int:
    """Return how many queries a page took (header Server-Timing)."""
    return int(re.findall(r'db;desc="(\d+)"', reponse.headers["server-timing"])[0])


def duree_serveur(reponse: httpx.Response) -> float:
    """Return how long the server took until it began to answer, in milliseconds (header Server-Timing)."""
    return float(re.findall(r"page;dur=([\d.]+)", reponse.headers["server-timing"])[0])
