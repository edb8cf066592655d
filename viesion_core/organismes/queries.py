"""Reads of organisms and of their offres de service."""

import datetime as dt
import uuid
from typing import Any

from viesion_core.contexte import Contexte
from viesion_core.db import convertir, lire, lire_un
from viesion_core.organismes.model import OffreDeServiceResume, OrganismeResume

_ORGANISME = """o.id, o.code, o.nom, o.nature, o.siret, o.adresse, o.code_postal, o.commune, o.telephone,
    o.courriel, o.ferme_le, o.version"""
_OFFRE = """ods.id, ods.organisme, o.nom AS organisme_nom, ods.offre, ods.libelle, ods.territoire, ods.debut,
    ods.fin, ods.capacite, ods.version"""
_SUIVIS = """(SELECT count(DISTINCT e.beneficiaire) FROM etape e
    WHERE e.offre_de_service = ods.id AND e.fin_reelle IS NULL) AS suivis"""


async def organismes_page(
    recherche: str = "", *, page: int = 1, par_page: int = 20
) -> tuple[list[OrganismeResume], int]:
    """Return a page of the organisms by name, with how many users and offres each has, and the total."""
    motif = f"%{recherche.casefold()}%"
    lignes = await lire(
        f"""SELECT {_ORGANISME}, count(*) OVER () AS total,
            (SELECT count(*) FROM utilisateur u WHERE u.organisme = o.id AND u.actif) AS utilisateurs,
            (SELECT count(*) FROM offre_de_service s WHERE s.organisme = o.id) AS offres
        FROM organisme o WHERE lower(o.nom) LIKE {{}} ORDER BY o.nom, o.id LIMIT {{}} OFFSET {{}}""",
        motif,
        par_page,
        (page - 1) * par_page,
    )
    total = lignes[0]["total"] if lignes else 0
    return [_organisme(ligne) for ligne in lignes], total


async def organismes_choix() -> list[OrganismeResume]:
    """Return every open organism by name, for choices (some 110 in the Hérault)."""
    lignes = await lire(
        f"SELECT {_ORGANISME} FROM organisme o WHERE o.ferme_le IS NULL ORDER BY o.nom, o.id LIMIT 2000"
    )
    return [_organisme(ligne) for ligne in lignes]


async def organisme(identifiant: uuid.UUID) -> OrganismeResume | None:
    """Return one organism."""
    ligne = await lire_un(f"SELECT {_ORGANISME} FROM organisme o WHERE o.id = {{}}", identifiant)
    return _organisme(ligne) if ligne else None


async def organisme_par_code(code: str) -> OrganismeResume | None:
    """Return the organism of a code (command line, exchanges)."""
    ligne = await lire_un(f"SELECT {_ORGANISME} FROM organisme o WHERE o.code = {{}}", code.upper())
    return _organisme(ligne) if ligne else None


async def offres_de_service(organisme: uuid.UUID) -> list[OffreDeServiceResume]:
    """Return every offre of an organism, past conventions included, with how many people each follows."""
    lignes = await lire(
        f"""SELECT {_OFFRE}, {_SUIVIS} FROM offre_de_service ods JOIN organisme o ON o.id = ods.organisme
        WHERE ods.organisme = {{}} ORDER BY ods.offre, ods.debut LIMIT 500""",
        organisme,
    )
    return [convertir(OffreDeServiceResume, ligne) for ligne in lignes]


async def offres_actives(organisme: uuid.UUID | None, jour: dt.date) -> list[OffreDeServiceResume]:
    """Return the offres whose convention covers that day: what the organism may open."""
    lignes = await lire(
        f"""SELECT {_OFFRE} FROM offre_de_service ods JOIN organisme o ON o.id = ods.organisme
        WHERE ods.organisme = {{}} AND ods.debut <= {{}} AND (ods.fin IS NULL OR ods.fin >= {{}})
        ORDER BY ods.offre, ods.territoire LIMIT 500""",
        organisme,
        jour,
        jour,
    )
    return [convertir(OffreDeServiceResume, ligne) for ligne in lignes]


async def offres_ouvertes(ctx: Contexte) -> frozenset[str]:
    """Return the codes of the offres that the organism of the user may open today; none without an organism."""
    if ctx.offres is not None or ctx.organisme is None:
        return ctx.offres or frozenset()
    return frozenset(offre.offre for offre in await offres_actives(ctx.organisme, ctx.aujourdhui))


async def offre_de_service(identifiant: uuid.UUID) -> OffreDeServiceResume | None:
    """Return one offre de service."""
    ligne = await lire_un(
        f"""SELECT {_OFFRE} FROM offre_de_service ods JOIN organisme o ON o.id = ods.organisme
        WHERE ods.id = {{}}""",
        identifiant,
    )
    return convertir(OffreDeServiceResume, ligne) if ligne else None


def _organisme(ligne: dict[str, Any]) -> OrganismeResume:
    return convertir(OrganismeResume, {k: v for k, v in ligne.items() if k != "total"})
