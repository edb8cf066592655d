"""« Annuler »: the button of the toast."""

import urllib.parse
import uuid
from typing import Any

from litestar import Controller, Response, post
from litestar.params import FromPath

from viesion_core.actes import annuler_acte
from web.page import Page, PageCourante, retour_interne
from web.politiques import CONNECTE, politique


class ActeController(Controller):
    """An act done, that its author undoes within the day."""

    path = "/actes"
    opt = politique(CONNECTE)

    @post("/{identifiant:uuid}/annuler")
    async def annuler(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Undo an act, then show again the page where one was: the undoing is an act too."""
        a = await annuler_acte(page.ctx, identifiant)
        return page.rediriger(_revenir(page, a.libelle), acte=a.id)


def _revenir(page: Page, libelle: str) -> str:
    """Return the page of the toast, without its act; the accueil when the page itself has just been undone."""
    venant = urllib.parse.urlsplit(page.requete.headers.get("referer", ""))
    if venant.netloc != page.requete.headers.get("host") or "Ouverture du dossier" in libelle:
        return "/"
    gardes = [(n, v) for n, v in urllib.parse.parse_qsl(venant.query) if n not in ("acte", "fait")]
    suite = f"?{urllib.parse.urlencode(gardes)}" if gardes else ""
    return retour_interne(f"{venant.path}{suite}", "/")
