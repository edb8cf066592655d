"""« Reprises »: a spreadsheet of a former software, its columns matched, tried dry, then carried out by the worker."""

import re
import uuid
from collections.abc import AsyncIterator, Sequence
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from viesion_core.contexte import Contexte
from viesion_core.erreurs import ErreurSaisie
from viesion_core.journal import journaliser_lecture
from viesion_core.organismes.queries import organismes_choix
from viesion_core.reprise.actions import abandonner, apercevoir, correspondre, deposer_reprise, essayer, lancer
from viesion_core.reprise.lignes import CREEE, IGNOREE, MODIFIEE, REJETEE
from viesion_core.reprise.model import CHAMPS, REQUIS
from viesion_core.reprise.model_vues import ABANDONNEE, DEPOSEE, ESSAYEE, LigneVue
from viesion_core.reprise.queries import PAR_PAGE, lignes_du_rapport, reprise, reprises
from viesion_core.reprise.tableur import LIGNES_MAXIMUM, TAILLE_MAXIMALE
from web.export_csv import envoyer_csv
from web.export_xlsx import Feuille, envoyer_xlsx
from web.formulaire import lire_formulaire
from web.page import Page, PageCourante
from web.politiques import DEPARTEMENT, politique

RACINE = "/echanges/reprises"
LIBELLE_RESULTAT = {CREEE: "Créée", MODIFIEE: "Modifiée", IGNOREE: "Ignorée", REJETEE: "Rejetée"}
_NIR = re.compile(r"\d{5}[\dAB]{2}\d{6}")
_ENTETES = ("Ligne", "Résultat", "Champ", "Motif", "Dossier")


