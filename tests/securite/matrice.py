"""The authorisation matrix, generated from the routes: every route x method x role x own, other, unknown, mixed."""

import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from typing import Any

import httpx
import msgspec
from litestar import Litestar
from litestar.routes import HTTPRoute

from tests.offres import installees
from tests.securite.objets import CONCLUSION, INCONNU, NUMERO_INCONNU, SECRET, Objets
from tests.serveur import Serveur
from viesion_core.contexte import Contexte
from viesion_core.testing import Monde
from web.politiques import table_des_politiques

ROLES = ("anonyme", "referent", "directeur", "pilote", "administrateur")
PERMIS: Mapping[str, frozenset[str]] = {
    "publique": frozenset(ROLES),
    "connecté": frozenset(ROLES[1:]),
    "suivi": frozenset({"referent", "directeur"}),
    "direction": frozenset({"directeur"}),
    "consultation": frozenset({"referent", "directeur", "pilote"}),
    "dossier, lecture": frozenset({"referent", "directeur", "pilote"}),
    "dossier, écriture": frozenset({"referent", "directeur"}),
    "pilotage": frozenset({"directeur", "pilote"}),
    "département": frozenset({"pilote"}),
    "administration": frozenset({"administrateur"}),
    "clé": frozenset(),
    "clé, alloc": frozenset(),
    "clé, affect": frozenset(),
    "clé, contrat": frozenset(),
    "clé, créneaux": frozenset(),
    "signature, créneaux": frozenset(),
}
"""Who may call the routes of each policy: written here a second time, so that a change of one is seen."""

CLES: Mapping[str, frozenset[str]] = {
    "clé": frozenset({"alloc", "affect", "contrat", "creneaux"}),
    "clé, alloc": frozenset({"alloc"}),
    "clé, affect": frozenset({"affect"}),
    "clé, contrat": frozenset({"contrat"}),
    "clé, créneaux": frozenset({"creneaux"}),
}
"""Which keys open the routes of the partners: none opens a screen, and no session opens these."""
PAR_CLE = frozenset({*CLES, "signature, créneaux"})

FIN_DE_SESSION = "/connexion/fin"
CORPS = {"version": "1", "fin": "01/06/2026", "faite": "oui"}
REALISATIONS = {"entretiens": "PRESENCE", "difficultes": "LEVEE"}
"""What a form would send: a refusal must not depend on it."""
D_UN_ORGANISME = frozenset({"/notes/{identifiant}"})
"""What belongs to an organism alone: the pilote does not read it."""
DE_SANTE = "/beneficiaires/{numero}/bilans/{identifiant}"
"""What is health data: the pilote reads the agreed conclusion at this address, and is refused in plain words below it.

The answers that the conclusion does not have carry the canary."""
D_UN_FLUX = "/echanges/rejets/{identifiant}"
"""What only the plugin of its flow can read: without it the page says so."""
CIBLES = ("inconnu", "autre", "mixte", "propre")


class Route(msgspec.Struct, frozen=True):
    """A route as the matrix tries it: its parameters are (name, the segment before it, its kind)."""

    methode: str
    modele: str
    politique: str
    parametres: tuple[tuple[str, str, str], ...]

    @property
    def dossier(self) -> bool:
        """Whether the address names a dossier."""
        return any(nom == "numero" for nom, _, _ in self.parametres)

    @property
    def objets(self) -> list[str]:
        """The kinds of the objects that the address names besides the dossier."""
        return [segment for nom, segment, genre in self.parametres if nom != "numero" and genre == "UUID"]


def routes(app: Litestar) -> list[Route]:
    """Return every route that is not a static file, with its policy."""
    parametres: dict[str, tuple[tuple[str, str, str], ...]] = {}
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            morceaux = list(route.path_components)
            parametres[route.path_format] = tuple(
                (m.name, str(morceaux[i - 1]) if i else "", m.type.__name__)
                for i, m in enumerate(morceaux)
                if not isinstance(m, str)
            )
    return [
        Route(methode, modele, politique, parametres[modele])
        for methode, modele, politique in table_des_politiques(app)
        if not modele.startswith("/static/") and methode != "HEAD"
    ]


