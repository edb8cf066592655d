"""« Gestion → Bénéficiaires »: a page of the list in three queries, whatever its size."""

from collections.abc import Sequence
from typing import Any

import msgspec

from viesion_core.acces.perimetre import condition_perimetre
from viesion_core.contexte import Contexte
from viesion_core.db import convertir, lire, lire_valeur
from viesion_core.dossiers.model_caracteristiques import codes_requis
from viesion_core.dossiers.model_liste import PAR_PAGE, Filtres, LigneBeneficiaire
from viesion_core.dossiers.recherche import numeros_trouves

TRIS = {
    "nom": "b.nom_cle, b.prenom_cle, b.numero",
    "-nom": "b.nom_cle DESC, b.prenom_cle DESC, b.numero DESC",
    "naissance": "b.date_naissance, b.nom_cle, b.numero",
    "-naissance": "b.date_naissance DESC, b.nom_cle DESC, b.numero DESC",
    "numero": "b.numero",
    "-numero": "b.numero DESC",
}
"""The sorts that an index serves; any other name is the sort by name."""

_CODES = ", ".join(f"'{code}'" for code in codes_requis())
_OUVERTE = "e.beneficiaire = b.numero AND e.fin_reelle IS NULL"
_COURANTE = "a.beneficiaire = b.numero AND a.debut <= {} AND (a.fin IS NULL OR a.fin >= {})"
_LIGNE = f"""SELECT b.numero, b.civilite, b.nom_naissance, b.nom_usage, b.prenom, b.date_naissance, b.etat_droit,
    coalesce(c.nom, '') AS commune,
    (SELECT d.debut FROM entree_dispositif d WHERE d.beneficiaire = b.numero AND d.fin IS NULL
        ORDER BY d.debut DESC LIMIT 1) AS entree,
    coalesce((SELECT o.nom || ' - ' || e.offre FROM etape e JOIN organisme o ON o.id = e.organisme
        WHERE {_OUVERTE} ORDER BY e.debut_reel DESC LIMIT 1), '') AS etape,
    coalesce((SELECT e.offre FROM etape e WHERE {_OUVERTE} ORDER BY e.debut_reel DESC LIMIT 1), '') AS offre,
    (SELECT count(*) FROM etape e WHERE {_OUVERTE}) AS etapes_ouvertes,
    (SELECT k.fin FROM contrat k WHERE k.beneficiaire = b.numero ORDER BY k.debut DESC LIMIT 1) AS contrat_fin,
    (SELECT x.debut FROM entretien x WHERE x.beneficiaire = b.numero AND x.realisation = 'PREVU'
        AND x.debut >= {{}} ORDER BY x.debut LIMIT 1) AS entretien_a_venir,
    (SELECT x.debut FROM entretien x WHERE x.beneficiaire = b.numero AND x.realisation = 'PREVU'
        AND x.debut < {{}} ORDER BY x.debut LIMIT 1) AS entretien_a_realiser,
    {len(codes_requis())} - (SELECT count(*) FROM caracteristique v WHERE v.beneficiaire = b.numero
        AND v.fin IS NULL AND v.code IN ({_CODES})) AS caracteristiques_manquantes
FROM beneficiaire b LEFT JOIN commune c ON c.code_insee = b.commune"""


async def beneficiaires_page(
    ctx: Contexte, filtres: Filtres, *, page: int = 1, par_page: int = PAR_PAGE, tri: str = "nom"
) -> tuple[list[LigneBeneficiaire], int]:
    """Return a page of the people of the perimeter that the filters keep, and how many they are.

    Each row carries its référents, open étape, end of contract, next entretien, and its `prochain_acte`. The
    sort is one of `TRIS`. A `recherche` keeps the people that the « Recherche globale » finds (200 at most).
    """
    conditions, parametres = _conditions(ctx, filtres)
    if filtres.recherche.strip():
        numeros = await numeros_trouves(ctx, filtres.recherche)
        if not numeros:
            return [], 0
        conditions.append(f"b.numero IN ({', '.join('{}' for _ in numeros)})")
        parametres += numeros
    ou = " AND ".join(conditions)
    total = int(await lire_valeur(f"SELECT count(*) AS n FROM beneficiaire b WHERE {ou}", *parametres))
    if total == 0 or (page - 1) * par_page >= total:
        return [], total
    lignes = await lire(
        f"{_LIGNE} WHERE {ou} ORDER BY {TRIS.get(tri, TRIS['nom'])} LIMIT {{}} OFFSET {{}}",
        ctx.maintenant,
        ctx.maintenant,
        *parametres,
        par_page,
        (page - 1) * par_page,
    )
    return await _avec_referents(ctx, lignes), total


