"""Queueing of mails, in the transaction of the act that causes them."""

import datetime as dt
import uuid
from collections.abc import Sequence

import msgspec

from viesion_core.courriels.model import FichierJoint, Piece
from viesion_core.db import en_json, executer, executer_lot


async def deposer_courriel(
    destinataire: str,
    sujet: str,
    texte: str,
    maintenant: dt.datetime,
    *,
    pieces: Sequence[Piece] = (),
    fichiers: Sequence[FichierJoint] = (),
    repondre_a: str = "",
    expire_le: dt.datetime | None = None,
) -> uuid.UUID:
    """Queue a mail, inside the open transaction; the worker sends it (`envoi.envoyer_courriels`).

    The mail leaves only if the act is committed, and at least once; not at all after `expire_le` (a reminder that
    waited too long). It carries no personal data beyond what its recipient already knows.
    The files are deleted once it has left. `repondre_a`: who gets the answer, nobody when it is "".
    """
    identifiant = uuid.uuid4()
    await executer(
        """INSERT INTO courriel (id, destinataire, sujet, texte, pieces, repondre_a, cree_le, tentatives,
            prochain_essai, erreur, expire_le)
        VALUES ({}, {}, {}, {}, {}, {}, {}, 0, {}, '', {})""",
        identifiant,
        destinataire,
        sujet,
        texte,
        en_json([msgspec.to_builtins(piece) for piece in pieces]),
        repondre_a,
        maintenant,
        maintenant,
        expire_le,
    )
    if fichiers:
        await executer_lot(
            """INSERT INTO courriel_fichier (id, courriel, rang, nom, type_mime, contenu)
            VALUES ({}, {}, {}, {}, {}, {})""",
            [(uuid.uuid4(), identifiant, rang, f.nom, f.type_mime, f.contenu) for rang, f in enumerate(fichiers)],
        )
    return identifiant
