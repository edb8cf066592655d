"""« Clés d'API »: the keys of the partners made, shown once, revoked."""

import uuid
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath

from viesion_core.erreurs import ErreurSaisie
from viesion_core.journal import journaliser_lecture
from viesion_core.partenaires.actions import creer_cle, revoquer_cle
from viesion_core.partenaires.model import EMETTEUR, LIBELLE_PORTEE, LIMITE_PAR_DEFAUT, CleNouvelle
from viesion_core.partenaires.queries import cles, exiger_cle
from web.api.service import PREFIXE
from web.formulaire import lire_formulaire
from web.page import Page, PageCourante
from web.politiques import ADMINISTRATION, politique

PAGE = "/administration/cles"
_GABARIT = "administration/cles.html"


class CleController(Controller):
    """The keys of the API."""

    path = PAGE
    opt = politique(ADMINISTRATION)

    @get()
    async def lister(self, page: PageCourante) -> Response[Any]:
        """Show the keys: what they open, their last use."""
        journaliser_lecture(page.ctx, "cle.consulter", "", "")
        return await page.rendre(_GABARIT, **await _donnees(page))

    @post()
    async def creer(self, page: PageCourante) -> Response[Any]:
        """Make a key: it is shown this once, in the answer itself."""
        f = await lire_formulaire(page.requete)
        nom, emetteur = f.texte("nom", maximum=80), f.texte("emetteur", maximum=20)
        limite, portees = f.entier("limite", requis=True), f.liste("portees")
        try:
            f.verifier()
            faite = await creer_cle(
                page.ctx, nom=nom, emetteur=emetteur, portees=portees, limite=limite, secret=page.settings.secret
            )
        except ErreurSaisie as erreur:
            saisie = {**f.brut, "portees": portees}
            return await page.rendre_erreurs(_GABARIT, erreur, saisie, **await _donnees(page))
        return await page.rendre(_GABARIT, **await _donnees(page, faite))

    @post("/{identifiant:uuid}/revoquer")
    async def revoquer(self, page: PageCourante, identifiant: FromPath[uuid.UUID]) -> Response[Any]:
        """End a key."""
        await exiger_cle(page.ctx, identifiant)
        await revoquer_cle(page.ctx, identifiant)
        return page.rediriger(PAGE, fait="cle-revoquee")


async def _donnees(page: Page, faite: CleNouvelle | None = None) -> dict[str, Any]:
    racine = page.settings.url_publique.rstrip("/") + PREFIXE
    return {
        "cles": await cles(page.ctx),
        "faite": faite,
        "portees": [(str(code), libelle) for code, libelle in LIBELLE_PORTEE.items()],
        "defauts": {"emetteur": EMETTEUR, "limite": LIMITE_PAR_DEFAUT},
        "adresse": racine,
        "webhook": f"{racine}/webhooks/rdv-insertion/{faite.id}/" if faite else "",
    }
