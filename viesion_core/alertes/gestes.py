"""The act that clears an alert from its own list: which row to change, known at which version.

Read for the people of one page in one query; the act itself is the use case of its room.
"""

import datetime as dt
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import msgspec

from viesion_core.acces.perimetre import condition_perimetre
from viesion_core.alertes.model import RegleAlerte, valeurs_de
from viesion_core.contexte import PARIS, Contexte
from viesion_core.db import lire
from viesion_core.dossiers.model_orientations import SOCIAL
from viesion_core.entretiens.model import SUITES
from viesion_core.formats import date
from viesion_core.nomenclatures.model import libelle
from viesion_core.parcours.model import dates_suivantes, nom_contrat

_LAPSE = dt.timedelta(days=2 * 366)
"""How long after its end a contract is still one to renew from a list."""


class Geste(msgspec.Struct, frozen=True, kw_only=True):
    """A short form of the row: where it is posted within the dossier, what it carries, its buttons.

    `boutons`: (name, value, label); `date`: (name, label, proposed) of a day to type, if the act needs one; `objet`:
    what the act is about, for who cannot see the row; `autrement`: (label, address within the dossier) of the form
    that does it otherwise.
    """

    chemin: str
    champs: Mapping[str, str] = {}
    boutons: tuple[tuple[str, str, str], ...]
    date: tuple[str, str, dt.date] | None = None
    objet: str = ""
    autrement: tuple[str, str] | None = None


async def gestes(ctx: Contexte, regle: RegleAlerte, x: int | None, numeros: Sequence[int]) -> dict[int, Geste]:
    """Return the act in place of each of these people; nothing for a rule that has none, or where it cannot be done."""
    lire_gestes = _GESTES.get(regle.acte)
    return await lire_gestes(ctx, regle, x, numeros) if lire_gestes and numeros else {}


async def _realisations(ctx: Contexte, regle: RegleAlerte, x: int | None, numeros: Sequence[int]) -> dict[int, Geste]:
    """The oldest entretien of the organism that is still « Prévu »: what happened."""
    lignes = await _lire(
        ctx,
        "SELECT t.id, t.beneficiaire, t.version, t.debut FROM entretien t",
        "t.realisation = 'PREVU' AND t.organisme = {} AND t.debut < {}",
        [ctx.organisme, valeurs_de(regle.parametre, x, ctx.aujourdhui, ctx.maintenant)["seuil_instant"]],
        numeros,
        "t.debut DESC, t.id",
    )
    return {
        ligne["beneficiaire"]: Geste(
            chemin=f"/entretiens/{ligne['id']}/realisation",
            champs={"version": str(ligne["version"])},
            boutons=tuple(("realisation", suite, libelle("REALISATION", suite)) for suite in SUITES),
            objet=f"entretien du {date(ligne['debut'].astimezone(PARIS).date())}",
        )
        for ligne in lignes
    }


async def _referents_d_etape(
    ctx: Contexte, regle: RegleAlerte, x: int | None, numeros: Sequence[int]
) -> dict[int, Geste]:
    """The affectation that goes on after its étape: it ends with it."""
    del regle, x
    lignes = await _affectations(ctx, "e.fin_reelle < {} AND a.fin IS NULL", numeros)
    return {ligne["beneficiaire"]: _fin(ligne, max(ligne["fin_reelle"], ligne["debut"])) for ligne in lignes}


async def _referents_clotures(
    ctx: Contexte, regle: RegleAlerte, x: int | None, numeros: Sequence[int]
) -> dict[int, Geste]:
    """The affectation of a closed account: it ends the day before."""
    del regle, x
    veille = ctx.aujourdhui - dt.timedelta(days=1)
    lignes = await _affectations(ctx, "NOT u.actif AND (a.fin IS NULL OR a.fin >= {})", numeros)
    return {ligne["beneficiaire"]: _fin(ligne, max(veille, ligne["debut"])) for ligne in lignes}


async def _caracteristiques(
    ctx: Contexte, regle: RegleAlerte, x: int | None, numeros: Sequence[int]
) -> dict[int, Geste]:
    """Confirm today all that is known."""
    del ctx, regle, x
    boutons = (("", "", "Rafraîchir la date d'actualisation"),)
    return {numero: Geste(chemin="/caracteristiques/rafraichir", boutons=boutons) for numero in numeros}


