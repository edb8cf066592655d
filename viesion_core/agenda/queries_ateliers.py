"""Reads of ateliers: séances are their organism's; whoever is in them, only inside the perimeter."""

import datetime as dt
import uuid
from typing import Any

from viesion_core.acces.perimetre import condition_perimetre
from viesion_core.agenda.model_ateliers import EnAttente, Participant, Seance
from viesion_core.agenda.model_series import Serie, jours_de_serie
from viesion_core.contexte import Contexte, minuit
from viesion_core.db import convertir, lire
from viesion_core.entretiens.model import PREVU
from viesion_core.erreurs import Introuvable

PAR_PAGE = 20
_NOM = "coalesce(nullif(b.nom_usage, ''), b.nom_naissance) AS nom, b.prenom"
_MAXIMUM = 500
_TIENT = "e.realisation NOT IN ('REPORTE', 'ANNULE_STR')"
_SEANCE = f"""SELECT c.id, c.plage, c.organisme, c.collaborateur, upper(u.nom) || ' ' || u.prenom AS collaborateur_nom,
    c.debut, c.fin, c.titre, c.lieu, c.adresse, c.type, c.capacite,
    (SELECT count(*) FROM entretien e WHERE e.creneau = c.id AND {_TIENT}) AS pris,
    (SELECT count(*) FROM attente x WHERE x.creneau = c.id) AS attente,
    (SELECT count(*) FROM entretien e WHERE e.creneau = c.id AND e.realisation = '{PREVU}') AS a_pointer, c.version
FROM creneau c JOIN utilisateur u ON u.id = c.collaborateur"""
_COLLECTIF = "c.capacite > 1 AND c.retire_le IS NULL AND c.organisme = {}"


async def seances(
    ctx: Contexte, debut: dt.date, fin: dt.date, *, collaborateur: uuid.UUID | None = None, tout: bool = False
) -> list[Seance]:
    """Return the séances from a day to another (Paris, included), in order of time; at most 500.

    One's own, those of a `collaborateur` of the organism, or with `tout` those of the whole organism.
    """
    if not _a_un_organisme(ctx):
        return []
    condition, parametres = _COLLECTIF, [ctx.organisme]
    if not tout:
        condition += " AND c.collaborateur = {}"
        parametres.append(collaborateur or ctx.utilisateur)
    lignes = await lire(
        f"{_SEANCE} WHERE {condition} AND c.debut >= {{}} AND c.debut < {{}} ORDER BY c.debut, c.id LIMIT {_MAXIMUM}",
        *parametres,
        minuit(debut),
        minuit(fin + dt.timedelta(days=1)),
    )
    return [convertir(Seance, ligne) for ligne in lignes]


async def seances_page(ctx: Contexte, *, page: int = 1, par_page: int = PAR_PAGE) -> tuple[list[Seance], int]:
    """Return a page of the séances to come of the organism, and first those past whose attendance is not told."""
    if not _a_un_organisme(ctx):
        return [], 0
    lignes = await lire(
        f"""SELECT l.*, count(*) OVER () AS total FROM ({_SEANCE} WHERE {_COLLECTIF} AND c.debut >= {{}}) l
        WHERE l.fin > {{}} OR l.a_pointer > 0 ORDER BY l.debut, l.id LIMIT {{}} OFFSET {{}}""",
        ctx.organisme,
        ctx.maintenant - dt.timedelta(days=92),
        ctx.maintenant,
        par_page,
        (page - 1) * par_page,
    )
    total = lignes[0]["total"] if lignes else 0
    return [convertir(Seance, {k: v for k, v in ligne.items() if k != "total"}) for ligne in lignes], total


async def seance(ctx: Contexte, identifiant: uuid.UUID) -> Seance:
    """Return one séance of the organism; Introuvable when it is cancelled, another's, or for one person only."""
    lignes = await lire(f"{_SEANCE} WHERE c.id = {{}} AND {_COLLECTIF}", identifiant, ctx.organisme)
    if not lignes or not _a_un_organisme(ctx):
        raise Introuvable
    return convertir(Seance, lignes[0])


async def seances_de_serie(ctx: Contexte, vue: Seance) -> list[Seance]:
    """Return the séances of the series of one, itself among them, in order of time; at most 500, the latest ones."""
    lignes = await lire(
        f"{_SEANCE} WHERE c.plage = {{}} AND {_COLLECTIF} ORDER BY c.debut DESC, c.id DESC LIMIT {_MAXIMUM}",
        vue.plage,
        ctx.organisme,
    )
    return [convertir(Seance, ligne) for ligne in reversed(lignes)]


