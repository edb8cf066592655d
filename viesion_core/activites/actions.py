"""The use cases of activités: write, change, move, delete; each undoable."""

import datetime as dt
import uuid
from typing import Any

import msgspec

from viesion_core.acces.perimetre import exiger_ecriture
from viesion_core.acces.queries import collaborateurs
from viesion_core.actes import Acte, acte
from viesion_core.activites.model import CONGE, Activite, SaisieActivite, defauts_activite
from viesion_core.activites.queries import activite
from viesion_core.activites.tables import Activite as TableActivite
from viesion_core.contexte import Contexte
from viesion_core.db import lire_valeur
from viesion_core.erreurs import ErreurMetier, ErreurSaisie, Interdit
from viesion_core.formats import compte

CONFIRMATION = "confirmation"


async def creer_activite(ctx: Contexte, saisie: SaisieActivite, *, confirme: bool = False) -> Acte:
    """Write an activité of a collaborateur of one's organism.

    Raises ErreurSaisie by field; its field `confirmation` warns that entretiens are planned during a congé.
    """
    exiger_ecriture(ctx)
    qui = await _controler(ctx, saisie, confirme=confirme)
    async with acte(ctx, "activite.creer", _libelle(saisie, "ajouté")) as a:
        valeurs = {**_colonnes(saisie), "collaborateur": qui, "organisme": ctx.organisme, "created_at": ctx.maintenant}
        await a.inserer(TableActivite, valeurs)
    return a


async def modifier_activite(
    ctx: Contexte, identifiant: uuid.UUID, saisie: SaisieActivite, *, version: int, confirme: bool = False
) -> Acte:
    """Change an activité known at `version`; raises as `creer_activite`, and ConflitVersion."""
    exiger_ecriture(ctx)
    actuelle = await activite(ctx, identifiant)
    qui = await _controler(ctx, saisie, confirme=confirme, actuelle=actuelle)
    async with acte(ctx, "activite.modifier", _libelle(saisie, "modifié")) as a:
        await a.modifier(TableActivite, identifiant, {**_colonnes(saisie), "collaborateur": qui}, version=version)
    return a


async def deplacer_activite(ctx: Contexte, identifiant: uuid.UUID, debut: dt.datetime, *, version: int) -> Acte:
    """Give an activité that has hours another start, its length kept: a move in the agenda."""
    exiger_ecriture(ctx)
    actuelle = await activite(ctx, identifiant)
    if actuelle.journee:
        raise ErreurMetier("Un événement de journées entières se modifie, il ne se glisse pas.")
    fin = debut + (actuelle.fin - actuelle.debut)
    deplacee = msgspec.structs.replace(actuelle, debut=debut, fin=fin)
    async with acte(ctx, "activite.deplacer", f"{actuelle.nature_libelle} : {deplacee.quand}") as a:
        await a.modifier(TableActivite, identifiant, {"debut": debut, "fin": fin}, version=version)
    return a


async def supprimer_activite(ctx: Contexte, identifiant: uuid.UUID, *, version: int) -> Acte:
    """Delete an activité known at `version`."""
    exiger_ecriture(ctx)
    actuelle = await activite(ctx, identifiant)
    async with acte(ctx, "activite.supprimer", f"{actuelle.nature_libelle} {actuelle.quand} : supprimé") as a:
        await a.supprimer(TableActivite, identifiant, version=version)
    return a


async def _controler(
    ctx: Contexte, saisie: SaisieActivite, *, confirme: bool, actuelle: Activite | None = None
) -> uuid.UUID:
    """Return whose it is; raise ErreurSaisie with every mistake, or with the warning alone."""
    qui = saisie.collaborateur or ctx.utilisateur
    if qui is None or ctx.organisme is None:
        raise Interdit
    erreurs = defauts_activite(saisie)
    connus = {c.id for c in await collaborateurs(ctx)} | ({actuelle.collaborateur} if actuelle else set())
    if qui not in connus:
        erreurs["collaborateur"] = "Choisissez un collaborateur de votre organisme."
    if not erreurs and saisie.nature == CONGE and not confirme:
        prevus = await _entretiens_prevus(qui, saisie)
        if prevus:
            erreurs[CONFIRMATION] = (
                f"{compte(prevus, 'entretien est prévu', 'entretiens sont prévus')} pendant ce congé."
            )
    if erreurs:
        raise ErreurSaisie(erreurs)
    return qui


async def _entretiens_prevus(qui: uuid.UUID, saisie: SaisieActivite) -> int:
    """Return how many entretiens begin during an activité; who they are with is not said."""
    return int(
        await lire_valeur(
            """SELECT count(*) FROM entretien WHERE collaborateur = {} AND realisation = 'PREVU'
            AND debut >= {} AND debut < {}""",
            qui,
            saisie.debut,
            saisie.fin,
        )
    )


def _colonnes(saisie: SaisieActivite) -> dict[str, Any]:
    return {champ: getattr(saisie, champ) for champ in ("nature", "titre", "lieu", "journee", "debut", "fin")}


def _libelle(saisie: SaisieActivite, fait: str) -> str:
    vue = Activite(
        id=uuid.UUID(int=0),
        organisme=uuid.UUID(int=0),
        collaborateur=uuid.UUID(int=0),
        collaborateur_nom="",
        collaborateur_prenom="",
        version=0,
        **_colonnes(saisie),
    )
    return f"{vue.nature_libelle} {vue.quand} : {fait}"
