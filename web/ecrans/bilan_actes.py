"""What happens to a bilan as a whole: closing, reopening, date, deletion; its history and its print."""

import uuid
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from viesion_core.bilans.actions import changer_date, rouvrir_bilan, supprimer_bilan
from viesion_core.bilans.actions_cloture import ClotureRefusee, clore_bilan
from viesion_core.bilans.model import BilanVu, Constat
from viesion_core.erreurs import ErreurSaisie
from viesion_core.offres.queries import dossier_vu
from web.ecrans.bilan_commun import bilan_lisible, consulter_bilan, installees
from web.formulaire import lire_formulaire
from web.page import PageCourante
from web.politiques import DOSSIER_ECRITURE, DOSSIER_LECTURE, politique


class BilanActeController(Controller):
    """One bilan of one person, as a whole."""

    path = "/beneficiaires/{numero:int}/bilans/{identifiant:uuid}"
    opt = politique(DOSSIER_LECTURE)

    @get("/impression")
    async def imprimer(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Show the bilan as it is printed: what is asked, answered or not."""
        return await consulter_bilan(
            page, numero, await bilan_lisible(page, numero, identifiant), gabarit="bilans/impression.html"
        )

    @post("/clore", opt=politique(DOSSIER_ECRITURE))
    async def clore(self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Close the bilan if the plugin agrees; otherwise show what it says beside the questions."""
        fiche = await bilan_lisible(page, numero, identifiant)
        f = await lire_formulaire(page.requete)
        version, confirme = f.entier("version") or 0, f.case("confirme")

        async def controler(vu: BilanVu) -> list[Constat]:
            return [*await page.registre.controler_bilan(fiche.offre, await dossier_vu(page.ctx, numero), vu)]

        try:
            acte = await clore_bilan(
                page.ctx,
                numero,
                identifiant,
                version=version,
                installees=installees(page),
                controler=controler,
                confirme=confirme,
            )
        except ClotureRefusee as refus:
            return await consulter_bilan(page, numero, fiche, statut=422, cloture=refus, constats=refus.constats)
        return page.rediriger(f"/beneficiaires/{numero}/bilans/{identifiant}", acte=acte.id)

    @post("/rouvrir", opt=politique(DOSSIER_ECRITURE))
    async def rouvrir(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Open a closed bilan again."""
        f = await lire_formulaire(page.requete)
        acte = await rouvrir_bilan(
            page.ctx, numero, identifiant, version=f.entier("version") or 0, installees=installees(page)
        )
        return page.rediriger(f"/beneficiaires/{numero}/bilans/{identifiant}", acte=acte.id)

    @post("/date", opt=politique(DOSSIER_ECRITURE))
    async def dater(self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Change the « Date du bilan »."""
        f = await lire_formulaire(page.requete)
        try:
            jour = f.date("date_bilan", requis="La date du bilan est requise.")
            version = f.entier("version") or 0
            f.verifier()
            assert jour is not None  # noqa: S101 - verifier() has refused an empty one
            acte = await changer_date(page.ctx, numero, identifiant, jour, version=version, installees=installees(page))
        except ErreurSaisie as erreur:
            fiche = await bilan_lisible(page, numero, identifiant)
            return await consulter_bilan(
                page, numero, fiche, statut=422, erreurs=erreur.erreurs, date_saisie=f.texte("date_bilan")
            )
        return page.rediriger(f"/beneficiaires/{numero}/bilans/{identifiant}", acte=acte.id)

    @post("/supprimer", opt=politique(DOSSIER_ECRITURE))
    async def supprimer(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Delete the bilan and its answers; the list offers to undo it."""
        f = await lire_formulaire(page.requete)
        acte = await supprimer_bilan(
            page.ctx, numero, identifiant, version=f.entier("version") or 0, installees=installees(page)
        )
        return page.rediriger(f"/beneficiaires/{numero}/bilans", acte=acte.id)
