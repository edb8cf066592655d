"""Serve the static files from memory: immutable under their fingerprint, compressed, nothing else reachable."""

from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.exceptions import NotFoundException
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from web.politiques import PUBLIQUE, politique
from web.statique import DOSSIER, lire, statique

UN_AN = "public, max-age=31536000, immutable"


def fichiers_statiques(dossier: Path = DOSSIER) -> HTTPRouteHandler:
    """Return the route `/static/{empreinte}/{chemin}` over the files of `dossier`, read once.

    An address with another fingerprint (a page opened before an update) is served, but not kept by browsers.
    """
    tout = statique() if dossier == DOSSIER else lire(dossier)

    @get("/static/{empreinte:str}/{chemin:path}", opt=politique(PUBLIQUE), sync_to_thread=False)
    def servir(request: Request[Any, Any, Any], empreinte: FromPath[str], chemin: FromPath[Path]) -> Response[bytes]:
        """Serve one file by its exact name: there is no way out of the folder."""
        fichier = tout.fichiers.get(chemin.as_posix().lstrip("/"))
        if fichier is None:
            raise NotFoundException
        entetes = {
            "Cache-Control": UN_AN if empreinte == tout.empreinte else "no-cache",
            "Vary": "Accept-Encoding",
        }
        contenu = fichier.contenu
        if fichier.comprime is not None and "gzip" in request.headers.get("accept-encoding", ""):
            contenu = fichier.comprime
            entetes["Content-Encoding"] = "gzip"
        return Response(contenu, media_type=fichier.type, headers=entetes)

    return servir
