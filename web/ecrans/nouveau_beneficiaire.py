"""« Nouveau bénéficiaire »: open a dossier by hand, the probable duplicates shown before saving."""

from typing import Any

from litestar import Controller, Response, get, post

from viesion_core.dossiers.actions import ouvrir_dossier
from viesion_core.dossiers.model import (
    ORGANISMES_PAYEURS,
    ROLES_FOYER,
    DoublonsProbables,
    SaisieDossier,
    SaisieIdentite,
)
from viesion_core.erreurs import ErreurSaisie
from viesion_core.nomenclatures.model import communes, nomenclature
from web.formulaire import Formulaire, lire_formulaire
from web.page import Page, PageCourante
from web.politiques import SUIVI, politique

_TEXTES = {
    "nom_naissance": 80, "nom_usage": 80, "prenom": 80, "lieu_naissance": 80, "nationalite": 40, "adresse": 160,
    "complement": 160, "code_postal": 10, "telephone": 20, "telephone_2": 20, "courriel": 160, "matricule": 20,
    "numero_demande": 15, "commentaire": 4000,
}  # fmt: skip


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
    requis = ("nom_naissance", "prenom")
    textes: dict[str, Any] = {
        champ: f.texte(champ, requis=champ in requis, maximum=taille) for champ, taille in _TEXTES.items()
    }
    naissance = f.date("date_naissance", requis=True)
    entree = f.date("entree", requis="La date d'entrée dans le dispositif est requise.")
    autres: dict[str, Any] = {
        "civilite": f.choix("civilite", nomenclature("CIVILITE").par_code()),
        "commune": f.choix("commune", {c.code_insee for c in communes()}) or None,
        "sans_domicile": f.case("sans_domicile"),
        "organisme_payeur": f.choix("organisme_payeur", ORGANISMES_PAYEURS),
        "role_foyer": f.choix("role_foyer", ROLES_FOYER),
        "date_demande": f.date("date_demande"),
        "date_ouverture": f.date("date_ouverture"),
        "etat_droit": f.choix("etat_droit", nomenclature("ETAT_DROIT").par_code()),
        "soumis_droits_devoirs": f.case("soumis_droits_devoirs"),
        "parcours": f.choix("parcours", nomenclature("PARCOURS").par_code()),
    }
    f.verifier()
    assert naissance is not None  # noqa: S101 - verifier() has refused an empty one
    assert entree is not None  # noqa: S101 - the same
    identite = SaisieIdentite(date_naissance=naissance, **textes, **autres)
    return SaisieDossier(identite=identite, entree=entree)


def _listes(page: Page) -> dict[str, Any]:
    """Return the choices of the form."""

    def liste(nom: str) -> list[tuple[str, str]]:
        return [(element.code, element.libelle) for element in nomenclature(nom).elements]

    return {
        "civilites": liste("CIVILITE"),
        "etats_droit": liste("ETAT_DROIT"),
        "parcours": liste("PARCOURS"),
        "communes": sorted(((c.code_insee, c.nom) for c in communes()), key=lambda c: c[1]),
        "organismes_payeurs": list(ORGANISMES_PAYEURS.items()),
        "roles_foyer": list(ROLES_FOYER.items()),
        "aujourdhui": page.ctx.aujourdhui,
    }
