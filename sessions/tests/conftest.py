"""What the tests of the stage share."""

from __future__ import annotations

import pytest
from django.utils import translation


@pytest.fixture
def english():
    """What is said, in English."""
    with translation.override("en"):
        yield
