"""Accueil: the day, what waits, the notes, the week. Each role has its own."""

import datetime as dt
import itertools
from typing import Any

import msgspec
from litestar import Controller, Response, get

from viesion_core.activites.queries import activites
from viesion_core.agenda.model_ateliers import Seance, hors_seances
from viesion_core.agenda.queries_ateliers import seances
from viesion_core.contexte import Role
from viesion_core.dossiers.queries import etat_dossiers, recents
from viesion_core.entretiens.model import SUITES, RendezVous
from viesion_core.entretiens.queries import a_realiser, agenda
from viesion_core.nomenclatures.model import nomenclature
from viesion_core.notes.queries import notes_page
from viesion_core.resume.queries_accueil import activite_organismes, charge_referents, etat_file
from web.page import Page, PageCourante
from web.politiques import CONNECTE, politique

NOTES = 5
RECENTS = 6
JOURS = 7


class Jour(msgspec.Struct, frozen=True):
    """A day of the planning and what is in it: entretiens, and séances of ateliers."""

    date: dt.date
    rendez_vous: tuple[RendezVous | Seance, ...]


class AccueilController(Controller):
    """The first page after the connexion."""

    path = "/"
    opt = politique(CONNECTE)

    @get()
    async def accueil(self, page: PageCourante) -> Response[Any]:
        """Show the accueil of the role; the administrator's is the administration."""
        role = page.ctx.role
        if role is Role.ADMINISTRATEUR:
            return page.rediriger("/administration")
        donnees = await _commun(page)
        if role is Role.PILOTE:
            organismes, total = await activite_organismes(page.ctx)
            donnees |= {"etat": await etat_file(page.ctx), "organismes": organismes, "total_organismes": total}
            return await page.rendre("accueil/pilote.html", **donnees)
        donnees |= await _planning(page, tout=role is Role.DIRECTEUR)
        if role is Role.DIRECTEUR:
            donnees |= {"etat": await etat_file(page.ctx), "charge": await charge_referents(page.ctx)}
            return await page.rendre("accueil/directeur.html", **donnees)
        return await page.rendre("accueil/referent.html", etat=await etat_dossiers(page.ctx), **donnees)


async def _commun(page: Page) -> dict[str, Any]:
    """Return the notes and the recent dossiers, the same for every role."""
    notes, total = await notes_page(page.ctx, par_page=NOTES)
    return {
        "notes": notes,
        "total_notes": total,
        "recents": await recents(page.ctx, RECENTS),
        "aujourdhui": page.ctx.aujourdhui,
        "maintenant": page.ctx.maintenant,
    }


async def _planning(page: Page, *, tout: bool) -> dict[str, Any]:
    """Return the entretiens of today and of the seven days, and those past that are not told yet."""
    debut = page.ctx.aujourdhui
    fin = debut + dt.timedelta(days=JOURS - 1)
    ateliers = await seances(page.ctx, debut, fin, tout=tout)
    individuels = hors_seances(
        await agenda(page.ctx, debut, fin, organisme=page.ctx.organisme if tout else None), ateliers
    )
    rendez_vous: list[RendezVous | Seance] = sorted([*individuels, *ateliers], key=lambda r: r.debut)
    par_jour = {jour: tuple(groupe) for jour, groupe in itertools.groupby(rendez_vous, key=lambda r: r.jour)}
    semaine = [Jour(date, par_jour.get(date, ())) for date in (debut + dt.timedelta(days=n) for n in range(JOURS))]
    passes, total = await a_realiser(page.ctx, tout_l_organisme=tout, limite=5)
    return {
        "semaine": semaine,
        "du_jour": semaine[0].rendez_vous,
        "evenements": await activites(page.ctx, debut, debut, tout=tout),
        "passes": passes,
        "total_passes": total,
        "suites": [(code, nomenclature("REALISATION").libelle_de(code)) for code in SUITES],
        "tout_l_organisme": tout,
    }
