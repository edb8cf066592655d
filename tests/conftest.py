"""The fixtures of every test: `base` on both engines, `monde` in it."""

import os

import pytest

pytest_plugins = ["viesion_core.testing"]
_joues: set[str] = set()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note which engines were really tried."""
    if report.when == "call" and report.passed:
        _joues.update(moteur for moteur in ("sqlite", "postgresql") if moteur in report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In continuous integration, a run that has not passed a test on each engine is a failure."""
    manquants = {"sqlite", "postgresql"} - _joues
    if os.environ.get("CI") and manquants and session.testscollected > 500:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
        print(f"\nno test passed on {', '.join(sorted(manquants))}")
