"""Reads of difficultés, each inside the perimeter; health natures only for who may read them."""

import uuid
from typing import Any

from viesion_core.acces.perimetre import condition_perimetre
from viesion_core.contexte import Contexte
from viesion_core.db import convertir, lire, lire_un
from viesion_core.difficultes.model import DifficulteResume, natures_sensibles
from viesion_core.erreurs import Introuvable

PAR_PAGE = 20

_DIFFICULTE = """SELECT d.id, d.beneficiaire, d.nature, d.debut, d.fin, d.realisation, d.commentaire, d.etape,
    eo.nom || ' - ' || e.offre AS etape_nom, e.fin_reelle AS etape_fin, d.organisme, o.nom AS organisme_nom,
    d.actualisee_le, d.version, count(*) OVER () AS total
FROM difficulte d LEFT JOIN etape e ON e.id = d.etape LEFT JOIN organisme eo ON eo.id = e.organisme
    LEFT JOIN organisme o ON o.id = d.organisme"""


async def difficultes_page(
    ctx: Contexte, numero: int, *, ouvertes: bool = False, page: int = 1, par_page: int = PAR_PAGE
) -> tuple[list[DifficulteResume], int]:
    """Return a page of the difficultés of a person, the open ones first, and how many there are.

    `ouvertes` leaves out those that have an end.
    """
    condition, parametres = _visibles(ctx)
    reste = " AND d.fin IS NULL" if ouvertes else ""
    lignes = await lire(
        f"""{_DIFFICULTE} WHERE d.beneficiaire = {{}} AND {condition}{reste}
        ORDER BY CASE WHEN d.fin IS NULL THEN 0 ELSE 1 END, d.debut DESC, d.id LIMIT {{}} OFFSET {{}}""",
        numero,
        *parametres,
        par_page,
        (page - 1) * par_page,
    )
    return [_resume(ligne) for ligne in lignes], (lignes[0]["total"] if lignes else 0)


async def difficulte(ctx: Contexte, numero: int, identifiant: uuid.UUID) -> DifficulteResume:
    """Return one difficulté of a person; Introuvable when it is not theirs or may not be read."""
    condition, parametres = _visibles(ctx)
    ligne = await lire_un(
        f"{_DIFFICULTE} WHERE d.id = {{}} AND d.beneficiaire = {{}} AND {condition}", identifiant, numero, *parametres
    )
    if ligne is None:
        raise Introuvable
    return _resume(ligne)


async def natures_suivies(ctx: Contexte, numero: int) -> dict[str, DifficulteResume]:
    """Return the open difficultés of a person by nature: what must not be added twice."""
    ouvertes, _ = await difficultes_page(ctx, numero, ouvertes=True, par_page=500)
    return {d.nature: d for d in ouvertes}


def _visibles(ctx: Contexte) -> tuple[str, list[Any]]:
    """Return the condition of the perimeter and of health data, with its parameters."""
    condition, parametres = condition_perimetre(ctx, "d.beneficiaire")
    if ctx.sensible:
        return condition, parametres
    codes = sorted(natures_sensibles())
    return f"{condition} AND d.nature NOT IN ({', '.join('{}' for _ in codes)})", [*parametres, *codes]


def _resume(ligne: dict[str, Any]) -> DifficulteResume:
    return convertir(DifficulteResume, {k: v for k, v in ligne.items() if k != "total"})
