"""The composition root: base, journal, plugins, screens, put together into one litestar application."""

import contextlib
import datetime as dt
import pathlib
from collections.abc import AsyncIterator

from litestar import Litestar
from litestar.datastructures import State
from litestar.di import Provide

from viesion_core.db import ouvrir_base
from viesion_core.extensions import Registre, charger_extensions, garder_modeles, garder_questionnaires
from viesion_core.installation import en_attente
from viesion_core.journal import Journal
from viesion_core.partenaires.model import Debit
from viesion_core.settings import ErreurReglage, Settings
from viesion_core.worker import Worker
from web.api.service import routes_api
from web.ecrans import ECRANS
from web.erreurs import GESTIONNAIRES
from web.fichiers import fichiers_statiques
from web.page import fournir_page
from web.politiques import garde_politique, table_des_politiques
from web.securite import SessionEtEntetes, verifier_origine

TAILLE_MAXIMALE = 25 * 2**20


def create_app(settings: Settings, registre: Registre | None = None, *, avec_worker: bool = True) -> Litestar:
    """Return the application for these settings.

    A base that has not been migrated stops the start (ErreurReglage), a route without a policy too (LookupError).
    `registre` lets a test choose its plugins; otherwise the installed ones are loaded.
    """
    extensions = registre or charger_extensions()

    @contextlib.asynccontextmanager
    async def vie(app: Litestar) -> AsyncIterator[None]:
        base = await ouvrir_base(settings.base, pool=settings.pool)
        try:
            await exiger_base_a_jour(extensions)
            await garder_questionnaires(extensions, dt.datetime.now(dt.UTC))
            await garder_modeles(extensions, dt.datetime.now(dt.UTC))
        except BaseException:
            await base.fermer()
            raise
        journal = Journal()
        await journal.demarrer()
        worker = Worker(settings, extensions)
        if avec_worker:
            await worker.demarrer()
        try:
            yield
        finally:
            await worker.arreter()
            await journal.arreter()
            await base.fermer()
            if registre is None:
                extensions.fermer()

    app = Litestar(
        route_handlers=[*ECRANS, routes_api(), fichiers_statiques(pathlib.Path(__file__).parent / "static")],
        guards=[garde_politique],
        before_request=verifier_origine,
        middleware=[SessionEtEntetes(settings)],
        dependencies={"page": Provide(fournir_page)},
        exception_handlers=GESTIONNAIRES,
        lifespan=[vie],
        openapi_config=None,
        state=State({"settings": settings, "registre": extensions, "debit": Debit()}),
        request_max_body_size=TAILLE_MAXIMALE,
        debug=False,
    )
    table_des_politiques(app)
    return app


async def exiger_base_a_jour(extensions: Registre) -> None:
    """Raise ErreurReglage, which says what to run, when the current base lacks a migration (a plugin's included)."""
    attente = await en_attente(extensions)
    if attente:
        raise ErreurReglage(
            f"La base n'est pas à jour : {len(attente)} migration(s) à appliquer, dont {attente[0]}. Lancez "
            "« viesion migrer » (« viesion init » pour une première installation), puis relancez VieSion."
        )
