"""What a whole run must have tried. The fixtures of every test are those of `viesion_core.testing` (pyproject)."""

import os

import pytest

_joues: dict[str, int] = {"sqlite": 0, "postgresql": 0}


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