def _conditions(ctx: Contexte, filtres: Filtres) -> tuple[list[str], list[Any]]:
    """Return the SQL conditions of the filters on `b`, and their parameters in order."""
    perimetre, valeurs = condition_perimetre(ctx)
    conditions, parametres = [perimetre], list(valeurs)
    jour = ctx.aujourdhui

    def exiger(condition: str, *de: Any) -> None:
        conditions.append(condition)
        parametres.extend(de)

    if filtres.active:
        exiger("b.numero IN (SELECT d.beneficiaire FROM entree_dispositif d WHERE d.fin IS NULL)")
    if filtres.commune:
        exiger("b.commune = {}", filtres.commune)
    if filtres.secteur:
        exiger("b.commune IN (SELECT s.code_insee FROM commune s WHERE s.secteur = {})", filtres.secteur)
    if filtres.etat_droit:
        exiger("b.etat_droit = {}", filtres.etat_droit)
    if filtres.referent is not None:
        exiger(
            f"EXISTS (SELECT 1 FROM affectation a WHERE a.referent = {{}} AND {_COURANTE})",
            filtres.referent,
            jour,
            jour,
        )
    if filtres.offre:
        exiger(f"EXISTS (SELECT 1 FROM etape e WHERE {_OUVERTE} AND e.offre = {{}})", filtres.offre)
    if filtres.sans_referent:
        exiger(f"NOT EXISTS (SELECT 1 FROM affectation a WHERE {_COURANTE})", jour, jour)
    if filtres.contrat_termine:
        exiger(
            """EXISTS (SELECT 1 FROM contrat k WHERE k.beneficiaire = b.numero AND k.fin < {})
            AND NOT EXISTS (SELECT 1 FROM contrat k WHERE k.beneficiaire = b.numero AND k.fin >= {})""",
            jour,
            jour,
        )
    if filtres.caracteristiques_manquantes:
        exiger(
            f"""(SELECT count(*) FROM caracteristique v WHERE v.beneficiaire = b.numero AND v.fin IS NULL
            AND v.code IN ({_CODES})) < {len(codes_requis())}"""
        )
    return conditions, parametres


async def _avec_referents(ctx: Contexte, lignes: Sequence[dict[str, Any]]) -> list[LigneBeneficiaire]:
    """Return the rows with the names of their référents of the day, in one query for all."""
    rangees = [convertir(LigneBeneficiaire, ligne) for ligne in lignes]
    courants = await lire(
        f"""SELECT DISTINCT a.beneficiaire, a.nature, u.nom, u.prenom
        FROM affectation a JOIN utilisateur u ON u.id = a.referent
        WHERE a.beneficiaire IN ({", ".join("{}" for _ in rangees)})
            AND a.debut <= {{}} AND (a.fin IS NULL OR a.fin >= {{}})
        ORDER BY a.beneficiaire, a.nature DESC, u.nom, u.prenom""",
        *(rangee.numero for rangee in rangees),
        ctx.aujourdhui,
        ctx.aujourdhui,
    )
    noms: dict[int, dict[str, None]] = {}
    for courant in courants:
        noms.setdefault(courant["beneficiaire"], {})[f"{courant['prenom']} {courant['nom'].upper()}"] = None
    return [msgspec.structs.replace(rangee, referents=tuple(noms.get(rangee.numero, ()))) for rangee in rangees]
