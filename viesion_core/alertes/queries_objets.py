"""Counting and listing what is no person (`Objet`): the same condition for both, the département's alone."""

from typing import Any

from viesion_core.alertes.model import RegleAlerte
from viesion_core.alertes.model_listes import LigneObjet, faits
from viesion_core.contexte import Contexte
from viesion_core.db import convertir, lire, lire_valeur


def population_objets(ctx: Contexte, regle: RegleAlerte, x: int | None) -> tuple[str, list[Any]]:
    """Return what follows FROM to read the objects of a rule, and its parameters; none outside the département."""
    if regle.objet is None:
        msg = f"the rule {regle.code} is about people"
        raise ValueError(msg)
    condition, parametres = regle.condition(x, ctx.aujourdhui, ctx.maintenant)
    perimetre = "1 = 1" if ctx.departement else "1 = 0"
    return f"{regle.objet.source} WHERE ({condition}) AND {perimetre}", parametres


async def lignes_objets(
    ctx: Contexte, regle: RegleAlerte, x: int | None, *, page: int = 1, par_page: int = 20
) -> tuple[list[LigneObjet], int]:
    """Return a page of what the rule finds, each with its facts, and how many there are."""
    depuis, parametres = population_objets(ctx, regle, x)
    total = int(await lire_valeur(f"SELECT count(*) FROM {depuis}", *parametres))
    if regle.objet is None or (page - 1) * par_page >= total:
        return [], total
    colonnes, lies = regle.valeurs(x, ctx.aujourdhui, ctx.maintenant)
    lignes = await lire(
        f"""SELECT o.id, {regle.objet.titre} AS titre, {regle.objet.lien} AS lien{colonnes}
        FROM {depuis} ORDER BY {regle.objet.ordre}, o.id LIMIT {{}} OFFSET {{}}""",
        *lies,
        *parametres,
        par_page,
        (page - 1) * par_page,
    )
    return [_ligne(regle, ligne) for ligne in lignes], total


def _ligne(regle: RegleAlerte, ligne: dict[str, Any]) -> LigneObjet:
    libelles = regle.objet.libelles if regle.objet else {}
    dit = {"titre": libelles.get(ligne["titre"], ligne["titre"]), "faits": faits(regle, ligne)}
    return convertir(LigneObjet, {"id": ligne["id"], "lien": ligne["lien"], **dit})
