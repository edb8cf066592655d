"""Queueing of mails, in the transaction of the act that causes them."""

import datetime as dt
import uuid

from viesion_core.db import executer


async def deposer_courriel(destinataire: str, sujet: str, texte: str, maintenant: dt.datetime) -> uuid.UUID:
    """Queue a mail, inside the open transaction; the worker sends it (`envoi.envoyer_courriels`).

    The mail leaves only if the act is committed, and at least once. It carries no personal data beyond what
    its recipient already knows.
    """
    identifiant = uuid.uuid4()
    await executer(
        """INSERT INTO courriel (id, destinataire, sujet, texte, pieces, cree_le, tentatives, prochain_essai, erreur)
        VALUES ({}, {}, {}, {}, '[]', {}, 0, {}, '')""",
        identifiant,
        destinataire,
        sujet,
        texte,
        maintenant,
        maintenant,
    )
    return identifiant
