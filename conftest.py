"""What every test of the project shares; `make test` starts the database and the broker."""

from __future__ import annotations

import gc
import math
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

# How fast examples come says how busy the machine is, nothing about what they are examples of.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")

# Thousands of small tests leave little behind: looked for a hundred times as seldom, a tenth of the time is saved.
gc.set_threshold(100_000, 50, 100)

pytest_plugins = ["trainingops.audit.tests.fixtures"]

_NO_BROWSER = "Chromium is missing: browser tests are skipped. Get it with: sudo apt-get install chromium"


@pytest.fixture(scope="session")
def turn(
    django_db_modify_db_settings: None,  # noqa: ARG001
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
    worker_id: str,
) -> Iterator[Callable[[], None]]:
    """Of the processes of a run the first migrates its database while the others wait; they begin with a copy of it."""
    from django.db import connection

    from trainingops.tests.databases import alone, copy_database, run_folder

    folder = run_folder(tmp_path_factory, worker_id)
    with ExitStack() as waiting:
        waiting.enter_context(alone(folder))
        made, test = folder / "migrated", connection.settings_dict["TEST"]
        source = f"test_{connection.settings_dict['NAME']}_migrated"

        def share() -> None:
            if worker_id != "master" and not made.exists():
                with django_db_blocker.unblock():
                    copy_database(connection.settings_dict["NAME"], source)
                made.touch()
            waiting.close()

        if made.exists():
            test["TEMPLATE"] = source
            waiting.close()
        yield share


@pytest.fixture(scope="session")
def django_db_setup(turn: Callable[[], None], django_db_setup: None, django_db_blocker: Any) -> None:  # noqa: ARG001
    """As pytest-django's; then what a process reads once a minute is read, so that no test counts it by chance."""
    from django.utils import timezone

    from trainingops.records import frames

    turn()
    with django_db_blocker.unblock():
        frames._line[:] = [(math.inf, frames.procedure_in_force(timezone.localdate()))]


#: What takes longest, in this order; then the rest of these folders. A process that got one last would hold up the run.
_LONGEST = (
    "trainingops/tests/test_chaos.py",
    "trainingops/tests/test_cycle_in_browser.py",
    "trainingops/tests/test_budgets.py",
    "trainingops/tests/test_hostile.py",
    "trainingops/local/tests/test_processes.py",
    "trainingops/tests/test_words.py",
    "trainingops/local/tests/test_up.py",
    "trainingops/local/tests/test_demo.py",
    "planning/tests/test_catalogue_pages.py",
)
_LONG = (Path("trainingops/tests"), Path("trainingops/local"))
#: Files that follow another in the same process, because they read again the pages that it drew.
_TOGETHER = {
    "trainingops/tests/test_forms.py": "trainingops/tests/test_budgets.py",
    "trainingops/tests/test_layout.py": "trainingops/tests/test_budgets.py",
    "trainingops/tests/test_links.py": "trainingops/tests/test_budgets.py",
}


def _rank(item: pytest.Item) -> tuple[int, bool]:
    """How early a test begins; between equals the order of collection stays."""
    file = item.path.relative_to(Path(__file__).parent)
    first = _TOGETHER.get(str(file), str(file))
    place = _LONGEST.index(first) if first in _LONGEST else len(_LONGEST)
    is_short = place == len(_LONGEST) and not any(file.is_relative_to(folder) for folder in _LONG)
    return place + is_short, first != str(file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """``--dist loadfile``, with the files that belong together in one process."""
    from xdist.scheduler import LoadFileScheduling

    class Together(LoadFileScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = super()._split_scope(nodeid)
            return _TOGETHER.get(file, file)

    return Together(config, log) if config.getoption("dist") == "loadfile" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest; skip browser tests where there is no browser."""
    items.sort(key=_rank)
    if shutil.which("chromium") is None:
        for item in items:
            if item.get_closest_marker("browser"):
                item.add_marker(pytest.mark.skip(reason=_NO_BROWSER))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line that browser tests were skipped, and how to get them."""
    skipped = [r for r in terminalreporter.stats.get("skipped", []) if _NO_BROWSER in str(r.longrepr)]
    if skipped:
        terminalreporter.write_line(f"{_NO_BROWSER} ({len(skipped)} tests)")
