"""Where Piccolo finds the engine of the tables: the base in use, SQLite or PostgreSQL."""

from collections.abc import Sequence
from typing import Any

from piccolo.engine.base import Engine
from piccolo.querystring import QueryString

from viesion_core.db.base import base_courante, transaction_courante
from viesion_core.db.compte import noter


class MoteurCourant(Engine[Any]):
    """Runs Piccolo's own reads on the current base (and inside the open transaction, if any).

    Piccolo's engines open a connection per query on SQLite and leak one when a COMMIT fails: ours does neither.
    Transactions are opened by `viesion_core.db.transaction` alone.
    """

    def __init__(self) -> None:
        self.log_queries = self.log_responses = False
        self.engine_id = 0

    @property
    def engine_type(self) -> str:  # type: ignore[override]  # Piccolo sets an attribute, ours follows the base
        """Piccolo's name of the dialect."""
        return "sqlite" if base_courante().dialecte == "sqlite" else "postgres"

    async def run_querystring(self, querystring: QueryString, in_pool: bool = True) -> list[dict[str, Any]]:
        """Run one statement built by Piccolo."""
        requete, parametres = querystring.compile_string(engine_type=self.engine_type)
        noter(requete)
        ouverte = transaction_courante.get()
        if ouverte is not None and ouverte.active:
            return await ouverte.connexion.lire(requete, parametres)
        return await base_courante().lire(requete, parametres)

    def transform_response_to_dicts(self, results: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
        """Rows are dicts already."""
        return list(results)

    async def get_version(self) -> float:
        """Version checks are Piccolo's start-up habit; the engines check their own."""
        return 0.0

    def get_version_sync(self) -> float:
        """See `get_version`."""
        return 0.0

    async def prep_database(self) -> None:
        """Migrations prepare the base."""

    async def batch(self, query: Any, batch_size: int = 100, node: str | None = None) -> Any:
        """Lists are paged instead."""
        raise NotImplementedError

    async def run_ddl(self, ddl: str, in_pool: bool = True) -> Any:
        """Migrations alone change the schema."""
        raise NotImplementedError

    def transaction(self, *args: Any, **kwargs: Any) -> Any:
        """Use viesion_core.db.transaction."""
        raise NotImplementedError

    def atomic(self) -> Any:
        """Use viesion_core.db.transaction."""
        raise NotImplementedError


DB = MoteurCourant()
