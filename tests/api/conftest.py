"""The fixture of the API: VieSion served on the base of the test."""

import pathlib
from collections.abc import AsyncIterator

import pytest

from tests.serveur import Serveur, servir
from viesion_core.testing import Monde


@pytest.fixture
async def serveur(adresse_base: str, monde: Monde, tmp_path: pathlib.Path) -> AsyncIterator[Serveur]:
    """Serve the small world, on each engine (on SQLite alone for a test marked with `tests.serveur.SQLITE`)."""
    async with servir(adresse_base, tmp_path / "donnees") as ouvert:
        yield ouvert