def adresse(route: Route, cible: str, propres: Objets, autres: Objets) -> str | None:
    """Return the address of a route for a target; None when the target makes no sense for it."""
    if cible == "mixte" and not (route.dossier and route.objets):
        return None
    if cible in ("autre", "inconnu") and not route.parametres:
        return None
    chemin = route.modele
    for nom, segment, genre in route.parametres:
        chemin = chemin.replace("{" + nom + "}", _valeur(nom, segment, genre, cible, propres, autres))
    return chemin


def _valeur(nom: str, segment: str, genre: str, cible: str, propres: Objets, autres: Objets) -> str:
    if nom == "numero":
        return str({"inconnu": NUMERO_INCONNU, "autre": autres.numero}.get(cible, propres.numero))
    if genre == "UUID":
        source = {"propre": propres, "inconnu": None}.get(cible, autres)
        return str(source.identifiants[segment] if source else INCONNU)
    # A number that is no number would miss the route, and its policy with it.
    inconnu = str(NUMERO_INCONNU) if genre == "int" else "inconnu"
    return propres.textes.get(segment, inconnu) if cible == "propre" else inconnu


async def defauts(
    serveur: Serveur, app: Litestar, monde: Monde, propres: Objets, autres: Objets
) -> AsyncGenerator[str, None]:
    """Try the whole matrix; yield what is wrong, in words (nothing: the isolation holds)."""
    contextes: dict[str, Contexte | None] = {
        "referent": monde.referent,
        "anonyme": None,
        "directeur": monde.directeur,
        "pilote": monde.pilote,
        "administrateur": monde.administrateur,
    }
    for role, ctx in contextes.items():
        async with serveur.client(ctx) as client:
            for route in routes(app):
                if route.modele != FIN_DE_SESSION:
                    for defaut in await _essayer(client, route, role, propres, autres):
                        yield defaut
        async with serveur.client(ctx) as client:
            async for defaut in _fin_de_session(client, role):
                yield defaut


async def defauts_cles(
    serveur: Serveur, app: Litestar, cles: Mapping[str, str], propres: Objets
) -> AsyncGenerator[str, None]:
    """Try every route with every key (name: secret); yield what is wrong.

    The names are those of the scopes, « révoquée » and « fausse »: these two open nothing.
    """
    for nom, jeton in cles.items():
        entetes = {"Authorization": f"Bearer {jeton}"}
        async with serveur.client() as client:
            for route in routes(app):
                chemin = adresse(route, "propre", propres, propres)
                assert chemin is not None
                envoi: dict[str, Any] = {"json": {}} if route.methode in ("POST", "PUT") else {}
                reponse = await client.request(route.methode, chemin, headers=entetes, follow_redirects=False, **envoi)
                for defaut in _juger_cle(reponse, route, nom):
                    yield f"clé {nom}, {route.methode} {route.modele} : {defaut}"


def _juger_cle(reponse: httpx.Response, route: Route, nom: str) -> Iterator[str]:
    """Yield what is wrong in the answer to a key."""
    statut = reponse.status_code
    if statut >= 500:
        yield f"répond {statut}"
    elif route.politique == "publique":
        return
    elif route.politique not in PAR_CLE:
        if statut not in (303, 401) or "/connexion" not in reponse.headers.get("location", "/connexion"):
            yield f"ouvre un écran ({statut})"
    elif route.politique not in CLES or nom in ("révoquée", "fausse"):
        if statut != 401:
            yield f"répond {statut} sans signature ni clé en service"
    elif nom not in CLES[route.politique]:
        if statut != 403:
            yield f"répond {statut} à une clé qui n'a pas cette portée"
    elif statut in (401, 403):
        yield f"répond {statut} à une clé qui a cette portée"


