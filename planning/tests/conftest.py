"""What most tests of the planning stage begin with."""

from __future__ import annotations

import pytest
import time_machine
from django.utils import translation

from planning.tests.factories import make_world
from planning.tests.month import NOW


@pytest.fixture
def english():
    """The messages that are compared are English."""
    with translation.override("en"):
        yield


@pytest.fixture
def world(db):
    return make_world()


@pytest.fixture
def november():
    """The clock stands in the month before the one that is planned."""
    with time_machine.travel(NOW, tick=False):
        yield
