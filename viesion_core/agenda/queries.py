"""Reads of créneaux. Slots carry no personal data of the people followed: they are their organism's."""

import datetime as dt
import uuid
from typing import Any

from viesion_core.activites.queries import activites_de
from viesion_core.agenda.model import ALTERNATIVES, Creneau
from viesion_core.contexte import Contexte, Role, minuit
from viesion_core.db import convertir, lire
from viesion_core.entretiens.model import DUREE_MAXIMALE
from viesion_core.erreurs import Introuvable

LIBRES_MAXIMUM = 500
PAR_PAGE = 20
_TIENT = "e.realisation NOT IN ('REPORTE', 'ANNULE_STR')"
_CRENEAU = f"""SELECT c.id, c.plage, c.organisme, o.nom AS organisme_nom, o.siret AS organisme_siret, c.collaborateur,
    upper(u.nom) || ' ' || u.prenom AS collaborateur_nom, c.debut, c.fin, c.titre, c.lieu, c.adresse, p.vecteur, c.type,
    c.capacite, (SELECT count(*) FROM entretien e WHERE e.creneau = c.id AND {_TIENT}) AS pris, c.version
FROM creneau c JOIN plage p ON p.id = c.plage JOIN organisme o ON o.id = c.organisme
    JOIN utilisateur u ON u.id = c.collaborateur"""


async def creneaux_libres(
    ctx: Contexte,
    debut: dt.date,
    fin: dt.date,
    *,
    organisme: uuid.UUID | None = None,
    collaborateur: uuid.UUID | None = None,
    type_entretien: str = "",
    lieu: str = "",
    siret: str = "",
    limite: int = LIBRES_MAXIMUM,
) -> list[Creneau]:
    """Return the slots to come that have a place left, from a day to another (Paris, included), in order of time.

    One's organism's; the département and the system see those of every organism, or of `organisme`, or `siret`.
    A slot whose référent has another entretien or an activité (a congé) at that time is not offered.
    """
    condition, parametres = _de_l_organisme(ctx, organisme)
    filtres = (("c.collaborateur", collaborateur), ("c.type", type_entretien), ("c.lieu", lieu), ("o.siret", siret))
    for colonne, valeur in filtres:
        if valeur:
            condition += f" AND {colonne} = {{}}"
            parametres.append(valeur)
    de, jusqua = max(minuit(debut), ctx.maintenant), minuit(fin + dt.timedelta(days=1))
    lignes = await lire(
        f"""SELECT l.* FROM ({_CRENEAU} WHERE c.retire_le IS NULL AND c.debut >= {{}} AND c.debut < {{}}
            AND {condition}) l WHERE l.pris < l.capacite ORDER BY l.debut, l.id LIMIT {{}}""",
        de,
        jusqua,
        *parametres,
        LIBRES_MAXIMUM,
    )
    trouves = [convertir(Creneau, ligne) for ligne in lignes]
    pris = await _occupes(trouves) if trouves else []
    ailleurs = (
        await activites_de([c.collaborateur for c in trouves], trouves[0].debut, trouves[-1].fin) if trouves else []
    )
    return [
        c
        for c in trouves
        if not any(_gene(c, autre) for autre in pris)
        and not any(a.collaborateur == c.collaborateur and a.rencontre(c.debut, c.fin) for a in ailleurs)
    ][:limite]


async def creneaux_publies(
    ctx: Contexte, *, collaborateur: uuid.UUID | None = None, page: int = 1, par_page: int = PAR_PAGE
) -> tuple[list[Creneau], int]:
    """Return a page of the slots to come of one's organism, taken or not, the nearest first, and how many.

    `collaborateur`: those of one référent.
    """
    condition, parametres = _de_l_organisme(ctx, None)
    if collaborateur is not None:
        condition += " AND c.collaborateur = {}"
        parametres.append(collaborateur)
    lignes = await lire(
        f"""SELECT l.*, count(*) OVER () AS total FROM ({_CRENEAU} WHERE c.retire_le IS NULL AND c.debut > {{}}
            AND {condition}) l ORDER BY l.debut, l.id LIMIT {{}} OFFSET {{}}""",
        ctx.maintenant,
        *parametres,
        par_page,
        (page - 1) * par_page,
    )
    total = lignes[0]["total"] if lignes else 0
    return [convertir(Creneau, {k: v for k, v in ligne.items() if k != "total"}) for ligne in lignes], total


