"""What a message of the outbox becomes on its way to a partner, by file or by the API: chosen, worded, journalled."""

import logging
from collections.abc import Sequence
from typing import Any

from viesion_core.contexte import PARIS, Contexte
from viesion_core.db import executer_lot
from viesion_core.echanges.envois_model import ATTENTE_IDENTIFIANT, FluxSortant, Message
from viesion_core.journal.model import Ligne

SANS_REPONSE = """SELECT e.id, e.cle, e.version_message, e.beneficiaire, e.donnees, e.cree_le, e.etat, e.tentatives,
    b.id_individu
FROM echange_envoi e JOIN beneficiaire b ON b.numero = e.beneficiaire
WHERE e.flux = {} AND e.destinataire IN ('', {}) AND e.etat IN ('A_ENVOYER', 'ENVOYE')"""
"""The messages of a flow (1) that a partner (2) has not answered; the reader adds its condition and its order."""
_LOG = logging.getLogger("viesion.echanges")


async def rediger(
    ctx: Contexte, flux: FluxSortant, lignes: Sequence[dict[str, Any]]
) -> list[tuple[dict[str, Any], dict[str, str]]]:
    """Return the messages that can leave with their lines; a person not known yet waits, a bad wording is refused."""
    prets, attendent, refuses = [], [], []
    for li in lignes:
        if li["id_individu"] is None:
            attendent.append((ctx.maintenant + ATTENTE_IDENTIFIANT, li["id"]))
            continue
        message = Message(
            id_message=li["id"],
            version=li["version_message"],
            horodatage=li["cree_le"].astimezone(PARIS),
            cle=li["cle"],
            id_individu=li["id_individu"],
            donnees=li["donnees"],
        )
        try:
            prets.append((li, flux.rediger(message)))
        except Exception:  # what a plugin raises is its own: the message is refused by name, the others leave
            _LOG.exception("the message %s could not be worded", li["id"])
            refuses.append((ctx.maintenant, "Le message n'a pas pu être rédigé par le pont.", li["id"]))
    await executer_lot("UPDATE echange_envoi SET prochain_essai = {} WHERE id = {}", attendent)
    await executer_lot(
        """UPDATE echange_envoi SET etat = 'REFUSE', code = 'VALEUR_INVALIDE', repondu_le = {}, motif = {}
        WHERE id = {}""",
        refuses,
    )
    return prets


def trace(ctx: Contexte, numero: int) -> Ligne:
    """Return the line of the journal of a message that leaves."""
    return Ligne(
        at=ctx.maintenant,
        utilisateur=None,
        organisme=None,
        role=str(ctx.role),
        operation="envoi.transmettre",
        objet="dossier",
        cle=str(numero),
        acte=None,
        motif="",
        adresse=ctx.adresse,
    )
