"""The demo's house, for what is measured on every page."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import override_settings
from django.utils import timezone

from trainingops.local import demo
from trainingops.tests.databases import alone, connected_to, copy_database, run_folder
from trainingops.tests.furnishing import furnish
from trainingops.tests.house import DrawnPages

#: What helps a test to assert says as much as the test when it fails.
pytest.register_assert_rewrite("trainingops.tests.visitor", "trainingops.tests.walk")


def at(folder: Path) -> override_settings:
    """The house's files."""
    return override_settings(MEDIA_ROOT=folder / "files", LOCAL_DIR=folder, SEAL_KEY_DIR=folder / "seal")


def build(name: str, folder: Path) -> None:
    """The demo with its cycle, a draft to plan on and a file half imported, in a database of their own."""
    copy_database(connection.settings_dict["NAME"], name)
    with connected_to(name), at(folder):
        now = timezone.now()
        with transaction.atomic():
            demo.load(now)
            demo.run_cycle(now)
            furnish(now)
            connection.run_on_commit.clear()  # nobody works on what it ordered
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE")


@pytest.fixture(scope="session")
def own_house(django_db_setup, django_db_blocker, tmp_path_factory, worker_id) -> tuple[str, Path]:
    """This process's copy of the house that the first one built: the name of its database, and its files."""
    shared, folder = run_folder(tmp_path_factory, worker_id), tmp_path_factory.mktemp("house") / "copy"
    own = connection.settings_dict["NAME"]
    source = own.removesuffix(f"_{worker_id}") + "_furnished"
    with django_db_blocker.unblock():
        with alone(shared):
            if not (shared / "furnished").exists():
                build(source, shared / "furnishing")
                (shared / "furnishing").rename(shared / "furnished")
        copy_database(source, f"{own}_house")
    shutil.copytree(shared / "furnished", folder)
    return f"{own}_house", folder


@pytest.fixture(scope="module")
def house(own_house, django_db_blocker) -> Iterator[None]:
    """The furnished house; what the module does to it is taken back."""
    name, folder = own_house
    with django_db_blocker.unblock(), connected_to(name), at(folder), transaction.atomic():
        yield
        transaction.set_rollback(True)


@pytest.fixture
def bare_refusals(monkeypatch: pytest.MonkeyPatch) -> None:
    """403 and 404 without their pages, which are half of their cost and read by ``test_access``."""
    for status in (403, 404):
        bare = partial(HttpResponse, status=status)
        monkeypatch.setattr(
            f"trainingops.urls.handler{status}", lambda *_given, bare=bare, **_why: bare(), raising=False
        )


@pytest.fixture(scope="session")
def drawn() -> DrawnPages:
    """What the budgets saw of the house is read again for its forms and on a phone."""
    return DrawnPages()
