"""What the tests of this stage report about."""

from __future__ import annotations

import pytest

from sessions.tests.factories import absent, concluded
from trainingops.tests.kept import kept

_concluded = kept(concluded)


@pytest.fixture
def held():
    """Three people, one absent; the session is concluded."""
    return _concluded(lambda enrolments: absent(enrolments[0]), right=(None, 5, 2))
