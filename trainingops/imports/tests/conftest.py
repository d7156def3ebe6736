"""What the tests of the import of people begin with."""

from __future__ import annotations

import pytest

from trainingops.people.tests.factories import ServiceLineFactory, SiteFactory, make_user


@pytest.fixture
def administrator():
    return make_user("administrator")


@pytest.fixture
def places():
    for name in ("Jakarta", "Denpasar", "Makassar", "Jayapura", "Yogyakarta"):
        SiteFactory(name=name)
    for name in ("Inbound", "Outbound", "Digital"):
        ServiceLineFactory(name=name)
