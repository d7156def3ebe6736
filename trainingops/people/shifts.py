"""Shifts as instants, and how a meeting stands to them (5.1.1 f). Pure: no database, no clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from trainingops.people.enums import Employment, Presence, ShiftKind

#: PP 35/2021, article 26: overtime is at most four hours a day and eighteen hours a week.
OVERTIME_MINUTES_A_DAY = 4 * 60
OVERTIME_MINUTES_A_WEEK = 18 * 60

#: So long after a night shift a meeting still goes on from it; later in the day it counts like any other.
RIGHT_AFTER_NIGHT = timedelta(hours=8)

#: From so many days in a row on an absence is long.
LONG_ABSENCE = 3

#: Days of the roster on which nobody can be called in.
ABSENT = {
    ShiftKind.LEAVE: Presence.LEAVE,
    ShiftKind.SICK: Presence.SICK,
    ShiftKind.PERMIT: Presence.PERMIT,
    ShiftKind.DUTY: Presence.DUTY,
}
#: Who cannot come to a meeting.
CANNOT_COME = frozenset({*ABSENT.values(), Presence.GONE})


#: First and last day of a long leave; the last None without an end.
Leave = tuple[date, date | None]


@dataclass(frozen=True)
class Shift:
    """What one person is rostered for on one day of their site.

    Attributes:
        day: the local day that the roster lists it under.
        starts_at, ends_at: aware; ``None`` when it is no working shift. A night shift ends on the next day.
    """

    day: date
    kind: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    code: str = ""


@dataclass(frozen=True)
class Standing:
    """How a person's roster stands to a meeting.

    Attributes:
        overtime_minutes: minutes of the meeting outside the shift; none when absent or unknown.
        on_floor_minutes: minutes that the floor misses the person; all of them when there is no roster.
        shift: the entry that decided, for the words beside it.
    """

    presence: Presence
    overtime_minutes: int
    on_floor_minutes: int
    shift: Shift | None = None

    @property
    def needs_order(self) -> bool:
        """Whether the meeting is overtime for this person."""
        return self.overtime_minutes > 0

    @property
    def is_absent(self) -> bool:
        """Whether the person cannot come: leave, sick, excused, duty travel, or has left."""
        return self.presence in CANNOT_COME


def span(day: date, starts_at: time, ends_at: time, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """A shift of ``day`` as instants; one that ends at or before its start ends on the next day."""
    last = day if ends_at > starts_at else day + timedelta(days=1)
    return datetime.combine(day, starts_at, tzinfo=zone), datetime.combine(last, ends_at, tzinfo=zone)


def stand(starts_at: datetime, ends_at: datetime, shifts: Iterable[Shift], zone: ZoneInfo) -> Standing:
    """How a meeting stands to the roster of one person.

    Args:
        starts_at, ends_at: the meeting, aware.
        shifts: the person's entries from the day before the meeting to the day of its end, in any order.
        zone: of the site where the person works.

    Returns:
        on shift when the whole meeting lies inside one; before or after the shift with the minutes outside; leave
        and other absences first, then the hours after a night shift, then a day off. Without an entry: unknown.
    """
    found = sorted(shifts, key=lambda each: each.day)
    minutes = _minutes(starts_at, ends_at)
    best = max(found, key=lambda each: _overlap(each, starts_at, ends_at), default=None)
    if best is not None and (inside := _overlap(best, starts_at, ends_at)):
        if inside >= minutes:
            return Standing(Presence.ON_SHIFT, 0, minutes, best)
        assert best.starts_at is not None
        side = Presence.BEFORE_SHIFT if starts_at < best.starts_at else Presence.AFTER_SHIFT
        return Standing(side, minutes - inside, inside, best)
    day = starts_at.astimezone(zone).date()
    own = next((each for each in found if each.day == day), None)
    if own is not None and own.kind in ABSENT:
        return Standing(ABSENT[ShiftKind(own.kind)], 0, 0, own)
    night = next((each for each in found if _ended_this_morning(each, day, starts_at, zone)), None)
    if night is not None and night.ends_at is not None and starts_at - night.ends_at <= RIGHT_AFTER_NIGHT:
        return Standing(Presence.AFTER_NIGHT, minutes, 0, night)
    if own is None and night is not None:
        return Standing(Presence.AFTER_SHIFT, minutes, 0, night)
    if own is None:
        return Standing(Presence.UNKNOWN, 0, minutes)
    if own.kind == ShiftKind.OFF or own.starts_at is None:
        return Standing(Presence.OFF, minutes, 0, own)
    side = Presence.BEFORE_SHIFT if ends_at <= own.starts_at else Presence.AFTER_SHIFT
    return Standing(side, minutes, 0, own)


def has_left(employment: str, left_on: date | None, day: date) -> bool:
    """Whether somebody no longer works here on ``day``; ``left_on`` is their last day, known ahead or not at all."""
    return left_on < day if left_on else employment == Employment.LEFT


def leave_on(day: date, leaves: Iterable[Leave]) -> Leave | None:
    """The long leave in which a day lies."""
    return next((each for each in leaves if each[0] <= day and (each[1] is None or day <= each[1])), None)


def with_leaves(shifts: Iterable[Shift], leaves: Sequence[Leave], days: Iterable[date]) -> list[Shift]:
    """The entries of one person with those of ``days`` in a long leave as leave, whatever the roster says there."""
    away = {day for day in days if leave_on(day, leaves)}
    return [each for each in shifts if each.day not in away] + [Shift(day, ShiftKind.LEAVE) for day in sorted(away)]


def too_much_overtime(minutes: Mapping[date, int]) -> tuple[list[date], list[date]]:
    """The days above four hours and the weeks (their Mondays) above eighteen (PP 35/2021, article 26).

    Args:
        minutes: overtime of one person by local day.
    """
    weeks: dict[date, int] = {}
    for day, count in minutes.items():
        monday = day - timedelta(days=day.weekday())
        weeks[monday] = weeks.get(monday, 0) + count
    return (
        sorted(day for day, count in minutes.items() if count > OVERTIME_MINUTES_A_DAY),
        sorted(monday for monday, count in weeks.items() if count > OVERTIME_MINUTES_A_WEEK),
    )


def _minutes(starts_at: datetime, ends_at: datetime) -> int:
    return int((ends_at - starts_at).total_seconds() // 60)


def _overlap(shift: Shift, starts_at: datetime, ends_at: datetime) -> int:
    if shift.starts_at is None or shift.ends_at is None:
        return 0
    return max(0, _minutes(max(starts_at, shift.starts_at), min(ends_at, shift.ends_at)))


def _ended_this_morning(shift: Shift, day: date, moment: datetime, zone: ZoneInfo) -> bool:
    """A shift of the day before that ended on ``day`` before ``moment``."""
    return (
        shift.ends_at is not None
        and shift.day == day - timedelta(days=1)
        and shift.ends_at.astimezone(zone).date() == day
        and shift.ends_at <= moment
    )
