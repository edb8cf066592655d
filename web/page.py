"""What every screen shares: the user, the navigation, the last act with its undo, and the rendering."""

import uuid
from collections.abc import Iterable
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.enums import MediaType
from litestar.response import Redirect

from viesion_core.acces.model import SessionOuverte
from viesion_core.actes import acte_recent
from viesion_core.contexte import LIBELLE_ROLE, Contexte, Role
from viesion_core.erreurs import ConflitVersion, ErreurSaisie
from viesion_core.extensions import Registre
from viesion_core.garde.model import AvertissementGarde
from viesion_core.settings import Settings
from web.aide import aide_de
from web.conflit import ChampConflit, comprendre
from web.favoris import favoris
from web.rendu import environnement
from web.securite import jeton_formulaire

_SUIVI = frozenset({Role.REFERENT, Role.DIRECTEUR, Role.PILOTE})

MESSAGES = {
    "mot-de-passe": "Votre mot de passe est enregistré. Connectez-vous.",
    "deconnexion": "Vous êtes déconnecté.",
    "invitation": "L'invitation part par courriel, avec l'identifiant et un lien valable 24 heures.",
    "organisme": "L'organisme est enregistré.",
    "offre": "L'offre de service est active.",
    "agenda-revoque": "L'adresse ne répond plus : les agendas qui la lisaient ne se mettent plus à jour.",
    "agenda-rappel": "Le rappel de la veille vous sera envoyé, s'il y a des rendez-vous le lendemain.",
    "agenda-sans-rappel": "Vous ne recevrez plus le rappel de la veille.",
    "anomalie": "L'anomalie est signalée : l'assistance répondra à votre adresse.",
    "rejet-rejoue": "La ligne est prise : elle n'attend plus.",
    "rejet-doublon": "La ligne corrigée désigne peut-être une personne déjà suivie : dites si c'est elle.",
    "repartition-annulee": "La répartition est annulée : ces personnes sont à nouveau à répartir.",
    "cle-revoquee": "La clé est révoquée : elle n'ouvre plus rien.",
    "modele": "Le modèle est accepté : il sert dès maintenant.",
}
"""What the page says after an act that has no undo, by the code that its address carries (`?fait=`)."""


def retour_interne(adresse: str, defaut: str) -> str:
    """Return a page of VieSion to go back to, or `defaut`: never another site."""
    local = adresse.startswith("/") and not adresse.startswith(("//", "/\\")) and adresse.isprintable()
    return adresse if local and "\\" not in adresse else defaut


class Lien(msgspec.Struct, frozen=True):
    """An entry of the navigation: a screen that exists and that the role may open."""

    libelle: str
    url: str
    icone: str
    actif: bool = False
    groupe: str = ""
    nombre: int | None = None
    titre_enfants: str = ""
    enfants: tuple["Lien", ...] = ()


