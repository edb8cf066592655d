"""Référents of a person: « Affectation du référent », « M'ajouter… » in one click, the end of a quality."""

import datetime as dt
import uuid
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from viesion_core.acces.model import UtilisateurResume
from viesion_core.acces.queries import chercher_referents, collaborateurs
from viesion_core.contexte import Contexte
from viesion_core.erreurs import ConflitVersion, ErreurSaisie
from viesion_core.parcours.actions_referents import affecter_referent, supprimer_affectation, terminer_affectation
from viesion_core.parcours.model import (
    ETAPE,
    LIBELLE_NATURE,
    PARCOURS,
    AffectationResume,
    EntreeResume,
    EtapeResume,
    SaisieAffectation,
)
from viesion_core.parcours.queries import affectation, affectations, entrees_dispositif, etapes
from web.conflit import ChampConflit
from web.ecrans.dossier_commun import rendre_dossier, retour_local
from web.ecrans.parcours import annonce_parcours
from web.formulaire import Formulaire, lire_date, lire_formulaire
from web.page import Page, PageCourante
from web.politiques import DOSSIER_ECRITURE, SUIVI, politique

_CANDIDATS = 8
_COCHER = "Cochez l'accompagnement concerné : un référent se rattache à un dispositif."


class ReferentController(Controller):
    """The référents that a field proposes: « Nom, prénom, structure… »."""

    path = "/referents"
    opt = politique(SUIVI)

    @get()
    async def proposer(self, page: PageCourante, q: FromQuery[str] = "") -> Response[Any]:
        """Return those who match (fragment for a combobox, JSON otherwise); one's own colleagues for an empty text."""
        trouves = await chercher_referents(q[:80]) if q.strip() else await collaborateurs(page.ctx)
        lignes = [
            {
                "code": str(r.id),
                "titre": r.nom_complet,
                "detail": " - ".join(filter(None, (r.organisme_nom, r.fonction))),
            }
            for r in trouves[:20]
        ]
        if page.htmx:
            return page.fragment("parcours/referents_proposes.html", resultats=lignes)
        return Response(content={"resultats": lignes})


