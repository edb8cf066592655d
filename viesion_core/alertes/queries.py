"""Counting and listing alerts: the same condition for both, inside the perimeter, set-based.

An organism (or a portfolio) starts from its own people, each read once for all the rules; the département reads
`etat_dossier` along, or the sets of the criteria. One statement counts every rule asked for.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from viesion_core.acces.perimetre import condition_perimetre
from viesion_core.alertes.model import RegleAlerte, lier, valeurs_de
from viesion_core.alertes.model_listes import Constat, Explication, LigneAlerte, Reglage, afficher, faits
from viesion_core.alertes.queries_objets import population_objets
from viesion_core.contexte import Contexte
from viesion_core.db import convertir, lire, lire_un, lire_valeur
from viesion_core.dossiers.liste import TRIS

PAR_PAGE = 20
_LOG = logging.getLogger("viesion.alertes")
_NUMERO = re.compile(r"\bb\.numero\b")
_DE_B = re.compile(r"\bb\.\w")
_DE_S = re.compile(r"\bs\.\w")
_LOT = 40
_CHAMPS = ("numero", "nom_naissance", "nom_usage", "prenom", "date_naissance", "commune")


async def reglages(ctx: Contexte) -> dict[str, Reglage]:
    """Return what the user has chosen, by code of rule."""
    lignes = await lire(
        "SELECT id, code, x, rang, version FROM alerte_reglage WHERE utilisateur = {} ORDER BY rang, code LIMIT 500",
        ctx.utilisateur,
    )
    return {ligne["code"]: convertir(Reglage, ligne) for ligne in lignes}


async def compter(
    ctx: Contexte, regles: Sequence[RegleAlerte], xs: Mapping[str, int | None], *, portefeuille: bool = False
) -> dict[str, int | None]:
    """Return how many people each rule finds in the perimeter; None for a rule that the base refuses.

    `xs`: the X that the user has chosen, by code of rule. One statement for all (forty rules at a time). If it fails,
    each rule is tried alone, so that one bad rule is named and the others answer. `portefeuille`: only the people
    whose référent the user is today.
    """
    comptes: dict[str, int | None] = {}
    for debut in range(0, len(regles), _LOT):
        groupe = regles[debut : debut + _LOT]
        try:
            comptes |= await _compter_ensemble(ctx, groupe, xs, portefeuille)
        except Exception:
            if len(groupe) == 1:
                raise
            comptes |= await _compter_une_a_une(ctx, groupe, xs, portefeuille)
    return comptes


async def _compter_ensemble(
    ctx: Contexte, regles: Sequence[RegleAlerte], xs: Mapping[str, int | None], portefeuille: bool
) -> dict[str, int | None]:
    sources, valeurs = _depart(ctx, portefeuille)
    if sources:
        return await _compter_en_passant(ctx, regles, xs, sources[0], valeurs)
    morceaux, parametres = [], []
    for rang, regle in enumerate(regles):
        x = xs.get(regle.code)
        depuis, lies = (
            population_objets(ctx, regle, x) if regle.objet else _population(ctx, regle, x, portefeuille=portefeuille)
        )
        morceaux.append(f"(SELECT count(*) FROM {depuis}) AS n{rang}")
        parametres += lies
    ligne = await lire_un(f"SELECT {', '.join(morceaux)}", *parametres)
    return {regle.code: int((ligne or {})[f"n{rang}"]) for rang, regle in enumerate(regles)}


async def _compter_en_passant(
    ctx: Contexte, regles: Sequence[RegleAlerte], xs: Mapping[str, int | None], source: str, valeurs: Sequence[Any]
) -> dict[str, int | None]:
    """Count every rule in one reading of a narrow set of people, each of them read once."""
    colonnes, parametres = [], []
    for rang, regle in enumerate(regles):
        if regle.objet is not None:
            colonnes.append(f"0 AS n{rang}")
            continue
        condition, lies = regle.condition(xs.get(regle.code), ctx.aujourdhui, ctx.maintenant)
        colonnes.append(f"count(CASE WHEN {condition} THEN 1 END) AS n{rang}")
        parametres += lies
    perimetre, perimetre_valeurs = condition_perimetre(ctx, "n.numero")
    ligne = await lire_un(
        f"""SELECT {", ".join(colonnes)} FROM {source} JOIN etat_dossier s ON s.beneficiaire = n.numero
        JOIN beneficiaire b ON b.numero = n.numero WHERE {perimetre}""",
        *parametres,
        *valeurs,
        *perimetre_valeurs,
    )
    return {regle.code: int((ligne or {})[f"n{rang}"]) for rang, regle in enumerate(regles)}


async def _compter_une_a_une(
    ctx: Contexte, regles: Sequence[RegleAlerte], xs: Mapping[str, int | None], portefeuille: bool
) -> dict[str, int | None]:
    comptes: dict[str, int | None] = {}
    for regle in regles:
        try:
            comptes |= await _compter_ensemble(ctx, [regle], xs, portefeuille)
        except Exception:
            _LOG.exception("the rule %s cannot be counted", regle.code)
            comptes[regle.code] = None
    return comptes


async def lignes_alerte(
    ctx: Contexte,
    regle: RegleAlerte,
    x: int | None,
    *,
    portefeuille: bool = False,
    page: int = 1,
    par_page: int = PAR_PAGE,
    tri: str = "nom",
) -> tuple[list[LigneAlerte], int]:
    """Return a page of the people that the rule finds, each with its facts and référents, and how many they are.

    The sort is one of `TRIS` of the list of bénéficiaires. Raises what the base raises on a bad rule.
    """
    depuis, parametres = _population(ctx, regle, x, portefeuille=portefeuille)
    total = int(await lire_valeur(f"SELECT count(*) FROM {depuis}", *parametres))
    if (page - 1) * par_page >= total:
        return [], total
    valeurs, parametres_valeurs = regle.valeurs(x, ctx.aujourdhui, ctx.maintenant)
    ordre = TRIS.get(tri, TRIS["nom"])
    depuis, parametres = _population(ctx, regle, x, portefeuille=portefeuille, personne=True)
    lignes = await lire(
        f"""SELECT b.numero, b.nom_naissance, b.nom_usage, b.prenom, b.date_naissance, coalesce(c.nom, '') AS commune
            {valeurs}
        FROM (SELECT b.numero FROM {depuis} ORDER BY {ordre} LIMIT {{}} OFFSET {{}}) t
        JOIN beneficiaire b ON b.numero = t.numero JOIN etat_dossier s ON s.beneficiaire = t.numero
        LEFT JOIN commune c ON c.code_insee = b.commune ORDER BY {ordre}""",
        *parametres_valeurs,
        *parametres,
        par_page,
        (page - 1) * par_page,
    )
    return await _avec_referents(ctx, [_ligne(regle, ligne) for ligne in lignes]), total


async def expliquer(ctx: Contexte, regle: RegleAlerte, x: int | None, numeros: Sequence[int]) -> list[Explication]:
    """Return, for each of these people in the perimeter, every criterion: met or not, and what she has for it."""
    if not numeros or regle.objet is not None:
        return []
    valeurs = valeurs_de(regle.parametre, x, ctx.aujourdhui, ctx.maintenant)
    colonnes, parametres = [], []
    for rang, critere in enumerate(regle.criteres):
        sql, lies = lier(critere.sql, valeurs)
        colonnes.append(f"CASE WHEN {sql} THEN 1 ELSE 0 END AS c{rang}")
        parametres += lies
    connus, parametres_faits = regle.valeurs(x, ctx.aujourdhui, ctx.maintenant)
    condition, parametres_perimetre = condition_perimetre(ctx)
    lignes = await lire(
        f"""SELECT b.numero, b.nom_naissance, b.nom_usage, b.prenom, {", ".join(colonnes)}{connus}
        FROM beneficiaire b JOIN etat_dossier s ON s.beneficiaire = b.numero
        WHERE b.numero IN ({", ".join("{}" for _ in numeros)}) AND {condition}""",
        *parametres,
        *parametres_faits,
        *numeros,
        *parametres_perimetre,
    )
    expliques = {ligne["numero"]: _explication(regle, x, ligne) for ligne in lignes}
    return [expliques[numero] for numero in numeros if numero in expliques]


def _explication(regle: RegleAlerte, x: int | None, ligne: Mapping[str, Any]) -> Explication:
    constats = tuple(
        Constat(
            libelle=regle.en_clair(critere.libelle, x),
            rempli=bool(ligne[f"c{rang}"]),
            nom=critere.nom,
            valeur=afficher(ligne[f"v{rang}"], critere.liste) if critere.valeur else "",
        )
        for rang, critere in enumerate(regle.criteres)
    )
    noms = {champ: ligne[champ] for champ in ("numero", "nom_naissance", "nom_usage", "prenom")}
    return Explication(**noms, constats=constats)


def _population(
    ctx: Contexte, regle: RegleAlerte, x: int | None, *, portefeuille: bool, personne: bool = False
) -> tuple[str, list[Any]]:
    """Return what follows FROM to read the people of a rule, and its parameters.

    `personne`: with the row `b` in any case.
    """
    sources, valeurs = _depart(ctx, portefeuille)
    condition, parametres = regle.condition(x, ctx.aujourdhui, ctx.maintenant, ensembles=not sources)
    perimetre, perimetre_valeurs = condition_perimetre(ctx, "b.numero")
    tables = ["beneficiaire b"] if personne else []
    sur_s = bool(_DE_S.search(condition))
    if not personne:
        condition, perimetre = (_NUMERO.sub("{cle}", texte) for texte in (condition, perimetre))
        tables = ["beneficiaire b"] if _DE_B.search(condition) or not (sur_s or sources) else []
    cle = "n.numero" if sources else "s.beneficiaire" if sur_s else "b.numero"
    jointures = [*sources]
    for table, colonne in (("etat_dossier s", "s.beneficiaire"), ("beneficiaire b", "b.numero")):
        if (table == "etat_dossier s" and sur_s) or table in tables:
            jointures.append(f"JOIN {table} ON {colonne} = {cle}" if jointures else table)
    conditions = f"({condition}) AND {perimetre}".replace("{cle}", cle)
    return f"{' '.join(jointures)} WHERE {conditions}", [*valeurs, *parametres, *perimetre_valeurs]


def _depart(ctx: Contexte, portefeuille: bool) -> tuple[list[str], list[Any]]:
    """Return the narrow set to start from, and its parameters; nothing for the département."""
    if portefeuille:
        return [
            """(SELECT DISTINCT f.beneficiaire AS numero FROM affectation f
                WHERE f.referent = {} AND f.debut <= {} AND (f.fin IS NULL OR f.fin >= {})) n"""
        ], [ctx.utilisateur, ctx.aujourdhui, ctx.aujourdhui]
    if ctx.departement or ctx.organisme is None:
        return [], []
    return ["(SELECT r.beneficiaire AS numero FROM rattachement r WHERE r.organisme = {}) n"], [ctx.organisme]


def _ligne(regle: RegleAlerte, ligne: Mapping[str, Any]) -> LigneAlerte:
    return LigneAlerte(**{champ: ligne[champ] for champ in _CHAMPS}, faits=faits(regle, ligne))


async def _avec_referents(ctx: Contexte, lignes: Sequence[LigneAlerte]) -> list[LigneAlerte]:
    """Return the rows with the names of their référents of the day, in one query for all."""
    courants = await lire(
        f"""SELECT DISTINCT a.beneficiaire, u.nom, u.prenom
        FROM affectation a JOIN utilisateur u ON u.id = a.referent
        WHERE a.beneficiaire IN ({", ".join("{}" for _ in lignes)})
            AND a.debut <= {{}} AND (a.fin IS NULL OR a.fin >= {{}})
        ORDER BY a.beneficiaire, u.nom, u.prenom""",
        *(ligne.numero for ligne in lignes),
        ctx.aujourdhui,
        ctx.aujourdhui,
    )
    noms: dict[int, list[str]] = {}
    for courant in courants:
        noms.setdefault(courant["beneficiaire"], []).append(f"{courant['prenom']} {courant['nom'].upper()}")
    return [msgspec.structs.replace(ligne, referents=tuple(noms.get(ligne.numero, ()))) for ligne in lignes]
