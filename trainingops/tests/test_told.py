"""Who is told in the demo's house, by which kinds (NTF-1)."""

from __future__ import annotations

import pytest

from trainingops.notifications.models import Notice
from trainingops.notifications.registry import get_kind

pytestmark = [pytest.mark.django_db, pytest.mark.point("NTF-1"), pytest.mark.usefixtures("house")]


def test_everybody_finds_the_kinds_that_they_were_told_of_among_their_preferences():
    told = {(each.kind, each.recipient) for each in Notice.objects.select_related("recipient")}
    missing = {
        (kind, *sorted(reader.authority.role_names))
        for kind, reader in told
        if not get_kind(kind).can_reach(reader.authority.role_names)
    }
    assert len({kind for kind, _reader in told}) > 25
    assert not missing
