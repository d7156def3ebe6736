"""What the tests of home begin with."""

from __future__ import annotations

import pytest
from django.utils import translation


@pytest.fixture
def english():
    """The words that are compared are English."""
    with translation.override("en"):
        yield
