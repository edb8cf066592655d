"""Reads of a person, each inside the perimeter. The list is in `liste`, the search in `recherche`."""

import datetime as dt
import uuid
from typing import Any

from viesion_core.acces.perimetre import condition_perimetre
from viesion_core.contexte import Contexte
from viesion_core.db import convertir, lire, lire_un
from viesion_core.dossiers.model import EntreeDetail, EtatDossiers, Identite, Recent
from viesion_core.dossiers.model_caracteristiques import codes_requis
from viesion_core.erreurs import Introuvable

_IDENTITE = """SELECT b.numero, b.civilite, b.nom_naissance, b.nom_usage, b.prenom, b.date_naissance,
    b.lieu_naissance, b.nationalite, b.adresse, b.complement, b.code_postal, b.commune, b.sans_domicile,
    b.telephone, b.telephone_2, b.courriel, b.organisme_payeur, b.matricule, b.role_foyer, b.id_individu,
    b.numero_demande, b.date_demande, b.date_ouverture, b.etat_droit, b.soumis_droits_devoirs, b.parcours,
    b.commentaire, b.source, b.created_at, b.version,
    coalesce(c.nom, '') AS commune_nom, coalesce(c.secteur, '') AS secteur
FROM beneficiaire b LEFT JOIN commune c ON c.code_insee = b.commune"""

_ENTREE = """SELECT d.id, d.beneficiaire, d.dispositif, d.debut, d.fin, d.motif_fin, d.commentaire, d.version,
    (SELECT count(*) FROM etape e WHERE e.dispositif = d.id) AS etapes,
    (SELECT count(*) FROM etape e WHERE e.dispositif = d.id AND e.fin_reelle IS NULL) AS etapes_ouvertes
FROM entree_dispositif d"""


async def identite(ctx: Contexte, numero: int) -> Identite:
    """Return the person of a dossier: civil status, address, right; Introuvable outside the perimeter."""
    condition, parametres = condition_perimetre(ctx)
    ligne = await lire_un(f"{_IDENTITE} WHERE b.numero = {{}} AND {condition}", numero, *parametres)
    if ligne is None:
        raise Introuvable
    return convertir(Identite, ligne)


async def entrees(ctx: Contexte, numero: int) -> list[EntreeDetail]:
    """Return the entries into a dispositif of a person with their exits, the open ones first, then the latest."""
    condition, parametres = condition_perimetre(ctx, "d.beneficiaire")
    lignes = await lire(
        f"""{_ENTREE} WHERE d.beneficiaire = {{}} AND {condition}
        ORDER BY CASE WHEN d.fin IS NULL THEN 0 ELSE 1 END, d.debut DESC LIMIT 100""",
        numero,
        *parametres,
    )
    return [convertir(EntreeDetail, ligne) for ligne in lignes]


async def entree(ctx: Contexte, numero: int, identifiant: uuid.UUID) -> EntreeDetail:
    """Return one entry of a person; Introuvable when it is not theirs."""
    condition, parametres = condition_perimetre(ctx, "d.beneficiaire")
    ligne = await lire_un(
        f"{_ENTREE} WHERE d.id = {{}} AND d.beneficiaire = {{}} AND {condition}", identifiant, numero, *parametres
    )
    if ligne is None:
        raise Introuvable
    return convertir(EntreeDetail, ligne)


async def recents(ctx: Contexte, limite: int = 8) -> list[Recent]:
    """Return the « Bénéficiaires récents » of the user, the last opened first."""
    condition, parametres = condition_perimetre(ctx, "v.beneficiaire")
    lignes = await lire(
        f"""SELECT b.numero, b.civilite, b.nom_naissance, b.nom_usage, b.prenom, b.date_naissance,
            coalesce(c.nom, '') AS commune, v.vue_le,
            (SELECT e.debut FROM entree_dispositif e WHERE e.beneficiaire = b.numero AND e.fin IS NULL
                ORDER BY e.debut DESC LIMIT 1) AS entree
        FROM consultation v JOIN beneficiaire b ON b.numero = v.beneficiaire
            LEFT JOIN commune c ON c.code_insee = b.commune
        WHERE v.utilisateur = {{}} AND {condition} ORDER BY v.vue_le DESC LIMIT {{}}""",
        ctx.utilisateur,
        *parametres,
        limite,
    )
    return [convertir(Recent, ligne) for ligne in lignes]


async def etat_dossiers(ctx: Contexte) -> EtatDossiers:
    """Return the counts of the user's portfolio (whom they are the référent of today), in one query."""
    condition, parametres = condition_perimetre(ctx, "p.beneficiaire")
    jour = ctx.aujourdhui
    ligne = await lire_un(
        f"""SELECT count(*) AS portefeuille,
            count(*) FILTER (WHERE NOT EXISTS (SELECT 1 FROM contrat k
                WHERE k.beneficiaire = p.beneficiaire AND k.fin >= {{}})) AS sans_contrat,
            count(*) FILTER (WHERE EXISTS (SELECT 1 FROM caracteristique_compte v
                WHERE v.beneficiaire = p.beneficiaire AND v.requises < {{}})) AS caracteristiques_manquantes,
            count(*) FILTER (WHERE NOT EXISTS (SELECT 1 FROM entretien x WHERE x.beneficiaire = p.beneficiaire
                AND x.realisation = 'PREVU' AND x.debut >= {{}})) AS sans_rendez_vous
        FROM (SELECT DISTINCT a.beneficiaire FROM affectation a
            WHERE a.referent = {{}} AND a.debut <= {{}} AND (a.fin IS NULL OR a.fin >= {{}})) p
        WHERE {condition}""",
        jour,
        len(codes_requis()),
        ctx.maintenant,
        ctx.utilisateur,
        jour,
        jour,
        *parametres,
    )
    valeurs: dict[str, Any] = ligne or {}
    return convertir(EtatDossiers, valeurs)


async def derniere_consultation(ctx: Contexte, numero: int) -> dt.datetime | None:
    """Return when the user last opened a dossier (UTC), or None. The caller has checked the perimeter."""
    ligne = await lire_un(
        "SELECT vue_le FROM consultation WHERE utilisateur = {} AND beneficiaire = {}", ctx.utilisateur, numero
    )
    return ligne["vue_le"] if ligne else None
