"""What a whole run must have tried. The fixtures of every test are those of `viesion_core.testing` (pyproject)."""

import os
import pathlib

import pytest

from tests.offres import importable, installees

_joues: dict[str, int] = {"sqlite": 0, "postgresql": 0}


def pytest_ignore_collect(collection_path: pathlib.Path, config: pytest.Config) -> bool | None:
    """Leave aside a file of tests that imports a plugin which is not installed."""
    return True if collection_path.suffix == ".py" and not importable(collection_path) else None


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test that needs a plugin (`offre("mos", "psme")`) which is not installed."""
    demandees = {nom for marque in item.iter_markers("offre") for nom in marque.args}
    manquantes = demandees - installees()
    if manquantes:
        pytest.skip(f"not installed: {', '.join(sorted(manquantes))}")


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Count what was really tried on each engine."""
    if report.when == "call" and report.passed:
        for moteur in _joues:
            _joues[moteur] += moteur in report.nodeid


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In continuous integration, a whole run that has not passed a test on each engine is a failure."""
    if not os.environ.get("CI") or hasattr(session.config, "workerinput"):
        return
    manquants = [moteur for moteur, nombre in _joues.items() if nombre == 0]
    if manquants and sum(_joues.values()) > 200:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        print(f"\nno test passed on {', '.join(manquants)}")