class AffectationController(Controller):
    """The affectations of one person."""

    path = "/beneficiaires/{numero:int}/parcours/referents"
    opt = politique(DOSSIER_ECRITURE)

    @get("/nouveau")
    async def nouveau(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Show « Affectation du référent »."""
        return await self._formulaire(page, numero)

    @post("/nouveau")
    async def ajouter(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """Give a référent; the former référent de parcours ends the day before."""
        return await self._enregistrer(page, numero, None)

    @post("/moi")
    async def m_ajouter(self, page: PageCourante, numero: FromPath[int]) -> Response[Any]:
        """« M'ajouter comme référent », « M'ajouter comme référent d'étape »: from today, in one click."""
        f = await lire_formulaire(page.requete)
        nature = f.choix("nature", LIBELLE_NATURE, requis=True)
        dispositif = f.identifiant("dispositif", requis=_COCHER)
        f.verifier()
        moi = page.ctx.utilisateur
        assert dispositif is not None  # noqa: S101 - verifier() has refused an empty one
        assert moi is not None  # noqa: S101 - the policy asks for a session
        etape = _etape_suivie(page.ctx, await etapes(page.ctx, numero), dispositif) if nature == ETAPE else None
        saisie = SaisieAffectation(
            referent=moi, nature=nature, dispositif=dispositif, debut=page.ctx.aujourdhui, etape=etape
        )
        a = await affecter_referent(page.ctx, numero, saisie)
        return page.rediriger(retour_local(numero, f.texte("retour", maximum=300), _base(numero)), acte=a.id)

    @get("/apercu")
    async def apercu(
        self,
        page: PageCourante,
        numero: FromPath[int],
        nature: FromQuery[str] = "",
        debut: FromQuery[str] = "",
        fin: FromQuery[str] = "",
        sauf: FromQuery[uuid.UUID | None] = None,
    ) -> Response[Any]:
        """Return what happens to the former référent de parcours (fragment), while the form is filled."""
        message, bloque = "", False
        jour = lire_date(debut[:20])
        if nature == PARCOURS and jour is not None:
            liens = await affectations(page.ctx, numero)
            message, bloque = annonce_parcours(liens, jour, lire_date(fin[:20]), sauf)
        return page.fragment("parcours/annonce.html", message=message, bloque=bloque)

    @get("/{identifiant:uuid}")
    async def modifier(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Show the form of an affectation: its référent stays, dates and quality may change."""
        return await self._formulaire(page, numero, await affectation(page.ctx, numero, identifiant))

    @post("/{identifiant:uuid}")
    async def enregistrer(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Save an affectation known at a version."""
        return await self._enregistrer(page, numero, await affectation(page.ctx, numero, identifiant))

    @get("/{identifiant:uuid}/fin")
    async def saisir_fin(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Show the one field of the end of a quality of référent, today's date in it."""
        return await self._fin(page, numero, await affectation(page.ctx, numero, identifiant))

    @post("/{identifiant:uuid}/fin")
    async def terminer(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Put an end date to the quality of référent (deck)."""
        f = await lire_formulaire(page.requete)
        try:
            fin = f.date("fin", requis="La date de fin est requise.")
            version = f.entier("version") or 0
            f.verifier()
            assert fin is not None  # noqa: S101 - verifier() has refused an empty one
            a = await terminer_affectation(page.ctx, numero, identifiant, fin, version=version)
        except (ErreurSaisie, ConflitVersion) as erreur:
            visee = await affectation(page.ctx, numero, identifiant)
            return await self._fin(page, numero, visee, erreur=erreur, saisie=f.brut)
        return page.rediriger(retour_local(numero, f.texte("retour", maximum=300), _base(numero)), acte=a.id)

    @post("/{identifiant:uuid}/supprimer")
    async def supprimer(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Delete an affectation made by mistake; « Annuler » brings it back."""
        f = await lire_formulaire(page.requete)
        version = f.entier("version", requis=True) or 0
        f.verifier()
        a = await supprimer_affectation(page.ctx, numero, identifiant, version=version)
        return page.rediriger(_base(numero), acte=a.id)

    async def _enregistrer(self, page: Page, numero: int, existante: AffectationResume | None) -> Response[Any]:
        f = await lire_formulaire(page.requete)
        candidats: list[UtilisateurResume] = []
        try:
            referent = existante.referent if existante else await _referent(f, candidats)
            a = await affecter_referent(
                page.ctx,
                numero,
                _lire(f, referent),
                identifiant=existante.id if existante else None,
                version=(f.entier("version") or 0) if existante else None,
            )
        except (ErreurSaisie, ConflitVersion) as erreur:
            return await self._formulaire(page, numero, existante, erreur=erreur, saisie=f.brut, candidats=candidats)
        return page.rediriger(_base(numero), acte=a.id)

    async def _formulaire(
        self,
        page: Page,
        numero: int,
        existante: AffectationResume | None = None,
        *,
        erreur: ErreurSaisie | ConflitVersion | None = None,
        saisie: dict[str, Any] | None = None,
        candidats: list[UtilisateurResume] | None = None,
    ) -> Response[Any]:
        entrees = await entrees_dispositif(page.ctx, numero)
        lignes = await etapes(page.ctx, numero)
        liens = await affectations(page.ctx, numero)
        proposees = [e for e in entrees if e.fin is None or (existante and existante.dispositif == e.id)] or entrees[:1]
        debut, fin = _dates(existante, saisie, page.ctx.aujourdhui)
        message, bloque = annonce_parcours(liens, debut, fin, existante.id if existante else None)
        suivie = _etape_suivie(page.ctx, lignes, proposees[0].id) if proposees else None
        return await rendre_dossier(
            page,
            numero,
            "parcours/referent.html",
            onglet="parcours",
            erreur=erreur,
            saisie=saisie,
            champs=_champs(entrees, lignes),
            existante=existante,
            accompagnements=[(entree.id, entree.entree_le) for entree in proposees],
            natures=[(ETAPE, LIBELLE_NATURE[ETAPE]), (PARCOURS, LIBELLE_NATURE[PARCOURS])],
            etapes=[(etape.id, etape.nom_date) for etape in lignes],
            etape_proposee=existante.etape if existante else suivie,
            candidats=[(r.id, f"{r.nom_complet} - {r.organisme_nom}") for r in candidats or ()],
            message=message,
            bloque=bloque,
            base=_base(numero),
        )

    async def _fin(
        self,
        page: Page,
        numero: int,
        visee: AffectationResume,
        *,
        erreur: ErreurSaisie | ConflitVersion | None = None,
        saisie: dict[str, Any] | None = None,
    ) -> Response[Any]:
        return await rendre_dossier(
            page,
            numero,
            "parcours/referent_fin.html",
            onglet="parcours",
            erreur=erreur,
            saisie=saisie,
            champs=(ChampConflit("fin", "Fin"),),
            visee=visee,
            base=_base(numero),
        )


async def _referent(f: Formulaire, candidats: list[UtilisateurResume]) -> uuid.UUID | None:
    """Return the chosen référent; without JavaScript only a text comes: one match is chosen, several are proposed."""
    code = f.identifiant("referent") or f.identifiant("referent_choisi")
    if code is not None:
        return code
    saisi = f.texte("referent_texte", maximum=120)
    if not saisi:
        f.erreurs["referent"] = "Le référent est requis."
        return None
    trouves = await chercher_referents(saisi, limite=_CANDIDATS)
    if len(trouves) == 1:
        return trouves[0].id
    candidats += trouves
    f.erreurs["referent"] = (
        "Plusieurs personnes correspondent : choisissez ci-dessous." if trouves else "Aucun référent ne porte ce nom."
    )
    return None


def _lire(f: Formulaire, referent: uuid.UUID | None) -> SaisieAffectation:
    """Read « Affectation du référent »."""
    nature = f.choix("nature", LIBELLE_NATURE, requis="Choisissez référent d'étape ou référent de parcours.")
    debut = f.date("debut", requis="Le début est requis.")
    fin = f.date("fin")
    dispositif = f.identifiant("dispositif", requis=_COCHER)
    etape = f.identifiant("etape") if nature == ETAPE else None
    f.verifier()
    assert referent is not None  # noqa: S101 - verifier() has refused an empty one
    assert debut is not None  # noqa: S101 - the same
    assert dispositif is not None  # noqa: S101 - the same
    return SaisieAffectation(referent=referent, nature=nature, dispositif=dispositif, debut=debut, fin=fin, etape=etape)


def _dates(
    existante: AffectationResume | None, saisie: dict[str, Any] | None, aujourdhui: dt.date
) -> tuple[dt.date, dt.date | None]:
    """Return the dates that the form shows: those typed, else the stored ones, else from today."""
    if saisie is not None:
        return lire_date(str(saisie.get("debut", ""))) or aujourdhui, lire_date(str(saisie.get("fin", "")))
    return (existante.debut, existante.fin) if existante else (aujourdhui, None)


def _etape_suivie(ctx: Contexte, lignes: list[EtapeResume], dispositif: uuid.UUID) -> uuid.UUID | None:
    """Return the open étape of the user's organism when there is just one: the référent d'étape is its own."""
    miennes = [e.id for e in lignes if e.ouverte and e.organisme == ctx.organisme and e.dispositif == dispositif]
    return miennes[0] if len(miennes) == 1 else None


def _champs(entrees: list[EntreeResume], lignes: list[EtapeResume]) -> tuple[ChampConflit, ...]:
    accompagnements = {str(entree.id): entree.entree_le for entree in entrees}
    noms = {str(etape.id): etape.nom_date for etape in lignes}
    return (
        ChampConflit("debut", "Début"),
        ChampConflit("fin", "Fin"),
        ChampConflit("dispositif", "Accompagnements concernés", lambda code: accompagnements.get(code, code)),
        ChampConflit("nature", "Qualité", lambda code: LIBELLE_NATURE.get(code, code)),
        ChampConflit("etape", "Étape", lambda code: noms.get(code, code)),
    )


def _base(numero: int) -> str:
    return f"/beneficiaires/{numero}/parcours"
