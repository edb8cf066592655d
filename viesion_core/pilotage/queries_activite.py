"""The reads of the home of pilotage: one query counts the whole period."""

import datetime as dt
from typing import Any

from viesion_core.acces.perimetre import condition_perimetre
from viesion_core.contexte import Contexte, minuit
from viesion_core.db import base_courante, lire
from viesion_core.pilotage.model import Filtres
from viesion_core.pilotage.model_activite import Activite, BilansOrganisme


async def activite(ctx: Contexte, filtres: Filtres) -> Activite:
    """Count the file active, the entrées and sorties, the waits, the entretiens and the bilans of a period."""
    requetes = [
        _file_active(ctx, filtres),
        _entrees(ctx, filtres),
        _sorties(ctx, filtres),
        _delais(ctx, filtres),
        _entretiens(ctx, filtres),
        _bilans(ctx, filtres),
    ]
    lignes = await lire(" UNION ALL ".join(sql for sql, _ in requetes), *(p for _, siens in requetes for p in siens))
    par_genre: dict[str, dict[str, int]] = {}
    sorties: dict[str, int] = {}
    bilans = []
    for ligne in lignes:
        genre, cle, detail, n = ligne["genre"], ligne["cle"], ligne["detail"], ligne["nombre"]
        comptes = par_genre.setdefault(genre, {})
        comptes[cle] = comptes.get(cle, 0) + n
        if genre == "sortie":
            sorties[detail] = sorties.get(detail, 0) + n
        elif genre == "bilan":
            bilans.append(BilansOrganisme(cle, detail, n))
    delais = par_genre.get("delai", {})
    return Activite(
        file_active=sum(par_genre.get("file", {}).values()),
        sans_etape=delais.get("", 0),
        entrees=par_genre.get("entree", {}),
        sorties=sorties,
        motifs=par_genre.get("sortie", {}),
        realisations=par_genre.get("entretien", {}),
        delais=_par_jours(delais),
        bilans=tuple(sorted(bilans, key=lambda b: (-b.nombre, b.organisme, b.offre))),
    )


def _par_jours(delais: dict[str, int]) -> dict[int, int]:
    """Return the waits in days; an étape that began before the entrée did not wait."""
    comptes: dict[int, int] = {}
    for cle, n in delais.items():
        if cle:
            jours = max(0, int(cle))
            comptes[jours] = comptes.get(jours, 0) + n
    return comptes


def _personnes(ctx: Contexte, filtres: Filtres, colonne: str) -> tuple[str, list[Any]]:
    """Return the condition on the people: the perimeter, the territoire, and for the département an organism."""
    condition, parametres = condition_perimetre(ctx, colonne)
    conditions = [condition]
    if filtres.secteur:
        conditions.append(
            f"""EXISTS (SELECT 1 FROM beneficiaire b JOIN commune k ON k.code_insee = b.commune
                WHERE b.numero = {colonne} AND k.secteur = {{}})"""
        )
        parametres = [*parametres, filtres.secteur]
    return " AND ".join(conditions), parametres


def _rattachees(ctx: Contexte, filtres: Filtres, colonne: str) -> tuple[str, list[Any]]:
    """Return the condition on people counted whoever acted: those attached to the organism that is asked for."""
    condition, parametres = _personnes(ctx, filtres, colonne)
    if ctx.departement and filtres.organisme is not None:
        condition += f""" AND EXISTS (SELECT 1 FROM rattachement ra WHERE ra.beneficiaire = {colonne}
            AND ra.organisme = {{}} AND (ra.fin IS NULL OR ra.fin >= {{}}))"""
        parametres = [*parametres, filtres.organisme, ctx.aujourdhui]
    return condition, parametres


def _actes(ctx: Contexte, filtres: Filtres, ligne: str) -> tuple[str, list[Any]]:
    """Return the condition on what an organism did (`ligne` has the columns organisme and beneficiaire)."""
    condition, parametres = _personnes(ctx, filtres, f"{ligne}.beneficiaire")
    organisme = filtres.organisme if ctx.departement else ctx.organisme
    if organisme is not None:
        condition, parametres = f"{condition} AND {ligne}.organisme = {{}}", [*parametres, organisme]
    return condition, parametres


