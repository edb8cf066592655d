"""The use cases of référents: one référent de parcours at a time, the former ends the day before."""

import datetime as dt
import uuid
from typing import Any

import msgspec

from viesion_core.acces.model import UtilisateurResume
from viesion_core.acces.perimetre import exiger_dossier, exiger_ecriture
from viesion_core.acces.queries import utilisateur
from viesion_core.actes import Acte, acte
from viesion_core.contexte import Contexte, Role
from viesion_core.db import lire_un
from viesion_core.dossiers.tables import Rattachement
from viesion_core.erreurs import ErreurSaisie
from viesion_core.parcours.controles import defauts_affectation, message_referent_parcours
from viesion_core.parcours.model import (
    LIBELLE_NATURE,
    PARCOURS,
    AffectationResume,
    SaisieAffectation,
    du_au,
    jour,
    terminer_la_veille,
)
from viesion_core.parcours.queries import affectation, affectations, entrees_dispositif, etapes
from viesion_core.parcours.tables import Affectation


async def affecter_referent(
    ctx: Contexte,
    numero: int,
    saisie: SaisieAffectation,
    *,
    identifiant: uuid.UUID | None = None,
    version: int | None = None,
) -> Acte:
    """Give a référent to a person, or change the affectation of `identifiant` known at `version`; return the act.

    A new référent de parcours makes the former end the day before, in the same act. The référent's organism
    gets the dossier in its perimeter. Raises ErreurSaisie for the fields and for what stands in the way.
    """
    exiger_ecriture(ctx)
    await exiger_dossier(ctx, numero)
    personne = await _referent_actif(ctx, numero, saisie, identifiant)
    existantes = await affectations(ctx, numero)
    defauts = defauts_affectation(
        saisie, await entrees_dispositif(ctx, numero), await etapes(ctx, numero), existantes, sauf=identifiant
    )
    if defauts:
        raise ErreurSaisie(defauts)
    libelle = f"{personne.nom_complet} {LIBELLE_NATURE[saisie.nature]} {du_au(saisie.debut, saisie.fin)}"
    nature = "referent.modifier" if identifiant else "referent.affecter"
    async with acte(ctx, nature, libelle, beneficiaire=numero) as a:
        await placer_referent(a, numero, saisie, personne.organisme, identifiant=identifiant, version=version)
    return a


async def placer_referent(
    a: Acte,
    numero: int,
    saisie: SaisieAffectation,
    organisme: uuid.UUID,
    *,
    identifiant: uuid.UUID | None = None,
    version: int | None = None,
) -> uuid.UUID:
    """Write an affectation already checked, inside an act; return its id. The former référent de parcours ends.

    Raises ErreurSaisie for one who stands in the way.
    """
    if saisie.nature == PARCOURS:
        await _remplacer(a, numero, saisie, identifiant)
    valeurs = msgspec.structs.asdict(saisie)
    if identifiant is None:
        ligne = await a.inserer(Affectation, {**valeurs, "beneficiaire": numero})
    else:
        ligne = await a.modifier(Affectation, identifiant, valeurs, version=version)
    await rattacher(a, numero, organisme, "REFERENT")
    _annoncer(a, numero, saisie.referent, saisie.nature)
    return uuid.UUID(str(ligne["id"]))


async def terminer_affectation(
    ctx: Contexte, numero: int, identifiant: uuid.UUID, fin: dt.date, *, version: int
) -> Acte:
    """Put an end date to the quality of référent (deck, « mettre une date de fin à sa qualité de référent »)."""
    exiger_ecriture(ctx)
    await exiger_dossier(ctx, numero)
    visee = await affectation(ctx, numero, identifiant)
    if fin < visee.debut:
        raise ErreurSaisie({"fin": f"La fin précède le début ({jour(visee.debut)})."})
    async with acte(ctx, "referent.terminer", f"{_nom(visee)} jusqu'au {jour(fin)}", beneficiaire=numero) as a:
        await a.modifier(Affectation, identifiant, {"fin": fin}, version=version)
        _annoncer(a, numero, visee.referent, visee.nature)
    return a


async def supprimer_affectation(ctx: Contexte, numero: int, identifiant: uuid.UUID, *, version: int) -> Acte:
    """Delete an affectation made by mistake (undoable)."""
    exiger_ecriture(ctx)
    await exiger_dossier(ctx, numero)
    visee = await affectation(ctx, numero, identifiant)
    async with acte(ctx, "referent.supprimer", f"Suppression : {_nom(visee)}", beneficiaire=numero) as a:
        await a.supprimer(Affectation, identifiant, version=version)
        _annoncer(a, numero, visee.referent, visee.nature)
    return a


async def rattacher(a: Acte, numero: int, organisme: uuid.UUID, nature: str) -> None:
    """Put a dossier in the perimeter of an organism, inside an act; one that had ended is opened again."""
    ligne = await lire_un(
        "SELECT id, fin, version FROM rattachement WHERE organisme = {} AND beneficiaire = {}", organisme, numero
    )
    if ligne is None:
        valeurs: dict[str, Any] = {
            "beneficiaire": numero,
            "organisme": organisme,
            "nature": nature,
            "debut": a.ctx.aujourdhui,
        }
        await a.inserer(Rattachement, valeurs)
    elif ligne["fin"] is not None:
        await a.modifier(Rattachement, ligne["id"], {"fin": None}, version=ligne["version"])


async def _remplacer(a: Acte, numero: int, saisie: SaisieAffectation, identifiant: uuid.UUID | None) -> None:
    """Make room for a référent de parcours: read again inside the transaction, so that nobody slips in."""
    parcours = [lien for lien in await affectations(a.ctx, numero) if lien.nature == PARCOURS]
    reglement = terminer_la_veille(parcours, saisie.debut, saisie.fin, identifiant)
    if reglement.obstacles:
        raise ErreurSaisie({"debut": message_referent_parcours(reglement)})
    for precedent in reglement.a_terminer:
        await a.modifier(Affectation, precedent.id, {"fin": reglement.veille}, version=precedent.version)
        a.libelle += f" ; {precedent.referent_nom} termine la veille"
        _annoncer(a, numero, precedent.referent, PARCOURS)


async def _referent_actif(
    ctx: Contexte, numero: int, saisie: SaisieAffectation, identifiant: uuid.UUID | None
) -> UtilisateurResume:
    """Return the chosen référent; a closed account may only stay where it already was."""
    personne = await utilisateur(saisie.referent)
    if personne is None or personne.role not in (Role.REFERENT, Role.DIRECTEUR):
        raise ErreurSaisie({"referent": "Choisissez un référent de la liste."})
    if not personne.actif and (
        identifiant is None or (await affectation(ctx, numero, identifiant)).referent != personne.id
    ):
        raise ErreurSaisie(
            {"referent": f"Le compte de {personne.nom_complet} est fermé : choisissez une autre personne."}
        )
    return personne


def _nom(visee: AffectationResume) -> str:
    return f"{visee.referent_nom} {visee.qualite}"


def _annoncer(a: Acte, numero: int, referent: uuid.UUID, nature: str) -> None:
    a.evenement("referent_affecte", {"beneficiaire": numero, "referent": str(referent), "nature": nature})
