"""What a person sees when something is refused: a page in French, never a trace."""

import logging
import re
import urllib.parse
import uuid
from typing import Any

import msgspec
from litestar import Request, Response
from litestar.enums import MediaType
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from viesion_core.contexte import LIBELLE_ROLE
from viesion_core.erreurs import ConflitVersion, ErreurMetier, ErreurSaisie, Interdit, Introuvable
from web.api.problemes import probleme_http
from web.page import Page
from web.politiques import ConnexionRequise
from web.rendu import environnement, valeur_champ
from web.securite import nom_cookie

_JOURNAL = logging.getLogger("viesion.web")
_TITRES = {
    400: "Demande incomprise",
    403: "Action non permise",
    404: "Page introuvable",
    405: "Action impossible ici",
    409: "Modifié entre-temps",
    413: "Envoi trop volumineux",
    422: "Saisie à corriger",
    500: "Incident",
}

Requete = Request[Any, Any, Any]


def connexion_requise(requete: Requete, erreur: ConnexionRequise) -> Response[Any]:
    """Send to the connexion page, and back after it (GET only: an interrupted write is not replayed)."""
    if requete.headers.get("hx-request") == "true" or "application/json" in requete.headers.get("accept", ""):
        return Response(
            content={"message": "Votre session est terminée. Reconnectez-vous."},
            status_code=401,
            headers={"HX-Redirect": "/connexion"},
        )
    suite = ""
    if requete.method == "GET" and requete.url.path != "/":
        retour = requete.url.path + (f"?{requete.url.query}" if requete.url.query else "")
        suite = "?suite=" + urllib.parse.quote(retour, safe="")
    return Redirect(f"/connexion{suite}", status_code=303)


def erreur_metier(requete: Requete, erreur: ErreurMetier) -> Response[Any]:
    """Answer a refused act: 404, 403, 409 or 422, with its message."""
    statut = 422
    if isinstance(erreur, Introuvable):
        statut = 404
    elif isinstance(erreur, Interdit):
        statut = 403
    elif isinstance(erreur, ConflitVersion):
        statut = 409
    details = list(erreur.erreurs.values()) if isinstance(erreur, ErreurSaisie) else []
    if statut == 409:
        details = ["Rien n'a été changé. Revoyez la page à jour, puis refaites l'action si elle est encore utile."]
    conflit = _conflit(requete, erreur) if isinstance(erreur, ConflitVersion) else []
    return _repondre(requete, statut, erreur.message, details, conflit)


def erreur_http(requete: Requete, erreur: HTTPException) -> Response[Any]:
    """Answer litestar's own refusals (unknown address, wrong method, unreadable parameter)."""
    if requete.url.path.startswith("/api/"):  # an address that the API does not have reaches no route of its own
        return probleme_http(erreur)
    statut = erreur.status_code
    messages = {
        404: Introuvable().message,
        405: "Cette adresse ne répond pas à ce type de demande.",
        413: "Le fichier envoyé est trop volumineux.",
    }
    if statut in (400, 422) and requete.method == "GET":
        statut = 404
    return _repondre(requete, statut, messages.get(statut, "La demande n'a pas pu être comprise."), [])


def erreur_interne(requete: Requete, erreur: Exception) -> Response[Any]:
    """Answer an unexpected error: logged with a reference, shown without detail, no personal data."""
    reference = requete.scope["state"].get("reference") or uuid.uuid4().hex[:8].upper()
    modele = requete.scope.get("path_template", "")
    _JOURNAL.error("incident %s on %s %s", reference, requete.method, modele, exc_info=erreur)
    message = (
        "Un incident a empêché d'afficher cette page. Rien de ce qui était enregistré n'est perdu. "
        f"Référence à donner à l'assistance : {reference}."
    )
    return _repondre(requete, 500, message, [])


def _conflit(requete: Requete, erreur: ConflitVersion) -> list[tuple[str, str, str]]:
    """Return (field, what was typed, what is stored) of the fields that differ: nothing typed is lost."""
    formulaire = requete.scope["state"].get("formulaire")
    lignes = []
    for nom, saisi in (formulaire.brut if formulaire else {}).items():
        if nom == "version" or nom.startswith("_") or not isinstance(saisi, str):
            continue
        stocke = erreur.actuelle.get(nom)
        enregistre = "" if nom not in erreur.actuelle else valeur_champ(None, nom, stocke)
        if saisi.strip() != enregistre.strip():
            lignes.append((nom.replace("_", " ").capitalize(), saisi, enregistre))
    return lignes


def _onglet(requete: Requete) -> str:
    """Return the tab of the dossier that the refused act came from, "" elsewhere."""
    lu = re.match(r"/beneficiaires/\d+(/[a-z]+)?", requete.url.path)
    return lu[0] if lu else ""


def _retour(requete: Requete, statut: int) -> str:
    """Return the page one came from, when it is ours and worth going back to."""
    venant = urllib.parse.urlsplit(requete.headers.get("referer", ""))
    if venant.netloc != requete.headers.get("host") or not venant.path.startswith("/"):
        return _onglet(requete) if statut in (409, 422) else ""
    if venant.path == requete.url.path and requete.method == "GET":
        return ""
    return venant.path + (f"?{venant.query}" if venant.query and statut != 409 else "")


def _repondre(
    requete: Requete,
    statut: int,
    message: str,
    details: list[str],
    conflit: list[tuple[str, str, str]] | None = None,
) -> Response[Any]:
    if "application/json" in requete.headers.get("accept", ""):
        return Response(content={"message": message, "details": details}, status_code=statut)
    page = Page(requete)
    html = (
        environnement()
        .get_template("erreur.html")
        .render(
            **page._minimum(),
            navigation=page.navigation(),
            acte=None,
            role=LIBELLE_ROLE[page.session.role] if page.session else "",
            statut=statut,
            titre=_TITRES.get(statut, "Demande refusée"),
            message=message,
            details=details,
            differences=conflit or [],
            retour=_retour(requete, statut),
            connecte=page.session is not None or nom_cookie(page.settings) in requete.cookies,
        )
    )
    return Response(content=html, status_code=statut, media_type=MediaType.HTML)


GESTIONNAIRES: dict[Any, Any] = {
    ConnexionRequise: connexion_requise,
    ErreurMetier: erreur_metier,
    HTTPException: erreur_http,
    msgspec.DecodeError: lambda requete, erreur: _repondre(requete, 400, "La demande n'a pas pu être comprise.", []),
    Exception: erreur_interne,
}
