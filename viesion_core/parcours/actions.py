"""The use cases of contracts: save (the former one may end the day before, in the same act), delete."""

import uuid

import msgspec

from viesion_core.acces.perimetre import exiger_dossier, exiger_ecriture
from viesion_core.actes import Acte, acte, declarer_observateur
from viesion_core.contexte import Contexte
from viesion_core.erreurs import ErreurSaisie
from viesion_core.parcours.controles import defauts_contrat
from viesion_core.parcours.envois import suivre_contrats
from viesion_core.parcours.model import (
    ChevauchementContrat,
    ContratResume,
    SaisieContrat,
    nom_contrat,
    saisie_renouvellement,
    terminer_la_veille,
)
from viesion_core.parcours.queries import contrat, contrats, entrees_dispositif
from viesion_core.parcours.tables import Contrat


async def enregistrer_contrat(
    ctx: Contexte,
    numero: int,
    saisie: SaisieContrat,
    *,
    identifiant: uuid.UUID | None = None,
    version: int | None = None,
    terminer_precedent: bool = False,
) -> Acte:
    """Save a new contract, or the one of `identifiant` known at `version`; return the act.

    Raises ChevauchementContrat when the dates meet another contract, unless `terminer_precedent` and the
    former can end the day before; ErreurSaisie for the fields; ConflitVersion when somebody saved since.
    """
    exiger_ecriture(ctx)
    await exiger_dossier(ctx, numero)
    defauts = defauts_contrat(saisie, await entrees_dispositif(ctx, numero), ctx.aujourdhui)
    if defauts:
        raise ErreurSaisie(defauts)
    if identifiant is not None:
        await contrat(ctx, numero, identifiant)
    nom = nom_contrat(saisie.type, saisie.debut, saisie.fin)
    nature = "contrat.modifier" if identifiant else "contrat.enregistrer"
    async with acte(ctx, nature, f"Contrat RSA {nom}", beneficiaire=numero) as a:
        await ecrire_contrat(
            a, numero, saisie, identifiant=identifiant, version=version, terminer_precedent=terminer_precedent
        )
    return a


async def ecrire_contrat(
    a: Acte,
    numero: int,
    saisie: SaisieContrat,
    *,
    identifiant: uuid.UUID | None = None,
    version: int | None = None,
    terminer_precedent: bool = False,
) -> None:
    """Write a contract already checked, inside an act. Raises ChevauchementContrat, ConflitVersion."""
    ctx = a.ctx
    reglement = terminer_la_veille(await contrats(ctx, numero), saisie.debut, saisie.fin, identifiant)
    if reglement.obstacles or (reglement.a_terminer and not terminer_precedent):
        raise ChevauchementContrat(reglement)
    for precedent in reglement.a_terminer:
        await a.modifier(Contrat, precedent.id, {"fin": reglement.veille}, version=precedent.version)
        a.libelle += f" ; le contrat {precedent.nom} termine la veille"
        _annoncer(a, precedent.id, numero)
    valeurs = msgspec.structs.asdict(saisie)
    if identifiant is None:
        auteur = {"organisme": ctx.organisme, "referent": ctx.utilisateur}
        ligne = await a.inserer(Contrat, {**valeurs, **auteur, "beneficiaire": numero})
    else:
        ligne = await a.modifier(Contrat, identifiant, valeurs, version=version)
    _annoncer(a, ligne["id"], numero)


async def renouveler_contrat(ctx: Contexte, numero: int, identifiant: uuid.UUID) -> Acte:
    """Save the contract that takes over from another the day after its end, for as long; return the act.

    Type, accompagnement, hours and motif de dispense are kept; number and signature are those of the new one, to
    come. Raises ChevauchementContrat when another contract follows already.
    """
    exiger_ecriture(ctx)
    await exiger_dossier(ctx, numero)
    return await enregistrer_contrat(ctx, numero, saisie_renouvellement(await contrat(ctx, numero, identifiant)))


async def supprimer_contrat(ctx: Contexte, numero: int, identifiant: uuid.UUID, *, version: int) -> Acte:
    """Delete a contract (undoable); the plugins hear of it, so that an exchange can withdraw it."""
    exiger_ecriture(ctx)
    await exiger_dossier(ctx, numero)
    supprime: ContratResume = await contrat(ctx, numero, identifiant)
    async with acte(ctx, "contrat.supprimer", f"Suppression du contrat {supprime.nom}", beneficiaire=numero) as a:
        await a.supprimer(Contrat, identifiant, version=version)
        _annoncer(a, identifiant, numero)
    return a


declarer_observateur("contrat", suivre_contrats)


def _annoncer(a: Acte, identifiant: uuid.UUID, numero: int) -> None:
    a.evenement("contrat_enregistre", {"contrat": str(identifiant), "beneficiaire": numero})
