"""Who calls the API: the key that a request brings, or the one with which its body is signed. Never a session."""

import datetime as dt
import hmac
import uuid
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection

from viesion_core.contexte import contexte_systeme
from viesion_core.partenaires.actions import noter_usage
from viesion_core.partenaires.model import Cle, Debit, Depassement, Portee, secret_signature, signer
from viesion_core.partenaires.queries import cle_presentee, cle_signataire

ENTETE_SIGNATURE = "x-rdvi-signature"
Connexion = ASGIConnection[Any, Any, Any, Any]


class CleRequise(Exception):
    """The request brings no key in use, or a signature that is not right: 401, the same answer for each."""


class PorteeRequise(Exception):
    """The key does not open this flow."""

    def __init__(self, portee: Portee) -> None:
        super().__init__(portee)
        self.portee = portee


class TropDeDemandes(Exception):
    """The key asks too much: `attente` in seconds."""

    def __init__(self, attente: int) -> None:
        super().__init__(attente)
        self.attente = attente


async def exiger_cle(connexion: Connexion, portee: Portee | None) -> None:
    """Find the key of the request (`Authorization: Bearer …`), and count the request.

    Whatever a session's cookie says, the request is the key's. Raises CleRequise, PorteeRequise, TropDeDemandes.
    """
    genre, _, jeton = connexion.headers.get("authorization", "").partition(" ")
    if genre.lower() != "bearer" or not jeton.isascii():
        raise CleRequise
    cle = await cle_presentee(jeton.strip()[:200])
    await _admettre(connexion, cle, portee)


async def exiger_signature(connexion: Connexion, portee: Portee | None) -> None:
    """Find the key that the address names (`cle`), and check that the body is signed with its secret.

    Raises as `exiger_cle`; a wrong signature answers like an unknown key.
    """
    identifiant: uuid.UUID = connexion.path_params["cle"]
    cle = await cle_signataire(identifiant)
    if cle is None or not isinstance(connexion, Request):
        raise CleRequise
    corps = await connexion.body()
    attendue = signer(secret_signature(connexion.app.state.settings.secret, identifiant), corps)
    recue = connexion.headers.get(ENTETE_SIGNATURE, "").strip().lower()
    if not hmac.compare_digest(recue.encode(), attendue.encode()):
        raise CleRequise
    await _admettre(connexion, cle, portee)


async def _admettre(connexion: Connexion, cle: Cle | None, portee: Portee | None) -> None:
    if cle is None:
        raise CleRequise
    instant = dt.datetime.now(dt.UTC)
    debit: Debit = connexion.app.state.debit
    limite = max(1, cle.limite // connexion.app.state.settings.processus)
    try:
        debit.prendre(cle.id, limite, instant)
    except Depassement as trop:
        raise TropDeDemandes(trop.attente) from trop
    if portee is not None and portee not in cle.ouvre:
        raise PorteeRequise(portee)
    await noter_usage(cle, instant)
    ctx = contexte_systeme(instant, nom=cle.nom)
    connexion.scope["state"].update(cle_partenaire=cle, ctx=ctx)
