"""When the due date of a case waits for somebody who is away for long (5.3.1). Pure: no database, no clock.

The clock of a case stands still on the days of a long absence: leave or sickness of at least three days in a row by the
roster (days off between do not break it), or a long leave of as many days that was recorded. Each such day between the
opening of the case and its due date moves the due date by a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from sessions.enums import Suspension
from trainingops.people.enums import ShiftKind
from trainingops.people.shifts import LONG_ABSENCE

DAY = timedelta(days=1)
#: What of a roster tells a long absence: the days off between do not break it.
READ_KINDS = (ShiftKind.LEAVE, ShiftKind.SICK, ShiftKind.OFF)
_KINDS = {ShiftKind.LEAVE: Suspension.LEAVE, ShiftKind.SICK: Suspension.SICK}


@dataclass(frozen=True)
class Absence:
    """An absence in one piece, both days included; ``last`` None while nobody knows when it ends."""

    first: date
    last: date | None
    kind: str

    def has(self, day: date) -> bool:
        """Whether the day lies in it."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True)
class Clock:
    """Until when a case is due, and the absence for which it waits, waited or will wait.

    Attributes:
        due_at: of an absence without end: as if it ended today.
    """

    due_at: datetime
    absence: Absence | None = None


def long_absences(roster: Mapping[date, str], leaves: Iterable[tuple[date, date | None]]) -> list[Absence]:
    """The long absences of one person, in order.

    Args:
        roster: kind of the shift code by day.
        leaves: first and last day of each long leave that was recorded; the last None without an end.
    """
    found = [
        Absence(first, last, Suspension.LONG_LEAVE)
        for first, last in leaves
        if last is None or (last - first).days + 1 >= LONG_ABSENCE
    ]
    run: list[date] = []
    for day in sorted(roster):
        broken = run and any(roster.get(between) != ShiftKind.OFF for between in _between(run[-1], day))
        if roster[day] not in _KINDS:
            continue
        if broken:
            found += _as_absence(run, roster)
            run = []
        run.append(day)
    found += _as_absence(run, roster)
    return sorted(found, key=lambda each: (each.first, each.kind))


def clock_of(
    *, opened_at: datetime, first_due_at: datetime, absences: Iterable[Absence], zone: ZoneInfo, now: datetime
) -> Clock:
    """When a case is due, given the long absences of its person.

    Args:
        first_due_at: when it would be due without them.
        zone: of the site of the session that was missed; its days count.
    """
    listed, today = list(absences), now.astimezone(zone).date()
    due_at, day = first_due_at, opened_at.astimezone(zone).date()
    counted: list[Absence] = []
    while day <= due_at.astimezone(zone).date():
        absence = next((each for each in listed if each.has(day)), None)
        if absence is not None and (absence.last is not None or day <= today):
            due_at += DAY
        if absence is not None and absence not in counted:
            counted.append(absence)
        day += DAY
    present = [each for each in counted if each.last is None or each.last >= today]
    return Clock(due_at, next(iter(present), counted[-1] if counted else None))


def _between(first: date, second: date) -> list[date]:
    return [first + step * DAY for step in range(1, (second - first).days)]


def _as_absence(run: list[date], roster: Mapping[date, str]) -> list[Absence]:
    if not run or (run[-1] - run[0]).days + 1 < LONG_ABSENCE:
        return []
    return [Absence(run[0], run[-1], _KINDS[ShiftKind(roster[run[0]])])]