async def _essayer(client: httpx.AsyncClient, route: Route, role: str, propres: Objets, autres: Objets) -> list[str]:
    trouves, corps = [], {}
    for cible in CIBLES:
        chemin = adresse(route, cible, propres, autres)
        if chemin is None:
            continue
        envoi: dict[str, Any] = {"json": {"valeur": None, "version": 1}} if route.methode == "PUT" else {}
        if route.methode == "POST" and cible != "propre":
            realisation = REALISATIONS.get(route.objets[-1] if route.objets else "", "")
            envoi = {"data": CORPS | {"realisation": realisation}}
        reponse = await client.request(route.methode, chemin, follow_redirects=False, **envoi)
        if cible in ("autre", "inconnu"):
            corps[cible] = _anonymiser(reponse)
        if route.politique in PAR_CLE:
            jugement = [] if reponse.status_code == 401 else [f"répond {reponse.status_code} à une session, sans clé"]
        else:
            jugement = list(_juger(reponse, route, role, cible, autres))
        for defaut in jugement:
            trouves.append(f"{role}, {route.methode} {route.modele} ({cible}) : {defaut}")
    if role in ("referent", "directeur") and len(set(corps.values())) > 1:
        trouves.append(f"{role}, {route.methode} {route.modele} : un objet d'un autre ne répond pas comme un inconnu")
    return trouves


def _attendus(route: Route, role: str) -> tuple[int, ...]:
    """Return what the page of one's own object may answer."""
    if role == "pilote" and route.modele in D_UN_ORGANISME:
        return (404,)
    return (422,) if route.modele == D_UN_FLUX and "solis_bridge" not in installees() else (200, 303)


def _juger(reponse: httpx.Response, route: Route, role: str, cible: str, autres: Objets) -> Iterator[str]:
    """Yield what is wrong in one answer."""
    statut = reponse.status_code
    if statut >= 500:
        yield f"répond {statut}"
        return
    if role in ("referent", "directeur", "administrateur", "anonyme") and autres.canari in reponse.text:
        yield "laisse fuir les données d'un autre organisme"
    if role not in PERMIS[route.politique]:
        attendu = (
            statut == 303 and reponse.headers["location"].startswith("/connexion")
            if role == "anonyme"
            else statut == 403
        )
        if not attendu:
            yield f"répond {statut} à un rôle qui n'a pas le droit"
        return
    if route.politique == "publique":
        return
    if role == "pilote" and route.modele.startswith(DE_SANTE) and cible in ("autre", "propre"):
        page = (route.methode, route.modele) == ("GET", DE_SANTE)
        if statut != (200 if page else 403):
            yield f"répond {statut} à qui n'a pas accès aux données de santé"
        if page and cible == "autre" and CONCLUSION not in reponse.text:
            yield "ne montre pas la conclusion que la personne a accepté de transmettre"
        if SECRET in reponse.text or (not page and "CANARI" in reponse.text):
            yield "montre une donnée de santé à qui n'y a pas accès"
        return
    if statut in (401, 403) and not (statut == 403 and cible == "propre" and role == "directeur"):
        yield f"répond {statut} à un rôle qui a le droit"
    refuse = cible == "inconnu" or (cible in ("autre", "mixte") and (role != "pilote" or cible == "mixte"))
    if refuse and route.parametres and role != "administrateur" and statut != 404:
        yield f"répond {statut} au lieu de 404"
    if cible == "propre" and route.methode == "GET" and statut not in _attendus(route, role):
        yield f"répond {statut} sur son propre objet"


async def _fin_de_session(client: httpx.AsyncClient, role: str) -> AsyncIterator[str]:
    """Close the session: whoever has none is sent to the connexion; the others are out for good."""
    premiere = await client.post(FIN_DE_SESSION, follow_redirects=False)
    if premiere.status_code != 303 or "/connexion" not in premiere.headers["location"]:
        yield f"{role}, POST {FIN_DE_SESSION} : répond {premiere.status_code}"
    apres = await client.get("/", follow_redirects=False)
    if role != "anonyme" and apres.status_code != 303:
        yield f"{role} : la session fermée ouvre encore l'accueil ({apres.status_code})"


def _anonymiser(reponse: httpx.Response) -> tuple[int, str]:
    """Return what a reader sees of a refusal, without the address, the nonce and the reference, drawn by request."""
    texte = re.sub(r'nonce="[^"]*"|reference=[0-9A-F]{8}\b', "", reponse.text)
    texte = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "", texte)
    return reponse.status_code, re.sub(r"\d+", "", texte)
