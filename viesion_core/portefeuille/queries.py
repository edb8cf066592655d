"""Reads of the people assigned by a partner: those of one's organism, the dossier in the perimeter."""

import uuid
from typing import Any

import msgspec

from viesion_core.acces.perimetre import condition_perimetre
from viesion_core.contexte import PARIS, Contexte, Role
from viesion_core.db import convertir, lire, lire_un, lire_valeur
from viesion_core.erreurs import Introuvable
from viesion_core.portefeuille.model import AffectVue, ChargeReferent, EtatAffect

PAR_PAGE = 25
_VUE = """SELECT x.id, x.beneficiaire, b.nom_naissance, b.nom_usage, b.prenom, coalesce(c.nom, '') AS commune, x.offre,
    x.role, x.referent, coalesce(u.prenom || ' ' || upper(u.nom), '') AS referent_nom,
    coalesce(v.prenom || ' ' || upper(v.nom), '') AS chargee, x.debut, x.fin, x.motif, x.etat, x.motif_reponse,
    x.premier_rdv, x.recue_le, x.repondue_le, x.version
FROM affectation_recue x JOIN beneficiaire b ON b.numero = x.beneficiaire
    LEFT JOIN commune c ON c.code_insee = b.commune
    LEFT JOIN utilisateur u ON u.id = x.referent
    LEFT JOIN affectation a ON a.id = x.affectation LEFT JOIN utilisateur v ON v.id = a.referent"""


async def affects_page(ctx: Contexte, etat: EtatAffect, page: int) -> tuple[list[AffectVue], int]:
    """Return a page of the people assigned to the organism in that state, who waits longest first, and the total.

    A référent sees those that nobody has yet, and his own.
    """
    condition, parametres = _siennes(ctx)
    source = "affectation_recue x LEFT JOIN affectation a ON a.id = x.affectation"
    total = int(
        await lire_valeur(f"SELECT count(*) FROM {source} WHERE x.etat = {{}} AND {condition}", str(etat), *parametres)
    )
    ordre = "x.recue_le" if etat is EtatAffect.RECUE else "x.recue_le DESC"
    lignes = await lire(
        f"{_VUE} WHERE x.etat = {{}} AND {condition} ORDER BY {ordre}, x.id LIMIT {{}} OFFSET {{}}",
        str(etat),
        *parametres,
        PAR_PAGE,
        (page - 1) * PAR_PAGE,
    )
    vues = [convertir(AffectVue, ligne) for ligne in lignes]
    return (await _avec_rendez_vous(ctx, vues) if etat is EtatAffect.ACCEPTEE else vues), total


async def affect(ctx: Contexte, identifiant: uuid.UUID) -> AffectVue:
    """Return one person assigned to one's organism; Introuvable otherwise."""
    condition, parametres = _siennes(ctx)
    ligne = await lire_un(f"{_VUE} WHERE x.id = {{}} AND {condition}", identifiant, *parametres)
    if ligne is None:
        raise Introuvable
    return convertir(AffectVue, ligne)


async def charges(ctx: Contexte) -> list[ChargeReferent]:
    """Return the référents of one's organism by name, each with how many people they follow today."""
    lignes = await lire(
        """SELECT u.id, u.prenom || ' ' || upper(u.nom) AS nom,
            (SELECT count(DISTINCT a.beneficiaire) FROM affectation a WHERE a.referent = u.id AND a.debut <= {}
                AND (a.fin IS NULL OR a.fin >= {})) AS charge
        FROM utilisateur u WHERE u.organisme = {} AND u.actif AND u.role IN ('referent', 'directeur')
        ORDER BY u.nom, u.prenom, u.id LIMIT 500""",
        ctx.aujourdhui,
        ctx.aujourdhui,
        ctx.organisme,
    )
    return [convertir(ChargeReferent, ligne) for ligne in lignes]


async def actes_du_lot(ctx: Contexte, lot: uuid.UUID) -> list[tuple[uuid.UUID, str]]:
    """Return the acts of an assignment in bulk, each with the name of its person; none of another organism's."""
    lignes = await lire(
        """SELECT x.acte, b.nom_naissance, b.nom_usage, b.prenom FROM affectation_recue x
            JOIN beneficiaire b ON b.numero = x.beneficiaire
        WHERE x.lot = {} AND x.organisme = {} AND x.acte IS NOT NULL ORDER BY b.numero LIMIT 100""",
        lot,
        ctx.organisme,
    )
    return [(li["acte"], f"{(li['nom_usage'] or li['nom_naissance']).upper()} {li['prenom']}") for li in lignes]


def _siennes(ctx: Contexte) -> tuple[str, list[Any]]:
    condition, parametres = condition_perimetre(ctx, "x.beneficiaire")
    if ctx.role is Role.REFERENT:
        mien = "AND (a.referent = {} OR (x.etat = 'RECUE' AND (x.referent IS NULL OR x.referent = {})))"
        return f"x.organisme = {{}} {mien} AND {condition}", [
            ctx.organisme,
            ctx.utilisateur,
            ctx.utilisateur,
            *parametres,
        ]
    return f"x.organisme = {{}} AND {condition}", [ctx.organisme, *parametres]


async def _avec_rendez_vous(ctx: Contexte, vues: list[AffectVue]) -> list[AffectVue]:
    """Propose the first appointment of each: the first entretien of the organism that is not cancelled."""
    if not vues:
        return []
    marques = ", ".join("{}" for _ in vues)
    lignes = await lire(
        f"""SELECT t.beneficiaire, t.debut FROM entretien t
        WHERE t.beneficiaire IN ({marques}) AND t.organisme = {{}} AND t.realisation IN ('PREVU', 'PRESENCE')
        ORDER BY t.debut DESC""",
        *(v.beneficiaire for v in vues),
        ctx.organisme,
    )
    jours: dict[int, list[Any]] = {}
    for ligne in lignes:
        jours.setdefault(ligne["beneficiaire"], []).append(ligne["debut"].astimezone(PARIS).date())
    return [
        msgspec.structs.replace(
            v, rdv_propose=min((j for j in jours.get(v.beneficiaire, []) if j >= v.debut), default=None)
        )
        for v in vues
    ]
