"""Reads of entretiens, each inside the perimeter."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any

import msgspec

from viesion_core.acces.perimetre import condition_perimetre
from viesion_core.contexte import Contexte, minuit
from viesion_core.db import convertir, lire
from viesion_core.entretiens.model import DUREE_MAXIMALE, PREVU, EntretienResume, Occupation, RendezVous, Theme, visible
from viesion_core.erreurs import Introuvable

PAR_PAGE = 20
ABSENCES_DITES = 3
_HORS_FICHE = frozenset({"total", "theme_id", "theme", "synthese"})

_ENTRETIEN = """SELECT e.id, e.beneficiaire, e.debut, e.duree, e.collaborateur, u.nom AS collaborateur_nom,
    u.prenom AS collaborateur_prenom, e.organisme, o.nom AS organisme_nom, e.lieu, e.vecteur, e.dispositif,
    e.etape, eo.nom || ' - ' || x.offre AS etape_nom, e.type, e.realisation, e.reporte_de,
    r.debut AS reporte_de_debut, s.id AS suivant, s.debut AS suivant_debut, e.version, count(*) OVER () AS total
FROM entretien e JOIN utilisateur u ON u.id = e.collaborateur JOIN organisme o ON o.id = e.organisme
    LEFT JOIN etape x ON x.id = e.etape LEFT JOIN organisme eo ON eo.id = x.organisme
    LEFT JOIN entretien r ON r.id = e.reporte_de
    LEFT JOIN entretien s ON s.id = (SELECT n.id FROM entretien n WHERE n.reporte_de = e.id
        ORDER BY n.debut DESC, n.id LIMIT 1)"""

_RENDEZ_VOUS = """SELECT e.id, e.beneficiaire AS numero, coalesce(nullif(b.nom_usage, ''), b.nom_naissance) AS nom,
    b.prenom, e.debut, e.duree, e.type, e.lieu, e.vecteur, e.realisation, e.collaborateur,
    u.nom AS collaborateur_nom, u.prenom AS collaborateur_prenom, e.version, e.creneau