async def serie(ctx: Contexte, vue: Seance) -> Serie:
    """Return the series of a séance, as far as it goes."""
    derniere = (await seances_de_serie(ctx, vue))[-1]
    (regle,) = await lire("SELECT id, jours, semaines, version FROM plage WHERE id = {}", vue.plage)
    return convertir(Serie, {**regle, "jours": jours_de_serie(regle["jours"], derniere.jour), "derniere": derniere})


async def participants(ctx: Contexte, identifiant: uuid.UUID) -> list[Participant]:
    """Return who has a place in a séance, by name, those of the perimeter alone."""
    condition, parametres = condition_perimetre(ctx, "e.beneficiaire")
    lignes = await lire(
        f"""SELECT e.id AS entretien, e.beneficiaire AS numero, {_NOM}, e.realisation, e.version
        FROM entretien e JOIN beneficiaire b ON b.numero = e.beneficiaire
        WHERE e.creneau = {{}} AND {_TIENT} AND {condition} ORDER BY b.nom_cle, b.prenom_cle, e.id LIMIT {_MAXIMUM}""",
        identifiant,
        *parametres,
    )
    return [convertir(Participant, ligne) for ligne in lignes]


async def en_attente(ctx: Contexte, identifiant: uuid.UUID) -> list[EnAttente]:
    """Return the waiting list of a séance, the first come first, those of the perimeter alone."""
    condition, parametres = condition_perimetre(ctx, "x.beneficiaire")
    lignes = await lire(
        f"""SELECT x.id, x.beneficiaire AS numero, {_NOM}, x.inscrit_le, x.version
        FROM attente x JOIN beneficiaire b ON b.numero = x.beneficiaire
        WHERE x.creneau = {{}} AND {condition} ORDER BY x.inscrit_le, x.id LIMIT {_MAXIMUM}""",
        identifiant,
        *parametres,
    )
    return [convertir(EnAttente, ligne) for ligne in lignes]


async def seances_ouvertes(ctx: Contexte, numero: int, jours: int, limite: int) -> list[tuple[Seance, bool, bool]]:
    """Return the séances to come for a person: the séance, whether she has a place, whether she waits."""
    fin = ctx.aujourdhui + dt.timedelta(days=jours)
    trouvees = [s for s in await seances(ctx, ctx.aujourdhui, fin, tout=True) if s.debut > ctx.maintenant][:limite]
    siennes = await _places_de(numero, [s.id for s in trouvees]) if trouvees else {}
    return [(s, siennes.get(s.id) == "place", siennes.get(s.id) == "attente") for s in trouvees]


async def _places_de(numero: int, creneaux: list[uuid.UUID]) -> dict[uuid.UUID, str]:
    marques = ", ".join("{}" for _ in creneaux)
    lignes = await lire(
        f"""SELECT e.creneau, 'place' AS quoi FROM entretien e
        WHERE e.beneficiaire = {{}} AND e.creneau IN ({marques}) AND {_TIENT}
        UNION ALL SELECT x.creneau, 'attente' FROM attente x
        WHERE x.beneficiaire = {{}} AND x.creneau IN ({marques})""",
        numero,
        *creneaux,
        numero,
        *creneaux,
    )
    return {uuid.UUID(str(ligne["creneau"])): ligne["quoi"] for ligne in lignes}


def _a_un_organisme(ctx: Contexte) -> bool:
    return ctx.peut_ecrire and ctx.organisme is not None


async def entretiens_des_seances(identifiants: list[uuid.UUID]) -> list[dict[str, Any]]:
    """Return the entretiens that stand in some séances, for the acts that move them all."""
    lignes: list[dict[str, Any]] = []
    for debut in range(0, len(identifiants), _MAXIMUM):
        lot = identifiants[debut : debut + _MAXIMUM]
        lignes += await lire(
            f"""SELECT e.id, e.creneau, e.beneficiaire, e.debut, e.duree, e.collaborateur, e.lieu, e.type, e.realisation
            FROM entretien e
            WHERE e.creneau IN ({", ".join("{}" for _ in lot)}) AND {_TIENT} ORDER BY e.debut, e.id LIMIT 20000""",
            *lot,
        )
    return lignes
