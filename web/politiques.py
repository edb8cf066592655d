"""Who may call which route. Every handler names its policy in `opt`; one without a policy stops the start.

The guard applies it, checks that the dossier of the address is in the perimeter, and journals the reading: a
controller cannot forget either.
"""

from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.handlers.base import BaseRouteHandler
from litestar.routes import HTTPRoute

from viesion_core.acces.perimetre import exiger_dossier
from viesion_core.contexte import Contexte, Role
from viesion_core.erreurs import Interdit, Introuvable
from viesion_core.journal import journaliser_lecture
from viesion_core.partenaires.model import Portee
from web.cles import exiger_cle, exiger_signature

CLE = "politique"
LECTURE = frozenset({"GET", "HEAD"})


class ConnexionRequise(Exception):
    """The route needs a session: the exception handler sends to /connexion and back."""


class Politique(msgspec.Struct, frozen=True):
    """The roles that may call a route; `dossier`: its `numero` must be in the perimeter, and is journalled.

    `cle`: a partner's key opens it, and no session does; `portee`: that the key must have (any key when None).
    `signee`: the body is signed with the secret of the key that the address names.
    """

    nom: str
    roles: frozenset[Role] = frozenset(Role)
    publique: bool = False
    dossier: bool = False
    cle: bool = False
    signee: bool = False
    portee: Portee | None = None


_SUIVI = frozenset({Role.REFERENT, Role.DIRECTEUR})
PUBLIQUE = Politique("publique", publique=True)
CONNECTE = Politique("connecté")
SUIVI = Politique("suivi", _SUIVI)
DIRECTION = Politique("direction", frozenset({Role.DIRECTEUR}))
CONSULTATION = Politique("consultation", _SUIVI | {Role.PILOTE})
DOSSIER_LECTURE = Politique("dossier, lecture", _SUIVI | {Role.PILOTE}, dossier=True)
DOSSIER_ECRITURE = Politique("dossier, écriture", _SUIVI, dossier=True)
PILOTAGE = Politique("pilotage", frozenset({Role.DIRECTEUR, Role.PILOTE}))
DEPARTEMENT = Politique("département", frozenset({Role.PILOTE}))
ADMINISTRATION = Politique("administration", frozenset({Role.ADMINISTRATEUR}))
CLE_PARTENAIRE = Politique("clé", frozenset(), cle=True)
CLE_ALLOC = Politique("clé, alloc", frozenset(), cle=True, portee=Portee.ALLOC)
CLE_AFFECT = Politique("clé, affect", frozenset(), cle=True, portee=Portee.AFFECT)
CLE_CONTRAT = Politique("clé, contrat", frozenset(), cle=True, portee=Portee.CONTRAT)
CLE_CRENEAUX = Politique("clé, créneaux", frozenset(), cle=True, portee=Portee.CRENEAUX)
SIGNATURE_CRENEAUX = Politique("signature, créneaux", frozenset(), signee=True, portee=Portee.CRENEAUX)


def politique(valeur: Politique) -> dict[str, Any]:
    """Return the `opt` of a handler or of a controller."""
    return {CLE: valeur}


async def garde_politique(connexion: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """Apply the policy of the route (an application-wide litestar guard)."""
    regle: Politique = handler.opt[CLE]
    if regle.publique:
        return
    if regle.cle:
        await exiger_cle(connexion, regle.portee)
        return
    if regle.signee:
        await exiger_signature(connexion, regle.portee)
        return
    ctx: Contexte | None = connexion.scope["state"].get("ctx")
    if ctx is None:
        raise ConnexionRequise
    if ctx.role not in regle.roles:
        raise Interdit
    if regle.dossier:
        numero = connexion.path_params["numero"]
        if not 0 < numero < 2**31:
            raise Introuvable
        await exiger_dossier(ctx, numero)
        if connexion.scope.get("method") in LECTURE:
            # The page of the dossier (« bilans »), never what it shows.
            ecran = connexion.url.path.split("/")[3:4]
            journaliser_lecture(ctx, "dossier.consulter", "dossier", str(numero), "".join(ecran))


def modele_adresse(app: Litestar, chemin: str) -> str:
    """Return the route that answers an address (« /beneficiaires/{numero}/contrats »): it names nobody; "" if none.

    The most precise one: « /beneficiaires/nouveau » before « /beneficiaires/{numero} ».
    """
    segments = chemin.split("/")
    for modele in _modeles(app):
        attendus = modele.split("/")
        if len(attendus) == len(segments) and all(
            lu == attendu or (lu and attendu.startswith("{")) for attendu, lu in zip(attendus, segments, strict=True)
        ):
            return modele
    return ""


def politiques_lues(app: Litestar) -> Mapping[str, Politique]:
    """Return the policy of reading each address, by its model; worked out once."""
    if "politiques_lues" not in app.state:
        app.state["politiques_lues"] = {
            route.path_format: handler.opt[CLE]
            for route in app.routes
            if isinstance(route, HTTPRoute)
            for handler in route.route_handlers
            if "GET" in handler.http_methods
        }
    lues: Mapping[str, Politique] = app.state["politiques_lues"]
    return lues


def _modeles(app: Litestar) -> list[str]:
    """Return the addresses of the routes, those with fewer parameters first; worked out once."""
    if "modeles_adresses" not in app.state:
        formats = {route.path_format for route in app.routes if isinstance(route, HTTPRoute)}
        app.state["modeles_adresses"] = sorted(formats, key=lambda modele: (modele.count("{"), modele))
    connus: list[str] = app.state["modeles_adresses"]
    return connus


def table_des_politiques(app: Litestar) -> list[tuple[str, str, str]]:
    """Return (method, path, policy) of every route, sorted: the authorisation matrix starts here.

    Raises LookupError naming the routes that have none.
    """
    lignes, oubliees = [], []
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            oubliees.append(route.path)
            continue
        for handler in route.route_handlers:
            for methode in sorted(handler.http_methods):
                if methode == "OPTIONS":
                    continue
                regle = handler.opt.get(CLE)
                if not isinstance(regle, Politique):
                    oubliees.append(f"{methode} {route.path}")
                else:
                    lignes.append((methode, route.path_format, regle.nom))
    if oubliees:
        raise LookupError("routes without a policy: " + ", ".join(oubliees))
    return sorted(lignes, key=lambda ligne: (ligne[1], ligne[0]))
