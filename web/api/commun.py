"""What the routes of the API share: whose key it is, and a request carried out once (Idempotency-Key)."""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from litestar import Request, Response

from viesion_core.contexte import Contexte
from viesion_core.extensions import Registre
from viesion_core.partenaires.actions import garder_reponse, relacher, reprendre
from viesion_core.partenaires.model import Cle, Reponse
from viesion_core.settings import Settings
from web.api.problemes import probleme

ENTETE_IDEMPOTENCE = "idempotency-key"
LONGUEUR_IDEMPOTENCE = 80
Requete = Request[Any, Any, Any]


def cle_de(requete: Requete) -> Cle:
    """Return the key that the guard has found."""
    cle: Cle = requete.scope["state"]["cle_partenaire"]
    return cle


def contexte_de(requete: Requete) -> Contexte:
    """Return the context of the partner: the système's, under the name of its key."""
    ctx: Contexte = requete.scope["state"]["ctx"]
    return ctx


def settings_de(requete: Requete) -> Settings:
    """Return the settings of the application."""
    settings: Settings = requete.app.state.settings
    return settings


def registre_de(requete: Requete) -> Registre:
    """Return the plugins of the application."""
    registre: Registre = requete.app.state.registre
    return registre


def reponse(corps: Any, statut: int = 200, entetes: dict[str, str] | None = None) -> Response[bytes]:
    """Return a Struct as JSON."""
    return Response(
        msgspec.json.encode(corps), status_code=statut, media_type="application/json", headers=entetes or {}
    )


async def une_fois(requete: Requete, faire: Callable[[], Awaitable[tuple[Any, int]]]) -> Response[bytes]:
    """Carry out a request and answer; with an Idempotency-Key, the same request is answered again without being redone.

    Only what was done is kept: a refusal is tried again. Raises RequeteDifferente and RequeteEnCours.
    """
    idempotence = requete.headers.get(ENTETE_IDEMPOTENCE, "").strip()
    if not idempotence:
        return reponse(*await faire())
    if len(idempotence) > LONGUEUR_IDEMPOTENCE or not idempotence.isprintable():
        detail = f"L'Idempotency-Key compte {LONGUEUR_IDEMPOTENCE} caractères au plus."
        return probleme(400, "DEMANDE_INCOMPRISE", detail)
    ctx, cle = contexte_de(requete), cle_de(requete).id
    demande = f"{requete.method} {requete.url.path}\n".encode() + await requete.body()
    deja = await reprendre(cle, idempotence, hashlib.sha256(demande).hexdigest(), ctx.maintenant)
    if deja is not None:
        entetes = {"Idempotency-Replayed": "true"}
        return Response(deja.corps.encode(), status_code=deja.statut, media_type="application/json", headers=entetes)
    try:
        corps, statut = await faire()
    except BaseException:
        await relacher(cle, idempotence)
        raise
    await garder_reponse(cle, idempotence, Reponse(statut, msgspec.json.encode(corps).decode()))
    return reponse(corps, statut)
