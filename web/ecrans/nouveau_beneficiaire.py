"""« Nouveau bénéficiaire »: open a dossier by hand, the probable duplicates shown before saving."""

from typing import Any

from litestar import Controller, Response, get, post

from viesion_core.dossiers.actions import ouvrir_dossier
from viesion_core.dossiers.model import DoublonsProbables, SaisieDossier
from viesion_core.erreurs import ErreurSaisie
from web.ecrans.identite_saisie import lire_identite, listes_identite
from web.formulaire import Formulaire, lire_formulaire
from web.page import Page, PageCourante
from web.politiques import SUIVI, politique


class NouveauBeneficiaireController(Controller):
    """The form of a new dossier."""

    path = "/beneficiaires/nouveau"
    opt = politique(SUIVI)

    @get()
    async def formulaire(self, page: PageCourante) -> Response[Any]:
        """Show the empty form."""
        return await page.rendre("beneficiaires/nouveau.html", **_listes(page), cartes=())

    @post()
    async def ouvrir(self, page: PageCourante) -> Response[Any]:
        """Open the dossier, or show who probably has one already: `confirme` says that this is somebody else."""
        f = await lire_formulaire(page.requete)
        try:
            a = await ouvrir_dossier(page.ctx, _saisie(f), confirme=f.case("confirme"))
        except DoublonsProbables as doublons:
            erreur = ErreurSaisie({}, doublons.message)
            return await _a_nouveau(page, erreur, f, cartes=doublons.cartes)
        except ErreurSaisie as erreur:
            return await _a_nouveau(page, erreur, f, cartes=())
        return page.rediriger(f"/beneficiaires/{a.beneficiaire}", acte=a.id)


async def _a_nouveau(page: Page, erreur: ErreurSaisie, f: Formulaire, *, cartes: Any) -> Response[Any]:
    donnees = {**_listes(page), "cartes": cartes}
    return await page.rendre_erreurs("beneficiaires/nouveau.html", erreur, f.brut, **donnees)


def _saisie(f: Formulaire) -> SaisieDossier:
    """Read the form; ErreurSaisie for what cannot be read."""
    entree = f.date("entree", requis="La date d'entrée dans le dispositif est requise.")
    identite = lire_identite(f)
    assert entree is not None  # noqa: S101 - lire_identite() has refused an empty one
    return SaisieDossier(identite=identite, entree=entree)


def _listes(page: Page) -> dict[str, Any]:
    """Return the choices of the form."""
    return {**listes_identite(), "aujourdhui": page.ctx.aujourdhui}
