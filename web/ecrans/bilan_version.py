"""One open bilan carried over to the latest version of its questionnaire, after a look at what maps."""

import uuid
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from viesion_core.bilans.actions_report import reporter_bilan
from viesion_core.bilans.model import BilanResume
from viesion_core.bilans.queries_report import apercu_bilan
from viesion_core.bilans.regles import refus_modification
from viesion_core.erreurs import ConflitVersion, ErreurSaisie
from web.ecrans.bilan_commun import bilan_lisible, installees
from web.ecrans.dossier_commun import rendre_dossier
from web.formulaire import lire_formulaire
from web.page import Page, PageCourante
from web.politiques import DOSSIER_ECRITURE, politique


class BilanVersionController(Controller):
    """« Passer à la version N »."""

    path = "/beneficiaires/{numero:int}/bilans/{identifiant:uuid}/version"
    opt = politique(DOSSIER_ECRITURE)

    @get()
    async def consulter(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Show what the latest version keeps of the answers, and what it does not."""
        return await _montrer(page, numero, await bilan_lisible(page, numero, identifiant))

    @post()
    async def reporter(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Carry the bilan over; its page offers to undo it."""
        f = await lire_formulaire(page.requete)
        try:
            acte = await reporter_bilan(
                page.ctx,
                numero,
                identifiant,
                version=f.entier("version") or 0,
                installees=installees(page),
                avec_pertes=f.case("avec_pertes"),
            )
        except (ErreurSaisie, ConflitVersion) as erreur:
            return await _montrer(page, numero, await bilan_lisible(page, numero, identifiant), erreur, f.brut)
        return page.rediriger(f"/beneficiaires/{numero}/bilans/{identifiant}", acte=acte.id)


async def _montrer(
    page: Page,
    numero: int,
    fiche: BilanResume,
    erreur: ErreurSaisie | ConflitVersion | None = None,
    saisie: dict[str, Any] | None = None,
) -> Response[Any]:
    refus = refus_modification(page.ctx, fiche, installees(page))
    vu = None if refus else await apercu_bilan(page.ctx, fiche)
    if vu is None:  # its page says what there is to say
        return page.rediriger(f"/beneficiaires/{numero}/bilans/{fiche.id}")
    return await rendre_dossier(
        page, numero, "bilans/version.html", onglet="bilans", erreur=erreur, saisie=saisie, bilan=fiche, vu=vu
    )
