"""« Échanges »: the files that Solis sent, and the refused lines that a person decides on."""

import uuid
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from viesion_core.echanges.actions_rejets import abandonner_rejet, ligne_rejetee, rejouer_rejet, trancher_doublon
from viesion_core.echanges.lecture import LONGUEUR_CHAMP
from viesion_core.echanges.liaison import liaison
from viesion_core.echanges.model import EtatRejet, Flux
from viesion_core.echanges.queries import PAR_PAGE, derniers_fichiers, exiger_rejet, rejets_page
from viesion_core.echanges.reconciliation import derniere_reconciliation
from viesion_core.erreurs import ConflitVersion, ErreurMetier, ErreurSaisie, Introuvable
from viesion_core.journal import journaliser_lecture
from viesion_core.reprise.model import FLUX
from web.formulaire import lire_formulaire
from web.garde import LECTEURS_DEPARTEMENT, garder_saisie
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
        try:
            f.verifier()
            garder_saisie(f, {"motif": LECTEURS_DEPARTEMENT})
            await abandonner_rejet(page.ctx, identifiant, motif, version=version)
        except ErreurSaisie as erreur:
            return await _liste(page, "", 1, erreur=erreur, vise=identifiant, saisie=f.brut)
        return page.rediriger("/echanges")

    @get("/rejets/{identifiant:uuid}")
    async def ouvrir(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Show a refused line to be corrected, each column with its value."""
        return await _correction(page, identifiant)

    @post("/rejets/{identifiant:uuid}/rejouer")
    async def rejouer(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Carry out a refused line as it was corrected (`col_<column>`); without any column, as it came."""
        await exiger_rejet(page.ctx, identifiant)
        f = await lire_formulaire(page.requete)
        version = f.entier("version", requis=True) or 0
        colonnes = [nom.removeprefix("col_") for nom in f.brut if nom.startswith("col_")]
        corrections = {c: f.texte(f"col_{c}", maximum=LONGUEUR_CHAMP) for c in colonnes}
        try:
            f.verifier()
            fait = await rejouer_rejet(
                page.ctx,
                identifiant,
                _flux(page),
                corrections,
                secret=page.settings.secret,
                cles=page.settings.cle_echanges,
                version=version,
            )
        except ErreurSaisie as erreur:
            return await _correction(page, identifiant, erreur=_par_champ(erreur), saisie=f.brut)
        except (ConflitVersion, Introuvable):
            raise
        except ErreurMetier as erreur:
            return await _correction(page, identifiant, erreur=ErreurSaisie({}, erreur.message), saisie=f.brut)
        return page.rediriger("/echanges", fait="rejet-rejoue" if fait else "rejet-doublon")

    @post("/rejets/{identifiant:uuid}/trancher")
    async def trancher(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Say whether it is the same person (`meme`: oui) or another one (non)."""
        await exiger_rejet(page.ctx, identifiant)
        f = await lire_formulaire(page.requete)
        meme = f.choix("meme", ("oui", "non")) == "oui"
        version = f.entier("version", requis=True) or 0
        f.verifier()
        await trancher_doublon(page.ctx, identifiant, _flux(page), meme=meme, version=version)
        return page.rediriger("/echanges")


def _flux(page: Page) -> list[Flux]:
    """Return the flows whose refused lines are corrected here: those of the plugins, and the reprises."""
    return [*page.registre.flux(), FLUX]


def _par_champ(erreur: ErreurSaisie) -> ErreurSaisie:
    """Return the errors of columns by the names of the fields; that of no column stands in the summary."""
    champs = {n if n.startswith("col_") else f"col_{n}": m for n, m in erreur.erreurs.items() if n}
    return ErreurSaisie(champs, erreur.message)


async def _correction(
    page: Page, identifiant: uuid.UUID, *, erreur: ErreurSaisie | None = None, saisie: dict[str, Any] | None = None
) -> Response[Any]:
    await exiger_rejet(page.ctx, identifiant)
    rejet = await ligne_rejetee(page.ctx, identifiant, _flux(page), cles=page.settings.cle_echanges)
    if erreur is not None:
        return await page.rendre_erreurs("echanges/corriger.html", erreur, saisie or {}, rejet=rejet)
    # The page opens as the refusal left it: its message stands beside the column at fault.
    erreurs = {f"col_{rejet.colonne}": rejet.message} if rejet.colonne else {}
    return await page.rendre("echanges/corriger.html", rejet=rejet, erreurs=erreurs)


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
        "reconciliation": await derniere_reconciliation(),
        "flux": page.registre.flux(),
        "vise": vise,
        "sftp": bool(page.settings.sftp_hote),
        "liaison": await liaison() if page.settings.sftp_hote else None,
    }
    if erreur is not None:
        return await page.rendre_erreurs("echanges/echanges.html", erreur, saisie or {}, **donnees)
    return await page.rendre("echanges/echanges.html", **donnees)