_NAVIGATION: tuple[tuple[str, str, str, str, frozenset[Role]], ...] = (
    ("", "Accueil", "/", "accueil", _SUIVI),
    ("Gestion", "Bénéficiaires", "/beneficiaires", "personnes", _SUIVI),
    ("", "Affectations", "/affectations", "referent", frozenset({Role.REFERENT, Role.DIRECTEUR})),
    ("", "Agenda", "/agenda", "agenda", frozenset({Role.REFERENT, Role.DIRECTEUR})),
    ("", "Infocentre", "/infocentre", "infocentre", _SUIVI),
    ("", "Pilotage", "/pilotage", "pilotage", frozenset({Role.DIRECTEUR, Role.PILOTE})),
    ("", "Échanges", "/echanges", "document", frozenset({Role.PILOTE})),
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
        """Return the page of a template, with what every layout needs."""
        commun = await self._commun()
        html = environnement().get_template(gabarit).render(**{**commun, **donnees})
        return Response(content=html, status_code=statut, media_type=MediaType.HTML)

    async def rendre_erreurs(
        self, gabarit: str, erreur: ErreurSaisie, saisie: dict[str, Any], **donnees: Any
    ) -> Response[str]:
        """Return a form again (422) with its messages, everything typed kept."""
        if isinstance(erreur, AvertissementGarde):
            donnees["garde"] = erreur.empreinte
        return await self.rendre(
            gabarit, 422, erreurs=erreur.erreurs, message_erreur=erreur.message, saisie=saisie, **donnees
        )

    async def rendre_conflit(
        self,
        gabarit: str,
        erreur: ConflitVersion,
        saisie: dict[str, Any],
        champs: Iterable[ChampConflit],
        **donnees: Any,
    ) -> Response[str]:
        """Return a form again (409): both values of each field, what was typed kept, the new version in it."""
        conflit, gardee = await comprendre(erreur, saisie, champs)
        return await self.rendre(gabarit, 409, conflit=conflit, saisie=gardee, **donnees)

    def fragment(self, gabarit: str, statut: int = 200, **donnees: Any) -> Response[str]:
        """Return a piece of page for htmx: no layout, no query of its own."""
        html = environnement().get_template(gabarit).render(**{**self._minimum(), **donnees})
        return Response(content=html, status_code=statut, media_type=MediaType.HTML)

    def rediriger(self, url: str, acte: uuid.UUID | None = None, *, fait: str = "") -> Redirect:
        """Send to a page after an act (303); the page shows the act with « Annuler », or a message of `MESSAGES`."""
        for nom, valeur in (("acte", acte), ("fait", fait)):
            if valeur:
                chemin, diese, ancre = url.partition("#")
                url = f"{chemin}{'&' if '?' in chemin else '?'}{nom}={valeur}{diese}{ancre}"
        return Redirect(url, status_code=303)

    def navigation(self) -> list[Lien]:
        """Return the left rail: what the role may open."""
        if self._ctx is None:
            return []
        chemin = self.requete.url.path
        liens: list[Lien] = []
        groupes = set()
        for groupe, libelle, url, icone, roles in _NAVIGATION:
            if self._ctx.role in roles:
                actif = chemin == url or (url != "/" and chemin.startswith(f"{url}/"))
                liens.append(Lien(libelle, url, icone, actif, "" if groupe in groupes else groupe))
                groupes.add(groupe)
        return liens

    async def _navigation_comptee(self) -> list[Lien]:
        """Return the left rail with « Mes Alertes Favorites » under « Infocentre »; an act just done counts afresh."""
        liens = self.navigation()
        if self._ctx is None or self.session is None or not any(lien.url == "/infocentre" for lien in liens):
            return liens
        frais = "acte" in self.requete.query_params
        chemin = self.requete.url.path
        enfants = tuple(
            Lien(f.titre, f.url, "", chemin == f.url, nombre=f.nombre)
            for f in await favoris(self._ctx, self.session.favoris, self.registre, frais=frais)
        )
        return [
            msgspec.structs.replace(lien, enfants=enfants, titre_enfants="Mes Alertes Favorites")
            if lien.url == "/infocentre"
            else lien
            for lien in liens
        ]

    def _minimum(self) -> dict[str, Any]:
        cle = self.requete.scope["state"].get("cle_session")
        theme = self.requete.cookies.get("theme", "")
        return {
            "ctx": self._ctx,
            "session": self.session,
            "jeton": jeton_formulaire(cle) if cle else "",
            "nonce": self.requete.scope["state"].get("nonce", ""),
            "theme": theme if theme in ("clair", "sombre") else "",
            "raccourcis": self.requete.cookies.get("raccourcis") != "non",
            "chemin": self.requete.url.path,
            "aide_ecran": aide_de(self.requete.url.path),
            "reference": self.requete.scope["state"].get("reference", ""),
            "mode": self.settings.mode,
            "assistance": self.settings.adresse_anomalies,
            "fait": MESSAGES.get(self.requete.query_params.get("fait", ""), ""),
            "erreurs": {},
            "message_erreur": "",
            "saisie": None,
            "conflit": None,
        }

    async def _commun(self) -> dict[str, Any]:
        commun = self._minimum()
        commun["navigation"] = await self._navigation_comptee()
        commun["fil_debut"] = self._fil(commun["navigation"])
        commun["role"] = LIBELLE_ROLE[self._ctx.role] if self._ctx else ""
        commun["acte"] = await self._dernier_acte()
        return commun

    def _fil(self, navigation: list[Lien]) -> list[tuple[str, str]]:
        """Return how the breadcrumb begins: the section of the rail, or the accueil; nothing on the accueil itself."""
        chemin = self.requete.url.path
        if chemin == "/" or self._ctx is None:
            return []
        section = next((lien for lien in navigation if lien.actif and lien.url != chemin), None)
        return [(section.libelle, section.url)] if section else [("Accueil", "/")]

    async def _dernier_acte(self) -> Any:
        """Return the act named by the address (`?acte=`), if it is the user's own: shown with « Annuler »."""
        texte = self.requete.query_params.get("acte")
        if not texte or self._ctx is None:
            return None
        try:
            identifiant = uuid.UUID(texte)
        except ValueError:
            return None
        return await acte_recent(self._ctx, identifiant)


PageCourante = NamedDependency[Page]
"""The screen being served, as a controller asks for it."""


async def fournir_page(request: Request[Any, Any, State]) -> Page:
    """Return the page of the request (litestar dependency)."""
    return Page(request)
