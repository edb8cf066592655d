"""A world on SQLite alone, for the rules that hold no SQL of their own."""

import pathlib
import shutil
from collections.abc import AsyncIterator

import pytest

from viesion_core.db import definir_base, ouvrir_base
from viesion_core.journal.actions import vider
from viesion_core.testing import Monde, creer_monde


@pytest.fixture
async def monde_sqlite(modele_sqlite: pathlib.Path, tmp_path: pathlib.Path) -> AsyncIterator[Monde]:
    """Fill an SQLite base with a small world."""
    shutil.copy(modele_sqlite, tmp_path / "regles.sqlite")
    base = await ouvrir_base(f"sqlite:///{tmp_path / 'regles.sqlite'}")
    yield await creer_monde()
    await vider()
    await base.fermer()
    definir_base(None)
