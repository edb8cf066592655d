"""Connexion: identifiant, mot de passe, the links of the mails, déconnexion."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery

from viesion_core.acces.actions import definir_mot_de_passe, demander_mot_de_passe, lire_jeton
from viesion_core.acces.sessions import fermer_session, ouvrir_session
from viesion_core.erreurs import ErreurMetier, ErreurSaisie
from web.comptes_demo import COMPTES, MOT_DE_PASSE
from web.formulaire import lire_formulaire
from web.page import Page, PageCourante, retour_interne
from web.politiques import CONNECTE, PUBLIQUE, politique
from web.securite import cookie_session, maintenant

_CONNEXION = "connexion/connexion.html"
_CHOISIR = "connexion/choisir.html"


class ConnexionController(Controller):
    """The only screens that need no session."""

    path = "/connexion"
    opt = politique(PUBLIQUE)

    @get()
    async def formulaire(
        self, page: PageCourante, suite: FromQuery[str] = "", compte: FromQuery[str] = ""
    ) -> Response[Any]:
        """Show the connexion form; somebody already connected goes on to where they were going.

        `compte` (demo only) fills the form with a demo account.
        """
        adresse = _suite(suite[:500])
        if page.session is not None:
            return page.rediriger(adresse or "/")
        demo = _demo(page)
        choisi = compte if any(c.identifiant == compte for c in demo["comptes"]) else ""
        return await page.rendre(_CONNEXION, suite=adresse, compte=choisi, **demo)

    @post()
    async def connecter(self, page: PageCourante) -> Response[Any]:
        """Open the session: a new token at each login, whatever cookie came; the former session ends."""
        f = await lire_formulaire(page.requete)
        identifiant = f.texte("identifiant", maximum=160)
        suite = _suite(f.texte("suite", maximum=500))
        duree = page.settings.duree_session_absolue
        try:
            jeton, _ = await ouvrir_session(
                identifiant,
                f.secret("mot_de_passe"),
                maintenant=maintenant(),
                duree=duree,
                adresse=page.requete.client.host if page.requete.client else "",
                agent=page.requete.headers.get("user-agent", ""),
            )
        except ErreurSaisie as erreur:
            saisie = {"identifiant": identifiant}
            return await page.rendre_erreurs(_CONNEXION, erreur, saisie, suite=suite, compte="", **_demo(page))
        if page.session is not None:
            await fermer_session(page.requete.scope["state"]["cle_session"])
        reponse = page.rediriger(suite or "/")
        reponse.headers["Set-Cookie"] = cookie_session(page.settings, jeton, duree)
        return reponse

    @get("/mot-de-passe-oublie")
    async def oublie(self, page: PageCourante) -> Response[Any]:
        """Show « Mot de passe oublié »."""
        return await page.rendre("connexion/oublie.html", envoye=False)

    @post("/mot-de-passe-oublie")
    async def envoyer_lien(self, page: PageCourante) -> Response[Any]:
        """Queue the mail; the same answer whether the account exists or not."""
        f = await lire_formulaire(page.requete)
        identifiant = f.texte("identifiant", requis="Le champs Identifiant est requis.", maximum=160)
        try:
            f.verifier()
        except ErreurSaisie as erreur:
            return await page.rendre_erreurs("connexion/oublie.html", erreur, f.brut, envoye=False)
        await demander_mot_de_passe(identifiant, url=page.settings.url_publique, maintenant=maintenant())
        return await page.rendre("connexion/oublie.html", envoye=True)

    @get("/mot-de-passe/{secret:str}")
    async def choisir(self, page: PageCourante, secret: FromPath[str]) -> Response[Any]:
        """Show the form behind the link of a mail; opening it consumes nothing."""
        try:
            identifiant = await lire_jeton(secret, maintenant())
        except ErreurMetier as erreur:
            return await page.rendre("connexion/lien_perime.html", 404, message=erreur.message)
        return await page.rendre(_CHOISIR, identifiant=identifiant, secret=secret)

    @post("/mot-de-passe/{secret:str}")
    async def definir(self, page: PageCourante, secret: FromPath[str]) -> Response[Any]:
        """Set the password, then go to the connexion page."""
        f = await lire_formulaire(page.requete)
        instant = maintenant()
        try:
            await definir_mot_de_passe(secret, f.secret("mot_de_passe"), f.secret("confirmation"), maintenant=instant)
        except ErreurSaisie as erreur:
            identifiant = await lire_jeton(secret, instant)
            return await page.rendre_erreurs(_CHOISIR, erreur, {}, identifiant=identifiant, secret=secret)
        except ErreurMetier as erreur:
            return await page.rendre("connexion/lien_perime.html", 404, message=erreur.message)
        return page.rediriger("/connexion", fait="mot-de-passe")

    @post("/fin", opt=politique(CONNECTE))
    async def deconnecter(self, page: PageCourante) -> Response[Any]:
        """Close the session."""
        await fermer_session(page.requete.scope["state"]["cle_session"])
        reponse = page.rediriger("/connexion", fait="deconnexion")
        reponse.headers["Set-Cookie"] = cookie_session(page.settings, "", None)
        return reponse


def _demo(page: Page) -> dict[str, Any]:
    """Return the demo accounts, in mode demo only."""
    demo = page.settings.mode == "demo"
    return {"comptes": COMPTES if demo else (), "mot_de_passe_demo": MOT_DE_PASSE if demo else ""}


def _suite(adresse: str) -> str:
    """Return a local address to go on to, or "": never another site."""
    local = retour_interne(adresse, "")
    return "" if local.startswith("/connexion") else local
