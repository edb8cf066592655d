"""The use cases of the dispositif: enter, leave, correct. Several entries for a person, never two at once."""

import datetime as dt
import uuid

import msgspec

from viesion_core.acces.perimetre import exiger_dossier, exiger_ecriture
from viesion_core.actes import Acte, acte
from viesion_core.contexte import Contexte
from viesion_core.db import declarer_contraintes, lire
from viesion_core.dossiers.controles import defauts_entree
from viesion_core.dossiers.model import EntreeDetail, SaisieEntree
from viesion_core.dossiers.queries import entree, entrees
from viesion_core.dossiers.tables import EntreeDispositif
from viesion_core.erreurs import ErreurSaisie
from viesion_core.nomenclatures.model import libelle

declarer_contraintes(
    {"entree_dispositif_chevauchement": "La personne est déjà dans ce dispositif à ces dates."},
)


async def ouvrir_entree(ctx: Contexte, numero: int, saisie: SaisieEntree) -> Acte:
    """Record an entry into the dispositif (a return, most often); raises ErreurSaisie by field."""
    await _exiger(ctx, numero)
    nom = f"Entrée {libelle('DISPOSITIF', saisie.dispositif)} le {saisie.debut:%d/%m/%Y}"
    async with acte(ctx, "dispositif.entrer", nom, beneficiaire=numero) as a:
        if erreurs := defauts_entree(saisie, await entrees(ctx, numero), ctx.aujourdhui):
            raise ErreurSaisie(erreurs)
        await a.inserer(EntreeDispositif, {**msgspec.structs.asdict(saisie), "beneficiaire": numero})
        a.evenement("dossier_modifie", {"beneficiaire": numero, "champs": ["dispositif"]})
    return a


async def clore_entree(
    ctx: Contexte, numero: int, identifiant: uuid.UUID, fin: dt.date, motif: str, *, version: int
) -> Acte:
    """Record the exit from the dispositif: its date and its motif (list MOTIF_SORTIE).

    Raises ErreurSaisie by field; while an étape is open on it, or ends later, `fin` names it.
    """
    await _exiger(ctx, numero)
    visee = await entree(ctx, numero, identifiant)
    saisie = SaisieEntree(
        dispositif=visee.dispositif, debut=visee.debut, fin=fin, motif_fin=motif, commentaire=visee.commentaire
    )
    if not motif:
        raise ErreurSaisie({"motif_fin": "Choisissez le motif de sortie."})
    return await _ecrire(ctx, visee, saisie, version)


async def modifier_entree(
    ctx: Contexte, numero: int, identifiant: uuid.UUID, saisie: SaisieEntree, *, version: int
) -> Acte:
    """Correct an entry known at `version`; its étapes stay inside its dates. Without exit it is open again."""
    await _exiger(ctx, numero)
    return await _ecrire(ctx, await entree(ctx, numero, identifiant), saisie, version)


async def _ecrire(ctx: Contexte, visee: EntreeDetail, saisie: SaisieEntree, version: int) -> Acte:
    numero = visee.beneficiaire
    sortie = saisie.fin is not None and visee.fin is None
    nature = "dispositif.sortir" if sortie else "dispositif.modifier"
    jour = f"{saisie.fin:%d/%m/%Y}" if saisie.fin else f"{saisie.debut:%d/%m/%Y}"
    quoi = f"Sortie {visee.libelle} le {jour}" if sortie else f"Entrée {visee.libelle} du {saisie.debut:%d/%m/%Y}"
    async with acte(ctx, nature, quoi if sortie else f"{quoi} modifiée", beneficiaire=numero) as a:
        erreurs = defauts_entree(saisie, await entrees(ctx, numero), ctx.aujourdhui, sauf=visee.id)
        erreurs = await _defauts_etapes(visee, saisie) | erreurs
        if erreurs:
            raise ErreurSaisie(erreurs)
        await a.modifier(EntreeDispositif, visee.id, msgspec.structs.asdict(saisie), version=version)
        if not a.vide:
            a.evenement("dossier_modifie", {"beneficiaire": numero, "champs": ["dispositif"]})
    return a


async def _exiger(ctx: Contexte, numero: int) -> None:
    exiger_ecriture(ctx)
    await exiger_dossier(ctx, numero)


async def _defauts_etapes(visee: EntreeDetail, saisie: SaisieEntree) -> dict[str, str]:
    """Return why the étapes of an entry forbid its new dates: one is open, one begins before or ends after."""
    etapes = await lire(
        """SELECT o.nom || ' - ' || e.offre AS nom, e.debut_reel, e.fin_reelle
        FROM etape e JOIN organisme o ON o.id = e.organisme WHERE e.dispositif = {} ORDER BY e.debut_reel LIMIT 500""",
        visee.id,
    )
    erreurs: dict[str, str] = {}
    for etape in etapes:
        depuis = f"« {etape['nom']} » (depuis le {etape['debut_reel']:%d/%m/%Y})"
        if etape["debut_reel"] < saisie.debut:
            erreurs.setdefault("debut", f"L'étape {depuis} commence avant cette entrée.")
        if saisie.fin is None:
            continue
        if etape["fin_reelle"] is None:
            erreurs.setdefault("fin", f"L'étape {depuis} est ouverte : terminez-la avant la sortie du dispositif.")
        elif etape["fin_reelle"] > saisie.fin:
            texte = f"L'étape {depuis} se termine le {etape['fin_reelle']:%d/%m/%Y}, après cette sortie."
            erreurs.setdefault("fin", texte)
    return erreurs
