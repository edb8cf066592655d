"""« Mon agenda dans Outlook ou Thunderbird »: the secret address made, copied, revoked; and what it answers."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from viesion_core.agenda.abonnement import adresse_personnelle, calendrier_de, creer_adresse, revoquer_adresse
from viesion_core.convocations.actions import regler_rappel
from viesion_core.convocations.queries import veut_un_rappel
from web.formulaire import lire_formulaire
from web.page import Page, PageCourante
from web.politiques import PUBLIQUE, SUIVI, politique
from web.securite import maintenant

_GABARIT = "agenda/abonnement.html"
PAGE = "/agenda/abonnement"


class AbonnementController(Controller):
    """One's own calendar address."""

    path = PAGE
    opt = politique(SUIVI)

    @get()
    async def montrer(self, page: PageCourante) -> Response[Any]:
        """Show whether there is an address, since when, and how to add it to a calendar."""
        return await _rendre(page)

    @post()
    async def creer(self, page: PageCourante) -> Response[Any]:
        """Make the address, or another in its place: it is shown this once, in the answer itself."""
        f = await lire_formulaire(page.requete)
        jeton = await creer_adresse(page.ctx, avec_numero=f.case("avec_numero"))
        adresse = f"{page.settings.url_publique.rstrip('/')}/agenda/ical/{jeton}"
        return await _rendre(page, adresse)

    @post("/revoquer")
    async def revoquer(self, page: PageCourante) -> Response[Any]:
        """End the address."""
        await revoquer_adresse(page.ctx)
        return page.rediriger(PAGE, fait="agenda-revoque")

    @post("/rappel")
    async def rappeler(self, page: PageCourante) -> Response[Any]:
        """Ask for the reminder of the day before, or no longer."""
        f = await lire_formulaire(page.requete)
        voulu = f.case("voulu")
        await regler_rappel(page.ctx, voulu=voulu)
        return page.rediriger(PAGE, fait="agenda-rappel" if voulu else "agenda-sans-rappel")


async def _rendre(page: Page, adresse: str = "") -> Response[Any]:
    return await page.rendre(
        _GABARIT,
        connue=await adresse_personnelle(page.ctx),
        adresse=adresse,
        rappel=await veut_un_rappel(page.ctx),
    )


class CalendrierController(Controller):
    """What a calendar reads: no session, the secret of the address is the key."""

    path = "/agenda/ical"
    opt = politique(PUBLIQUE)

    @get("/{jeton:str}")
    async def lire(self, page: PageCourante, jeton: FromPath[str]) -> Response[bytes]:
        """Return the iCalendar; an unknown address and a revoked one answer alike."""
        client = page.requete.client
        contenu = await calendrier_de(jeton[:100], maintenant(), client.host if client else "")
        return Response(
            content=contenu,
            media_type="text/calendar",
            headers={
                "Cache-Control": "no-store",
                "Referrer-Policy": "no-referrer",
                "Content-Disposition": 'inline; filename="viesion.ics"',
            },
        )
