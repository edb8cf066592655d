"""Aide: what VieSion is, the process in steps, the lexicon; and, in the demo, the mails that were sent."""

import asyncio
import base64
import datetime as dt
import email
import email.message
import email.policy
import email.utils
import pathlib
import re
from typing import Any

import msgspec
from litestar import Controller, Response, get
from litestar.params import FromPath, FromQuery

from viesion_core.erreurs import Introuvable
from web.aide import aides, chercher_aide
from web.page import PageCourante, retour_interne
from web.politiques import CONNECTE, PUBLIQUE, politique
from web.raccourcis import RACCOURCIS

COURRIELS_AFFICHES = 50
_LIEN = re.compile(r"https?://[^\s<>\"]+")


class AideController(Controller):
    """The help, for whoever is connected."""

    path = "/aide"
    opt = politique(CONNECTE)

    @get()
    async def lire(self, page: PageCourante, q: FromQuery[str] = "") -> Response[Any]:
        """Show the help; with `q`, the screens whose help holds these words."""
        question = q.strip()[:200]
        return await page.rendre("aide/aide.html", question=question, trouvees=chercher_aide(question))

    @get("/raccourcis")
    async def raccourcis(self, page: PageCourante) -> Response[Any]:
        """List every shortcut of the keyboard, and let those of one key be turned off."""
        return await page.rendre("aide/raccourcis.html", groupes=RACCOURCIS)

    @get("/ecrans/{code:str}")
    async def ecran(self, page: PageCourante, code: FromPath[str], retour: FromQuery[str] = "") -> Response[Any]:
        """Show the help of one screen, and the way back to it."""
        aide = next((aide for aide in aides() if aide.code == code), None)
        if aide is None:
            raise Introuvable
        return await page.rendre("aide/ecran.html", aide=aide, retour=retour_interne(retour, ""))

    @get("/courriels", opt=politique(PUBLIQUE))
    async def courriels(self, page: PageCourante) -> Response[Any]:
        """Show the mails of the demo, the latest first: its first connexions need no session. 404 elsewhere."""
        if page.settings.mode != "demo":
            raise Introuvable
        courriels = await asyncio.to_thread(lire_courriels, page.settings.dossier_courriels)
        return await page.rendre("aide/courriels.html", courriels=courriels)


class CourrielEcrit(msgspec.Struct, frozen=True):
    """A mail of the folder. `texte` is cut into (piece, address): an address is "" outside the links.

    `pieces`: its attachments.
    """

    destinataire: str
    sujet: str
    instant: dt.datetime | None
    texte: tuple[tuple[str, str], ...]
    pieces: tuple["PieceEcrite", ...] = ()


class PieceEcrite(msgspec.Struct, frozen=True):
    """An attachment of a mail: its name; its text or the address of its image inside the page, "" for other kinds."""

    nom: str
    texte: str = ""
    image: str = ""


def lire_courriels(dossier: pathlib.Path) -> list[CourrielEcrit]:
    """Return the latest mails of a folder (names sort by time); a missing folder holds none."""
    fichiers = sorted(dossier.glob("*.eml"), reverse=True)[:COURRIELS_AFFICHES]
    return [_lire(fichier) for fichier in fichiers]


def _lire(fichier: pathlib.Path) -> CourrielEcrit:
    message = email.message_from_bytes(fichier.read_bytes(), policy=email.policy.default)
    corps = message.get_body(("plain",))
    instant = message["Date"]
    return CourrielEcrit(
        destinataire=str(message["To"] or ""),
        sujet=str(message["Subject"] or ""),
        instant=email.utils.parsedate_to_datetime(str(instant)) if instant else None,
        texte=tuple(_morceaux(corps.get_content() if corps else "")),
        pieces=tuple(_piece(piece) for piece in message.iter_attachments()),
    )


def _piece(piece: email.message.EmailMessage) -> PieceEcrite:
    nom, genre, contenu = piece.get_filename() or "", piece.get_content_type(), piece.get_content()
    if genre == "text/plain":
        return PieceEcrite(nom, texte=contenu)
    if genre in ("image/png", "image/jpeg"):
        return PieceEcrite(nom, image=f"data:{genre};base64,{base64.b64encode(contenu).decode()}")
    return PieceEcrite(nom)


def _morceaux(texte: str) -> list[tuple[str, str]]:
    """Cut a text around its links."""
    morceaux, debut = [], 0
    for lien in _LIEN.finditer(texte):
        morceaux += [(texte[debut : lien.start()], ""), (lien[0], lien[0])]
        debut = lien.end()
    return [*morceaux, (texte[debut:], "")]
