"""Agenda: the day, the week, the month; one's own, a colleague's, the organism's; an entretien moved."""

import collections
import datetime as dt
import uuid
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from viesion_core.acces.queries import collaborateurs
from viesion_core.activites.model import regrouper
from viesion_core.activites.queries import activites
from viesion_core.agenda.model import Creneau
from viesion_core.agenda.model_ateliers import hors_seances
from viesion_core.agenda.queries import creneaux_libres
from viesion_core.agenda.queries_ateliers import seances
from viesion_core.entretiens.actions import CONFIRMATION, deplacer_entretien
from viesion_core.entretiens.queries import agenda, entretien
from viesion_core.erreurs import ErreurSaisie, Introuvable
from web.ecrans.agenda_grille import (
    MOIS_ENTIER,
    PAS,
    SEMAINE,
    VUES,
    Objet,
    Periode,
    heures,
    jours,
    periode,
)
from web.formulaire import lire_formulaire
from web.page import Page, PageCourante, retour_interne
from web.politiques import DOSSIER_ECRITURE, SUIVI, politique

MOI, ORGANISME = "moi", "organisme"


class AgendaController(Controller):
    """The agendas of the organism."""

    path = "/agenda"
    opt = politique(SUIVI)

    @get()
    async def montrer(
        self,
        page: PageCourante,
        vue: FromQuery[str] = SEMAINE,
        date: FromQuery[str] = "",
        de: FromQuery[str] = MOI,
    ) -> Response[Any]:
        """Show the entretiens and events of a day, a week or a month, of oneself, a colleague or the whole organism."""
        vue = vue if vue in VUES else SEMAINE
        jour = _jour(date, page.ctx.aujourdhui)
        choix = await _choix(page)
        if de not in dict(choix):
            raise Introuvable
        vus = periode(vue, jour)
        rendez_vous = await agenda(page.ctx, vus.debut, vus.fin, **_qui(page, de))
        libres = await _libres(page, de, vus)
        qui = uuid.UUID(de) if de not in (MOI, ORGANISME) else None
        evenements = await activites(page.ctx, vus.debut, vus.fin, collaborateur=qui, tout=de == ORGANISME)
        if de == ORGANISME:
            evenements = regrouper(evenements)
        ateliers = await seances(page.ctx, vus.debut, vus.fin, collaborateur=qui, tout=de == ORGANISME)
        individuels = hors_seances(rendez_vous, ateliers)
        a_l_heure: list[Objet] = [*individuels, *ateliers, *(e for e in evenements if not e.journee)]
        if vue != MOIS_ENTIER:
            a_l_heure += libres
        premiere, derniere = heures(a_l_heure)
        return await page.rendre(
            f"agenda/{'mois' if vue == MOIS_ENTIER else 'grille'}.html",
            vue=vue,
            vues=VUES,
            de=de,
            choix=choix,
            filtres={"vue": vue, "date": jour.isoformat(), "de": de},
            jour=jour,
            periode=vus,
            jours=jours(
                vus.debut,
                vus.fin,
                a_l_heure,
                premiere,
                jour.month if vue == MOIS_ENTIER else 0,
                journees=[e for e in evenements if e.journee],
            ),
            libres=collections.Counter(c.jour for c in libres),
            premiere=premiere,
            derniere=derniere,
            pas=PAS,
            total=len(rendez_vous),
            tout_l_organisme=de == ORGANISME,
            aujourdhui=page.ctx.aujourdhui,
            maintenant=page.ctx.maintenant,
        )


class DeplacementController(Controller):
    """An entretien moved to another hour, from the agenda."""

    path = "/beneficiaires/{numero:int}/entretiens/{identifiant:uuid}/deplacer"
    opt = politique(DOSSIER_ECRITURE)

    @post()
    async def deplacer(
        self, page: PageCourante, numero: FromPath[int], identifiant: FromPath[uuid.UUID]
    ) -> Response[Any]:
        """Move it; when somebody is already taken at that hour, ask first."""
        fiche = await entretien(page.ctx, numero, identifiant)  # before the form: another's answers like an unknown one
        f = await lire_formulaire(page.requete)
        debut = f.instant("date", "heure", requis=True)
        version = f.entier("version", requis=True) or 0
        retour = retour_interne(f.texte("retour", maximum=300), "/agenda")
        f.verifier()
        assert debut is not None  # noqa: S101 - `verifier` has refused an empty one
        try:
            fait = await deplacer_entretien(
                page.ctx, numero, identifiant, debut, version=version, confirme=f.case("confirme")
            )
        except ErreurSaisie as erreur:
            return await page.rendre(
                "agenda/deplacer.html",
                422,
                entretien=fiche,
                numero=numero,
                debut=debut,
                version=version,
                retour=retour,
                raisons=list(erreur.erreurs.values()),
                confirmable=set(erreur.erreurs) == {CONFIRMATION},
            )
        return page.rediriger(retour, acte=fait.id if not fait.vide else None)


async def _choix(page: Page) -> list[tuple[str, str]]:
    """Return whose agenda can be shown: one's own, the organism's, each colleague's."""
    collegues = [(str(c.id), c.nom_complet) for c in await collaborateurs(page.ctx) if c.id != page.ctx.utilisateur]
    return [(MOI, "Mon agenda"), (ORGANISME, "Tout l'organisme"), *collegues]


def _qui(page: Page, de: str) -> dict[str, Any]:
    if de == MOI:
        return {}
    return {"organisme": page.ctx.organisme} if de == ORGANISME else {"collaborateur": uuid.UUID(de)}


async def _libres(page: Page, de: str, vus: Periode) -> list[Creneau]:
    """Return the slots that nobody holds yet, of the person whose agenda it is or of the organism; no atelier."""
    qui = {MOI: page.ctx.utilisateur, ORGANISME: None}[de] if de in (MOI, ORGANISME) else uuid.UUID(de)
    trouves = await creneaux_libres(page.ctx, vus.debut, vus.fin, collaborateur=qui)
    return [c for c in trouves if c.capacite == 1]


def _jour(texte: str, defaut: dt.date) -> dt.date:
    """Return the day of the address; today when there is none or when it is out of the calendar of VieSion."""
    try:
        jour = dt.date.fromisoformat(texte)
    except ValueError:
        return defaut
    return jour if 1950 <= jour.year <= 2099 else defaut
