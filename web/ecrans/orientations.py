"""« Orientation »: what was notified, the derogation, the joint diagnosis of a social path."""

import uuid
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from viesion_core.dossiers.actions_orientations import (
    ajouter_orientation,
    dire_diagnostic,
    modifier_orientation,
    supprimer_orientation,
)
from viesion_core.dossiers.model_orientations import (
    DELAI,
    DELAIS,
    OrientationResume,
    SaisieOrientation,
    derniere,
)
from viesion_core.dossiers.queries_orientations import orientation, orientations
from viesion_core.erreurs import ConflitVersion, ErreurSaisie
from viesion_core.nomenclatures.model import libelle, nomenclature
from web.conflit import ChampConflit
from web.ecrans.dossier_commun import rendre_dossier, retour_local
from web.formulaire import Formulaire, lire_formulaire
from web.page import Page, PageCourante
from web.politiques import DOSSIER_ECRITURE, DOSSIER_LECTURE, politique

CHAMPS = (
    ChampConflit("parcours", "Parcours", lambda code: libelle("PARCOURS", code)),
    ChampConflit("notifiee_le", "Notifiée le"),
    ChampConflit("delai_mois", "Délai du diagnostic conjoint", lambda mois: DELAIS.get(int(mois), mois)),
    ChampConflit("diagnostic_le", "Diagnostic conjoint fait le"),
)
_DELAIS = [(str(mois), texte) for mois, texte in DELAIS.items()]


class OrientationController(Controller):
    """The orientations notified to a person."""

    path = "/beneficiaires/{numero:int}/orientations"
    opt = politique(DOSSIER_LECTURE)

    @get()
    async def lister(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Show the orientations, the last notified first."""
        return await _liste(page, numero)

    @post(opt=politique(DOSSIER_ECRITURE))
    async def ajouter(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Record an orientation."""
        f = await lire_formulaire(page.requete)
        try:
            a = await ajouter_orientation(page.ctx, numero, _lire(f))
        except ErreurSaisie as erreur:
            return await _liste(page, numero, erreur=erreur, saisie=f.brut)
        return page.rediriger(_base(numero), acte=a.id)

    @get("/{identifiant:uuid}", opt=politique(DOSSIER_ECRITURE))
    async def formulaire(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Show the form of an orientation."""
        return await _formulaire(page, numero, await orientation(page.ctx, numero, identifiant))

    @post("/{identifiant:uuid}", opt=politique(DOSSIER_ECRITURE))
    async def modifier(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Correct an orientation."""
        visee = await orientation(page.ctx, numero, identifiant)
        f = await lire_formulaire(page.requete)
        try:
            version = f.entier("version", requis=True) or 0
            a = await modifier_orientation(page.ctx, numero, identifiant, _lire(f), version=version)
        except (ErreurSaisie, ConflitVersion) as erreur:
            return await _formulaire(page, numero, visee, erreur, f.brut)
        return page.rediriger(_base(numero), acte=None if a.vide else a.id)

    @post("/{identifiant:uuid}/diagnostic", opt=politique(DOSSIER_ECRITURE))
    async def diagnostiquer(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Say on which day the joint diagnosis was made, from the dossier or from the list of the alert."""
        await orientation(page.ctx, numero, identifiant)
        f = await lire_formulaire(page.requete)
        try:
            jour = f.date("diagnostic_le", requis="La date du diagnostic conjoint est requise.")
            version = f.entier("version", requis=True) or 0
            f.verifier()
            assert jour is not None  # noqa: S101 - verifier() has refused an empty one
            a = await dire_diagnostic(page.ctx, numero, identifiant, jour, version=version)
        except ErreurSaisie as erreur:
            return await _liste(page, numero, diagnostic=identifiant, erreur=erreur, saisie=f.brut)
        retour = retour_local(numero, f.texte("retour", maximum=500), _base(numero))
        return page.rediriger(retour, acte=None if a.vide else a.id)

    @post("/{identifiant:uuid}/supprimer", opt=politique(DOSSIER_ECRITURE))
    async def supprimer(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Take away an orientation recorded by mistake; « Annuler » brings it back."""
        f = await lire_formulaire(page.requete)
        version = f.entier("version", requis=True) or 0
        f.verifier()
        a = await supprimer_orientation(page.ctx, numero, identifiant, version=version)
        return page.rediriger(_base(numero), acte=a.id)


async def _liste(
    page: Page,
    numero: int,
    *,
    diagnostic: uuid.UUID | None = None,
    erreur: ErreurSaisie | None = None,
    saisie: dict[str, Any] | None = None,
) -> Response[Any]:
    """Show the orientations; after a refusal, with the form refused (the diagnosis of one, else the new one)."""
    lignes = await orientations(page.ctx, numero)
    return await rendre_dossier(
        page,
        numero,
        "orientations/liste.html",
        onglet="dispositif",
        erreur=erreur,
        saisie=saisie,
        orientations=lignes,
        courante=derniere(lignes),
        diagnostic=diagnostic,
        refusee=erreur is not None and diagnostic is None,
        aujourdhui=page.ctx.aujourdhui,
        ecriture=page.ctx.peut_ecrire,
        parcours=_parcours(),
        delais=_DELAIS,
    )


async def _formulaire(
    page: Page,
    numero: int,
    visee: OrientationResume,
    erreur: ErreurSaisie | ConflitVersion | None = None,
    saisie: dict[str, Any] | None = None,
) -> Response[Any]:
    return await rendre_dossier(
        page,
        numero,
        "orientations/formulaire.html",
        onglet="dispositif",
        erreur=erreur,
        saisie=saisie,
        champs=CHAMPS,
        visee=visee,
        parcours=_parcours(),
        delais=_DELAIS,
    )


def _lire(f: Formulaire) -> SaisieOrientation:
    parcours = f.choix("parcours", nomenclature("PARCOURS").par_code(), requis="Choisissez le parcours.")
    notifiee_le = f.date("notifiee_le", requis="La date de notification est requise.")
    delai = f.choix("delai_mois", [code for code, _ in _DELAIS])
    diagnostic_le = f.date("diagnostic_le")
    f.verifier()
    assert notifiee_le is not None  # noqa: S101 - verifier() has refused an empty one
    return SaisieOrientation(
        parcours=parcours, notifiee_le=notifiee_le, delai_mois=int(delai or DELAI), diagnostic_le=diagnostic_le
    )


def _parcours() -> list[tuple[str, str]]:
    return [(e.code, e.libelle) for e in nomenclature("PARCOURS").elements]


def _base(numero: int) -> str:
    return f"/beneficiaires/{numero}/orientations"
