"""« Échanges, envois »: what VieSion tells Solis, whether Solis took it, and what it refused to send again."""

import uuid
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from viesion_core.echanges.envois import renvoyer
from viesion_core.echanges.envois_model import EtatEnvoi
from viesion_core.echanges.envois_queries import PAR_PAGE, envois_page, exiger_envoi
from viesion_core.echanges.liaison import liaison
from viesion_core.erreurs import ErreurMetier
from viesion_core.journal import journaliser_lecture
from web.page import Page, PageCourante
from web.politiques import DEPARTEMENT, politique

_ETATS = {
    "": EtatEnvoi.REFUSE,
    "a-envoyer": EtatEnvoi.A_ENVOYER,
    "envoyes": EtatEnvoi.ENVOYE,
    "acquittes": EtatEnvoi.ACQUITTE,
}


class EnvoisController(Controller):
    """The messages to the partners: the département's pilote sees them and sends again what was refused."""

    path = "/echanges/envois"
    opt = politique(DEPARTEMENT)

    @get()
    async def lister(self, page: PageCourante, etat: FromQuery[str] = "", p: FromQuery[int] = 1) -> Response[Any]:
        """Show the messages in that state, the latest first."""
        return await _liste(page, etat if etat in _ETATS else "", min(max(p, 1), 10_000))

    @post("/{identifiant:uuid}/renvoyer")
    async def renvoyer(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Send a refused message again, as a new version."""
        await exiger_envoi(page.ctx, identifiant)
        try:
            await renvoyer(page.ctx, identifiant)
        except ErreurMetier as erreur:
            return await _liste(page, "", 1, statut=409, alerte=str(erreur))
        return page.rediriger("/echanges/envois?etat=a-envoyer")


async def _liste(page: Page, etat: str, numero: int, *, statut: int = 200, alerte: str = "") -> Response[Any]:
    envois, total = await envois_page(page.ctx, _ETATS[etat], numero)
    journaliser_lecture(page.ctx, "envoi.consulter", "", "")
    return await page.rendre(
        "echanges/envois.html",
        statut,
        envois=envois,
        total=total,
        etat=etat,
        page_courante=numero,
        par_page=PAR_PAGE,
        actif=bool(page.registre.envois()),
        alerte=alerte,
        sftp=bool(page.settings.sftp_hote),
        liaison=await liaison() if page.settings.sftp_hote else None,
    )
