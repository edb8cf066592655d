"""The start: a base that is not ready stops it, with a sentence that says what to run."""

import pathlib

import pytest
from litestar.testing import AsyncTestClient

from viesion_core.db import Base, definir_base, executer, ouvrir_base, transaction
from viesion_core.extensions import Registre
from viesion_core.settings import ErreurReglage, Settings
from viesion_core.testing import Monde
from web.application import create_app, exiger_base_a_jour


async def test_a_base_that_lacks_a_migration_says_which(base: Base) -> None:
    extensions = Registre.composer([])
    await exiger_base_a_jour(extensions)
    async with transaction():
        await executer("DELETE FROM migration WHERE nom = {}", "0005_bilans")
    with pytest.raises(ErreurReglage, match=r"1 migration.*0005_bilans.*viesion migrer"):
        await exiger_base_a_jour(extensions)


async def test_an_empty_base_stops_the_start(tmp_path: pathlib.Path) -> None:
    settings = Settings(base=f"sqlite:///{tmp_path / 'vide.sqlite'}", donnees=tmp_path, mode="test", secret="s" * 48)
    vide = await ouvrir_base(settings.base)
    with pytest.raises(ErreurReglage, match="viesion init"):
        await exiger_base_a_jour(Registre.composer([]))
    await vide.fermer()
    definir_base(None)


async def test_the_application_starts_without_any_plugin(
    adresse_base: str, monde: Monde, tmp_path: pathlib.Path
) -> None:
    settings = Settings(base=adresse_base, donnees=tmp_path, mode="test", secret="s" * 48)
    app = create_app(settings, Registre.composer([]), avec_worker=False)
    async with AsyncTestClient(app) as client:
        assert (await client.get("/sante")).status_code == 200
        assert (await client.get("/connexion")).status_code == 200
