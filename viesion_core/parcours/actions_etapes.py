"""The use cases of étapes: open, change, close, delete. The plugin of the offre is asked before saving."""

import datetime as dt
import functools
import uuid
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec

from viesion_core.acces.perimetre import exiger_dossier, exiger_ecriture
from viesion_core.actes import Acte, acte, declarer_suite
from viesion_core.contexte import Contexte
from viesion_core.db import lire_un
from viesion_core.erreurs import ErreurMetier, ErreurSaisie, Interdit
from viesion_core.organismes.model import OffreDeServiceResume
from viesion_core.organismes.queries import offre_de_service
from viesion_core.parcours.actions_referents import rattacher
from viesion_core.parcours.controles import defauts_etape
from viesion_core.parcours.model import ETAPE, EtapeResume, SaisieEtape, du_au, jour
from viesion_core.parcours.queries import affectations, entrees_dispositif, etape
from viesion_core.parcours.tables import Affectation, Etape

Controle = Callable[[str, SaisieEtape], Awaitable[list[str]]]


async def enregistrer_etape(
    ctx: Contexte,
    numero: int,
    saisie: SaisieEtape,
    *,
    identifiant: uuid.UUID | None = None,
    version: int | None = None,
    referent: uuid.UUID | None = None,
    terminer_referents: bool = False,
    controler: Controle | None = None,
) -> Acte:
    """Save a new étape, or the one of `identifiant` known at `version`; return the act.

    `referent` becomes référent d'étape in the same act. `terminer_referents` ends its référents d'étape with
    it. `controler(offre, saisie)` gives what the plugin of the offre refuses (hook `controler_etape`).
    """
    exiger_ecriture(ctx)
    await exiger_dossier(ctx, numero)
    precedente = await etape(ctx, numero, identifiant) if identifiant else None
    _exiger_organisme(ctx, precedente)
    offre = await _offre(ctx, saisie, precedente)
    defauts = defauts_etape(saisie, await entrees_dispositif(ctx, numero), offre, ctx.aujourdhui, precedente)
    if defauts or offre is None:
        raise ErreurSaisie(defauts)
    refus = await controler(offre.offre, saisie) if controler else []
    if refus:
        raise ErreurSaisie({"offre_de_service": " ".join(refus)})
    nom = f"{offre.organisme_nom} - {offre.offre} - {du_au(saisie.debut_reel, saisie.fin_reelle)}"
    async with acte(ctx, _nature(saisie, precedente), f"Étape {nom}", beneficiaire=numero) as a:
        ligne = await ecrire_etape(a, numero, saisie, offre, precedente, version=version)
        if referent is not None:
            await _ajouter_referent(a, ligne, referent)
        if terminer_referents and saisie.fin_reelle is not None:
            await terminer_referents_etape(a, numero, ligne["id"], saisie.fin_reelle)
    return a


async def ecrire_etape(
    a: Acte,
    numero: int,
    saisie: SaisieEtape,
    offre: OffreDeServiceResume,
    precedente: EtapeResume | None = None,
    *,
    version: int | None = None,
) -> dict[str, Any]:
    """Write an étape already checked, inside an act; return its row."""
    valeurs = {
        **msgspec.structs.asdict(saisie),
        "beneficiaire": numero,
        "organisme": offre.organisme,
        "offre": offre.offre,
    }
    if precedente is None:
        ligne = await a.inserer(Etape, valeurs)
        await rattacher(a, numero, offre.organisme, ETAPE)
    else:
        ligne = await a.modifier(Etape, precedente.id, valeurs, version=version)
    _annoncer(a, ligne, precedente)
    return ligne


async def supprimer_etape(ctx: Contexte, numero: int, identifiant: uuid.UUID, *, version: int) -> Acte:
    """Delete an étape created by mistake, with its référents d'étape (undoable).

    Raises ErreurMetier when entretiens, bilans or difficultés hang on it: then it is closed, not deleted.
    """
    exiger_ecriture(ctx)
    await exiger_dossier(ctx, numero)
    visee = await etape(ctx, numero, identifiant)
    _exiger_organisme(ctx, visee)
    if visee.rattaches:
        raise ErreurMetier(
            f"{visee.rattaches} entretiens, bilans ou difficultés sont rattachés à cette étape : elle ne peut pas "
            "être supprimée. Terminez-la avec le motif « Étape créée par erreur »."
        )
    async with acte(ctx, "etape.supprimer", f"Suppression de l'étape {visee.nom_date}", beneficiaire=numero) as a:
        for lien in await affectations(ctx, numero):
            if lien.etape == identifiant:
                await a.supprimer(Affectation, lien.id, version=lien.version)
        await a.supprimer(Etape, identifiant, version=version)
    return a


