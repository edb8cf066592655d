"""The use cases of the orientation: record what was notified, correct it, say that the joint diagnosis was made.

The path of the last one is the path of the person (page « Dossier »): both are written in the same act.
"""

import datetime as dt
import uuid

import msgspec

from viesion_core.acces.perimetre import exiger_dossier, exiger_ecriture
from viesion_core.actes import Acte, acte
from viesion_core.contexte import Contexte
from viesion_core.db import declarer_contraintes
from viesion_core.dossiers.model_orientations import SaisieOrientation, defauts_orientation
from viesion_core.dossiers.queries_orientations import orientation, orientations
from viesion_core.dossiers.tables import Beneficiaire, Orientation
from viesion_core.erreurs import ErreurSaisie
from viesion_core.nomenclatures.model import libelle

_MEME_JOUR = "Une autre orientation de cette personne a été notifiée ce jour-là."
declarer_contraintes(
    {"orientation_notifiee": _MEME_JOUR, "orientation.beneficiaire, orientation.notifiee_le": _MEME_JOUR}
)


async def ajouter_orientation(ctx: Contexte, numero: int, saisie: SaisieOrientation) -> Acte:
    """Record an orientation that was notified; raises ErreurSaisie by field."""
    await _exiger(ctx, numero)
    async with acte(ctx, "orientation.notifier", _nom(saisie), beneficiaire=numero) as a:
        autres = await orientations(ctx, numero)
        if erreurs := defauts_orientation(saisie, autres, ctx.aujourdhui):
            raise ErreurSaisie(erreurs)
        await a.inserer(Orientation, {**msgspec.structs.asdict(saisie), "beneficiaire": numero})
        if all(autre.notifiee_le < saisie.notifiee_le for autre in autres):
            await _orienter(a, numero, saisie.parcours)
        _annoncer(a, numero)
    return a


async def modifier_orientation(
    ctx: Contexte, numero: int, identifiant: uuid.UUID, saisie: SaisieOrientation, *, version: int
) -> Acte:
    """Correct an orientation known at `version`; raises ErreurSaisie by field, ConflitVersion."""
    await _exiger(ctx, numero)
    async with acte(ctx, "orientation.modifier", f"{_nom(saisie)} modifiée", beneficiaire=numero) as a:
        await _modifier(a, numero, identifiant, saisie, version)
    return a


async def dire_diagnostic(ctx: Contexte, numero: int, identifiant: uuid.UUID, jour: dt.date, *, version: int) -> Acte:
    """Say on which day the joint diagnosis of a social path was made; raises ErreurSaisie (`diagnostic_le`)."""
    await _exiger(ctx, numero)
    async with acte(
        ctx, "orientation.diagnostiquer", f"Diagnostic conjoint du {jour:%d/%m/%Y}", beneficiaire=numero
    ) as a:
        visee = await orientation(ctx, numero, identifiant)
        saisie = SaisieOrientation(
            parcours=visee.parcours, notifiee_le=visee.notifiee_le, delai_mois=visee.delai_mois, diagnostic_le=jour
        )
        await _modifier(a, numero, identifiant, saisie, version)
    return a


async def supprimer_orientation(ctx: Contexte, numero: int, identifiant: uuid.UUID, *, version: int) -> Acte:
    """Take away an orientation recorded by mistake (undoable); the path is that of the one before, if there is one."""
    await _exiger(ctx, numero)
    visee = await orientation(ctx, numero, identifiant)
    libelle_acte = f"Suppression\u00a0: {_nom(visee)}"
    async with acte(ctx, "orientation.supprimer", libelle_acte, beneficiaire=numero) as a:
        await a.supprimer(Orientation, identifiant, version=version)
        await _suivre_la_derniere(a, numero)
        _annoncer(a, numero)
    return a


async def _modifier(a: Acte, numero: int, identifiant: uuid.UUID, saisie: SaisieOrientation, version: int) -> None:
    await orientation(a.ctx, numero, identifiant)
    autres = await orientations(a.ctx, numero)
    if erreurs := defauts_orientation(saisie, autres, a.ctx.aujourdhui, sauf=identifiant):
        raise ErreurSaisie(erreurs)
    await a.modifier(Orientation, identifiant, msgspec.structs.asdict(saisie), version=version)
    if not a.vide:
        await _suivre_la_derniere(a, numero)
        _annoncer(a, numero)


async def _suivre_la_derniere(a: Acte, numero: int) -> None:
    """Give the person the path of their last orientation; without any, what is known of it stays."""
    restantes = await orientations(a.ctx, numero)
    if restantes:
        await _orienter(a, numero, restantes[0].parcours)


async def _orienter(a: Acte, numero: int, parcours: str) -> None:
    await a.modifier(Beneficiaire, numero, {"parcours": parcours}, version=None)


async def _exiger(ctx: Contexte, numero: int) -> None:
    exiger_ecriture(ctx)
    await exiger_dossier(ctx, numero)


def _nom(saisie: SaisieOrientation) -> str:
    parcours = libelle("PARCOURS", saisie.parcours)
    return f"Orientation «\u00a0{parcours}\u00a0» notifiée le {saisie.notifiee_le:%d/%m/%Y}"


def _annoncer(a: Acte, numero: int) -> None:
    a.evenement("dossier_modifie", {"beneficiaire": numero, "champs": ["parcours", "orientation"]})
