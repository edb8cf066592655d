"""The use cases of ateliers: register, wait, give a place, tell who came, move, cancel; each undoable in one go."""

import uuid
from collections.abc import Mapping

import msgspec

from viesion_core.acces.perimetre import exiger_dossier, exiger_ecriture
from viesion_core.actes import Acte, acte
from viesion_core.agenda.actions import reserver_creneau
from viesion_core.agenda.model import CreneauPris
from viesion_core.agenda.model_ateliers import ATTENTE_MAXIMUM, PRESENCES, Seance
from viesion_core.agenda.queries_ateliers import en_attente, participants, seance
from viesion_core.agenda.tables import Attente
from viesion_core.contexte import Contexte
from viesion_core.db import declarer_contraintes
from viesion_core.entretiens.model import defaut_realisation
from viesion_core.entretiens.tables import Entretien
from viesion_core.erreurs import ErreurMetier, ErreurSaisie, Introuvable
from viesion_core.formats import compte

_ATTEND_DEJA = "Cette personne est déjà sur la liste d'attente."
declarer_contraintes({"attente_personne": _ATTEND_DEJA, "attente.creneau, attente.beneficiaire": _ATTEND_DEJA})


class Inscription(msgspec.Struct, frozen=True):
    """What became of a registration: the act, whether the person waits."""

    acte: Acte
    attend: bool


async def inscrire(ctx: Contexte, identifiant: uuid.UUID, numero: int) -> Inscription:
    """Give a person a place in a séance, or put her on the waiting list when it is full or when others wait already.

    Who comes without having been registered can be until the end of the day.
    Raises as `reserver_creneau` (the étape…); ErreurMetier when she waits already or has a place.
    """
    exiger_ecriture(ctx)
    vue = await seance(ctx, identifiant)
    await exiger_dossier(ctx, numero)
    if vue.jour < ctx.aujourdhui:
        raise ErreurMetier("Cette séance est passée.")
    if vue.restant > vue.attente:
        try:
            return Inscription((await reserver_creneau(ctx, identifiant, numero)).acte, attend=False)
        except CreneauPris:  # the last place went meanwhile
            return Inscription(await _attendre(ctx, vue, numero), attend=True)
    return Inscription(await _attendre(ctx, vue, numero), attend=True)


async def donner_place(ctx: Contexte, identifiant: uuid.UUID, attente: uuid.UUID) -> Acte:
    """Give the place that is free to a person of the waiting list, who leaves it in the same act."""
    exiger_ecriture(ctx)
    await seance(ctx, identifiant)
    qui = next((x for x in await en_attente(ctx, identifiant) if x.id == attente), None)
    if qui is None:
        raise Introuvable
    try:
        return (await reserver_creneau(ctx, identifiant, qui.numero)).acte
    except CreneauPris as erreur:
        raise ErreurMetier("Aucune place n'est libre : la personne reste sur la liste d'attente.") from erreur


async def quitter_attente(ctx: Contexte, identifiant: uuid.UUID, attente: uuid.UUID, *, version: int) -> Acte:
    """Take a person off the waiting list."""
    exiger_ecriture(ctx)
    vue = await seance(ctx, identifiant)
    qui = next((x for x in await en_attente(ctx, identifiant) if x.id == attente), None)
    if qui is None:
        raise Introuvable
    libelle = f"{vue.nom} du {vue.quand} : liste d'attente quittée"
    async with acte(ctx, "atelier.attente.quitter", libelle, beneficiaire=qui.numero) as a:
        await a.supprimer(Attente, attente, version=version)
    return a


async def pointer(
    ctx: Contexte, identifiant: uuid.UUID, presences: Mapping[uuid.UUID, str], versions: Mapping[uuid.UUID, int]
) -> Acte:
    """Tell who came to a séance, all at once: entretien by entretien, Présence or an absence. Undone all at once.

    Raises ErreurMetier before the day, ErreurSaisie for a réalisation that is no attendance, Introuvable for an
    entretien that is not of the séance and of the perimeter, ConflitVersion when somebody told it meanwhile.
    """
    exiger_ecriture(ctx)
    vue = await seance(ctx, identifiant)
    connus = {p.entretien: p for p in await participants(ctx, identifiant)}
    if not presences.keys() <= connus.keys():
        raise Introuvable
    if set(presences.values()) - set(PRESENCES):
        raise ErreurSaisie({"presences": "Choisissez un élément de la liste."})
    if presences and (defaut := defaut_realisation(PRESENCES[0], vue.debut, ctx.maintenant)):
        raise ErreurMetier(defaut)
    dits = {cle: code for cle, code in presences.items() if connus[cle].realisation != code}
    venus = sum(code == PRESENCES[0] for code in presences.values())
    libelle = f"{vue.nom} du {vue.quand} : {compte(venus, 'présence')} sur {len(presences)}"
    async with acte(ctx, "atelier.pointer", libelle) as a:
        lignes = {cle: {"realisation": code, "modifie_le": ctx.maintenant} for cle, code in dits.items()}
        await a.modifier_lot(Entretien, lignes, {cle: versions.get(cle, 0) for cle in lignes})
        for cle in dits:
            _annoncer(a, cle, connus[cle].numero)
    return a


async def _attendre(ctx: Contexte, vue: Seance, numero: int) -> Acte:
    if vue.attente >= ATTENTE_MAXIMUM:
        raise ErreurMetier(f"La liste d'attente compte déjà {ATTENTE_MAXIMUM} personnes.")
    if any(p.numero == numero for p in await participants(ctx, vue.id)):
        raise ErreurMetier("Cette personne a déjà une place dans cette séance.")
    libelle = f"{vue.nom} du {vue.quand} : sur liste d'attente"
    async with acte(ctx, "atelier.attendre", libelle, beneficiaire=numero) as a:
        await a.inserer(Attente, {"creneau": vue.id, "beneficiaire": numero, "inscrit_le": ctx.maintenant})
    return a


def _annoncer(a: Acte, identifiant: uuid.UUID, numero: int) -> None:
    a.dossiers.add(numero)
    a.evenement("entretien_enregistre", {"entretien": str(identifiant), "beneficiaire": numero})
