"""Times of day at a meeting: what people read and type, and the minutes against the plan that are stored."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY = 24 * 60


def minutes_from(edge: datetime, typed: time, zone: ZoneInfo) -> int:
    """Minutes from ``edge`` to a time of day in ``zone``, on the day nearest to it: negative before it."""
    local = edge.astimezone(zone)
    at = local.replace(hour=typed.hour, minute=typed.minute, second=0, microsecond=0)
    distance = round((at - local.replace(second=0, microsecond=0)).total_seconds() / 60)
    return (distance + _DAY // 2) % _DAY - _DAY // 2


def time_at(edge: datetime, minutes: int, zone: ZoneInfo) -> time:
    """The time of day in ``zone`` that lies some minutes after ``edge``."""
    return (edge + timedelta(minutes=minutes)).astimezone(zone).time().replace(second=0, microsecond=0)
