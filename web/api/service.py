"""The API put together: its routes under one prefix, what a key opens, its description (OpenAPI)."""

import functools
from typing import Any

from litestar import Controller, Litestar, Request, Response, Router, get
from litestar.datastructures import State
from litestar.openapi import OpenAPIConfig, ResponseSpec
from litestar.openapi.spec import Components, SecurityScheme

from web.api.commun import cle_de, contexte_de, reponse
from web.api.creneaux import CreneauxController, RdvController
from web.api.envois import ContratController, ReponsesAffectController, ReponsesRdvController
from web.api.lots import AffectController, AllocController
from web.api.messages import EtatCle
from web.api.problemes import PROBLEMES
from web.api.rdv_insertion import RdvInsertionController
from web.politiques import CLE_PARTENAIRE, PUBLIQUE, politique

PREFIXE = "/api/v1/solis"


class EtatController(Controller):
    """Whether the key works, and how the API is described."""

    @get(
        "/etat",
        opt=politique(CLE_PARTENAIRE),
        summary="Essayer sa clé",
        responses={200: ResponseSpec(EtatCle, description="Ce que la clé ouvre.", generate_examples=False)},
    )
    async def etat(self, request: Request[object, object, State]) -> Response[bytes]:
        """Return what the key opens, and the hour of VieSion."""
        cle = cle_de(request)
        return reponse(
            EtatCle(
                nom=cle.nom,
                emetteur=cle.emetteur,
                portees=tuple(cle.portees.split()),
                demandes_par_minute=cle.limite,
                maintenant=contexte_de(request).maintenant,
            )
        )

    @get("/openapi.json", opt=politique(PUBLIQUE), include_in_schema=False, sync_to_thread=False)
    def description(self) -> Response[dict[str, Any]]:
        """Return the description of the API (OpenAPI 3.1): no data, so no key."""
        return Response(description_openapi(), headers={"Cache-Control": "no-cache"})


async def sans_session(requete: Request[Any, Any, Any]) -> None:
    """Check nothing: no cookie opens these routes, so another site's page can do nothing through a browser."""


_CONTROLEURS = (
    EtatController,
    AllocController,
    AffectController,
    ReponsesAffectController,
    ContratController,
    CreneauxController,
    RdvController,
    ReponsesRdvController,
    RdvInsertionController,
)


def routes_api() -> Router:
    """Return the routes of the API: problems instead of pages, keys instead of sessions."""
    return Router(
        PREFIXE,
        route_handlers=list(_CONTROLEURS),
        exception_handlers=PROBLEMES,
        before_request=sans_session,
    )


@functools.cache
def description_openapi() -> dict[str, Any]:
    """Return the OpenAPI description of these routes, and of them alone."""
    config = OpenAPIConfig(
        title="VieSion : API d'échange avec Solis",
        version="1",
        description=(
            "Les mêmes messages que les fichiers (ALLOC, AFFECT, CONTRAT, RDV), les créneaux publiés, les rendez-vous. "
            "Une ligne porte les colonnes du contrat d'échange, en texte. Chaque demande porte une clé (Authorization: "
            "Bearer …) que l'administration de VieSion crée et révoque. Les refus sont des application/problem+json, "
            "avec le code de l'échange. Les instants portent leur décalage."
        ),
        components=Components(security_schemes={"cle": SecurityScheme(type="http", scheme="bearer")}),
        security=[{"cle": []}],
        use_handler_docstrings=True,
    )
    return Litestar([routes_api()], openapi_config=config).openapi_schema.to_schema()
