"""The demo's house, for what is measured on every page."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from trainingops.local import demo
from trainingops.tests.house import furnish

#: What helps a test to assert says as much as the test when it fails.
pytest.register_assert_rewrite("trainingops.tests.visitor", "trainingops.tests.walk")


@pytest.fixture(scope="module")
def house(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[None]:
    """The demo with its cycle, a draft to plan on and a file half imported; taken back when the module ends."""
    folder = tmp_path_factory.mktemp("house")
    kept = override_settings(MEDIA_ROOT=folder / "files", LOCAL_DIR=folder, SEAL_KEY_DIR=folder / "seal")
    with django_db_blocker.unblock(), kept, transaction.atomic():
        now = timezone.now()
        demo.load(now)
        demo.run_cycle(now)
        furnish(now)
        yield
        transaction.set_rollback(True)