async def _m_ajouter(ctx: Contexte, regle: RegleAlerte, x: int | None, numeros: Sequence[int]) -> dict[int, Geste]:
    """« M'ajouter comme référent », for the oldest accompagnement without exit."""
    del regle, x
    lignes = await _lire(
        ctx,
        "SELECT t.id, t.beneficiaire FROM entree_dispositif t",
        "t.fin IS NULL AND t.debut <= {}",
        [ctx.aujourdhui],
        numeros,
        "t.debut DESC, t.id",
    )
    return {
        ligne["beneficiaire"]: Geste(
            chemin="/parcours/referents/moi",
            champs={"nature": "PARCOURS", "dispositif": str(ligne["id"])},
            boutons=(("", "", "M'ajouter comme référent"),),
        )
        for ligne in lignes
    }


async def _renouvellements(
    ctx: Contexte, regle: RegleAlerte, x: int | None, numeros: Sequence[int]
) -> dict[int, Geste]:
    """Renew the last contract, from the day after its end; not one that would be over already."""
    del regle, x
    lignes = await _lire(
        ctx,
        "SELECT t.id, t.beneficiaire, t.type, t.debut, t.fin FROM contrat t",
        "t.fin >= {}",
        [ctx.aujourdhui - _LAPSE],
        numeros,
        "t.debut, t.id",
    )
    proposes = {}
    for ligne in lignes:  # the last one is the one kept
        debut, fin = dates_suivantes(ligne["debut"], ligne["fin"])
        proposes[ligne["beneficiaire"]] = (
            fin,
            Geste(
                chemin=f"/contrats/{ligne['id']}/renouveler",
                boutons=(("", "", f"Renouveler du {date(debut)} au {date(fin)}"),),
                objet=nom_contrat(ligne["type"], ligne["debut"], ligne["fin"]),
                autrement=("Autres dates", f"/contrats/nouveau?suite={ligne['id']}"),
            ),
        )
    return {numero: geste for numero, (fin, geste) in proposes.items() if fin >= ctx.aujourdhui}


async def _diagnostics(ctx: Contexte, regle: RegleAlerte, x: int | None, numeros: Sequence[int]) -> dict[int, Geste]:
    """The joint diagnosis of the last orientation: on which day it was made."""
    del regle, x
    lignes = await _lire(
        ctx,
        "SELECT o.id, o.beneficiaire, o.version, o.notifiee_le FROM orientation o",
        "o.parcours = {} AND o.diagnostic_le IS NULL",
        [SOCIAL],
        numeros,
        "o.notifiee_le, o.id",
        alias="o",
    )
    return {
        ligne["beneficiaire"]: Geste(
            chemin=f"/orientations/{ligne['id']}/diagnostic",
            champs={"version": str(ligne["version"])},
            boutons=(("", "", "Diagnostic fait"),),
            date=("diagnostic_le", "Diagnostic conjoint fait le", ctx.aujourdhui),
            objet=f"orientation du {date(ligne['notifiee_le'])}",
        )
        for ligne in lignes
    }


_GESTES: Mapping[str, Callable[[Contexte, RegleAlerte, int | None, Sequence[int]], Awaitable[dict[int, Geste]]]] = {
    "realisation": _realisations,
    "referent_etape": _referents_d_etape,
    "referent_cloture": _referents_clotures,
    "caracteristiques": _caracteristiques,
    "referent": _m_ajouter,
    "diagnostic": _diagnostics,
    "renouvellement": _renouvellements,
}


async def _affectations(ctx: Contexte, condition: str, numeros: Sequence[int]) -> list[dict[str, Any]]:
    return await _lire(
        ctx,
        """SELECT a.id, a.beneficiaire, a.version, a.debut, e.fin_reelle, u.prenom, u.nom
        FROM affectation a JOIN utilisateur u ON u.id = a.referent LEFT JOIN etape e ON e.id = a.etape""",
        condition,
        [ctx.aujourdhui],
        numeros,
        "a.debut DESC, a.id",
        alias="a",
    )


async def _lire(
    ctx: Contexte,
    source: str,
    condition: str,
    parametres: Sequence[Any],
    numeros: Sequence[int],
    ordre: str,
    *,
    alias: str = "t",
) -> list[dict[str, Any]]:
    """Return the rows of these people, in the perimeter; the first to be done comes last (it is the one kept)."""
    perimetre, valeurs = condition_perimetre(ctx, f"{alias}.beneficiaire")
    places = ", ".join("{}" for _ in numeros)
    return await lire(
        f"{source} WHERE {alias}.beneficiaire IN ({places}) AND {condition} AND {perimetre} ORDER BY {ordre}",
        *numeros,
        *parametres,
        *valeurs,
    )


def _fin(ligne: Mapping[str, Any], fin: dt.date) -> Geste:
    return Geste(
        chemin=f"/parcours/referents/{ligne['id']}/fin",
        champs={"version": str(ligne["version"]), "fin": date(fin)},
        boutons=(("", "", f"Terminer au {date(fin)}"),),
        objet=f"affectation de {ligne['prenom']} {ligne['nom'].upper()}",
    )