async def creneau(ctx: Contexte, identifiant: uuid.UUID) -> Creneau:
    """Return one published slot; Introuvable when it is withdrawn or another organism's."""
    condition, parametres = _de_l_organisme(ctx, None)
    lignes = await lire(
        f"{_CRENEAU} WHERE c.id = {{}} AND c.retire_le IS NULL AND {condition}", identifiant, *parametres
    )
    if not lignes:
        raise Introuvable
    return convertir(Creneau, lignes[0])


async def alternatives(ctx: Contexte, voulu: Creneau) -> list[Creneau]:
    """Return three free slots of the same organism at most, in place of one that is taken.

    Those of the same type come first, then those at the same place, then the nearest in time.
    """
    jour = max(voulu.jour, ctx.aujourdhui)
    libres = await creneaux_libres(
        ctx,
        max(jour - dt.timedelta(days=7), ctx.aujourdhui),
        jour + dt.timedelta(days=30),
        organisme=voulu.organisme,
    )

    def ecart(c: Creneau) -> tuple[bool, bool, dt.timedelta, dt.datetime]:
        ailleurs = (c.lieu, c.adresse) != (voulu.lieu, voulu.adresse)
        return c.type != voulu.type, ailleurs, abs(c.debut - voulu.debut), c.debut

    return sorted((c for c in libres if c.id != voulu.id), key=ecart)[:ALTERNATIVES]


async def creneau_de(ctx: Contexte, siret: str, debut: dt.datetime, duree: int) -> Creneau:
    """Return the published slot of an organism at that instant and of that length (minutes), a free one first.

    Introuvable when there is none.
    """
    condition, parametres = _de_l_organisme(ctx, None)
    lignes = await lire(
        f"""{_CRENEAU} WHERE c.retire_le IS NULL AND o.siret = {{}} AND c.debut = {{}} AND c.fin = {{}}
            AND {condition} ORDER BY c.id LIMIT {{}}""",
        siret,
        debut,
        debut + dt.timedelta(minutes=duree),
        *parametres,
        LIBRES_MAXIMUM,
    )
    trouves = [convertir(Creneau, ligne) for ligne in lignes]
    if not trouves:
        raise Introuvable
    return next((c for c in trouves if c.restant), trouves[0])


def _de_l_organisme(ctx: Contexte, organisme: uuid.UUID | None) -> tuple[str, list[Any]]:
    """Return the condition of whose slots the user sees."""
    if ctx.role is Role.PILOTE:
        return ("c.organisme = {}", [organisme]) if organisme else ("1 = 1", [])
    if ctx.role is Role.ADMINISTRATEUR or ctx.organisme is None or organisme not in (None, ctx.organisme):
        return "1 = 0", []
    return "c.organisme = {}", [ctx.organisme]


async def _occupes(libres: list[Creneau]) -> list[dict[str, Any]]:
    """Return the entretiens that stand of the référents of these slots, in their period, in one query."""
    qui = sorted({c.collaborateur for c in libres}, key=str)
    lignes = await lire(
        f"""SELECT e.collaborateur, e.debut, e.duree, e.creneau FROM entretien e
        WHERE e.collaborateur IN ({", ".join("{}" for _ in qui)}) AND e.debut >= {{}} AND e.debut < {{}}
            AND {_TIENT} LIMIT 20000""",
        *qui,
        libres[0].debut - dt.timedelta(minutes=DUREE_MAXIMALE),
        libres[-1].fin,
    )
    return lignes


def _gene(c: Creneau, autre: dict[str, Any]) -> bool:
    """Whether an entretien takes the référent of a slot at its time, elsewhere than in it."""
    if autre["collaborateur"] != c.collaborateur or autre["creneau"] == c.id:
        return False
    debut: dt.datetime = autre["debut"]
    return debut < c.fin and debut + dt.timedelta(minutes=autre["duree"]) > c.debut
