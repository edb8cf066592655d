"""Queueing of mails, in the transaction of the act that causes them."""

import datetime as dt
import uuid
from collections.abc import Sequence

import msgspec

from viesion_core.courriels.model import Piece
from viesion_core.db import en_json, executer


async def deposer_courriel(
    destinataire: str,
    sujet: str,
    texte: str,
    maintenant: dt.datetime,
    *,
    pieces: Sequence[Piece] = (),
    expire_le: dt.datetime | None = None,
) -> uuid.UUID:
    """Queue a mail, inside the open transaction; the worker sends it (`envoi.envoyer_courriels`).

    The mail leaves only if the act is committed, and at least once; not at all after `expire_le` (a reminder that
    waited too long). It carries no personal data beyond what its recipient already knows.
    """
    identifiant = uuid.uuid4()
    await executer(
        """INSERT INTO courriel (id, destinataire, sujet, texte, pieces, cree_le, tentatives, prochain_essai, erreur,
            expire_le)
        VALUES ({}, {}, {}, {}, {}, {}, 0, {}, '', {})""",
        identifiant,
        destinataire,
        sujet,
        texte,
        en_json([msgspec.to_builtins(piece) for piece in pieces]),
        maintenant,
        maintenant,
        expire_le,
    )
    return identifiant
