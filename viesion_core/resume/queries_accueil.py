"""The reads of the accueil of a director and of the département: set-based, one query each."""

import datetime as dt

from viesion_core.acces.perimetre import condition_perimetre
from viesion_core.contexte import Contexte
from viesion_core.db import convertir, lire, lire_un
from viesion_core.resume.model_accueil import ActiviteOrganisme, ChargeReferent, EtatFile

SEMAINE = dt.timedelta(days=7)
MOIS = dt.timedelta(days=30)


async def etat_file(ctx: Contexte) -> EtatFile:
    """Return the counts of the file active of the perimeter."""
    condition, parametres = condition_perimetre(ctx, "p.beneficiaire")
    jour = ctx.aujourdhui
    ligne = await lire_un(
        f"""SELECT count(*) AS file_active,
            count(*) FILTER (WHERE NOT EXISTS (SELECT 1 FROM affectation a WHERE a.beneficiaire = p.beneficiaire
                AND a.debut <= {{}} AND (a.fin IS NULL OR a.fin >= {{}}))) AS sans_referent,
            count(*) FILTER (WHERE NOT EXISTS (SELECT 1 FROM etape e WHERE e.beneficiaire = p.beneficiaire
                AND e.fin_reelle IS NULL)) AS sans_etape,
            count(*) FILTER (WHERE NOT EXISTS (SELECT 1 FROM contrat k WHERE k.beneficiaire = p.beneficiaire
                AND k.fin >= {{}})) AS sans_contrat
        FROM (SELECT DISTINCT d.beneficiaire FROM entree_dispositif d WHERE d.fin IS NULL) p WHERE {condition}""",
        jour,
        jour,
        jour,
        *parametres,
    )
    return convertir(EtatFile, ligne or {})


async def charge_referents(ctx: Contexte) -> list[ChargeReferent]:
    """Return the active référents of the user's organism, the most loaded first (100 at most)."""
    lignes = await lire(
        """SELECT r.id, r.nom, r.prenom,
            (SELECT count(DISTINCT a.beneficiaire) FROM affectation a WHERE a.referent = r.id AND a.debut <= {}
                AND (a.fin IS NULL OR a.fin >= {})) AS portefeuille,
            (SELECT count(*) FROM entretien e WHERE e.collaborateur = r.id AND e.realisation = 'PREVU'
                AND e.debut < {}) AS a_realiser,
            (SELECT count(*) FROM entretien e WHERE e.collaborateur = r.id AND e.realisation = 'PREVU'
                AND e.debut >= {} AND e.debut < {}) AS a_venir
        FROM utilisateur r WHERE r.organisme = {} AND r.actif AND r.role IN ('referent', 'directeur')
        ORDER BY portefeuille DESC, r.nom, r.prenom LIMIT 100""",
        ctx.aujourdhui,
        ctx.aujourdhui,
        ctx.maintenant,
        ctx.maintenant,
        ctx.maintenant + SEMAINE,
        ctx.organisme,
    )
    return [convertir(ChargeReferent, ligne) for ligne in lignes]


async def activite_organismes(ctx: Contexte, *, limite: int = 15) -> tuple[list[ActiviteOrganisme], int]:
    """Return the open organisms with most open étapes, and how many organisms there are (pilote)."""
    condition, parametres = condition_perimetre(ctx, "e.beneficiaire")
    lignes = await lire(
        f"""SELECT o.id, o.nom, count(*) OVER () AS total,
            (SELECT count(*) FROM utilisateur u WHERE u.organisme = o.id AND u.actif
                AND u.role IN ('referent', 'directeur')) AS referents,
            (SELECT count(*) FROM etape e WHERE e.organisme = o.id AND e.fin_reelle IS NULL AND {condition})
                AS etapes_ouvertes,
            (SELECT count(*) FROM entretien e WHERE e.organisme = o.id AND e.debut >= {{}} AND e.debut < {{}}
                AND e.realisation = 'PRESENCE' AND {condition}) AS entretiens_tenus,
            coalesce(r.nombre, 0) AS a_realiser
        FROM organisme o LEFT JOIN (SELECT e.organisme, count(*) AS nombre FROM entretien e
            WHERE e.debut < {{}} AND e.realisation = 'PREVU' AND {condition} GROUP BY e.organisme) r
            ON r.organisme = o.id
        WHERE o.ferme_le IS NULL AND o.nature = 'ORGANISME'
        ORDER BY etapes_ouvertes DESC, o.nom, o.id LIMIT {{}}""",
        *parametres,
        ctx.maintenant - MOIS,
        ctx.maintenant,
        *parametres,
        ctx.maintenant,
        *parametres,
        limite,
    )
    total = lignes[0]["total"] if lignes else 0
    return [convertir(ActiviteOrganisme, {k: v for k, v in ligne.items() if k != "total"}) for ligne in lignes], total
