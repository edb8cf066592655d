"""The command palette of the top bar: people, acts and screens in one list, by the keyboard alone."""

import re
from typing import Any

from litestar import Controller, Response, get
from litestar.params import FromQuery

from viesion_core.acces.perimetre import exiger_dossier
from viesion_core.dossiers.recherche import chercher
from viesion_core.erreurs import Introuvable
from web.ecrans.recherche import APERCU, LONGUEUR, options
from web.page import Page, PageCourante, retour_interne
from web.palette import MAXIMUM, par_groupe, proposer
from web.politiques import CONNECTE, CONSULTATION, politique

_DOSSIER = re.compile(r"/beneficiaires/([0-9]{1,9})(?:/|$)")
TOUTES = 60


class PaletteController(Controller):
    """What answers the words of the top bar, for every role."""

    path = "/palette"
    opt = politique(CONNECTE)

    @get()
    async def chercher(self, page: PageCourante, q: FromQuery[str] = "", ici: FromQuery[str] = "") -> Response[Any]:
        """Answer the list while typing (header HX-Request), else the page of acts and screens.

        `ici`: the address of the page. Two queries at most: the people, the perimeter of the dossier that is open.
        """
        texte, adresse = q[:LONGUEUR].strip(), retour_interne(ici[:300].partition("?")[0], "")
        numero = await _dossier_ouvert(page, adresse)
        propositions = proposer(page.requete.app, page.ctx, texte, numero=numero, ici=adresse)
        if not page.htmx:
            return await page.rendre("recherche/palette.html", q=texte, groupes=par_groupe(propositions, TOUTES))
        cherchees = len(texte) > 1 and page.ctx.role in CONSULTATION.roles
        personnes = await chercher(page.ctx, texte, limite=APERCU) if cherchees else []
        return page.fragment(
            "recherche/palette_options.html",
            trouvees=bool(personnes),
            personnes=options(page, personnes, texte, "") if cherchees else [],
            groupes=par_groupe(propositions, MAXIMUM if personnes else 2 * MAXIMUM),
            q=texte,
        )


async def _dossier_ouvert(page: Page, adresse: str) -> int | None:
    """Return the dossier of the page, None when there is none or it is not in the perimeter."""
    lu = _DOSSIER.match(adresse)
    if lu is None or page.ctx.role not in CONSULTATION.roles:
        return None
    try:
        await exiger_dossier(page.ctx, int(lu[1]))
    except Introuvable:
        return None
    return int(lu[1])
