"""The perimeter: the one place that decides which dossiers a person may see.

A référent or a director sees the dossiers attached to their organism (`rattachement`); the pilote
départemental sees the département; an administrator sees no dossier at all. Every query of personal data takes its
condition from here, so that another organism's dossier answers exactly like an unknown one.
"""

from typing import Any

from viesion_core.contexte import Contexte, Role
from viesion_core.db import lire_valeur
from viesion_core.erreurs import Interdit, Introuvable

_RATTACHE = """EXISTS (SELECT 1 FROM rattachement rt
    WHERE rt.organisme = {{}} AND rt.beneficiaire = {colonne} AND (rt.fin IS NULL OR rt.fin >= {{}}))"""


def condition_perimetre(ctx: Contexte, colonne: str = "b.numero") -> tuple[str, list[Any]]:
    """Return the SQL condition on the dossier number `colonne`, and its parameters in order."""
    if ctx.role is Role.PILOTE:
        return "1 = 1", []
    if ctx.peut_ecrire and ctx.organisme is not None:
        return _RATTACHE.format(colonne=colonne), [ctx.organisme, ctx.aujourdhui]
    return "1 = 0", []


async def exiger_dossier(ctx: Contexte, numero: int) -> None:
    """Raise Introuvable unless the dossier is in the perimeter. Called first by every use case of a dossier."""
    condition, parametres = condition_perimetre(ctx)
    trouve = await lire_valeur(
        f"SELECT b.numero FROM beneficiaire b WHERE b.numero = {{}} AND {condition}",
        numero,
        *parametres,
    )
    if trouve is None:
        raise Introuvable


def exiger_ecriture(ctx: Contexte) -> None:
    """Raise Interdit unless the role may write in a dossier: référents, directors, and the system itself.

    The pilote départemental reads: what organisms declare is theirs.
    """
    if ctx.utilisateur is not None and not ctx.peut_ecrire:
        raise Interdit
