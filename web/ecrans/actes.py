"""« Annuler »: the one address that undoes an act, whatever screen it was done on."""

import re
import urllib.parse
import uuid
from typing import Any

from litestar import Controller, Response, post
from litestar.params import FromPath

from viesion_core.acces.perimetre import exiger_dossier, exiger_ecriture
from viesion_core.actes import ActeResume, acte_nomme, annuler_acte
from viesion_core.erreurs import Introuvable
from web.formulaire import lire_formulaire
from web.page import Page, PageCourante
from web.politiques import CONNECTE, politique

_FICHE = re.compile(r"(/beneficiaires/\d+/(?!historique)[a-z]+)/.+")


class ActeController(Controller):
    """The acts of the user, and for a director those of the organism."""

    path = "/actes"
    opt = politique(CONNECTE)

    @post("/{identifiant:uuid}/annuler")
    async def annuler(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Undo an act within a day, then go back where one was; what stands in the way is said in French."""
        f = await lire_formulaire(page.requete)
        fait = await acte_nomme(page.ctx, identifiant)
        if fait is None:
            raise Introuvable
        if fait.beneficiaire is not None:
            exiger_ecriture(page.ctx)
            await exiger_dossier(page.ctx, fait.beneficiaire)
        annulation = await annuler_acte(page.ctx, identifiant)
        return page.rediriger(_retour(page, f.texte("retour", maximum=500), fait), acte=annulation.id)


def _retour(page: Page, demande: str, fait: ActeResume) -> str:
    """Return the page to come back to: where one was, or its list if what it showed may be gone with the act."""
    if fait.nature == "dossier.ouvrir":
        return "/beneficiaires"
    venant = urllib.parse.urlsplit(demande or page.requete.headers.get("referer", ""))
    ici = page.requete.headers.get("host", "")
    if venant.netloc not in ("", ici) or not re.fullmatch(r"/[\w/.-]*", venant.path) or venant.path.startswith("//"):
        return f"/beneficiaires/{fait.beneficiaire}" if fait.beneficiaire is not None else "/"
    if liste := _FICHE.fullmatch(venant.path):
        return liste[1]
    parametres = [(nom, valeur) for nom, valeur in urllib.parse.parse_qsl(venant.query) if nom not in ("acte", "fait")]
    return venant.path + (f"?{urllib.parse.urlencode(parametres)}" if parametres else "")
