"""The use cases of convocations: the person's agreement, « Envoyer la convocation », one's own reminder."""

import uuid

from viesion_core.acces.perimetre import exiger_dossier, exiger_ecriture
from viesion_core.actes import Acte, acte
from viesion_core.contexte import Contexte
from viesion_core.convocations.queries import accord_de, convocations_de
from viesion_core.convocations.tables import AccordCourriel, Convocation
from viesion_core.db import declarer_contraintes, executer, transaction
from viesion_core.entretiens.model import PREVU, modifiable
from viesion_core.entretiens.queries import entretien
from viesion_core.erreurs import ErreurMetier, Interdit
from viesion_core.formats import heure
from viesion_core.journal import journaliser_acte

_DEJA = "Cette convocation est déjà demandée."
declarer_contraintes({"convocation_pkey": _DEJA, "convocation.entretien": _DEJA})


async def recueillir_accord(ctx: Contexte, numero: int) -> Acte:
    """Note that the person agrees to receive convocations and reminders by mail. Undoable.

    Raises ErreurMetier when no address is known, or when it is noted already.
    """
    exiger_ecriture(ctx)
    await exiger_dossier(ctx, numero)
    connu = await accord_de(ctx, numero)
    if not connu.courriel:
        raise ErreurMetier("Cette personne n'a pas d'adresse de courriel : ajoutez-la à son dossier.")
    if connu.recueilli_le is not None:
        raise ErreurMetier("Cet accord est déjà noté.")
    async with acte(ctx, "courriel.accord", "Accord pour les courriels noté", beneficiaire=numero) as a:
        await a.inserer(AccordCourriel, {"beneficiaire": numero, "recueilli_le": ctx.maintenant})
    return a


async def retirer_accord(ctx: Contexte, numero: int, *, version: int) -> Acte:
    """Note that the person takes no more mails: nothing leaves from now on. Undoable."""
    exiger_ecriture(ctx)
    await exiger_dossier(ctx, numero)
    async with acte(ctx, "courriel.refus", "Accord pour les courriels retiré", beneficiaire=numero) as a:
        await a.supprimer(AccordCourriel, numero, version=version)
    return a


async def convoquer(ctx: Contexte, numero: int, identifiant: uuid.UUID) -> Acte:
    """Ask for the mail of a convocation: the worker sends it in a minute, then each move and the cancellation.

    Undoable until it has left. One that was cancelled can be asked for again: calendars take the later number.
    Raises ErreurMetier when the person has not agreed or has no address, when the entretien is past or told, or when
    the convocation was asked for already.
    """
    exiger_ecriture(ctx)
    await exiger_dossier(ctx, numero)
    vu = await entretien(ctx, numero, identifiant)
    if not modifiable(ctx, vu.organisme):
        raise Interdit("Cet entretien est celui d'un autre organisme : c'est à lui de convoquer.")
    if vu.realisation != PREVU or vu.debut <= ctx.maintenant:
        raise ErreurMetier("Seul un entretien à venir se convoque.")
    if not (await accord_de(ctx, numero)).complet:
        raise ErreurMetier("Cette personne n'a pas accepté les courriels, ou n'a pas d'adresse.")
    libelle = f"Convocation du {vu.jour:%d/%m/%Y} à {heure(vu.debut)} : le courriel part dans la minute"
    demande = {
        "debut": vu.debut,
        "duree": vu.duree,
        "lieu": vu.lieu,
        "demandee_le": ctx.maintenant,
        "partie_le": None,
        "annulee": False,
    }
    ancienne = (await convocations_de(ctx, numero)).get(identifiant)
    async with acte(ctx, "entretien.convoquer", libelle, beneficiaire=numero) as a:
        if ancienne is not None:
            if not ancienne.annulee:
                raise ErreurMetier(_DEJA)
            await a.modifier(Convocation, identifiant, demande, version=None)
        else:
            qui = {"entretien": identifiant, "beneficiaire": numero, "organisme": vu.organisme, "uid": uuid.uuid4()}
            await a.inserer(Convocation, {**qui, **demande, "sequence": 0})
    return a


async def regler_rappel(ctx: Contexte, *, voulu: bool) -> None:
    """Choose whether one's own day to come is mailed to oneself, the day before."""
    exiger_ecriture(ctx)
    if ctx.utilisateur is None:
        raise Interdit
    async with transaction():
        if voulu:
            await executer(
                "INSERT INTO rappel_reglage (utilisateur, depuis) VALUES ({}, {}) ON CONFLICT (utilisateur) DO NOTHING",
                ctx.utilisateur,
                ctx.maintenant,
            )
        else:
            await executer("DELETE FROM rappel_reglage WHERE utilisateur = {}", ctx.utilisateur)
        nature = "agenda.rappel.demander" if voulu else "agenda.rappel.arreter"
        await journaliser_acte(ctx, nature, "utilisateur", str(ctx.utilisateur), None)
