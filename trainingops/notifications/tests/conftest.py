"""The kinds of notice that only tests know."""

from __future__ import annotations

import pytest

from trainingops.notifications import registry


@pytest.fixture(autouse=True)
def kinds(request, monkeypatch):
    """The ``KINDS`` of the module are known while one of its tests runs, and taken out again: pages list all kinds."""
    for kind in getattr(request.module, "KINDS", ()):
        monkeypatch.setitem(registry._kinds, kind.name, kind)
