"""The use cases of difficultés: add several at once, change, close, reopen."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence

import msgspec

from viesion_core.acces.perimetre import exiger_dossier, exiger_ecriture
from viesion_core.actes import Acte, acte
from viesion_core.contexte import Contexte
from viesion_core.difficultes.model import (
    LEVEE,
    DifficulteResume,
    Saisie,
    defauts_saisie,
    familles_proposees,
    modifiable,
    natures_sensibles,
)
from viesion_core.difficultes.queries import difficulte, natures_suivies
from viesion_core.difficultes.tables import Difficulte
from viesion_core.erreurs import ErreurSaisie, Interdit
from viesion_core.nomenclatures.model import libelle
from viesion_core.parcours.queries import etapes


async def ajouter_difficultes(ctx: Contexte, numero: int, natures: Sequence[str], saisie: Saisie) -> Acte:
    """« Nouvelles difficultés »: add one row per nature, all in one act.

    A nature already followed (no end) is refused: it is completed instead. Raises ErreurSaisie by field
    (`natures`, `debut`, `fin`, `realisation`, `etape`).
    """
    await _exiger(ctx, numero)
    choisies = list(dict.fromkeys(natures))
    erreurs = await _defauts(ctx, numero, saisie)
    if defaut := _defaut_natures(ctx, choisies, await natures_suivies(ctx, numero)):
        erreurs["natures"] = defaut
    if erreurs:
        raise ErreurSaisie(erreurs)
    async with acte(ctx, "difficulte.ajouter", f"{_nom(choisies)} : ajout", beneficiaire=numero) as a:
        commun = {
            **msgspec.structs.asdict(saisie),
            "beneficiaire": numero,
            "organisme": ctx.organisme,
            "actualisee_le": ctx.aujourdhui,
        }
        await a.inserer_lot(Difficulte, [{**commun, "nature": nature} for nature in choisies])
    return a


async def modifier_difficulte(
    ctx: Contexte, numero: int, identifiant: uuid.UUID, saisie: Saisie, *, version: int
) -> Acte:
    """Change the difficulté known at `version`; its nature stays what it was."""
    actuelle = await _a_modifier(ctx, numero, identifiant)
    if erreurs := await _defauts(ctx, numero, saisie):
        raise ErreurSaisie(erreurs)
    return await _ecrire(ctx, actuelle, "modification", msgspec.structs.asdict(saisie), version)


async def clore_difficulte(
    ctx: Contexte,
    numero: int,
    identifiant: uuid.UUID,
    *,
    version: int,
    realisation: str = LEVEE,
    fin: dt.date | None = None,
) -> Acte:
    """Close in one click: today unless `fin` says otherwise (the end of its étape), « Levée » unless said."""
    actuelle = await _a_modifier(ctx, numero, identifiant)
    jour = max(fin or ctx.aujourdhui, actuelle.debut)
    valeurs = {"fin": jour, "realisation": realisation}
    if erreurs := defauts_saisie(Saisie(debut=actuelle.debut, fin=jour, realisation=realisation), ctx.aujourdhui):
        raise ErreurSaisie(erreurs)
    return await _ecrire(ctx, actuelle, libelle("REALISATION_DIFFICULTE", realisation).lower(), valeurs, version)


async def rouvrir_difficulte(ctx: Contexte, numero: int, identifiant: uuid.UUID, *, version: int) -> Acte:
    """Take the end away: the difficulté is there again, or was closed by mistake."""
    actuelle = await _a_modifier(ctx, numero, identifiant)
    if actuelle.nature in await natures_suivies(ctx, numero):
        raise ErreurSaisie({"natures": f"« {actuelle.nature_libelle} » est déjà suivie sur une autre ligne."})
    valeurs = {"fin": None, "realisation": "EN_COURS_DE_TRAITEMENT"}
    return await _ecrire(ctx, actuelle, "réouverture", valeurs, version)


async def _ecrire(
    ctx: Contexte, actuelle: DifficulteResume, quoi: str, valeurs: Mapping[str, object], version: int
) -> Acte:
    libelle_acte = f"{_nom([actuelle.nature])} : {quoi}"
    async with acte(ctx, "difficulte.modifier", libelle_acte, beneficiaire=actuelle.beneficiaire) as a:
        if any(getattr(actuelle, champ) != valeur for champ, valeur in valeurs.items()):
            valeurs = {**valeurs, "actualisee_le": ctx.aujourdhui}
        await a.modifier(Difficulte, actuelle.id, valeurs, version=version)
    return a


def _nom(natures: Sequence[str]) -> str:
    """Return how the history names the difficultés: everybody reads it, so a health nature is not in it."""
    if len(natures) > 1:
        return f"{len(natures)} difficultés"
    return "Difficulté" if natures[0] in natures_sensibles() else f"Difficulté « {libelle('DIFFICULTE', natures[0])} »"


async def _exiger(ctx: Contexte, numero: int) -> None:
    exiger_ecriture(ctx)
    await exiger_dossier(ctx, numero)


async def _a_modifier(ctx: Contexte, numero: int, identifiant: uuid.UUID) -> DifficulteResume:
    await _exiger(ctx, numero)
    actuelle = await difficulte(ctx, numero, identifiant)
    if not modifiable(ctx, actuelle.organisme):
        raise Interdit("Cette difficulté est celle d'un autre organisme : vous pouvez la lire, non la modifier.")
    return actuelle


async def _defauts(ctx: Contexte, numero: int, saisie: Saisie) -> dict[str, str]:
    erreurs = defauts_saisie(saisie, ctx.aujourdhui)
    if saisie.etape is not None and saisie.etape not in {etape.id for etape in await etapes(ctx, numero)}:
        erreurs["etape"] = "Choisissez une étape de cette personne."
    return erreurs


def _defaut_natures(ctx: Contexte, natures: Sequence[str], suivies: dict[str, DifficulteResume]) -> str | None:
    """Return why the chosen natures are refused (French), or None."""
    permises = {element.code for _, elements in familles_proposees(ctx) for element in elements}
    if not natures:
        return "Sélectionnez au moins une difficulté."
    if any(nature not in permises for nature in natures):
        return "Choisissez des éléments de la liste."
    for nature in natures:
        if nature in suivies:
            debut = suivies[nature].debut
            return f"« {libelle('DIFFICULTE', nature)} » est déjà suivie depuis le {debut:%d/%m/%Y} : complétez-la."
    return None
