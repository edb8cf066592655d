"""Reads of contrats, étapes and référents, each inside the perimeter."""

import uuid
from typing import Any

from viesion_core.acces.perimetre import condition_perimetre
from viesion_core.contexte import Contexte
from viesion_core.db import convertir, lire, lire_valeur
from viesion_core.erreurs import Introuvable
from viesion_core.parcours.model import AffectationResume, ContratResume, EntreeResume, EtapeResume

_CONTRAT = """SELECT k.id, k.beneficiaire, k.type, k.numero, k.debut, k.fin, k.signature, k.heures_hebdo, k.dispense,
    k.dispositif, k.commentaire, k.version, coalesce(o.nom, '') AS organisme_nom,
    coalesce(u.prenom || ' ' || upper(u.nom), '') AS referent_nom
FROM contrat k LEFT JOIN organisme o ON o.id = k.organisme LEFT JOIN utilisateur u ON u.id = k.referent"""

_ETAPE = """SELECT e.id, e.beneficiaire, e.dispositif, d.dispositif AS dispositif_code, d.debut AS dispositif_debut,
    e.organisme, o.nom AS organisme_nom, e.offre_de_service, e.offre, s.libelle AS offre_libelle, s.territoire,
    e.debut_prevu, e.fin_prevue, e.debut_reel, e.fin_reelle, e.motif_fin, e.commentaire, e.version,
    (SELECT count(*) FROM entretien x WHERE x.etape = e.id) + (SELECT count(*) FROM bilan x WHERE x.etape = e.id)
        + (SELECT count(*) FROM difficulte x WHERE x.etape = e.id) AS rattaches
FROM etape e JOIN entree_dispositif d ON d.id = e.dispositif JOIN organisme o ON o.id = e.organisme
    JOIN offre_de_service s ON s.id = e.offre_de_service"""

_AFFECTATION = """SELECT a.id, a.beneficiaire, a.referent, upper(u.nom) || ' ' || u.prenom AS referent_nom,
    o.nom AS organisme_nom, u.actif, a.nature, a.dispositif, d.dispositif AS dispositif_code,
    d.debut AS dispositif_debut, a.etape, eo.nom || ' - ' || e.offre AS etape_nom, a.debut, a.fin, a.version,
    u.organisme
FROM affectation a JOIN utilisateur u ON u.id = a.referent JOIN organisme o ON o.id = u.organisme
    LEFT JOIN entree_dispositif d ON d.id = a.dispositif
    LEFT JOIN etape e ON e.id = a.etape LEFT JOIN organisme eo ON eo.id = e.organisme"""


async def entrees_dispositif(ctx: Contexte, numero: int) -> list[EntreeResume]:
    """Return the entries into a dispositif of a person, the open ones first, then the latest."""
    condition, parametres = condition_perimetre(ctx, "d.beneficiaire")
    lignes = await lire(
        f"""SELECT d.id, d.dispositif, d.debut, d.fin FROM entree_dispositif d
        WHERE d.beneficiaire = {{}} AND {condition}
        ORDER BY CASE WHEN d.fin IS NULL THEN 0 ELSE 1 END, d.debut DESC LIMIT 100""",
        numero,
        *parametres,
    )
    return [convertir(EntreeResume, ligne) for ligne in lignes]


async def contrats(ctx: Contexte, numero: int) -> list[ContratResume]:
    """Return the contrats RSA of a person, the latest first."""
    return [convertir(ContratResume, ligne) for ligne in await _du_dossier(ctx, _CONTRAT, "k", numero, "k.debut DESC")]


async def contrat(ctx: Contexte, numero: int, identifiant: uuid.UUID) -> ContratResume:
    """Return one contract of a person; Introuvable when it is not theirs."""
    return convertir(ContratResume, await _un(ctx, _CONTRAT, "k", numero, identifiant))


async def etapes(ctx: Contexte, numero: int) -> list[EtapeResume]:
    """Return the étapes of a person, the open ones first, then the latest."""
    ordre = "CASE WHEN e.fin_reelle IS NULL THEN 0 ELSE 1 END, e.debut_reel DESC, e.id"
    return [convertir(EtapeResume, ligne) for ligne in await _du_dossier(ctx, _ETAPE, "e", numero, ordre)]


async def etape(ctx: Contexte, numero: int, identifiant: uuid.UUID) -> EtapeResume:
    """Return one étape of a person; Introuvable when it is not theirs."""
    return convertir(EtapeResume, await _un(ctx, _ETAPE, "e", numero, identifiant))


async def affectations(ctx: Contexte, numero: int) -> list[AffectationResume]:
    """Return the référents of a person, current first (no end), then the latest."""
    ordre = "CASE WHEN a.fin IS NULL THEN 0 ELSE 1 END, a.nature DESC, a.debut DESC, a.id"
    return [convertir(AffectationResume, ligne) for ligne in await _du_dossier(ctx, _AFFECTATION, "a", numero, ordre)]


async def affectation(ctx: Contexte, numero: int, identifiant: uuid.UUID) -> AffectationResume:
    """Return one référent of a person; Introuvable when it is not theirs."""
    return convertir(AffectationResume, await _un(ctx, _AFFECTATION, "a", numero, identifiant))


async def nombre_actes(ctx: Contexte, numero: int) -> int:
    """Return how many acts the history of a dossier holds."""
    condition, parametres = condition_perimetre(ctx, "a.beneficiaire")
    requete = f"SELECT count(*) AS n FROM acte a WHERE a.beneficiaire = {{}} AND {condition}"
    return int(await lire_valeur(requete, numero, *parametres))


async def _du_dossier(ctx: Contexte, requete: str, alias: str, numero: int, ordre: str) -> list[dict[str, Any]]:
    condition, parametres = condition_perimetre(ctx, f"{alias}.beneficiaire")
    return await lire(
        f"{requete} WHERE {alias}.beneficiaire = {{}} AND {condition} ORDER BY {ordre} LIMIT 500", numero, *parametres
    )


async def _un(ctx: Contexte, requete: str, alias: str, numero: int, identifiant: uuid.UUID) -> dict[str, Any]:
    condition, parametres = condition_perimetre(ctx, f"{alias}.beneficiaire")
    lignes = await lire(
        f"{requete} WHERE {alias}.id = {{}} AND {alias}.beneficiaire = {{}} AND {condition}",
        identifiant,
        numero,
        *parametres,
    )
    if not lignes:
        raise Introuvable
    return lignes[0]