def _file_active(ctx: Contexte, filtres: Filtres) -> tuple[str, list[Any]]:
    condition, siens = _rattachees(ctx, filtres, "d.beneficiaire")
    sql = f"""SELECT 'file' AS genre, '' AS cle, '' AS detail, count(DISTINCT d.beneficiaire) AS nombre
        FROM entree_dispositif d WHERE d.debut <= {{}} AND (d.fin IS NULL OR d.fin > {{}}) AND {condition}"""
    return sql, [filtres.fin, filtres.fin, *siens]


def _entrees(ctx: Contexte, filtres: Filtres) -> tuple[str, list[Any]]:
    condition, siens = _rattachees(ctx, filtres, "d.beneficiaire")
    sql = f"""SELECT 'entree', substr(CAST(v.debut AS TEXT), 1, 7), '', CAST(sum(v.nombre) AS INTEGER)
        FROM (SELECT d.debut, count(*) AS nombre FROM entree_dispositif d
            WHERE d.debut >= {{}} AND d.debut <= {{}} AND {condition} GROUP BY d.debut) v GROUP BY 2"""
    return sql, [filtres.debut, filtres.fin, *siens]


def _sorties(ctx: Contexte, filtres: Filtres) -> tuple[str, list[Any]]:
    condition, siens = _rattachees(ctx, filtres, "d.beneficiaire")
    sql = f"""SELECT 'sortie', v.motif_fin, substr(CAST(v.fin AS TEXT), 1, 7), CAST(sum(v.nombre) AS INTEGER)
        FROM (SELECT d.fin, d.motif_fin, count(*) AS nombre FROM entree_dispositif d
            WHERE d.fin >= {{}} AND d.fin <= {{}} AND {condition} GROUP BY d.fin, d.motif_fin) v GROUP BY 2, 3"""
    return sql, [filtres.debut, filtres.fin, *siens]


def _delais(ctx: Contexte, filtres: Filtres) -> tuple[str, list[Any]]:
    condition, siens = _rattachees(ctx, filtres, "d.beneficiaire")
    premiere = "(SELECT min(e.debut_reel) FROM etape e WHERE e.dispositif = d.id)"
    jours = f"CAST(julianday({premiere}) - julianday(d.debut) AS INTEGER)"
    if base_courante().dialecte == "postgresql":
        jours = f"{premiere} - d.debut"
    sql = f"""SELECT 'delai', coalesce(CAST(w.jours AS TEXT), ''), '', w.nombre
        FROM (WITH v AS MATERIALIZED (SELECT {jours} AS jours FROM entree_dispositif d
                WHERE d.debut >= {{}} AND d.debut <= {{}} AND {condition})
            SELECT v.jours, count(*) AS nombre FROM v GROUP BY v.jours) w"""
    return sql, [filtres.debut, filtres.fin, *siens]


def _entretiens(ctx: Contexte, filtres: Filtres) -> tuple[str, list[Any]]:
    condition, siens = _actes(ctx, filtres, "n")
    sql = f"""SELECT 'entretien', n.realisation, '', count(*)
        FROM entretien n WHERE n.debut >= {{}} AND n.debut < {{}} AND {condition} GROUP BY 2"""
    return sql, [minuit(filtres.debut), minuit(filtres.fin + dt.timedelta(days=1)), *siens]


def _bilans(ctx: Contexte, filtres: Filtres) -> tuple[str, list[Any]]:
    condition, siens = _actes(ctx, filtres, "x")
    sql = f"""SELECT 'bilan', o.nom, q.offre, count(*)
        FROM bilan x JOIN questionnaire q ON q.id = x.questionnaire JOIN organisme o ON o.id = x.organisme
        WHERE x.date_bilan >= {{}} AND x.date_bilan <= {{}} AND {condition} GROUP BY o.id, o.nom, q.offre"""
    return sql, [filtres.debut, filtres.fin, *siens]
