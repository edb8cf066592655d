"""« L'allocataire sort de l'action »: the checklist that checks itself, repaired in place, then « Clore l'étape »."""

import contextlib
import uuid
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from viesion_core.bilans.actions_cloture import ClotureRefusee, clore_bilan
from viesion_core.bilans.model import BilanVu, Constat
from viesion_core.dossiers.actions_caracteristiques import completer, rafraichir_tout
from viesion_core.dossiers.model_caracteristiques import codes_requis
from viesion_core.erreurs import ConflitVersion, ErreurSaisie
from viesion_core.nomenclatures.model import nomenclature
from viesion_core.offres.model import DossierVu
from viesion_core.offres.queries import dossier_vu
from viesion_core.parcours.model import EtapeResume, SaisieEtape
from viesion_core.parcours.queries import etape
from viesion_core.sortie.actions import clore_etape
from viesion_core.sortie.model import FinDifficulte, SaisieSortie
from web.ecrans.bilan_commun import installees
from web.ecrans.sortie_page import Vue, adresse_sortie, verifier_extensions
from web.formulaire import Formulaire, lire_formulaire
from web.garde import LECTEURS_DOSSIER, garder_saisie
from web.page import Page, PageCourante
from web.politiques import DOSSIER_ECRITURE, DOSSIER_LECTURE, politique


class SortieController(Controller):
    """The exit of one étape of a person."""

    path = "/beneficiaires/{numero:int}/sortie"
    opt = politique(DOSSIER_LECTURE)

    @get()
    async def verifier(
        self, page: PageCourante, numero: FromPath[int], etape: FromQuery[uuid.UUID | None] = None
    ) -> Response[Any]:
        """Show the checklist of an étape: the only open one of the organism, or the one chosen."""
        return await Vue(page, numero).montrer(etape)

    @post("/{identifiant:uuid}", opt=politique(DOSSIER_ECRITURE))
    async def clore(self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """« Clore l'étape »: étape, référents d'étape and difficultés together; the toast undoes it for a day."""
        f = await lire_formulaire(page.requete)
        try:
            saisie = _lire_saisie(f)
            fait = await clore_etape(
                page.ctx,
                numero,
                identifiant,
                saisie,
                version=f.entier("version", requis=True) or 0,
                verifier=_verifier(page),
                controler=_controler(page),
            )
        except (ErreurSaisie, ConflitVersion) as erreur:
            return await Vue(page, numero).refuser(identifiant, erreur, f.brut)
        return page.rediriger(adresse_sortie(numero, identifiant), acte=fait.id)

    @post("/{identifiant:uuid}/caracteristiques", opt=politique(DOSSIER_ECRITURE))
    async def completer_caracteristiques(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Fill the required caractéristiques that are missing, or confirm today all that is known."""
        await etape(page.ctx, numero, identifiant)
        f = await lire_formulaire(page.requete)
        try:
            if f.case("rafraichir"):
                fait = await rafraichir_tout(page.ctx, numero)
            else:
                fait = await completer(page.ctx, numero, {code: f.texte(code) for code in codes_requis()})
        except (ErreurSaisie, ConflitVersion) as erreur:
            return await Vue(page, numero, point="caracteristiques").refuser(identifiant, erreur, f.brut)
        return _retour(page, numero, identifiant, "caracteristiques", None if fait.vide else fait.id)

    @post("/{identifiant:uuid}/bilans/{bilan:uuid}", opt=politique(DOSSIER_ECRITURE))
    async def fermer_bilan(
        self,
        page: PageCourante,
        numero: FromPath[int],
        identifiant: FromPath[uuid.UUID],
        bilan: FromPath[uuid.UUID],
    ) -> Response[Any]:
        """Close a bilan after its controls; what they find is shown in the line."""
        f = await lire_formulaire(page.requete)
        visee = await etape(page.ctx, numero, identifiant)

        async def controler(vu: BilanVu) -> list[Constat]:
            return [*await page.registre.controler_bilan(visee.offre, await dossier_vu(page.ctx, numero), vu)]

        try:
            fait = await clore_bilan(
                page.ctx,
                numero,
                bilan,
                version=f.entier("version", requis=True) or 0,
                installees=installees(page),
                controler=controler,
                confirme=f.case("confirme"),
            )
        except ClotureRefusee as refus:
            return await Vue(page, numero, point="bilan", refus_bilan=(bilan, refus)).refuser(
                identifiant, ErreurSaisie({}, refus.message), {}
            )
        return _retour(page, numero, identifiant, "bilan", fait.id)


def _lire_saisie(f: Formulaire) -> SaisieSortie:
    """Read « Clore l'étape »; the date and the motif are required, the rest is the core's to judge."""
    fin = f.date("fin_reelle", requis="La fin réelle est requise pour clore l'étape.")
    motif = f.choix(
        "motif_fin", nomenclature("MOTIF_FIN").par_code(), requis="Le motif de fin d'étape est requis pour la clore."
    )
    raison = f.texte("raison", maximum=1000)
    difficultes = tuple(
        FinDifficulte(
            id=identifiant,
            realisation=f.texte(f"realisation-{identifiant}", maximum=60),
            version=f.entier(f"version-{identifiant}", requis=True) or 0,
        )
        for identifiant in _identifiants(f)
    )
    f.verifier()
    garder_saisie(f, {"raison": LECTEURS_DOSSIER})
    assert fin is not None  # noqa: S101 - verifier() has refused an empty one
    return SaisieSortie(fin_reelle=fin, motif_fin=motif, raison=raison, difficultes=difficultes)


def _identifiants(f: Formulaire) -> list[uuid.UUID]:
    """Return the difficultés that the page showed; what is no identifier is none of them."""
    identifiants = []
    for texte in f.liste("difficulte", maximum=500):
        with contextlib.suppress(ValueError):
            identifiants.append(uuid.UUID(texte))
    return identifiants


def _verifier(page: Page) -> Any:
    async def verifier(offre: str, dossier: DossierVu, visee: EtapeResume) -> Any:
        return await verifier_extensions(page, dossier, visee)

    return verifier


def _controler(page: Page) -> Any:
    async def controler(offre: str, dossier: DossierVu, saisie: SaisieEtape) -> list[str]:
        constats = await page.registre.controler_etape(offre, dossier, saisie)
        return [constat.message for constat in constats if constat.bloque]

    return controler


def _retour(page: Page, numero: int, identifiant: uuid.UUID, point: str, acte: uuid.UUID | None) -> Response[Any]:
    """Show the checklist again, at the line that was repaired."""
    return page.rediriger(f"{adresse_sortie(numero, identifiant)}#point-{point}", acte=acte)
