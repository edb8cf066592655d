"""What the worker does with convocations and reminders: compare, queue the mail and note it in one transaction.

What is noted is never queued again, whatever stops or runs twice: the note and the mail are written together, and the
note has one place.
"""

import datetime as dt
import email.utils
import itertools

from viesion_core.contexte import PARIS, minuit
from viesion_core.convocations.model import (
    HEURES_RAPPEL,
    QUIETUDE,
    Envoi,
    courriel_de,
    invitation,
    rappel_personne,
    rappel_referent,
)
from viesion_core.convocations.queries import convocations_a_tenir, journees_a_rappeler, rendez_vous_a_rappeler
from viesion_core.courriels.actions import deposer_courriel
from viesion_core.courriels.model import Piece
from viesion_core.db import executer, transaction
from viesion_core.nomenclatures.model import libelle

FICHIER = "rendez-vous.ics"


async def tenir_convocations(maintenant: dt.datetime, expediteur: str) -> int:
    """Queue the mails of the convocations that have not left, or whose entretien has moved or is cancelled.

    Return how many were queued. `expediteur` as in the settings: « VieSion <adresse> ».
    """
    _, adresse = email.utils.parseaddr(expediteur)
    faits = 0
    for envoi in await convocations_a_tenir(maintenant, maintenant - QUIETUDE):
        faits += await _tenir(envoi, adresse, maintenant)
    return faits


async def _tenir(envoi: Envoi, expediteur: str, maintenant: dt.datetime) -> int:
    """Write what the convocation says now, and queue its mail; 1 if it was queued.

    Cancelled before it left, it says nothing to anybody; it ends when the person takes no more mails.
    """
    joignable = envoi.accepte and bool(envoi.courriel)
    dire = joignable and not (envoi.annule and envoi.avant is None)
    async with transaction():
        pris = await executer(
            """UPDATE convocation SET entretien = {}, debut = {}, duree = {}, lieu = {}, adresse = {}, titre = {},
                sequence = {}, partie_le = coalesce({}, partie_le),
                annulee = {}, version = version + 1 WHERE entretien = {} AND version = {}""",
            envoi.suivant or envoi.entretien,
            envoi.debut,
            envoi.duree,
            envoi.lieu,
            envoi.adresse,
            envoi.titre,
            envoi.sequence + 1,
            maintenant if dire else None,
            envoi.annule or not joignable,
            envoi.entretien,
            envoi.version,
        )
        if not pris or not dire:
            return 0
        sujet, texte = courriel_de(envoi)
        piece = Piece(nom=FICHIER, methode=envoi.methode, contenu=invitation(envoi, expediteur, maintenant))
        await deposer_courriel(envoi.courriel, sujet, texte, maintenant, pieces=[piece], expire_le=envoi.debut)
    return 1


async def rappeler(maintenant: dt.datetime, url: str) -> int:
    """Queue the reminders of the next day (Paris), from 9 h to 20 h; return how many. `url`: the public address."""
    ici = maintenant.astimezone(PARIS)
    if ici.hour not in HEURES_RAPPEL:
        return 0
    demain = ici.date() + dt.timedelta(days=1)
    debut, fin = minuit(demain), minuit(demain + dt.timedelta(days=1))
    return await _rappeler_personnes(maintenant, debut, fin) + await _rappeler_referents(maintenant, demain, url)


async def _rappeler_personnes(maintenant: dt.datetime, debut: dt.datetime, fin: dt.datetime) -> int:
    faits = 0
    for rdv in await rendez_vous_a_rappeler(debut, fin):
        async with transaction():
            note = await executer(
                """INSERT INTO rappel_personne (entretien, debut, depose_le) VALUES ({}, {}, {})
                ON CONFLICT (entretien, debut) DO NOTHING""",
                rdv.entretien,
                rdv.debut,
                maintenant,
            )
            if note:
                await deposer_courriel(rdv.courriel, *rappel_personne(rdv), maintenant, expire_le=rdv.debut)
                faits += 1
    return faits


async def _rappeler_referents(maintenant: dt.datetime, demain: dt.date, url: str) -> int:
    debut, fin = minuit(demain), minuit(demain + dt.timedelta(days=1))
    faits = 0
    for qui, lignes in (await journees_a_rappeler(demain, debut, fin)).items():
        # The people of an atelier are one appointment.
        groupes = itertools.groupby(lignes, key=lambda li: (li["debut"], li["creneau"] or object()))
        premieres = [next(groupe) for _, groupe in groupes]
        dits = [(li["debut"], li["duree"], li["titre"] or libelle("TYPE_ENTRETIEN", li["type"])) for li in premieres]
        async with transaction():
            note = await executer(
                """INSERT INTO rappel_referent (utilisateur, jour, depose_le) VALUES ({}, {}, {})
                ON CONFLICT (utilisateur, jour) DO NOTHING""",
                qui,
                demain,
                maintenant,
            )
            if note:
                await deposer_courriel(
                    lignes[0]["courriel"], *rappel_referent(dits, url), maintenant, expire_le=lignes[0]["debut"]
                )
                faits += 1
    return faits
