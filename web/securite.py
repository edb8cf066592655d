"""Sessions, cross-site requests and response headers (security.md)."""

import base64
import datetime as dt
import hashlib
import hmac
import secrets
import time
import urllib.parse
from typing import Any

from litestar import Request
from litestar.datastructures import MutableScopeHeaders
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from viesion_core.acces.model import SessionOuverte
from viesion_core.acces.queries import lire_session
from viesion_core.acces.sessions import noter_vue
from viesion_core.contexte import Contexte
from viesion_core.db import compter_requetes
from viesion_core.erreurs import Interdit
from viesion_core.settings import Settings
from web.politiques import LECTURE

ENTETE_JETON = "x-jeton"
CHAMP_JETON = "_jeton"
_RAFRAICHIR = dt.timedelta(minutes=5)
_ENTETES = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
}


def maintenant() -> dt.datetime:
    """Return the instant of the request: the web is where the clock is read, once."""
    return dt.datetime.now(dt.UTC)


def nom_cookie(settings: Settings) -> str:
    """Return the session cookie's name: `__Host-` over https, plain on loopback over http."""
    return "__Host-viesion" if settings.url_publique.startswith("https://") else "viesion"


def cookie_session(settings: Settings, jeton: str, duree: dt.timedelta | None) -> str:
    """Return the Set-Cookie value that opens (or, with an empty token, closes) the session."""
    morceaux = [f"{nom_cookie(settings)}={jeton}", "Path=/", "HttpOnly", "SameSite=Lax"]
    if settings.url_publique.startswith("https://"):
        morceaux.append("Secure")
    morceaux.append(f"Max-Age={int(duree.total_seconds()) if duree else 0}")
    return "; ".join(morceaux)


def jeton_formulaire(cle_session: str) -> str:
    """Return the anti-forgery token of a session: derived from the session's secret, so bound to it."""
    condense = hmac.new(cle_session.encode(), b"formulaire", hashlib.sha256).digest()
    return base64.urlsafe_b64encode(condense).decode().rstrip("=")


async def verifier_origine(requete: Request[Any, Any, Any]) -> None:
    """Refuse a cross-site write: Sec-Fetch-Site, else Origin, then the session's token (litestar hook)."""
    if requete.method in LECTURE:
        return
    site = requete.headers.get("sec-fetch-site")
    origine = requete.headers.get("origin")
    if site not in (None, "same-origin", "none"):
        raise Interdit("Cette demande vient d'un autre site : elle a été refusée.")
    if origine is not None and urllib.parse.urlsplit(origine).netloc != requete.headers.get("host"):
        raise Interdit("Cette demande vient d'un autre site : elle a été refusée.")
    cle = requete.scope["state"].get("cle_session")
    if cle is None:
        return
    recu = requete.headers.get(ENTETE_JETON)
    if recu is None:
        recu = str((await requete.form()).get(CHAMP_JETON, ""))
    if not hmac.compare_digest(recu.encode(), jeton_formulaire(cle).encode()):
        raise Interdit("Votre session a changé depuis l'ouverture de cette page. Rechargez-la puis recommencez.")


class SessionEtEntetes(ASGIMiddleware):
    """Reads the session, puts the context of the request in its state, and adds the security headers."""

    scopes = (ScopeType.HTTP,)

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.cookie = nom_cookie(settings)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """Serve one request."""
        requete: Request[Any, Any, Any] = Request(scope)
        etat = scope["state"]
        etat["nonce"] = secrets.token_urlsafe(16)
        etat["reference"] = secrets.token_hex(4).upper()
        depart = time.perf_counter()
        with compter_requetes() as compte:
            jeton = requete.cookies.get(self.cookie, "")
            if jeton and not requete.url.path.startswith("/api/"):
                await self._ouvrir(scope, requete, jeton)

            async def envoyer(message: Message) -> None:
                if message["type"] == "http.response.start":
                    entetes = MutableScopeHeaders.from_message(message)
                    self._entetes(entetes, etat)
                    if self.settings.mesure:
                        duree = (time.perf_counter() - depart) * 1000
                        entetes["Server-Timing"] = f'db;desc="{compte.nombre}", page;dur={duree:.3f}'
                await send(message)

            await next_app(scope, receive, envoyer)

    async def _ouvrir(self, scope: Scope, requete: Request[Any, Any, Any], jeton: str) -> None:
        instant = maintenant()
        inactivite = self.settings.duree_session_inactive
        session = await lire_session(jeton, instant, inactivite)
        if session is None:
            return
        if instant - session.vue_le > _RAFRAICHIR:
            await noter_vue(session.id, instant)
        adresse = requete.client.host if requete.client else ""
        scope["state"].update(session=session, cle_session=jeton, ctx=contexte(session, instant, adresse))

    def _entetes(self, entetes: MutableScopeHeaders, etat: Any) -> None:
        for nom, valeur in _ENTETES.items():
            entetes.setdefault(nom, valeur)
        nonce = etat["nonce"]
        entetes.setdefault(
            "Content-Security-Policy",
            f"default-src 'none'; script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
            "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
            "frame-ancestors 'none'; base-uri 'none'; manifest-src 'self'",
        )
        entetes.setdefault("Cache-Control", "no-store")
        if self.settings.url_publique.startswith("https://"):
            entetes.setdefault("Strict-Transport-Security", "max-age=63072000; includeSubDomains")


def contexte(session: SessionOuverte, instant: dt.datetime, adresse: str) -> Contexte:
    """Return the context of a request from its session."""
    return Contexte(
        utilisateur=session.utilisateur,
        nom=session.nom_complet,
        role=session.role,
        organisme=session.organisme,
        maintenant=instant,
        sensible=session.sensible,
        adresse=adresse,
        offres=session.offres,
    )
