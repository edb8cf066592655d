"""The use cases of employabilité: add, change, take away a line; say where and when the person can work."""

import uuid
from typing import Any

import msgspec

from viesion_core.acces.perimetre import exiger_dossier, exiger_ecriture
from viesion_core.actes import Acte, acte
from viesion_core.contexte import Contexte
from viesion_core.db import declarer_contraintes
from viesion_core.employabilite.model import (
    DEFINITIONS,
    Rubrique,
    SaisieAtout,
    SaisieDisponibilite,
    defauts_atout,
    defauts_disponibilite,
    nettoyer,
    nom_atout,
)
from viesion_core.employabilite.queries import atout, disponibilite, employabilite
from viesion_core.employabilite.tables import Atout, Disponibilite
from viesion_core.erreurs import ErreurSaisie

declarer_contraintes({"disponibilite_beneficiaire": "La disponibilité vient d'être saisie par une autre personne."})


async def ajouter_atout(ctx: Contexte, numero: int, rubrique: Rubrique, saisie: SaisieAtout) -> Acte:
    """Add a line to a rubrique; raises ErreurSaisie by field."""
    await _exiger(ctx, numero)
    propre = nettoyer(saisie)
    async with acte(ctx, "employabilite.ajouter", _libelle(rubrique, propre, "ajout"), beneficiaire=numero) as a:
        await _controler(ctx, numero, rubrique, propre)
        await a.inserer(Atout, {**_colonnes(ctx, propre), "beneficiaire": numero, "rubrique": str(rubrique)})
        _annoncer(a)
    return a


async def modifier_atout(
    ctx: Contexte, numero: int, identifiant: uuid.UUID, saisie: SaisieAtout, *, version: int
) -> Acte:
    """Change a line known at `version`; raises ErreurSaisie by field, ConflitVersion."""
    await _exiger(ctx, numero)
    visee = await atout(ctx, numero, identifiant)
    propre = nettoyer(saisie)
    libelle = _libelle(visee.rubrique, propre, "modification")
    async with acte(ctx, "employabilite.modifier", libelle, beneficiaire=numero) as a:
        await _controler(ctx, numero, visee.rubrique, propre, sauf=identifiant)
        inchange = all(getattr(visee, champ) == valeur for champ, valeur in msgspec.structs.asdict(propre).items())
        valeurs = msgspec.structs.asdict(propre) if inchange else _colonnes(ctx, propre)
        await a.modifier(Atout, identifiant, valeurs, version=version)
        _annoncer(a)
    return a


async def retirer_atout(ctx: Contexte, numero: int, identifiant: uuid.UUID, *, version: int) -> Acte:
    """Take a line away; the history keeps it, and « Annuler » brings it back."""
    await _exiger(ctx, numero)
    visee = await atout(ctx, numero, identifiant)
    libelle = _libelle(visee.rubrique, visee, "retrait")
    async with acte(ctx, "employabilite.retirer", libelle, beneficiaire=numero) as a:
        await a.supprimer(Atout, identifiant, version=version)
        _annoncer(a)
    return a


async def enregistrer_disponibilite(
    ctx: Contexte, numero: int, saisie: SaisieDisponibilite, *, version: int | None
) -> Acte:
    """Say where and when the person can work; `version` None when nobody had said it.

    Raises ErreurSaisie by field, ConflitVersion when somebody saved since.
    """
    await _exiger(ctx, numero)
    if defauts := defauts_disponibilite(saisie):
        raise ErreurSaisie(defauts)
    async with acte(ctx, "employabilite.disponibilite", "Mobilité et disponibilité", beneficiaire=numero) as a:
        connue = await disponibilite(ctx, numero)
        valeurs = msgspec.structs.asdict(saisie)
        if connue is None:
            await a.inserer(Disponibilite, {**_colonnes(ctx, saisie), "beneficiaire": numero})
        else:
            inchangee = all(getattr(connue, champ) == valeur for champ, valeur in valeurs.items())
            nouvelles = valeurs if inchangee else _colonnes(ctx, saisie)
            await a.modifier(Disponibilite, connue.id, nouvelles, version=version or 0)
        _annoncer(a)
    return a


async def _controler(
    ctx: Contexte, numero: int, rubrique: Rubrique, saisie: SaisieAtout, sauf: uuid.UUID | None = None
) -> None:
    autres = (await employabilite(ctx, numero)).atouts
    if defauts := defauts_atout(rubrique, saisie, autres, ctx.aujourdhui, sauf):
        raise ErreurSaisie(defauts)


async def _exiger(ctx: Contexte, numero: int) -> None:
    exiger_ecriture(ctx)
    await exiger_dossier(ctx, numero)


def _colonnes(ctx: Contexte, saisie: SaisieAtout | SaisieDisponibilite) -> dict[str, Any]:
    return {**msgspec.structs.asdict(saisie), "actualise_le": ctx.aujourdhui, "auteur": ctx.nom}


def _libelle(rubrique: Rubrique, saisie: SaisieAtout, quoi: str) -> str:
    return f"{DEFINITIONS[rubrique].un} « {nom_atout(rubrique, saisie)} » : {quoi}"


def _annoncer(a: Acte) -> None:
    if not a.vide:
        a.evenement("dossier_modifie", {"beneficiaire": a.beneficiaire, "champs": ["employabilite"]})
