"""One rule of lateness, whoever records it (clause 5.3.1, ATT-5)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sessions.lateness import minutes_late
from sessions.models import SessionMeeting
from sessions.services.check_in import arrival

START = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)

pytestmark = [pytest.mark.clause("5.3.1"), pytest.mark.point("ATT-5")]


def meeting(*, begun: int | None = None) -> SessionMeeting:
    """Planned at START, begun some minutes after it."""
    at = None if begun is None else START + timedelta(minutes=begun)
    return SessionMeeting(starts_at=START, ends_at=START + timedelta(hours=2), actual_starts_at=at)


@pytest.mark.parametrize(
    ("seconds", "minutes"), [(-600, 0), (0, 0), (59, 0), (60, 1), (119, 1), (15 * 60, 15), (16 * 60, 16)]
)
def test_late_is_late_from_the_first_whole_minute_and_the_tolerance_changes_no_status(seconds, minutes):
    at = START + timedelta(seconds=seconds)
    assert minutes_late(meeting(begun=0), at) == minutes
    assert arrival(meeting(begun=0), at) == ("late" if minutes else "present", minutes)


def test_nobody_is_late_for_a_meeting_that_has_not_begun_and_minutes_count_from_the_plan():
    """ADR 0016."""
    late_start = meeting(begun=20)
    assert minutes_late(late_start, START + timedelta(minutes=20)) == 0
    assert minutes_late(late_start, START + timedelta(minutes=25)) == 25
    assert minutes_late(meeting(begun=-10), START - timedelta(minutes=5)) == 0
