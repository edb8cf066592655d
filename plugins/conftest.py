"""The tests of a plugin need the plugin: those of one that is not installed are left aside."""

import pathlib
from importlib.metadata import entry_points

import pytest

DISTRIBUTIONS = {point.dist.name for point in entry_points(group="viesion.plugins") if point.dist}
ICI = pathlib.Path(__file__).parent


def pytest_ignore_collect(collection_path: pathlib.Path, config: pytest.Config) -> bool | None:
    """Leave aside the folder of a plugin whose distribution is not installed."""
    if collection_path.parent != ICI or not collection_path.is_dir() or collection_path.name.startswith(("_", ".")):
        return None
    return True if f"viesion-{collection_path.name.replace('_', '-')}" not in DISTRIBUTIONS else None
