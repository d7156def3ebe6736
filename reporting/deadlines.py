"""When the H+1 report is due (clause 5.3.2; DESIGN.md §2 "H+1" and §6). Pure: no Django, no clock.

The report on a session is due at the local midnight that ends the day after its last meeting; it is on time when it
is submitted before that instant. "Local" is the zone of the session's one host site.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

ONE_DAY = timedelta(days=1)
SATURDAY = 5


@dataclass(frozen=True)
class SkippedDay:
    """A day that does not count under the business-day rule; ``name`` is empty for a weekend without a day off."""

    day: date
    name: str


@dataclass(frozen=True)
class Explanation:
    """How a due time came about, step by step (UX.md DLN-2).

    Attributes:
        counted_from: the local day to which the last end belongs; day 0 of H+1.
        ended_at_midnight: the end was exactly 00.00 and so belongs to the day before.
        skipped: the days passed over, in order; always empty for calendar days.
        due_day: the local day that must not end without the report.
        due_at: the midnight that ends it.
    """

    last_end: datetime
    timezone: ZoneInfo
    business_days: bool
    counted_from: date
    ended_at_midnight: bool
    skipped: tuple[SkippedDay, ...]
    due_day: date
    due_at: datetime


def report_due_at(
    last_end: datetime, *, timezone: ZoneInfo, business_days: bool, days_off: Collection[date]
) -> datetime:
    """The instant at which the report on a session becomes late.

    Args:
        last_end: aware end of the session's last meeting.
        timezone: of the host site.
        business_days: count business days (Monday to Friday that are not off) instead of calendar days.
        days_off: dates that are no business days; without meaning for calendar days.

    Returns:
        The aware local midnight that ends the due day.

    Raises:
        ValueError: ``last_end`` has no time zone.
    """
    day, _at_midnight = local_day(last_end, timezone)
    due_day = day + ONE_DAY
    while business_days and not _is_business_day(due_day, days_off):
        due_day += ONE_DAY
    return datetime.combine(due_day + ONE_DAY, time.min, tzinfo=timezone)


def explain(
    last_end: datetime, *, timezone: ZoneInfo, business_days: bool, days_off: Mapping[date, str]
) -> Explanation:
    """The same calculation as :func:`report_due_at` with its steps; ``days_off`` also gives the names."""
    due_at = report_due_at(last_end, timezone=timezone, business_days=business_days, days_off=days_off)
    day, at_midnight = local_day(last_end, timezone)
    due_day = due_at.date() - ONE_DAY
    between = [day + ONE_DAY * step for step in range(1, (due_day - day).days)]
    return Explanation(
        last_end=last_end,
        timezone=timezone,
        business_days=business_days,
        counted_from=day,
        ended_at_midnight=at_midnight,
        skipped=tuple(SkippedDay(each, days_off.get(each, "")) for each in between),
        due_day=due_day,
        due_at=due_at,
    )


def local_day(last_end: datetime, timezone: ZoneInfo) -> tuple[date, bool]:
    """The local day to which an end belongs, and whether it was exactly midnight: that is still the day before.

    Raises:
        ValueError: ``last_end`` has no time zone.
    """
    if last_end.tzinfo is None:
        raise ValueError(f"last_end {last_end.isoformat()} has no time zone")
    local = last_end.astimezone(timezone)
    if local.time() == time.min:
        return local.date() - ONE_DAY, True
    return local.date(), False


def _is_business_day(day: date, days_off: Collection[date]) -> bool:
    return day.weekday() < SATURDAY and day not in days_off
