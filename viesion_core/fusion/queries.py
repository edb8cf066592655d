"""Reads of templates (of no person) and of the documents of a dossier, these inside the perimeter."""

import uuid
from typing import Any

from viesion_core.acces.perimetre import condition_perimetre
from viesion_core.bilans.model import lisible
from viesion_core.contexte import Contexte
from viesion_core.db import convertir, lire, lire_un, lire_valeur
from viesion_core.erreurs import Introuvable
from viesion_core.fusion.model import FAMILLES, TRIS, DocumentResume, VersionModele

PAR_PAGE = 20

_VERSION = """SELECT m.id, m.code, m.edition, m.libelle, m.offre, m.questionnaire, m.origine, m.empreinte,
    coalesce(k.taille, 0) AS taille, m.champs, m.depose_le, m.depose_par, m.actif, m.version,
    (SELECT count(*) FROM modele_fusion x WHERE x.code = m.code) AS editions
FROM modele_fusion m LEFT JOIN modele_fusion_contenu k ON k.empreinte = m.empreinte"""

_DOCUMENT = """SELECT d.id, d.beneficiaire, d.organisme, o.nom AS organisme_nom, d.nom, d.nature, d.type_mime,
    d.taille, d.empreinte, d.fichier, d.sensible, d.bilan, m.libelle AS modele_libelle, m.edition AS modele_edition,
    d.auteur_nom, d.created_at, d.version, count(*) OVER () AS total
FROM document d JOIN organisme o ON o.id = d.organisme LEFT JOIN modele_fusion m ON m.id = d.modele"""


async def modeles_actifs() -> list[VersionModele]:
    """Return the active edition of every template, by label."""
    lignes = await lire(f"{_VERSION} WHERE m.actif ORDER BY m.libelle, m.code LIMIT 500")
    return [convertir(VersionModele, ligne) for ligne in lignes]


async def modeles_page(
    recherche: str = "", *, page: int = 1, par_page: int = PAR_PAGE
) -> tuple[list[VersionModele], int]:
    """Return a page of the templates by label and how many there are: the edition in use, else the latest one."""
    condition = """(m.actif OR (NOT EXISTS (SELECT 1 FROM modele_fusion a WHERE a.code = m.code AND a.actif)
        AND NOT EXISTS (SELECT 1 FROM modele_fusion s WHERE s.code = m.code AND s.edition > m.edition)))"""
    parametres: list[Any] = []
    if recherche:
        condition, parametres = f"{condition} AND lower(m.libelle) LIKE {{}}", [f"%{recherche.lower()}%"]
    lignes = await lire(
        f"{_VERSION} WHERE {condition} ORDER BY lower(m.libelle), m.code LIMIT {{}} OFFSET {{}}",
        *parametres,
        par_page,
        (page - 1) * par_page,
    )
    total = await lire_valeur(f"SELECT count(*) FROM modele_fusion m WHERE {condition}", *parametres)
    return [convertir(VersionModele, ligne) for ligne in lignes], int(total)


async def modele_actif(code: str) -> VersionModele:
    """Return the active edition of a template; Introuvable for an unknown code."""
    ligne = await lire_un(f"{_VERSION} WHERE m.code = {{}} AND m.actif", code)
    if ligne is None:
        raise Introuvable
    return convertir(VersionModele, ligne)


async def editions(code: str) -> list[VersionModele]:
    """Return every edition of a template, the latest first; Introuvable for an unknown code."""
    lignes = await lire(f"{_VERSION} WHERE m.code = {{}} ORDER BY m.edition DESC LIMIT 500", code)
    if not lignes:
        raise Introuvable
    return [convertir(VersionModele, ligne) for ligne in lignes]


async def edition(code: str, numero: int) -> VersionModele:
    """Return one edition of a template; Introuvable when there is none of that number."""
    ligne = await lire_un(f"{_VERSION} WHERE m.code = {{}} AND m.edition = {{}}", code, numero)
    if ligne is None:
        raise Introuvable
    return convertir(VersionModele, ligne)


async def contenu_modele(empreinte: str) -> bytes:
    """Return the bytes of a template; Introuvable when they are not kept."""
    contenu = await lire_valeur("SELECT contenu FROM modele_fusion_contenu WHERE empreinte = {}", empreinte)
    if contenu is None:
        raise Introuvable
    return bytes(contenu)


async def documents_page(
    ctx: Contexte,
    numero: int,
    *,
    recherche: str = "",
    nature: str = "",
    famille: str = "",
    tri: str = "-date",
    page: int = 1,
    par_page: int = PAR_PAGE,
) -> tuple[list[DocumentResume], int]:
    """Return a page of the documents of a person that the user may read, and how many there are.

    `recherche` in their names, `nature` FUSION or DEPOT, `famille` a code of FAMILLES, `tri` a code of TRIS with
    `-` before it for the opposite order; an unknown code changes nothing.
    """
    condition, parametres = _visibles(ctx)
    if recherche:
        condition, parametres = f"{condition} AND lower(d.nom) LIKE {{}}", [*parametres, f"%{recherche.lower()}%"]
    if nature:
        condition, parametres = f"{condition} AND d.nature = {{}}", [*parametres, nature]
    if famille in FAMILLES:
        types = FAMILLES[famille][1]
        condition = f"{condition} AND d.type_mime IN ({', '.join(['{}'] * len(types))})"
        parametres = [*parametres, *types]
    colonne = TRIS.get(tri.removeprefix("-"))
    ordre = f"{colonne}{' DESC' if tri.startswith('-') else ''}" if colonne else "d.created_at DESC"
    lignes = await lire(
        f"""{_DOCUMENT} WHERE d.beneficiaire = {{}} AND {condition}
        ORDER BY {ordre}, d.id LIMIT {{}} OFFSET {{}}""",
        numero,
        *parametres,
        par_page,
        (page - 1) * par_page,
    )
    return [_document(ligne) for ligne in lignes], (lignes[0]["total"] if lignes else 0)


async def documents_masques(ctx: Contexte, numero: int) -> int:
    """Return how many documents of a person are left out because they hold health data."""
    if lisible(ctx, True):
        return 0
    condition, parametres = condition_perimetre(ctx, "d.beneficiaire")
    requete = f"SELECT count(*) FROM document d WHERE d.beneficiaire = {{}} AND d.sensible AND {condition}"
    return int(await lire_valeur(requete, numero, *parametres))


async def document(ctx: Contexte, numero: int, identifiant: uuid.UUID) -> DocumentResume:
    """Return one document of a person; Introuvable when it is not theirs or may not be read."""
    condition, parametres = _visibles(ctx)
    ligne = await lire_un(
        f"{_DOCUMENT} WHERE d.id = {{}} AND d.beneficiaire = {{}} AND {condition}", identifiant, numero, *parametres
    )
    if ligne is None:
        raise Introuvable
    return _document(ligne)


async def fichiers_connus() -> set[str]:
    """Return the paths of the files that documents name."""
    return {ligne["fichier"] for ligne in await lire("SELECT fichier FROM document")}


def _visibles(ctx: Contexte) -> tuple[str, list[Any]]:
    """Return the condition of the perimeter and of health data, with its parameters."""
    condition, parametres = condition_perimetre(ctx, "d.beneficiaire")
    return (condition if lisible(ctx, True) else f"{condition} AND NOT d.sensible"), parametres


def _document(ligne: dict[str, Any]) -> DocumentResume:
    return convertir(DocumentResume, {k: v for k, v in ligne.items() if k != "total"})