FROM entretien e JOIN beneficiaire b ON b.numero = e.beneficiaire JOIN utilisateur u ON u.id = e.collaborateur"""


async def entretiens_page(
    ctx: Contexte, numero: int, *, page: int = 1, par_page: int = PAR_PAGE
) -> tuple[list[EntretienResume], int]:
    """Return a page of the entretiens of a person with their themes, the latest first, and how many there are."""
    condition, parametres = condition_perimetre(ctx, "e.beneficiaire")
    lignes = await _lire_avec_themes(
        f"""{_ENTRETIEN} WHERE e.beneficiaire = {{}} AND {condition}
        ORDER BY e.debut DESC, e.id LIMIT {{}} OFFSET {{}}""",
        numero,
        *parametres,
        par_page,
        (page - 1) * par_page,
    )
    return _regrouper(ctx, lignes), (lignes[0]["total"] if lignes else 0)


async def entretien(ctx: Contexte, numero: int, identifiant: uuid.UUID) -> EntretienResume:
    """Return one entretien of a person with its themes; Introuvable when it is not theirs."""
    condition, parametres = condition_perimetre(ctx, "e.beneficiaire")
    lignes = await _lire_avec_themes(
        f"{_ENTRETIEN} WHERE e.id = {{}} AND e.beneficiaire = {{}} AND {condition}", identifiant, numero, *parametres
    )
    if not lignes:
        raise Introuvable
    return _regrouper(ctx, lignes)[0]


async def agenda(
    ctx: Contexte,
    debut: dt.date,
    fin: dt.date,
    *,
    collaborateur: uuid.UUID | None = None,
    organisme: uuid.UUID | None = None,
) -> list[RendezVous]:
    """Return the entretiens from a day to another, both included (days of Paris), in the order of time.

    One's own unless a collaborateur or an organism is named; at most 1,000.
    """
    condition, parametres = condition_perimetre(ctx, "e.beneficiaire")
    de, qui = "e.collaborateur = {}", collaborateur or ctx.utilisateur
    if organisme is not None and collaborateur is None:
        de, qui = "e.organisme = {}", organisme
    lignes = await lire(
        f"""{_RENDEZ_VOUS} WHERE {de} AND e.debut >= {{}} AND e.debut < {{}} AND {condition}
        ORDER BY e.debut, e.id LIMIT 1000""",
        qui,
        minuit(debut),
        minuit(fin + dt.timedelta(days=1)),
        *parametres,
    )
    return [convertir(RendezVous, ligne) for ligne in lignes]


async def absences_a_dire(ctx: Contexte, numero: int) -> tuple[int, dt.datetime] | None:
    """Return how many absences were not justified in the last 365 days, and the latest; None under three."""
    condition, parametres = condition_perimetre(ctx, "e.beneficiaire")
    lignes = await lire(
        f"""SELECT e.debut, count(*) OVER () AS total FROM entretien e
        WHERE e.beneficiaire = {{}} AND e.realisation = 'ABS_NON_JUST' AND e.debut >= {{}} AND {condition}
        ORDER BY e.debut DESC LIMIT 1""",
        numero,
        ctx.maintenant - dt.timedelta(days=365),
        *parametres,
    )
    if not lignes or lignes[0]["total"] < ABSENCES_DITES:
        return None
    return lignes[0]["total"], lignes[0]["debut"]


async def a_realiser(ctx: Contexte, *, tout_l_organisme: bool = False, limite: int = 8) -> tuple[list[RendezVous], int]:
    """Return the entretiens whose date is past and that are still « Prévu », the oldest first, and how many.

    One's own, or the organism's.
    """
    condition, parametres = condition_perimetre(ctx, "e.beneficiaire")
    de, qui = ("e.organisme = {}", ctx.organisme) if tout_l_organisme else ("e.collaborateur = {}", ctx.utilisateur)
    lignes = await lire(
        f"""SELECT r.*, count(*) OVER () AS total FROM ({_RENDEZ_VOUS}
            WHERE {de} AND e.realisation = '{PREVU}' AND e.debut < {{}} AND {condition}) r
        ORDER BY r.debut, r.id LIMIT {{}}""",
        qui,
        ctx.maintenant,
        *parametres,
        limite,
    )
    total = lignes[0]["total"] if lignes else 0
    return [convertir(RendezVous, {k: v for k, v in ligne.items() if k != "total"}) for ligne in lignes], total


async def occupations(
    numero: int, collaborateur: uuid.UUID, debut: dt.datetime, duree: int, *, sauf: uuid.UUID | None = None
) -> list[Occupation]:
    """Return the entretiens, not cancelled nor postponed, that meet a time slot for the collaborateur or the person.

    The caller has checked the perimeter of `numero`; nothing says who the collaborateur's other person is.
    """
    fin = debut + dt.timedelta(minutes=duree)
    lignes = await lire(
        """SELECT e.id, e.debut, e.duree, e.collaborateur, e.beneficiaire, u.nom AS collaborateur_nom,
            u.prenom AS collaborateur_prenom
        FROM entretien e JOIN utilisateur u ON u.id = e.collaborateur
        WHERE (e.collaborateur = {} OR e.beneficiaire = {}) AND e.debut > {} AND e.debut < {}
            AND e.realisation NOT IN ('REPORTE', 'ANNULE_STR') ORDER BY e.debut LIMIT 200""",
        collaborateur,
        numero,
        debut - dt.timedelta(minutes=DUREE_MAXIMALE),
        fin,
    )
    trouvees = [convertir(Occupation, {k: v for k, v in li.items() if k != "id"}) for li in lignes if li["id"] != sauf]
    return [o for o in trouvees if o.debut + dt.timedelta(minutes=o.duree) > debut]


async def _lire_avec_themes(requete: str, *parametres: Any) -> list[dict[str, Any]]:
    """Return the rows of some entretiens, one for each of their themes, in one query."""
    return await lire(
        f"""SELECT f.*, t.id AS theme_id, t.theme, t.synthese
        FROM ({requete}) f LEFT JOIN entretien_theme t ON t.entretien = f.id
        ORDER BY f.debut DESC, f.id, t.ordre, t.id""",
        *parametres,
    )


def _regrouper(ctx: Contexte, lignes: Sequence[dict[str, Any]]) -> list[EntretienResume]:
    """Return the entretiens of these rows with their themes, as the reader may see them."""
    fiches: dict[uuid.UUID, EntretienResume] = {}
    themes: dict[uuid.UUID, list[Theme]] = {}
    for ligne in lignes:
        cle = ligne["id"]
        if cle not in fiches:
            fiches[cle] = convertir(EntretienResume, {k: v for k, v in ligne.items() if k not in _HORS_FICHE})
        if ligne["theme_id"] is not None:
            theme = Theme(id=ligne["theme_id"], theme=ligne["theme"], synthese=ligne["synthese"])
            themes.setdefault(cle, []).append(visible(ctx, theme, fiches[cle].collaborateur))
    return [msgspec.structs.replace(fiche, themes=tuple(themes.get(cle, ()))) for cle, fiche in fiches.items()]
