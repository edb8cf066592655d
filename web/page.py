"""What every screen shares: the user, the navigation, the last act with its undo, and the rendering."""

import uuid
from typing import Any

from litestar import Request, Response
from litestar.datastructures import State
from litestar.enums import MediaType
from litestar.response import Redirect
from viesion_core.extensions import Registre

from viesion_core.acces.model import SessionOuverte
from viesion_core.actes import acte_recent
from viesion_core.contexte import LIBELLE_ROLE, Contexte, Role
from viesion_core.erreurs import ErreurSaisie
from viesion_core.settings import Settings
from web.habillage import Entree, Habillage, Message, Theme
from web.rendu import rendre
from web.securite import jeton_formulaire

_THEMES: dict[str, Theme] = {"clair": "clair", "sombre": "sombre"}
_SUIVI = frozenset({Role.REFERENT, Role.DIRECTEUR, Role.PILOTE})


_NAVIGATION: tuple[tuple[str, str, str, str, frozenset[Role]], ...] = (
    ("", "Accueil", "/", "accueil", frozenset(Role)),
    ("Gestion", "Bénéficiaires", "/beneficiaires", "personnes", _SUIVI),
    ("", "Administration", "/administration", "reglages", frozenset({Role.ADMINISTRATEUR})),
    ("", "Aide", "/aide", "aide", frozenset(Role)),
)


class Page:
    """The screen being served: given to every controller as the dependency `page`."""

    def __init__(self, requete: Request[Any, Any, State]) -> None:
        etat = requete.scope["state"]
        self.requete = requete
        self.settings: Settings = requete.app.state.settings
        self.registre: Registre = requete.app.state.registre
        self.session: SessionOuverte | None = etat.get("session")
        self._ctx: Contexte | None = etat.get("ctx")

    @property
    def ctx(self) -> Contexte:
        """The context of the connected user; only routes whose policy asks for a session use it."""
        if self._ctx is None:
            msg = "this route has no session"
            raise LookupError(msg)
        return self._ctx

    @property
    def htmx(self) -> bool:
        """Whether htmx asks for a fragment instead of a page."""
        return self.requete.headers.get("hx-request") == "true"

    async def rendre(self, gabarit: str, statut: int = 200, **donnees: Any) -> Response[str]:
        """Return the page of a template, with what every layout needs (`h`)."""
        return self.repondre(gabarit, statut, await self.habillage(), donnees)

    async def rendre_erreurs(
        self, gabarit: str, erreur: ErreurSaisie, saisie: dict[str, Any], **donnees: Any
    ) -> Response[str]:
        """Return a form again (422) with its messages, everything typed kept."""
        return await self.rendre(
            gabarit, 422, erreurs=erreur.erreurs, message_erreur=erreur.message, saisie=saisie, **donnees
        )

    def fragment(self, gabarit: str, statut: int = 200, **donnees: Any) -> Response[str]:
        """Return a piece of page for htmx: no layout, no query of its own."""
        return self.repondre(gabarit, statut, self.habillage_seul(), donnees)

    def repondre(self, gabarit: str, statut: int, habillage: Habillage, donnees: dict[str, Any]) -> Response[str]:
        """Render a template around which `habillage` stands."""
        defauts: dict[str, Any] = {"erreurs": {}, "message_erreur": "", "saisie": None, "ctx": self._ctx}
        html = rendre(gabarit, habillage, **{**defauts, **donnees})
        return Response(content=html, status_code=statut, media_type=MediaType.HTML)

    def rediriger(self, url: str, acte: uuid.UUID | None = None) -> Redirect:
        """Send to a page after an act (303); the page shows the act with « Annuler »."""
        if acte is not None:
            chemin, diese, ancre = url.partition("#")
            url = f"{chemin}{'&' if '?' in chemin else '?'}acte={acte}{diese}{ancre}"
        return Redirect(url, status_code=303)

    def navigation(self) -> tuple[Entree, ...]:
        """Return the left rail: the screens that exist and that the role may open."""
        if self._ctx is None:
            return ()
        chemin = self.requete.url.path
        return tuple(
            Entree(
                libelle=libelle,
                url=url,
                icone=icone,
                groupe=groupe,
                actif=chemin == url or (url != "/" and chemin.startswith(url)),
            )
            for groupe, libelle, url, icone, roles in _NAVIGATION
            if self._ctx.role in roles
        )

    def habillage_seul(self, messages: tuple[Message, ...] = ()) -> Habillage:
        """Return what stands around a page, without any query."""
        etat = self.requete.scope["state"]
        cle = etat.get("cle_session")
        session, ctx = self.session, self._ctx
        return Habillage(
            navigation=self.navigation(),
            utilisateur=session.nom_complet if session else "",
            role=LIBELLE_ROLE[ctx.role] if ctx else "",
            organisme=session.organisme_nom if session else "",
            csrf=jeton_formulaire(cle) if cle else "",
            nonce=etat.get("nonce", ""),
            theme=_THEMES.get(self.requete.cookies.get("theme", ""), "auto"),
            messages=messages,
            url_deconnexion="/connexion/fin",
            url_accessibilite="/aide/accessibilite",
            mode_demo=self.settings.mode == "demo",
        )

    async def habillage(self) -> Habillage:
        """Return what stands around a page; one query when the address names the act just done."""
        dernier = await self._dernier_acte()
        return self.habillage_seul((dernier,) if dernier else ())

    async def _dernier_acte(self) -> Message | None:
        """Return the act named by the address (`?acte=`), if it is the user's own: a toast with « Annuler »."""
        texte = self.requete.query_params.get("acte")
        if not texte or self._ctx is None:
            return None
        try:
            identifiant = uuid.UUID(texte)
        except ValueError:
            return None
        fait = await acte_recent(self._ctx, identifiant)
        if fait is None:
            return None
        return Message(texte=fait.libelle, url_annuler=f"/actes/{identifiant}/annuler" if fait.annulable else "")


async def fournir_page(request: Request[Any, Any, State]) -> Page:
    """Return the page of the request (litestar dependency)."""
    return Page(request)