async def terminer_referents_etape(a: Acte, numero: int, identifiant: uuid.UUID, fin: dt.date) -> int:
    """End, inside an act, the référents d'étape of an étape that outlive it; return how many.

    One that began after the end of the étape ends on its own first day.
    """
    termines = 0
    for lien in await affectations(a.ctx, numero):
        if lien.etape == identifiant and (lien.fin is None or lien.fin > fin):
            await a.modifier(Affectation, lien.id, {"fin": max(fin, lien.debut)}, version=lien.version)
            termines += 1
    return termines


async def _garder_places(colonne: str, cles: Sequence[str]) -> None:
    """Refuse an undoing that would put an étape outside the dates of its dispositif."""
    marques = ", ".join("{}" for _ in cles)
    ligne = await lire_un(
        f"""SELECT o.nom || ' - ' || e.offre AS nom, d.debut, d.fin
        FROM etape e JOIN entree_dispositif d ON d.id = e.dispositif JOIN organisme o ON o.id = e.organisme
        WHERE {colonne} IN ({marques}) AND (e.debut_reel < d.debut
            OR (d.fin IS NOT NULL AND (e.fin_reelle IS NULL OR e.fin_reelle > d.fin))) LIMIT 1""",
        *(uuid.UUID(cle) for cle in cles),
    )
    if ligne is not None:
        raise ErreurMetier(
            f"Cette action ne peut plus être annulée : l'étape {ligne['nom']} sortirait des dates de son dispositif "
            f"({du_au(ligne['debut'], ligne['fin'])})."
        )


def _exiger_organisme(ctx: Contexte, visee: EtapeResume | None) -> None:
    if visee is not None and not ctx.departement and visee.organisme != ctx.organisme:
        raise Interdit(f"Cette étape est celle de {visee.organisme_nom} : seul cet organisme peut la modifier.")


async def _offre(ctx: Contexte, saisie: SaisieEtape, precedente: EtapeResume | None) -> OffreDeServiceResume | None:
    """Return the chosen offre if it is the user's organism's (the one it already had stays allowed)."""
    offre = await offre_de_service(saisie.offre_de_service)
    if offre is None or ctx.departement or offre.organisme == ctx.organisme:
        return offre
    return offre if precedente and precedente.offre_de_service == offre.id else None


def _nature(saisie: SaisieEtape, precedente: EtapeResume | None) -> str:
    if precedente is None:
        return "etape.ouvrir"
    return "etape.clore" if precedente.ouverte and saisie.fin_reelle else "etape.modifier"


async def _ajouter_referent(a: Acte, ligne: dict[str, Any], referent: uuid.UUID) -> None:
    await a.inserer(
        Affectation,
        {
            "beneficiaire": ligne["beneficiaire"],
            "referent": referent,
            "nature": ETAPE,
            "dispositif": ligne["dispositif"],
            "etape": ligne["id"],
            "debut": ligne["debut_reel"],
            "fin": ligne["fin_reelle"],
        },
    )
    a.libelle += f", référent d'étape depuis le {jour(ligne['debut_reel'])}"
    a.evenement("referent_affecte", {"beneficiaire": ligne["beneficiaire"], "referent": str(referent), "nature": ETAPE})


def _annoncer(a: Acte, ligne: dict[str, Any], precedente: EtapeResume | None) -> None:
    donnees = {"etape": str(ligne["id"]), "beneficiaire": ligne["beneficiaire"], "offre": ligne["offre"]}
    if precedente is None:
        a.evenement("etape_ouverte", donnees)
    if ligne["fin_reelle"] is not None and (precedente is None or precedente.ouverte):
        a.evenement("etape_close", donnees)


declarer_suite("etape", functools.partial(_garder_places, "e.id"))
declarer_suite("entree_dispositif", functools.partial(_garder_places, "d.id"))
