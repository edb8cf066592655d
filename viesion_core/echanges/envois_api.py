"""The outbox read by a partner through the API: pages of the messages that it has not answered, each at least once.

A reading begins without cursor and goes on with the one that each page gives. What is answered is read no more; what
is not comes back at the next reading. The partner ignores an `id_message`, or a version of a key, that it has.
"""

import base64
import binascii
import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from viesion_core.contexte import Contexte
from viesion_core.db import executer_lot, lire, transaction
from viesion_core.echanges.envois import acquitter
from viesion_core.echanges.envois_model import EtatEnvoi, FluxSortant, ReponseMessage
from viesion_core.echanges.envois_redaction import SANS_REPONSE, rediger, trace
from viesion_core.erreurs import ErreurSaisie
from viesion_core.journal import journaliser_reprise

PAGE, PAGE_MAXIMUM = 200, 1_000
"""Messages of a page, and answers of one request at most."""
INCONNU = "INCONNU"


class PageMessages(msgspec.Struct, frozen=True):
    """Some messages, worded as in the files; `curseur` asks the next page, `suite` says whether it holds any today."""

    messages: list[dict[str, str]]
    curseur: str
    suite: bool


class EtatMessage(msgspec.Struct, frozen=True):
    """Where a message stands after an answer; INCONNU when no message of the flow has that id and that version."""

    id_message: uuid.UUID
    version: int
    etat: str


class _Curseur(msgspec.Struct, frozen=True, array_like=True):
    """The last message of a page, in the order of the readings."""

    cree_le: dt.datetime
    version: int
    id: uuid.UUID


async def lire_messages(ctx: Contexte, flux: FluxSortant, curseur: str, limite: int = PAGE) -> PageMessages:
    """Return the messages without answer after a cursor ("": from the first), which become sent; journalled.

    Raises ErreurSaisie (`curseur`, `limite`). A person whom the partner has not named yet waits.
    """
    if not 1 <= limite <= PAGE_MAXIMUM:
        raise ErreurSaisie({"limite": f"La limite va de 1 à {PAGE_MAXIMUM} messages."})
    apres = _ouvrir(curseur) if curseur else None
    suite = "AND (e.cree_le, e.version_message, e.id) > ({}, {}, {})" if apres else ""
    async with transaction():
        lignes = await lire(
            f"""{SANS_REPONSE} AND b.id_individu IS NOT NULL {suite}
            ORDER BY e.cree_le, e.version_message, e.id LIMIT {{}}""",
            flux.code,
            flux.destinataire,
            *((apres.cree_le, apres.version, apres.id) if apres else ()),
            limite + 1,
        )
        page = lignes[:limite]
        prets = await rediger(ctx, flux, page)
        await executer_lot(
            """UPDATE echange_envoi SET etat = 'ENVOYE', envoye_le = {}, tentatives = tentatives + 1
            WHERE id = {} AND etat = 'A_ENVOYER'""",
            [(ctx.maintenant, li["id"]) for li, _ in prets if li["etat"] == EtatEnvoi.A_ENVOYER],
        )
        await journaliser_reprise([trace(ctx, li["beneficiaire"]) for li, _ in prets])
    fin = _fermer(page[-1]) if page else curseur
    return PageMessages([texte for _, texte in prets], fin, suite=len(lignes) > limite)


async def recevoir_reponses(ctx: Contexte, flux: str, reponses: Sequence[ReponseMessage]) -> list[EtatMessage]:
    """Store what a partner answers about messages of a flow, as by file; return where each stands. ErreurSaisie."""
    if len(reponses) > PAGE_MAXIMUM:
        raise ErreurSaisie({"messages": f"Une demande porte {PAGE_MAXIMUM} réponses au plus."})
    if not reponses:
        return []
    await acquitter(ctx, reponses, flux)
    marques = ", ".join("{}" for _ in reponses)
    lignes = await lire(
        f"SELECT id, version_message, etat FROM echange_envoi WHERE flux = {{}} AND id IN ({marques})",
        flux,
        *(r.id_message for r in reponses),
    )
    etats = {(uuid.UUID(str(li["id"])), li["version_message"]): str(li["etat"]) for li in lignes}
    return [EtatMessage(r.id_message, r.version, etats.get((r.id_message, r.version), INCONNU)) for r in reponses]


def _fermer(ligne: dict[str, Any]) -> str:
    curseur = _Curseur(ligne["cree_le"], ligne["version_message"], ligne["id"])
    return base64.urlsafe_b64encode(msgspec.msgpack.encode(curseur)).decode().rstrip("=")


def _ouvrir(curseur: str) -> _Curseur:
    try:
        octets = base64.urlsafe_b64decode(curseur.encode("ascii") + b"=" * (-len(curseur) % 4))
        lu = msgspec.msgpack.decode(octets, type=_Curseur)
    except (UnicodeEncodeError, binascii.Error, msgspec.DecodeError) as erreur:
        message = "Donnez le curseur de la page précédente, ou aucun pour reprendre au début."
        raise ErreurSaisie({"curseur": message}) from erreur
    if lu.cree_le.tzinfo is None or abs(lu.version) >= 2**31:
        raise ErreurSaisie({"curseur": "Ce curseur n'est pas d'une page de VieSion."})
    return lu
