"""Serving: uvicorn, with the settings' address, port and processes; nothing personal in its logs."""

import logging
import socket
from typing import TYPE_CHECKING

import uvicorn

from viesion_core.erreurs import ErreurMetier
from viesion_core.extensions import Registre
from viesion_core.installation import en_attente
from viesion_core.settings import ErreurReglage, Settings
from web.commandes.execution import base_ouverte, reglages

if TYPE_CHECKING:
    from litestar import Litestar

_FORMAT = "%(asctime)s %(levelname)s %(name)s %(message)s"


def application() -> "Litestar":
    """Return the application of the environment: what each process of the server calls."""
    from web.application import create_app  # noqa: PLC0415 - the other commands start without the screens

    return create_app(reglages())


def exiger_fichier(settings: Settings) -> None:
    """Raise ErreurMetier when the SQLite file is not there: opening it would make an empty one."""
    if settings.fichier_base is not None and not settings.fichier_base.exists():
        raise ErreurMetier("La base n'est pas installée : lancez « viesion init ».")


async def exiger_base_prete(settings: Settings, registre: Registre) -> None:
    """Raise ErreurMetier unless the base is installed and up to date."""
    exiger_fichier(settings)
    async with base_ouverte(settings):
        manquantes = await en_attente(registre)
    if manquantes:
        pluriel = "s" if len(manquantes) > 1 else ""
        raise ErreurMetier(
            f"{len(manquantes)} migration{pluriel} en attente ({', '.join(manquantes[:3])}"
            f"{'…' if len(manquantes) > 3 else ''}) : lancez « viesion migrer », puis relancez."
        )


def exiger_port_libre(settings: Settings) -> None:
    """Raise ErreurReglage when something already listens where the server would."""
    famille = socket.AF_INET6 if ":" in settings.hote else socket.AF_INET
    with socket.socket(famille) as prise:
        prise.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            prise.bind((settings.hote, settings.port))
        except OSError as erreur:
            raise ErreurReglage(
                f"Le port {settings.port} de {settings.hote} n'est pas libre ({erreur.strerror}) : "
                "choisissez-en un autre avec --port."
            ) from erreur


def servir(settings: Settings) -> None:
    """Serve until stopped. Access logs are off: addresses carry names and dossier numbers."""
    from web.application import create_app  # noqa: PLC0415 - the other commands start without the screens

    logging.basicConfig(level=logging.INFO, format=_FORMAT)
    seul = settings.processus == 1
    uvicorn.run(
        create_app(settings) if seul else "web.commandes.serveur:application",
        factory=not seul,
        host=settings.hote,
        port=settings.port,
        workers=settings.processus,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
