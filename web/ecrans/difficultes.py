"""Difficultés of a dossier: the list, « Nouvelles difficultés », closing and reopening in one click."""

import uuid
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from viesion_core.actes import changements
from viesion_core.difficultes.actions import (
    ajouter_difficultes,
    clore_difficulte,
    modifier_difficulte,
    rouvrir_difficulte,
)
from viesion_core.difficultes.model import (
    LEVEE,
    DifficulteResume,
    Saisie,
    familles_proposees,
    modifiable,
    natures_sensibles,
)
from viesion_core.difficultes.queries import PAR_PAGE, difficulte, difficultes_page, natures_suivies
from viesion_core.entretiens.model import etape_proposee
from viesion_core.erreurs import ConflitVersion, ErreurSaisie, Interdit
from viesion_core.nomenclatures.model import libelle, nomenclature
from viesion_core.parcours.queries import etapes
from web.conflit import ChampConflit
from web.ecrans.dossier_commun import rendre_dossier, retour_local
from web.formulaire import Formulaire, lire_formulaire
from web.garde import LECTEURS_DOSSIER, LECTEURS_SANTE, garder_saisie
from web.page import Page, PageCourante
from web.politiques import DOSSIER_ECRITURE, DOSSIER_LECTURE, politique

_COMMENTAIRE_MAXIMAL = 4_000
CHAMPS = (
    ChampConflit("debut", "Début"),
    ChampConflit("fin", "Fin"),
    ChampConflit("realisation", "Réalisation", lambda code: libelle("REALISATION_DIFFICULTE", code)),
    ChampConflit("commentaire", "Commentaire"),
)
"""What a conflict of versions compares, with the étape."""


