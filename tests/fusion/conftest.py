"""The MOS offre really installed, its questionnaire and its templates in the base."""

import pathlib
from collections.abc import Iterator

import pytest

from viesion_core.extensions import Registre, charger_extensions, garder_modeles, garder_questionnaires
from viesion_core.testing import MAINTENANT, Monde


@pytest.fixture
def registre() -> Iterator[Registre]:
    """Return the installed plugins."""
    extensions = charger_extensions()
    yield extensions
    extensions.fermer()


@pytest.fixture
async def charge(monde: Monde, registre: Registre) -> Registre:
    """Return the plugins once their questionnaires and templates are in the base."""
    assert await garder_questionnaires(registre, MAINTENANT) == []
    assert await garder_modeles(registre, MAINTENANT) == []
    return registre


@pytest.fixture
def dossier(tmp_path: pathlib.Path) -> pathlib.Path:
    """Return the folder of the documents."""
    return tmp_path / "documents"
