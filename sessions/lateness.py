"""When somebody is late: one rule for every way in which attendance is recorded (clause 5.3.1, ADR 0016)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sessions.models import SessionMeeting

#: Less than this after the start is on time: times of arrival are whole minutes.
MINUTE = timedelta(minutes=1)


def minutes_late(meeting: SessionMeeting, arrived: datetime) -> int:
    """Whole minutes after the planned start; 0 for who is on time.

    Late is late from the first minute, whoever records it: a scan, a PIN, the trainer, a report of Zoom or Teams. The
    tolerance of the plan only decides whether it becomes a recovery case (``sessions.services.cases.shortfall``).
    Nobody is late for a meeting that has not begun: before its actual start everybody is on time.
    """
    begun = max(meeting.starts_at, meeting.actual_starts_at or meeting.starts_at)
    return 0 if arrived - begun < MINUTE else (arrived - meeting.starts_at) // MINUTE