class DifficulteController(Controller):
    """The difficultés of one person; health natures are shown to who may read them only."""

    path = "/beneficiaires/{numero:int}/difficultes"
    opt = politique(DOSSIER_LECTURE)

    @get()
    async def lister(
        self, page: PageCourante, numero: FromPath[int], etat: FromQuery[str] = "", p: FromQuery[int] = 1
    ) -> Response[Any]:
        """Show the difficultés, the open ones first; `etat=ouvertes` leaves out the others."""
        courante, ouvertes = min(max(p, 1), 10_000), etat == "ouvertes"
        lignes, total = await difficultes_page(page.ctx, numero, ouvertes=ouvertes, page=courante)
        auteurs: dict[str, Any] = {}
        for changement in await changements("difficulte", [d.id for d in lignes]):
            auteurs.setdefault(changement.cle, changement)
        return await rendre_dossier(
            page,
            numero,
            "difficultes/liste.html",
            onglet="difficultes",
            difficultes=lignes,
            total=total,
            auteurs=auteurs,
            ouvertes=ouvertes,
            page_courante=courante,
            par_page=PAR_PAGE,
            peut_ecrire=page.ctx.peut_ecrire,
            modifiables={d.id for d in lignes if _peut_modifier(page, d)},
        )

    @get("/nouvelles", opt=politique(DOSSIER_ECRITURE))
    async def nouvelles(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Show « Nouvelles difficultés »: from today, for the étape of the day."""
        return await _nouvelles(page, numero)

    @post("/nouvelles", opt=politique(DOSSIER_ECRITURE))
    async def ajouter(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Add every chosen nature, in one act."""
        f = await lire_formulaire(page.requete)
        try:
            saisie = _saisie(f, page, _lecteurs(f.liste("natures")))
            fait = await ajouter_difficultes(page.ctx, numero, f.liste("natures"), saisie)
        except ErreurSaisie as erreur:
            return await _nouvelles(page, numero, erreur=erreur, saisie=f.brut)
        return page.rediriger(f"/beneficiaires/{numero}/difficultes", acte=fait.id)

    @get("/{identifiant:uuid}", opt=politique(DOSSIER_ECRITURE))
    async def fiche(
        self,
        page: PageCourante,
        numero: FromPath[int],
        identifiant: FromPath[uuid.UUID],
        clore: FromQuery[bool] = False,
        retour: FromQuery[str] = "",
    ) -> Response[Any]:
        """Show the form of one difficulté; `clore` proposes to end it today."""
        vue = await difficulte(page.ctx, numero, identifiant)
        if not _peut_modifier(page, vue):
            raise Interdit("Cette difficulté est celle d'un autre organisme : vous pouvez la lire, non la modifier.")
        return await _formulaire(page, numero, vue, clore=clore, retour=retour)

    @post("/{identifiant:uuid}", opt=politique(DOSSIER_ECRITURE))
    async def modifier(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """« Enregistrer les modifications »."""
        f = await lire_formulaire(page.requete)
        retour = f.texte("retour", maximum=300)
        try:
            vue = await difficulte(page.ctx, numero, identifiant)
            saisie = _saisie(f, page, _lecteurs([vue.nature]))
            version = f.entier("version", requis=True) or 0
            fait = await modifier_difficulte(page.ctx, numero, identifiant, saisie, version=version)
        except (ErreurSaisie, ConflitVersion) as erreur:
            vue = await difficulte(page.ctx, numero, identifiant)
            return await _formulaire(page, numero, vue, retour=retour, erreur=erreur, saisie=f.brut)
        return _retour(page, numero, identifiant, retour, None if fait.vide else fait.id)

    @post("/{identifiant:uuid}/cloture", opt=politique(DOSSIER_ECRITURE))
    async def clore(self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Close in one click, today: « Levée » unless another réalisation, another day are sent."""
        f = await lire_formulaire(page.requete)
        realisation = f.choix("realisation", nomenclature("REALISATION_DIFFICULTE").par_code()) or LEVEE
        version, fin = f.entier("version", requis=True) or 0, f.date("fin")
        f.verifier()
        fait = await clore_difficulte(page.ctx, numero, identifiant, version=version, realisation=realisation, fin=fin)
        return _retour(page, numero, identifiant, f.texte("retour", maximum=300), fait.id)

    @post("/{identifiant:uuid}/reouverture", opt=politique(DOSSIER_ECRITURE))
    async def rouvrir(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Take the end away."""
        f = await lire_formulaire(page.requete)
        version = f.entier("version", requis=True) or 0
        f.verifier()
        fait = await rouvrir_difficulte(page.ctx, numero, identifiant, version=version)
        return _retour(page, numero, identifiant, "", fait.id)


async def _nouvelles(
    page: Page, numero: int, *, erreur: ErreurSaisie | None = None, saisie: dict[str, Any] | None = None
) -> Response[Any]:
    suivies = await natures_suivies(page.ctx, numero)
    de_la_personne = await etapes(page.ctx, numero)
    proposee = etape_proposee(de_la_personne, page.ctx.organisme, page.ctx.aujourdhui)
    return await rendre_dossier(
        page,
        numero,
        "difficultes/nouvelles.html",
        onglet="difficultes",
        erreur=erreur,
        saisie=saisie,
        familles=[
            (famille, [(e.code, e.libelle, suivies[e.code].debut if e.code in suivies else None) for e in elements])
            for famille, elements in familles_proposees(page.ctx)
        ],
        etapes=de_la_personne,
        etape=proposee.id if proposee else None,
        realisations=_realisations(),
        sensibles=" ".join(sorted(natures_sensibles())),
    )


async def _formulaire(
    page: Page,
    numero: int,
    vue: DifficulteResume,
    *,
    clore: bool = False,
    retour: str = "",
    erreur: ErreurSaisie | ConflitVersion | None = None,
    saisie: dict[str, Any] | None = None,
) -> Response[Any]:
    de_la_personne = await etapes(page.ctx, numero)
    noms = {str(etape.id): etape.nom_date for etape in de_la_personne}
    return await rendre_dossier(
        page,
        numero,
        "difficultes/formulaire.html",
        onglet="difficultes",
        erreur=erreur,
        saisie=saisie,
        champs=[*CHAMPS, ChampConflit("etape", "Étapes", lambda identifiant: noms.get(identifiant, "Autre"))],
        difficulte=vue,
        fin=page.ctx.aujourdhui if clore and vue.fin is None else vue.fin,
        etapes=de_la_personne,
        realisations=_realisations(),
        retour=retour_local(numero, retour, ""),
    )


def _saisie(f: Formulaire, page: Page, lecteurs: str) -> Saisie:
    """Read the fields; raises ErreurSaisie by field, then AvertissementGarde on what the comment holds."""
    debut, fin = f.date("debut", requis=True), f.date("fin")
    realisation = f.choix("realisation", nomenclature("REALISATION_DIFFICULTE").par_code())
    commentaire = f.texte("commentaire", maximum=_COMMENTAIRE_MAXIMAL)
    etape = f.identifiant("etape")
    f.verifier()
    garder_saisie(f, {"commentaire": lecteurs})
    return Saisie(
        debut=debut or page.ctx.aujourdhui, fin=fin, realisation=realisation, commentaire=commentaire, etape=etape
    )


def _retour(page: Page, numero: int, identifiant: uuid.UUID, adresse: str, acte: uuid.UUID | None) -> Response[Any]:
    """Go back to the row in the list, or where the form was opened from."""
    liste = f"/beneficiaires/{numero}/difficultes#d-{identifiant}"
    return page.rediriger(retour_local(numero, adresse, liste), acte=acte)


def _lecteurs(natures: list[str]) -> str:
    """Say who reads the comment of these natures: one that is not of health opens it to all who read the dossier."""
    return LECTEURS_SANTE if natures and natures_sensibles().issuperset(natures) else LECTEURS_DOSSIER


def _realisations() -> list[tuple[str, str]]:
    return [(e.code, e.libelle) for e in nomenclature("REALISATION_DIFFICULTE").elements]


def _peut_modifier(page: Page, vue: DifficulteResume) -> bool:
    return page.ctx.peut_ecrire and modifiable(page.ctx, vue.organisme)
