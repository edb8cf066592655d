"""« Échanges »: the files that Solis sent, and the refused lines that a person decides on."""

import uuid
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from viesion_core.echanges.actions import abandonner_rejet, trancher_doublon
from viesion_core.echanges.model import EtatRejet
from viesion_core.echanges.queries import PAR_PAGE, derniers_fichiers, exiger_rejet, rejets_page
from viesion_core.erreurs import ErreurSaisie
from viesion_core.journal import journaliser_lecture
from web.formulaire import lire_formulaire
from web.page import Page, PageCourante
from web.politiques import DEPARTEMENT, politique

_ETATS = {"": EtatRejet.A_TRAITER, "regles": EtatRejet.REGLE, "abandonnes": EtatRejet.ABANDONNE}


class EchangesController(Controller):
    """The exchanges with the partners: the département's pilote sees and decides."""

    path = "/echanges"
    opt = politique(DEPARTEMENT)

    @get()
    async def lister(self, page: PageCourante, etat: FromQuery[str] = "", p: FromQuery[int] = 1) -> Response[Any]:
        """Show the refused lines in that state, and the latest files."""
        return await _liste(page, etat if etat in _ETATS else "", min(max(p, 1), 10_000))

    @post("/rejets/{identifiant:uuid}/abandonner")
    async def abandonner(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Give up a refused line, with a reason."""
        await exiger_rejet(page.ctx, identifiant)
        f = await lire_formulaire(page.requete)
        motif, version = f.texte("motif", maximum=300), f.entier("version", requis=True) or 0
        f.verifier()
        try:
            await abandonner_rejet(page.ctx, identifiant, motif, version=version)
        except ErreurSaisie as erreur:
            return await _liste(page, "", 1, erreur=erreur, vise=identifiant, saisie=f.brut)
        return page.rediriger("/echanges")

    @post("/rejets/{identifiant:uuid}/trancher")
    async def trancher(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Say whether it is the same person (`meme`: oui) or another one (non)."""
        await exiger_rejet(page.ctx, identifiant)
        f = await lire_formulaire(page.requete)
        meme = f.choix("meme", ("oui", "non")) == "oui"
        version = f.entier("version", requis=True) or 0
        f.verifier()
        await trancher_doublon(page.ctx, identifiant, page.registre.flux(), meme=meme, version=version)
        return page.rediriger("/echanges")


async def _liste(
    page: Page,
    etat: str,
    numero: int,
    *,
    erreur: ErreurSaisie | None = None,
    vise: uuid.UUID | None = None,
    saisie: dict[str, Any] | None = None,
) -> Response[Any]:
    rejets, total = await rejets_page(page.ctx, _ETATS[etat], numero)
    journaliser_lecture(page.ctx, "rejet.consulter", "", "")
    donnees: dict[str, Any] = {
        "rejets": rejets,
        "total": total,
        "etat": etat,
        "page_courante": numero,
        "par_page": PAR_PAGE,
        "fichiers": await derniers_fichiers(),
        "flux": page.registre.flux(),
        "vise": vise,
    }
    if erreur is not None:
        return await page.rendre_erreurs("echanges/echanges.html", erreur, saisie or {}, **donnees)
    return await page.rendre("echanges/echanges.html", **donnees)
