"""What every test of the project shares; `make test` starts the database and the broker."""

from __future__ import annotations

import math
import shutil
from pathlib import Path
from typing import Any

import pytest

pytest_plugins = ["trainingops.audit.tests.fixtures"]

_NO_BROWSER = "Chromium is missing: browser tests are skipped. Get it with: sudo apt-get install chromium"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:  # noqa: ARG001
    """As pytest-django's; then what a process reads once a minute is read, so that no test counts it by chance."""
    from django.utils import timezone

    from trainingops.records import frames

    with django_db_blocker.unblock():
        frames._line[:] = [(math.inf, frames.procedure_in_force(timezone.localdate()))]


#: Browsers and whole installations take minutes: the process that gets them last would hold up the run.
_LONG = (Path("trainingops/tests"), Path("trainingops/local"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest; skip browser tests where there is no browser."""
    here = Path(__file__).parent
    items.sort(key=lambda item: not any(item.path.is_relative_to(here / folder) for folder in _LONG))
    if shutil.which("chromium") is None:
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason=_NO_BROWSER))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line that browser tests were skipped, and how to get them."""
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if _NO_BROWSER in str(r.longrepr)]
    if skipped:
        terminalreporter.write_line(f"{_NO_BROWSER} ({len(skipped)} tests)")
