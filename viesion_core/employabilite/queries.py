"""Reads of employabilité, each inside the perimeter."""

import uuid

from viesion_core.acces.perimetre import condition_perimetre
from viesion_core.contexte import Contexte
from viesion_core.db import convertir, lire, lire_un
from viesion_core.employabilite.model import Atout, Disponibilite, Employabilite
from viesion_core.erreurs import Introuvable

_ATOUT = """SELECT t.id, t.beneficiaire, t.rubrique, t.code, t.intitule, t.detail, t.niveau, t.niveau_ecrit,
    t.annee_debut, t.annee_fin, t.commentaire, t.actualise_le, t.auteur, t.version
FROM atout t"""
_DISPONIBILITE = """SELECT t.id, t.beneficiaire, t.zone, t.zone_precision, t.disponibilite, t.disponible_le, t.temps,
    t.contraintes, t.actualise_le, t.auteur, t.version
FROM disponibilite t"""


async def employabilite(ctx: Contexte, numero: int) -> Employabilite:
    """Return what a person can do and wishes to do; nothing outside the perimeter."""
    condition, parametres = condition_perimetre(ctx, "t.beneficiaire")
    lignes = await lire(
        f"{_ATOUT} WHERE t.beneficiaire = {{}} AND {condition} ORDER BY t.rubrique, t.id LIMIT 500", numero, *parametres
    )
    return Employabilite(
        atouts=tuple(convertir(Atout, ligne) for ligne in lignes), disponibilite=await disponibilite(ctx, numero)
    )


async def atout(ctx: Contexte, numero: int, identifiant: uuid.UUID) -> Atout:
    """Return one line of a person; Introuvable when it is not theirs."""
    condition, parametres = condition_perimetre(ctx, "t.beneficiaire")
    ligne = await lire_un(
        f"{_ATOUT} WHERE t.id = {{}} AND t.beneficiaire = {{}} AND {condition}", identifiant, numero, *parametres
    )
    if ligne is None:
        raise Introuvable
    return convertir(Atout, ligne)


async def disponibilite(ctx: Contexte, numero: int) -> Disponibilite | None:
    """Return where and when a person can work, or None when nobody has said."""
    condition, parametres = condition_perimetre(ctx, "t.beneficiaire")
    ligne = await lire_un(f"{_DISPONIBILITE} WHERE t.beneficiaire = {{}} AND {condition}", numero, *parametres)
    return convertir(Disponibilite, ligne) if ligne else None
