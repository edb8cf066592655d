"""The keys as the administration shows them, and the one that a request brings."""

import uuid

from viesion_core.acces.queries import empreinte
from viesion_core.contexte import Contexte
from viesion_core.db import convertir, lire, lire_un
from viesion_core.erreurs import Introuvable
from viesion_core.organismes.actions import exiger_administration
from viesion_core.partenaires.model import Cle

_COLONNES = "id, nom, emetteur, portees, debut, limite, creee_le, creee_par, vue_le, revoquee_le"
CLES_MAXIMUM = 200


async def cles(ctx: Contexte) -> list[Cle]:
    """Return the keys, those in use first, then by name; Interdit but for an administrator and the system."""
    exiger_administration(ctx)
    lignes = await lire(
        f"""SELECT {_COLONNES} FROM partenaire_cle
        ORDER BY CASE WHEN revoquee_le IS NULL THEN 0 ELSE 1 END, nom, creee_le LIMIT {{}}""",
        CLES_MAXIMUM,
    )
    return [convertir(Cle, ligne) for ligne in lignes]


async def exiger_cle(ctx: Contexte, identifiant: uuid.UUID) -> Cle:
    """Return a key; Introuvable; Interdit but for an administrator and the system."""
    exiger_administration(ctx)
    ligne = await lire_un(f"SELECT {_COLONNES} FROM partenaire_cle WHERE id = {{}}", identifiant)
    if ligne is None:
        raise Introuvable
    return convertir(Cle, ligne)


async def cle_presentee(jeton: str) -> Cle | None:
    """Return the key in use whose secret this is; None when it is unknown or revoked."""
    ligne = await lire_un(
        f"SELECT {_COLONNES} FROM partenaire_cle WHERE empreinte = {{}} AND revoquee_le IS NULL", empreinte(jeton)
    )
    return convertir(Cle, ligne) if ligne else None


async def cle_signataire(identifiant: uuid.UUID) -> Cle | None:
    """Return the key in use that a signed message names; its signature is still to be checked."""
    ligne = await lire_un(
        f"SELECT {_COLONNES} FROM partenaire_cle WHERE id = {{}} AND revoquee_le IS NULL", identifiant
    )
    return convertir(Cle, ligne) if ligne else None
