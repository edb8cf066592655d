"""Keys made and revoked, their use noted; a request carried out once whatever the times it comes."""

import datetime as dt
import re
import secrets
import uuid
from collections.abc import Collection

from viesion_core.acces.queries import empreinte
from viesion_core.contexte import Contexte
from viesion_core.db import executer, lire_un, transaction
from viesion_core.erreurs import ErreurSaisie
from viesion_core.journal import journaliser_acte
from viesion_core.organismes.actions import exiger_administration
from viesion_core.partenaires.model import (
    DUREE_EN_COURS,
    DUREE_REPONSE,
    LIMITE_MAXIMALE,
    LIMITE_PAR_DEFAUT,
    PREFIXE,
    Cle,
    CleNouvelle,
    Portee,
    Reponse,
    RequeteDifferente,
    RequeteEnCours,
    secret_signature,
)
from viesion_core.partenaires.queries import exiger_cle

_RAFRAICHIR = dt.timedelta(minutes=1)


async def creer_cle(
    ctx: Contexte,
    *,
    nom: str,
    emetteur: str,
    portees: Collection[str],
    secret: str,
    limite: int | None = LIMITE_PAR_DEFAUT,
) -> CleNouvelle:
    """Make a key; return its secrets, of which only a digest is kept. `secret` is VieSion's own.

    Raises ErreurSaisie by field, Interdit but for an administrator and the system.
    """
    exiger_administration(ctx)
    erreurs = {}
    nom, emetteur = nom.strip(), emetteur.strip().upper()
    if not nom or len(nom) > 80:
        erreurs["nom"] = "Donnez un nom à cette clé, de 80 caractères au plus."
    if not re.fullmatch(r"[A-Z0-9_]{2,20}", emetteur):
        erreurs["emetteur"] = "L'émetteur compte de 2 à 20 lettres majuscules, chiffres ou tirets bas."
    if not portees or not set(portees) <= set(Portee):
        erreurs["portees"] = "Choisissez au moins un flux."
    if limite is None or not 1 <= limite <= LIMITE_MAXIMALE:
        erreurs["limite"] = f"La limite est comprise entre 1 et {LIMITE_MAXIMALE} demandes par minute."
    if erreurs:
        raise ErreurSaisie(erreurs)
    jeton = PREFIXE + secrets.token_urlsafe(32)
    identifiant = uuid.uuid4()
    async with transaction():
        await executer(
            """INSERT INTO partenaire_cle (id, nom, emetteur, portees, empreinte, debut, limite, creee_le, creee_par,
                vue_le, revoquee_le) VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, NULL, NULL)""",
            identifiant,
            nom,
            emetteur,
            " ".join(p for p in Portee if p in portees),
            empreinte(jeton),
            jeton[:10],
            limite,
            ctx.maintenant,
            ctx.nom[:160],
        )
        await journaliser_acte(ctx, "cle.creer", "cle", str(identifiant), None)
    return CleNouvelle(identifiant, jeton, secret_signature(secret, identifiant))


async def revoquer_cle(ctx: Contexte, identifiant: uuid.UUID) -> None:
    """End a key at once and for good; nothing happens when it already is. Introuvable, Interdit."""
    if (await exiger_cle(ctx, identifiant)).revoquee_le is not None:
        return
    async with transaction():
        await executer(
            "UPDATE partenaire_cle SET revoquee_le = {} WHERE id = {} AND revoquee_le IS NULL",
            ctx.maintenant,
            identifiant,
        )
        await executer("DELETE FROM partenaire_reponse WHERE cle = {}", identifiant)
        await journaliser_acte(ctx, "cle.revoquer", "cle", str(identifiant), None)


async def noter_usage(cle: Cle, maintenant: dt.datetime) -> None:
    """Note the last use of a key, once a minute at most."""
    if cle.vue_le is not None and maintenant - cle.vue_le < _RAFRAICHIR:
        return
    async with transaction():
        await executer("UPDATE partenaire_cle SET vue_le = {} WHERE id = {}", maintenant, cle.id)


async def reprendre(cle: uuid.UUID, idempotence: str, demande: str, maintenant: dt.datetime) -> Reponse | None:
    """Take a request to carry out, or return the answer that it already had.

    `demande` is the digest of the request. Raises RequeteDifferente when the same Idempotency-Key came with another
    one, RequeteEnCours when it is being carried out; one cut by a stop is taken again a minute later.
    """
    async with transaction():
        await executer("DELETE FROM partenaire_reponse WHERE recue_le < {}", maintenant - DUREE_REPONSE)
        prise = await executer(
            """INSERT INTO partenaire_reponse (id, cle, idempotence, empreinte, statut, corps, recue_le)
            VALUES ({}, {}, {}, {}, NULL, '', {}) ON CONFLICT (cle, idempotence) DO NOTHING""",
            uuid.uuid4(),
            cle,
            idempotence,
            demande,
            maintenant,
        )
        if prise:
            return None
        connue = await lire_un("SELECT * FROM partenaire_reponse WHERE cle = {} AND idempotence = {}", cle, idempotence)
        if connue is None or connue["empreinte"] != demande:
            raise RequeteDifferente
        if connue["statut"] is not None:
            return Reponse(connue["statut"], connue["corps"])
        if maintenant - connue["recue_le"] < DUREE_EN_COURS:
            raise RequeteEnCours
        await executer("UPDATE partenaire_reponse SET recue_le = {} WHERE id = {}", maintenant, connue["id"])
    return None


async def garder_reponse(cle: uuid.UUID, idempotence: str, reponse: Reponse) -> None:
    """Keep the answer to give it again."""
    async with transaction():
        await executer(
            "UPDATE partenaire_reponse SET statut = {}, corps = {} WHERE cle = {} AND idempotence = {}",
            reponse.statut,
            reponse.corps,
            cle,
            idempotence,
        )


async def relacher(cle: uuid.UUID, idempotence: str) -> None:
    """Forget a request that failed: sent again, it is tried again."""
    async with transaction():
        await executer(
            "DELETE FROM partenaire_reponse WHERE cle = {} AND idempotence = {} AND statut IS NULL", cle, idempotence
        )
