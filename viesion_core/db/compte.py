"""Counting of queries: a test counts those of each screen, Server-Timing shows them."""

import contextlib
import contextvars
from collections.abc import Iterator


class Compte:
    """The queries of a piece of work, and their texts."""

    def __init__(self) -> None:
        self.requetes: list[str] = []

    @property
    def nombre(self) -> int:
        """How many queries were sent."""
        return len(self.requetes)


_compte: contextvars.ContextVar[Compte | None] = contextvars.ContextVar("viesion_compte", default=None)


@contextlib.contextmanager
def compter_requetes() -> Iterator[Compte]:
    """Count the queries sent inside the block (BEGIN and COMMIT are not queries)."""
    compte = Compte()
    jeton = _compte.set(compte)
    try:
        yield compte
    finally:
        _compte.reset(jeton)


def noter(requete: str) -> None:
    """Record one query."""
    compte = _compte.get()
    if compte is not None:
        compte.requetes.append(requete)
