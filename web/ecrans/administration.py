"""Administration: its accueil, the installed extensions, the journal."""

import uuid
from typing import Any

from litestar import Controller, Response, get
from litestar.params import FromQuery

from viesion_core.acces.queries import etat_installation, utilisateur
from viesion_core.contexte import LIBELLE_ROLE
from viesion_core.db import base_courante
from viesion_core.journal import journaliser_lecture
from viesion_core.journal.queries import journal_page
from web.journal_libelles import libelle_operation
from web.page import PageCourante
from web.politiques import ADMINISTRATION, politique

PAR_PAGE = 50


class AdministrationController(Controller):
    """The accueil of the administration, the installed extensions, and who did what."""

    path = "/administration"
    opt = politique(ADMINISTRATION)

    @get()
    async def accueil(self, page: PageCourante) -> Response[Any]:
        """Show what can be administered, and the state of each installed plugin."""
        return await page.rendre(
            "administration/accueil.html",
            extensions=page.registre.etats(),
            offres={offre.code: offre for offre in page.registre.offres()},
            etat=await etat_installation(page.ctx.aujourdhui),
            moteur={"sqlite": "SQLite", "postgresql": "PostgreSQL"}[base_courante().dialecte],
            courriels="" if page.settings.smtp_hote else str(page.settings.dossier_courriels),
        )

    @get("/journal")
    async def journal(
        self,
        page: PageCourante,
        qui: FromQuery[str] = "",
        dossier: FromQuery[str] = "",
        avant: FromQuery[int] = 0,
    ) -> Response[Any]:
        """Show the journal, the latest first; `avant`: only the lines before this one. Looking is journalled too."""
        compte = await utilisateur(identifiant) if (identifiant := _identifiant(qui)) else None
        numero = int(dossier) if dossier.isascii() and dossier.isdigit() and len(dossier) < 10 else None
        lignes, suite = await journal_page(
            utilisateur=compte.id if compte else None,
            dossier=numero,
            avant=avant if 0 < avant < 2**31 else None,
            par_page=PAR_PAGE,
        )
        journaliser_lecture(page.ctx, "journal.consulter", "dossier" if numero else "", str(numero or ""))
        return await page.rendre(
            "administration/journal.html",
            lignes=lignes,
            libelle_operation=libelle_operation,
            suite=suite,
            roles={str(role): nom for role, nom in LIBELLE_ROLE.items()},
            compte=compte,
            filtres={"qui": str(compte.id) if compte else "", "dossier": str(numero or "")},
            debut=not avant,
        )


def _identifiant(texte: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(texte)
    except ValueError:
        return None