class ReprisesController(Controller):
    """The reprises of spreadsheets: the département's pilote lays, tries and carries out."""

    path = RACINE
    opt = politique(DEPARTEMENT)

    @get()
    async def lister(self, page: PageCourante) -> Response[Any]:
        """Show the latest reprises, and the form that lays one."""
        return await _liste(page)

    @post()
    async def deposer(self, page: PageCourante) -> Response[Any]:
        """Lay a spreadsheet: told by its content, limited in size, read whole before anything is kept."""
        f = await lire_formulaire(page.requete)
        try:
            envoi = f.fichier("fichier")
            if envoi is None:
                f.erreurs["fichier"] = "Choisissez un fichier .xlsx ou .csv."
            nom = f.texte("nom", requis=True, maximum=120)
            organismes = {str(o.id) for o in await organismes_choix()}
            organisme = f.choix("organisme", organismes, requis="Choisissez l'organisme dont ce sont les personnes.")
            f.verifier()
            assert envoi is not None  # noqa: S101 - verifier() has refused its absence
            identifiant = await deposer_reprise(
                page.ctx,
                page.settings.dossier_echanges,
                await envoi.read(TAILLE_MAXIMALE + 1),
                fichier_nom=envoi.filename or "",
                nom=nom,
                organisme=uuid.UUID(organisme),
                cles=page.settings.cle_echanges,
            )
        except ErreurSaisie as erreur:
            return await _liste(page, erreur=erreur, saisie=f.brut)
        return page.rediriger(f"{RACINE}/{identifiant}")

    @get("/{identifiant:uuid}")
    async def consulter(
        self,
        page: PageCourante,
        identifiant: FromPath[uuid.UUID],
        resultat: FromQuery[str] = "",
        apres: FromQuery[int] = 0,
    ) -> Response[Any]:
        """Show a reprise: its columns, how the first lines are understood, what became of each."""
        return await _fiche(
            page, identifiant, resultat=resultat if resultat in LIBELLE_RESULTAT else "", apres=max(apres, 0)
        )

    @post("/{identifiant:uuid}/colonnes")
    async def choisir(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Say which field each column gives (`colonne_<rank>`)."""
        f = await lire_formulaire(page.requete)
        vue = await reprise(page.ctx, identifiant)
        choix = {entete: f.texte(f"colonne_{rang}", maximum=40) for rang, entete in enumerate(vue.entetes)}
        version = f.entier("version", requis=True) or 0
        f.verifier()
        try:
            await correspondre(page.ctx, identifiant, choix, version=version)
        except ErreurSaisie as erreur:
            return await _fiche(page, identifiant, erreur=erreur, saisie=f.brut)
        return page.rediriger(f"{RACINE}/{identifiant}")

    @post("/{identifiant:uuid}/essayer")
    async def essayer(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Try every line dry, in the background."""
        return await _agir(page, identifiant, essayer)

    @post("/{identifiant:uuid}/lancer")
    async def lancer(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Carry out every line, in the background."""
        return await _agir(page, identifiant, lancer)

    @post("/{identifiant:uuid}/abandonner")
    async def abandonner(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Give up a reprise that has not begun."""

        async def faire(ctx: Contexte, qui: uuid.UUID, *, version: int) -> None:
            await abandonner(ctx, page.settings.dossier_echanges, qui, version=version)

        return await _agir(page, identifiant, faire)

    @get("/{identifiant:uuid}/rapport.csv")
    async def rapport_csv(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Send what became of every line, as CSV."""
        vue = await reprise(page.ctx, identifiant)

        async def lots() -> AsyncIterator[Sequence[Sequence[Any]]]:
            async for lot in _rapport(page.ctx, identifiant, essai=vue.echange is None):
                yield lot

        return envoyer_csv(f"reprise-{identifiant.hex[:8]}", _ENTETES, lots())

    @get("/{identifiant:uuid}/rapport.xlsx")
    async def rapport_xlsx(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[bytes]:
        """Send what became of every line, as a workbook."""
        vue = await reprise(page.ctx, identifiant)
        rangees = [r async for lot in _rapport(page.ctx, identifiant, essai=vue.echange is None) for r in lot]
        feuille = Feuille(titre="Rapport", entetes=_ENTETES, rangees=rangees)
        return await envoyer_xlsx(f"reprise-{identifiant.hex[:8]}", [feuille])


async def _rapport(ctx: Contexte, identifiant: uuid.UUID, *, essai: bool) -> AsyncIterator[list[list[Any]]]:
    apres = 0
    while lignes := await lignes_du_rapport(ctx, identifiant, essai=essai, apres=apres, limite=1_000):
        yield [_rangee(ligne) for ligne in lignes]
        apres = lignes[-1].rang


def _exemple(cases: Sequence[str]) -> str:
    """Return what a column holds, for instance; a NIR is never shown."""
    valeur = next((case for case in cases if case), "")[:60]
    if not valeur:
        return "Vide sur les premières lignes."
    return "Par exemple : caché." if _NIR.search(re.sub(r"\W", "", valeur)) else f"Par exemple : {valeur}"


def _rangee(ligne: LigneVue) -> list[Any]:
    resultat = LIBELLE_RESULTAT[ligne.resultat]
    return [ligne.rang, resultat, ligne.champ_libelle, ligne.message, ligne.beneficiaire or ""]


async def _agir(page: Page, identifiant: uuid.UUID, faire: Any) -> Response[Any]:
    f = await lire_formulaire(page.requete)
    version = f.entier("version", requis=True) or 0
    f.verifier()
    try:
        await faire(page.ctx, identifiant, version=version)
    except ErreurSaisie as erreur:
        return await _fiche(page, identifiant, erreur=erreur)
    return page.rediriger(f"{RACINE}/{identifiant}")


async def _fiche(
    page: Page,
    identifiant: uuid.UUID,
    *,
    resultat: str = "",
    apres: int = 0,
    erreur: ErreurSaisie | None = None,
    saisie: dict[str, Any] | None = None,
) -> Response[Any]:
    vue = await reprise(page.ctx, identifiant)
    journaliser_lecture(page.ctx, "reprise.consulter", "reprise", str(identifiant))
    modifiable = vue.etat in (DEPOSEE, ESSAYEE)
    apercus = []
    if modifiable:
        apercus = await apercevoir(page.ctx, page.settings.dossier_echanges, vue, cles=page.settings.cle_echanges)
    essai = vue.echange is None
    lignes = await lignes_du_rapport(page.ctx, identifiant, essai=essai, resultat=resultat, apres=apres)
    donnees: dict[str, Any] = {
        "reprise": vue,
        "champs_possibles": [(code, libelle) for code, (libelle, _) in CHAMPS.items()],
        "libelles": {code: libelle for code, (libelle, _) in CHAMPS.items()},
        "choisis": [c for c in CHAMPS if c in vue.correspondance.values()],
        "complete": set(REQUIS) <= set(vue.correspondance.values()),
        "apercus": apercus,
        "exemples": {entete: _exemple([a.cases[entete] for a in apercus]) for entete in vue.entetes},
        "modifiable": modifiable,
        "abandonnee": vue.etat == ABANDONNEE,
        "lignes": lignes,
        "resultats": LIBELLE_RESULTAT,
        "resultat": resultat,
        "suite": lignes[-1].rang if len(lignes) == PAR_PAGE else None,
    }
    if erreur is not None:
        return await page.rendre_erreurs("echanges/reprise.html", erreur, saisie or {}, **donnees)
    return await page.rendre("echanges/reprise.html", **donnees)


async def _liste(
    page: Page, *, erreur: ErreurSaisie | None = None, saisie: dict[str, Any] | None = None
) -> Response[Any]:
    donnees: dict[str, Any] = {
        "reprises": await reprises(page.ctx),
        "organismes": [(str(o.id), o.nom) for o in await organismes_choix()],
        "taille_maximale": TAILLE_MAXIMALE,
        "lignes_maximum": LIGNES_MAXIMUM,
    }
    if erreur is not None:
        return await page.rendre_erreurs("echanges/reprises.html", erreur, saisie or {}, **donnees)
    return await page.rendre("echanges/reprises.html", **donnees)
