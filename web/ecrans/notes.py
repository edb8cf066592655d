"""Notes: written, marked done, changed, deleted; on the accueil, in a dossier, on their own page."""

import uuid
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from viesion_core.erreurs import ConflitVersion, ErreurSaisie
from viesion_core.notes.actions import creer_note, marquer_note, modifier_note, supprimer_note
from viesion_core.notes.model import SaisieNote
from viesion_core.notes.queries import PAR_PAGE, note, notes_page
from web.conflit import ChampConflit
from web.formulaire import Formulaire, lire_formulaire
from web.garde import LECTEUR_SEUL, LECTEURS_ORGANISME, garder_saisie
from web.page import Page, PageCourante, retour_interne
from web.politiques import CONSULTATION, politique

CHAMPS = (
    ChampConflit("texte", "Note"),
    ChampConflit("rappel_le", "Me la rappeler le"),
    ChampConflit("partagee", "Partagée avec mon organisme", str.capitalize),
)


class NoteController(Controller):
    """The notes of the user, and those shared in the organism."""

    path = "/notes"
    opt = politique(CONSULTATION)

    @get()
    async def lister(self, page: PageCourante, faites: FromQuery[str] = "", p: FromQuery[int] = 1) -> Response[Any]:
        """Show « Mes notes en cours »; with `faites`, those that are done."""
        return await _liste(page, faites=bool(faites), numero=min(max(p, 1), 10_000))

    @post()
    async def creer(self, page: PageCourante) -> Response[Any]:
        """Write a note, then go back where one was."""
        f = await lire_formulaire(page.requete)
        try:
            a = await creer_note(page.ctx, _saisie(f, f.entier("beneficiaire")))
        except ErreurSaisie as erreur:
            return await _liste(page, erreur=erreur, saisie=f.brut)
        return page.rediriger(_retour(f), acte=a.id)

    @get("/{identifiant:uuid}")
    async def formulaire(
        self, page: PageCourante, identifiant: FromPath[uuid.UUID], retour: FromQuery[str] = ""
    ) -> Response[Any]:
        """Show one note, to change it."""
        vue = await note(page.ctx, identifiant)
        return await page.rendre("notes/note.html", note=vue, retour=retour_interne(retour, "/notes"))

    @post("/{identifiant:uuid}")
    async def modifier(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Change a note."""
        f = await lire_formulaire(page.requete)
        vue = await note(page.ctx, identifiant)
        version = f.entier("version") or 0
        try:
            a = await modifier_note(page.ctx, identifiant, _saisie(f, vue.beneficiaire), version=version)
        except ErreurSaisie as erreur:
            return await page.rendre_erreurs("notes/note.html", erreur, f.brut, note=vue, retour=_retour(f))
        except ConflitVersion as conflit:
            return await page.rendre_conflit("notes/note.html", conflit, f.brut, CHAMPS, note=vue, retour=_retour(f))
        return page.rediriger(_retour(f), acte=a.id if not a.vide else None)

    @post("/{identifiant:uuid}/faite")
    async def marquer(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Mark a note done, or to do again (`faite`: non)."""
        f = await lire_formulaire(page.requete)
        faite = f.choix("faite", ("oui", "non")) != "non"
        version = f.entier("version", requis=True) or 0
        f.verifier()
        a = await marquer_note(page.ctx, identifiant, faite=faite, version=version)
        return page.rediriger(_retour(f), acte=a.id if not a.vide else None)

    @post("/{identifiant:uuid}/supprimer")
    async def supprimer(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """Delete a note; the toast brings it back."""
        f = await lire_formulaire(page.requete)
        version = f.entier("version", requis=True) or 0
        f.verifier()
        a = await supprimer_note(page.ctx, identifiant, version=version)
        return page.rediriger(_retour(f), acte=a.id)


async def _liste(
    page: Page,
    *,
    faites: bool = False,
    numero: int = 1,
    erreur: ErreurSaisie | None = None,
    saisie: dict[str, Any] | None = None,
) -> Response[Any]:
    notes, total = await notes_page(page.ctx, faites=faites, page=numero)
    donnees: dict[str, Any] = {
        "notes": notes,
        "total": total,
        "faites": faites,
        "page_courante": numero,
        "par_page": PAR_PAGE,
        "aujourdhui": page.ctx.aujourdhui,
    }
    if erreur is not None:
        return await page.rendre_erreurs("notes/notes.html", erreur, saisie or {}, **donnees)
    return await page.rendre("notes/notes.html", **donnees)


def _saisie(f: Formulaire, beneficiaire: int | None) -> SaisieNote:
    """Read the form of a note."""
    saisie = SaisieNote(
        texte=f.texte("texte", maximum=4_000),
        rappel_le=f.date("rappel_le"),
        partagee=f.case("partagee"),
        beneficiaire=beneficiaire,
    )
    f.verifier()
    garder_saisie(f, {"texte": LECTEURS_ORGANISME if saisie.partagee else LECTEUR_SEUL})
    return saisie


def _retour(f: Formulaire) -> str:
    return retour_interne(f.texte("retour", maximum=500), "/notes")
