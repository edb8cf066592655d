"""The outbox of the partners: messages laid in the transaction of what they tell, and what the partners answer."""

import datetime as dt
import uuid
from collections.abc import Sequence

from viesion_core.contexte import Contexte, Role
from viesion_core.db import en_json, executer, executer_lot, lire, lire_un, transaction
from viesion_core.echanges.envois_model import ADeposer, EtatEnvoi, ReponseMessage
from viesion_core.erreurs import ErreurMetier, Interdit, Introuvable
from viesion_core.journal import journaliser_acte

_INSERER = """INSERT INTO echange_envoi (id, flux, cle, version_message, beneficiaire, donnees, echeance, etat,
        cree_le, tentatives, prochain_essai, code, motif, id_externe, destinataire)
    VALUES ({}, {}, {}, {}, {}, {}, {}, 'A_ENVOYER', {}, 0, {}, '', '', '', {})"""


async def deposer_envois(flux: str, depots: Sequence[ADeposer], maintenant: dt.datetime) -> None:
    """Lay messages inside the open transaction, each as the next version of its key; the worker sends them.

    They leave only if the transaction is committed, and at least once.
    """
    if not depots:
        return
    marques = ", ".join("{}" for _ in depots)
    lignes = await lire(
        f"""SELECT cle, max(version_message) AS derniere FROM echange_envoi
        WHERE flux = {{}} AND cle IN ({marques}) GROUP BY cle""",
        flux,
        *(d.cle for d in depots),
    )
    derniere = {uuid.UUID(str(li["cle"])): int(li["derniere"]) for li in lignes}
    if derniere:
        await executer(
            f"""UPDATE echange_envoi SET echeance = NULL
            WHERE flux = {{}} AND cle IN ({marques}) AND echeance IS NOT NULL""",
            flux,
            *(d.cle for d in depots),
        )
    await executer_lot(
        _INSERER,
        [
            (
                uuid.uuid4(), flux, d.cle, derniere.get(d.cle, 0) + 1, d.beneficiaire, en_json(d.donnees), d.echeance,
                maintenant, maintenant, d.destinataire,
            )
            for d in depots
        ],
    )  # fmt: skip


async def renvoyer(ctx: Contexte, identifiant: uuid.UUID) -> None:
    """Send again what a partner refused, as a new version: it ignores one that it already answered.

    Raises ErreurMetier unless it is the last message of its key, and refused.
    """
    if ctx.role is not Role.PILOTE:
        raise Interdit
    async with transaction():
        refuse = await lire_un("SELECT * FROM echange_envoi WHERE id = {}", identifiant)
        if refuse is None:
            raise Introuvable
        suivante = await lire_un(
            "SELECT id FROM echange_envoi WHERE flux = {} AND cle = {} AND version_message > {} LIMIT 1",
            refuse["flux"],
            refuse["cle"],
            refuse["version_message"],
        )
        if refuse["etat"] != EtatEnvoi.REFUSE or suivante is not None:
            raise ErreurMetier("Ce message n'attend plus d'être renvoyé : un plus récent a pris sa place.")
        depot = ADeposer(
            cle=refuse["cle"],
            beneficiaire=refuse["beneficiaire"],
            donnees=refuse["donnees"],
            echeance=refuse["echeance"],
            destinataire=refuse["destinataire"],
        )
        await deposer_envois(refuse["flux"], [depot], ctx.maintenant)
        await journaliser_acte(ctx, "envoi.renvoyer", "dossier", str(refuse["beneficiaire"]), None)


async def acquitter(ctx: Contexte, reponses: Sequence[ReponseMessage], flux: str = "") -> int:
    """Store what a partner answers, whatever the way it came by; return how many messages it settled.

    The first answer stays: an answer given again, or about a message or a version that is not ours (nor of `flux`, when
    it is given), changes nothing. The older versions of a key that still waited are replaced.
    """
    regles = 0
    async with transaction():
        for r in reponses:
            regles += await executer(
                """UPDATE echange_envoi SET etat = {}, repondu_le = {}, code = {}, motif = {}, id_externe = {}
                WHERE id = {} AND version_message = {} AND etat IN ('A_ENVOYER', 'ENVOYE')
                    AND ({} = '' OR flux = {})""",
                str(EtatEnvoi.ACQUITTE if r.accepte else EtatEnvoi.REFUSE),
                ctx.maintenant,
                r.code[:20],
                r.motif[:300],
                r.id_externe[:40],
                r.id_message,
                r.version,
                flux,
                flux,
            )
        await executer_lot(
            """UPDATE echange_envoi SET etat = 'REMPLACE', repondu_le = {}
            WHERE etat IN ('A_ENVOYER', 'ENVOYE') AND EXISTS (SELECT 1 FROM echange_envoi r WHERE r.id = {}
                AND r.etat = 'ACQUITTE' AND r.flux = echange_envoi.flux AND r.cle = echange_envoi.cle
                AND r.version_message > echange_envoi.version_message)""",
            [(ctx.maintenant, r.id_message) for r in reponses if r.accepte and r.version > 1],
        )
    return regles
