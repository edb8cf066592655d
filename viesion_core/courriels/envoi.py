"""Sending: by SMTP, or to a folder in demo and test (one .eml a mail)."""

import datetime as dt
import email.message
import email.policy
import email.utils
import hashlib
import pathlib
from collections.abc import Sequence
from typing import Any, Protocol

import aiosmtplib
import msgspec

from viesion_core.courriels.model import FichierJoint, Piece
from viesion_core.db import executer, lire, lire_valeur, transaction

RESERVE = dt.timedelta(minutes=5)
"""How long a mail that a process has taken is left to it: a process that dies there gives it back after that."""
DELAIS = (dt.timedelta(minutes=1), dt.timedelta(minutes=10), dt.timedelta(hours=1), dt.timedelta(hours=6))


class Transport(Protocol):
    """How a composed mail leaves."""

    async def envoyer(self, message: email.message.EmailMessage) -> None:
        """Send, or raise OSError or aiosmtplib.SMTPException."""


class TransportDossier(msgspec.Struct, frozen=True):
    """Writes each mail to a folder, read at /aide/courriels (demo mode)."""

    dossier: pathlib.Path

    async def envoyer(self, message: email.message.EmailMessage) -> None:
        """Write one .eml, named by its instant so that the folder sorts by time; the same mail is the same file."""
        self.dossier.mkdir(parents=True, exist_ok=True)
        instant = email.utils.parsedate_to_datetime(message["Date"])
        propre = hashlib.sha256(str(message["Message-ID"]).encode()).hexdigest()[:16]
        nom = f"{instant:%Y%m%dT%H%M%S}-{propre}.eml"
        (self.dossier / nom).write_bytes(message.as_bytes())


class TransportSmtp(msgspec.Struct, frozen=True):
    """Sends through the département's or the organism's SMTP server."""

    hote: str
    port: int
    identifiant: str
    mot_de_passe: str
    tls: bool

    async def envoyer(self, message: email.message.EmailMessage) -> None:
        """Send with STARTTLS when `tls` is set; refuses to authenticate in clear."""
        await aiosmtplib.send(
            message,
            hostname=self.hote,
            port=self.port,
            username=self.identifiant or None,
            password=self.mot_de_passe or None,
            start_tls=self.tls,
            timeout=20,
        )


async def envoyer_courriels(transport: Transport, expediteur: str, maintenant: dt.datetime, *, limite: int = 50) -> int:
    """Send the queued mails that are due; return how many left. A failure is tried again, later and later.

    What lapsed before it could leave is forgotten.
    """
    await _oublier(maintenant)
    lignes = await lire(
        """SELECT id, destinataire, sujet, texte, pieces, repondre_a, cree_le, tentatives, prochain_essai,
            CASE WHEN EXISTS (SELECT 1 FROM courriel_fichier f WHERE f.courriel = courriel.id) THEN 1 ELSE 0 END
                AS avec_fichiers
        FROM courriel WHERE envoye_le IS NULL AND prochain_essai <= {} ORDER BY prochain_essai LIMIT {}""",
        maintenant,
        limite,
    )
    partis = 0
    for ligne in lignes:
        partis += await _envoyer(transport, expediteur, ligne, maintenant)
    return partis


async def _envoyer(transport: Transport, expediteur: str, ligne: dict[str, Any], maintenant: dt.datetime) -> int:
    """Send one mail and record the outcome at once, so that a stop never sends twice what is recorded.

    The mail is taken first: of two processes that have read it, one sends it.
    """
    async with transaction():
        pris = await executer(
            "UPDATE courriel SET prochain_essai = {} WHERE id = {} AND envoye_le IS NULL AND prochain_essai = {}",
            maintenant + RESERVE,
            ligne["id"],
            ligne["prochain_essai"],
        )
    if not pris:
        return 0
    try:
        await transport.envoyer(_composer(expediteur, ligne, await _fichiers(ligne)))
    except (OSError, aiosmtplib.SMTPException) as erreur:
        attente = DELAIS[min(ligne["tentatives"], len(DELAIS) - 1)]
        async with transaction():
            await executer(
                "UPDATE courriel SET tentatives = tentatives + 1, prochain_essai = {}, erreur = {} WHERE id = {}",
                maintenant + attente,
                type(erreur).__name__,
                ligne["id"],
            )
        return 0
    async with transaction():
        await executer("UPDATE courriel SET envoye_le = {} WHERE id = {}", maintenant, ligne["id"])
        if ligne["avec_fichiers"]:
            await executer("DELETE FROM courriel_fichier WHERE courriel = {}", ligne["id"])
    return 1


async def _fichiers(ligne: dict[str, Any]) -> list[FichierJoint]:
    """Return the files of a mail: read one mail at a time, for they can be large."""
    if not ligne["avec_fichiers"]:
        return []
    requete = "SELECT nom, type_mime, contenu FROM courriel_fichier WHERE courriel = {} ORDER BY rang"
    lus = await lire(requete, ligne["id"])
    return [FichierJoint(nom=f["nom"], type_mime=f["type_mime"], contenu=bytes(f["contenu"])) for f in lus]


async def _oublier(maintenant: dt.datetime) -> None:
    """Delete the mails that say nothing useful any more; a turn with none writes nothing."""
    if await lire_valeur("SELECT id FROM courriel WHERE envoye_le IS NULL AND expire_le <= {} LIMIT 1", maintenant):
        async with transaction():
            await executer("DELETE FROM courriel WHERE envoye_le IS NULL AND expire_le <= {}", maintenant)


def _composer(expediteur: str, ligne: dict[str, Any], fichiers: Sequence[FichierJoint]) -> email.message.EmailMessage:
    message = email.message.EmailMessage(policy=email.policy.SMTP)
    message["From"] = expediteur
    message["To"] = ligne["destinataire"]
    message["Subject"] = ligne["sujet"]
    message["Date"] = email.utils.format_datetime(ligne["cree_le"])
    message["Message-ID"] = f"<{ligne['id']}@viesion>"
    message["Auto-Submitted"] = "auto-generated"
    if ligne["repondre_a"]:
        message["Reply-To"] = ligne["repondre_a"]
    message.set_content(ligne["texte"])
    for piece in msgspec.convert(ligne["pieces"], list[Piece]):
        _joindre(message, piece)
    for fichier in fichiers:
        genre, _, sorte = fichier.type_mime.partition("/")
        if genre == "text":
            message.add_attachment(fichier.contenu.decode(), subtype=sorte, filename=fichier.nom)
        else:
            message.add_attachment(fichier.contenu, maintype=genre, subtype=sorte, filename=fichier.nom)
    return message


def _joindre(message: email.message.EmailMessage, piece: Piece) -> None:
    """Add an invitation: beside the text, where Outlook reads it, and as a file, that the others open."""
    message.add_alternative(piece.contenu, subtype="calendar", params={"method": piece.methode})
    message.add_attachment(piece.contenu.encode(), maintype="application", subtype="ics", filename=piece.nom)
