"""Preparing and sending the report of an anomaly."""

import datetime as dt

from viesion_core.acces.perimetre import exiger_dossier
from viesion_core.anomalies.model import PAR_HEURE, Courriel, SaisieAnomalie, Technique, composer, nomme, verifier
from viesion_core.contexte import Contexte
from viesion_core.courriels.actions import deposer_courriel
from viesion_core.db import lire_un, lire_valeur, transaction
from viesion_core.erreurs import ErreurMetier, ErreurSaisie, Introuvable
from viesion_core.journal import journaliser_acte

HORS_PERIMETRE = "Aucun dossier de ce numéro dans votre périmètre."
NOMMEE = "La description nomme la personne : retirez son nom, le n° de dossier suffit à l'assistance."


async def preparer_anomalie(
    ctx: Contexte, saisie: SaisieAnomalie, technique: Technique, *, assistance: str
) -> Courriel:
    """Return the mail that would leave to `assistance`, to be read before it is sent.

    Raises ErreurSaisie: `description` too short or that names the person of the dossier, `numero` outside the
    perimeter.
    """
    verifier(saisie)
    if saisie.numero is not None:
        await _verifier_dossier(ctx, saisie.numero, saisie.description)
    repondre_a = await lire_valeur("SELECT courriel FROM utilisateur WHERE id = {}", ctx.utilisateur)
    return composer(ctx, saisie, technique, assistance, str(repondre_a or ""))


async def signaler_anomalie(ctx: Contexte, saisie: SaisieAnomalie, technique: Technique, *, assistance: str) -> None:
    """Queue the mail; the journal keeps that it was sent, and of which dossier the number was given.

    Raises what `preparer_anomalie` raises, and ErreurMetier beyond PAR_HEURE reports in an hour.
    """
    courriel = await preparer_anomalie(ctx, saisie, technique, assistance=assistance)
    async with transaction():
        recents = await lire_valeur(
            "SELECT count(*) FROM courriel WHERE repondre_a = {} AND repondre_a <> '' AND cree_le > {}",
            courriel.repondre_a,
            ctx.maintenant - dt.timedelta(hours=1),
        )
        if recents >= PAR_HEURE:
            raise ErreurMetier(f"{PAR_HEURE} anomalies signalées en une heure : attendez avant la suivante.")
        await deposer_courriel(
            courriel.destinataire,
            courriel.sujet,
            courriel.texte,
            ctx.maintenant,
            fichiers=courriel.fichiers,
            repondre_a=courriel.repondre_a,
        )
        cle = str(saisie.numero) if saisie.numero else ""
        await journaliser_acte(ctx, "anomalie.signaler", "dossier" if cle else "", cle, None, technique.page)


async def _verifier_dossier(ctx: Contexte, numero: int, description: str) -> None:
    try:
        await exiger_dossier(ctx, numero)
    except Introuvable:
        raise ErreurSaisie({"numero": HORS_PERIMETRE}) from None
    personne = await lire_un("SELECT nom_naissance, nom_usage, prenom FROM beneficiaire WHERE numero = {}", numero)
    if personne and any(nomme(description, personne[n], personne["prenom"]) for n in ("nom_naissance", "nom_usage")):
        raise ErreurSaisie({"description": NOMMEE})
