"""Administration: the questionnaires and their versions; the open bilans carried over from one to the next."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from viesion_core.bilans.actions_report import Rapport, reporter_bilans
from viesion_core.bilans.queries_report import apercu_report, questionnaires_suivis
from viesion_core.erreurs import ErreurMetier, Introuvable
from web.formulaire import lire_formulaire
from web.page import Page, PageCourante
from web.politiques import ADMINISTRATION, politique

LOT = 200
"""Bilans carried over by one request: each is an act of its own; the page goes on with the next ones."""


class QuestionnaireController(Controller):
    """The questionnaires that the base keeps."""

    path = "/administration/questionnaires"
    opt = politique(ADMINISTRATION)

    @get()
    async def lister(self, page: PageCourante) -> Response[Any]:
        """Show every questionnaire, its latest version, and how many open bilans are on a former one."""
        return await page.rendre("administration/questionnaires.html", questionnaires=await questionnaires_suivis())

    @get("/{code:str}")
    async def consulter(self, page: PageCourante, code: FromPath[str]) -> Response[Any]:
        """Show what carrying the open bilans over would do: per organism, what maps, what does not."""
        return await _apercu(page, code)

    @post("/{code:str}")
    async def reporter(self, page: PageCourante, code: FromPath[str]) -> Response[Any]:
        """Carry open bilans over, `LOT` at most, and show what was done and what is left."""
        f = await lire_formulaire(page.requete)
        avec_pertes = f.case("avec_pertes")
        try:
            rapport = await reporter_bilans(page.ctx, code, appliquer=True, avec_pertes=avec_pertes, maximum=LOT)
        except ErreurMetier as erreur:
            raise Introuvable from erreur
        return await _apercu(page, code, rapport, avec_pertes=avec_pertes)


async def _apercu(page: Page, code: str, rapport: Rapport | None = None, *, avec_pertes: bool = False) -> Response[Any]:
    try:
        vu = await apercu_report(page.ctx, code)
    except ErreurMetier as erreur:
        raise Introuvable from erreur
    ecarts = sorted(vu.ecarts.items(), key=lambda paire: (-paire[1], paire[0].question))
    return await page.rendre(
        "administration/questionnaire.html", vu=vu, ecarts=ecarts, rapport=rapport, avec_pertes=avec_pertes
    )
