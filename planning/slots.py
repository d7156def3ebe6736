"""When a training hurts service least (clause 5.1.1 f): volumes by weekday and half hour, and windows ranked by them.

Pure: no Django, no clock. Times are the local times of the site.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from statistics import median

from planning.erlang import erlang_c

SLOT_MINUTES = 30
DAY_MINUTES = 24 * 60
#: The reference is the same weekday of the last eight weeks.
REFERENCE_WEEKS = 8
BY_SERVICE_LEVEL = "service_level"
BY_VOLUME = "volume"


@dataclass(frozen=True)
class Interval:
    """One interval as a source gives it.

    Attributes:
        starts_at: local time of the site (its zone, if any, is not looked at).
        minutes: length; 30 minutes of the clock are summed into one half hour.
        offered: calls, chats … that came.
        aht_seconds: mean handling time, seconds; ``None`` where unknown.
        agents: people who answered; ``None`` where unknown.
    """

    starts_at: datetime
    minutes: int
    offered: float
    aht_seconds: float | None = None
    agents: float | None = None


@dataclass(frozen=True)
class HalfHour:
    """What a half hour of a weekday is like.

    Attributes:
        weekday: Monday is 0.
        minute: minutes since midnight, a multiple of 30.
        offered: mean over the days that have this half hour complete.
        days: how many those are.
        aht_seconds: mean handling time weighted by volume, where known on every one of those days.
        agents: mean agents, where known on every one of those days.
    """

    weekday: int
    minute: int
    offered: float
    days: int
    aht_seconds: float | None = None
    agents: float | None = None

    @property
    def starts_at(self) -> time:
        """The clock time of its start."""
        return clock(self.minute)

    def service_level(self, *, leaving: float, target_seconds: float) -> float | None:
        """Share answered within the target when ``leaving`` agents are off the floor; ``None`` without staffing."""
        if self.agents is None or self.aht_seconds is None:
            return None
        if not self.offered:
            return 1.0
        return erlang_c(
            calls=self.offered,
            aht_seconds=self.aht_seconds,
            interval_seconds=SLOT_MINUTES * 60,
            agents=max(math.floor(self.agents - leaving), 0),
            target_seconds=target_seconds,
        ).service_level


@dataclass(frozen=True)
class Partial:
    """A half hour that is never covered whole, such as a 5-minute stub at closing; it is left out."""

    minute: int
    minutes: int
    days: int

    @property
    def starts_at(self) -> time:
        """The clock time of its start."""
        return clock(self.minute)


@dataclass(frozen=True)
class Profile:
    """Volumes by weekday and half hour.

    Attributes:
        half_hours: by (weekday, minute); a pair that is missing is closed or unknown, never zero.
        partial: half hours left out because no day covers them whole.
        first_day, last_day: the days that were read; ``None`` when there are none.
        days: number of days with data, by weekday.
        missing: days between first and last whose weekday has data on other dates, but which have none.
    """

    half_hours: Mapping[tuple[int, int], HalfHour]
    partial: tuple[Partial, ...]
    first_day: date | None
    last_day: date | None
    days: Mapping[int, int]
    missing: tuple[date, ...]

    @property
    def weekdays(self) -> list[int]:
        """Weekdays with data, Monday first."""
        return sorted({weekday for weekday, _minute in self.half_hours})

    @property
    def minutes(self) -> list[int]:
        """The starts of half hours that any weekday has, in order."""
        return sorted({minute for _weekday, minute in self.half_hours})

    def of_weekday(self, weekday: int) -> list[HalfHour]:
        """The half hours of one weekday, in order of the clock."""
        return [self.half_hours[key] for key in sorted(self.half_hours) if key[0] == weekday]

    def over_all_days(self) -> dict[int, float]:
        """Mean volume by half hour over all days present, whatever the weekday."""
        total: dict[int, float] = defaultdict(float)
        days: dict[int, int] = defaultdict(int)
        for half in self.half_hours.values():
            total[half.minute] += half.offered * half.days
            days[half.minute] += half.days
        return {minute: total[minute] / days[minute] for minute in sorted(total)}

    def lowest(self, *, earliest: time = time.min, latest: time | None = None) -> HalfHour | None:
        """The half hour with the lowest volume of the week, between two clock times."""
        end = DAY_MINUTES if latest is None else minute_of(latest)
        inside = [h for h in self.half_hours.values() if minute_of(earliest) <= h.minute <= end - SLOT_MINUTES]
        return min(inside, key=lambda h: (h.offered, h.weekday, h.minute), default=None)


@dataclass(frozen=True)
class Window:
    """A stretch of half hours of one weekday.

    Attributes:
        peak: volume of its busiest half hour.
        volume: volume of all of it.
        worst: its half hour with the lowest service level where that is known, else the busiest.
        service_level: that of ``worst`` with those who leave off the floor; ``None`` where staffing is unknown.
        unaffected: the same with everybody on the floor.
        falling: the volume falls from the half hour before through the whole window.
        low: its busiest half hour lies at or below the median of its weekday.
    """

    weekday: int
    minute: int
    duration_minutes: int
    peak: float
    volume: float
    worst: HalfHour
    service_level: float | None
    unaffected: float | None
    falling: bool
    low: bool

    @property
    def starts_at(self) -> time:
        """The clock time of its start."""
        return clock(self.minute)

    @property
    def ends_at(self) -> time:
        """The clock time of its end; midnight reads 00:00."""
        return clock(self.minute + self.duration_minutes)

    def is_busy(self, goal: float) -> bool:
        """Whether the procedure asks for a written reason (5.1.1 f).

        Where staffing is known: the service level falls below ``goal`` because people leave. Else: the volume is
        neither low for the weekday nor falling.
        """
        if self.service_level is not None:
            return self.service_level < goal
        return not (self.low or self.falling)


@dataclass(frozen=True)
class Recommendation:
    """Windows, best first, and by what they were ranked.

    ``basis`` is :data:`BY_SERVICE_LEVEL` when every window's staffing is known, else :data:`BY_VOLUME`: figures of
    two kinds are never compared.
    """

    basis: str
    windows: tuple[Window, ...]


def clock(minute: int) -> time:
    """Minutes since midnight as a clock time; the end of the day is 00:00."""
    return time(minute // 60 % 24, minute % 60)


def minute_of(moment: time) -> int:
    """A clock time as minutes since midnight."""
    return moment.hour * 60 + moment.minute


def reference_start(day: date, weeks: int = REFERENCE_WEEKS) -> date:
    """The first day of the reference for a training on ``day``: the same weekday ``weeks`` weeks before."""
    return day - timedelta(weeks=weeks)


@dataclass
class _Sum:
    """One half hour of one date, summed from its intervals."""

    minutes: int = 0
    offered: float = 0.0
    work: float | None = 0.0
    agents: float | None = 0.0

    def add(self, interval: Interval) -> None:
        self.minutes += interval.minutes
        self.offered += interval.offered
        known = interval.aht_seconds is not None or not interval.offered
        self.work = (
            self.work + interval.offered * (interval.aht_seconds or 0) if known and self.work is not None else None
        )
        self.agents = (
            self.agents + interval.agents * interval.minutes
            if interval.agents is not None and self.agents is not None
            else None
        )


def build_profile(intervals: Iterable[Interval]) -> Profile:
    """The mean week of ``intervals``: per weekday and half hour, over the days that have it complete.

    A day without data is missing, not zero; a half hour that is never covered by 30 minutes (5.1.1 f: the stub at
    closing) is left out and named. Intervals longer than 30 minutes are spread evenly over the half hours they cover.

    Raises:
        ValueError: an interval that is empty, negative or covers a half hour twice; the message names it.
    """
    sums: dict[tuple[date, int], _Sum] = defaultdict(_Sum)
    for interval in intervals:
        for key, part in _parts(interval):
            sums[key].add(part)
            if sums[key].minutes > SLOT_MINUTES:
                raise ValueError(f"{key[0]} {clock(key[1]):%H:%M} is covered more than once")
    by_slot: dict[tuple[int, int], list[_Sum]] = defaultdict(list)
    stubs: dict[int, list[_Sum]] = defaultdict(list)
    for (day, minute), found in sums.items():
        if found.minutes == SLOT_MINUTES:
            by_slot[day.weekday(), minute].append(found)
        else:
            stubs[minute].append(found)
    half_hours = {key: _mean(key, by_slot[key]) for key in sorted(by_slot)}
    whole = {minute for _weekday, minute in half_hours}
    days = sorted({day for day, _minute in sums})
    return Profile(
        half_hours=half_hours,
        partial=tuple(
            Partial(minute, max(stub.minutes for stub in stubs[minute]), len(stubs[minute]))
            for minute in sorted(stubs)
            if minute not in whole
        ),
        first_day=days[0] if days else None,
        last_day=days[-1] if days else None,
        days={
            weekday: sum(day.weekday() == weekday for day in days) for weekday in sorted({d.weekday() for d in days})
        },
        missing=_missing(days),
    )


def _parts(interval: Interval) -> Iterator[tuple[tuple[date, int], Interval]]:
    """The interval cut at the half hours of the clock, its volume spread evenly."""
    if interval.minutes <= 0 or interval.offered < 0:
        raise ValueError(f"{interval.starts_at:%Y-%m-%d %H:%M}: minutes must be > 0 and offered ≥ 0")
    begin, left = interval.starts_at, interval.minutes
    while left > 0:
        minute = minute_of(begin.time())
        slot = minute - minute % SLOT_MINUTES
        length = min(left, slot + SLOT_MINUTES - minute)
        share = interval.offered * length / interval.minutes
        yield (begin.date(), slot), Interval(begin, length, share, interval.aht_seconds, interval.agents)
        begin, left = begin + timedelta(minutes=length), left - length


def _mean(key: tuple[int, int], found: Sequence[_Sum]) -> HalfHour:
    """The mean of one half hour of one weekday over the days present."""
    offered = sum(each.offered for each in found)
    work = [each.work for each in found if each.work is not None]
    agents = [each.agents / SLOT_MINUTES for each in found if each.agents is not None]
    knows_work, knows_agents = len(work) == len(found), len(agents) == len(found)
    return HalfHour(
        weekday=key[0],
        minute=key[1],
        offered=offered / len(found),
        days=len(found),
        aht_seconds=sum(work) / offered if knows_work and offered and sum(work) else None,
        agents=sum(agents) / len(agents) if knows_agents else None,
    )


def _missing(days: Sequence[date]) -> tuple[date, ...]:
    """Days without data between the first and the last, on weekdays that have data otherwise."""
    if not days:
        return ()
    present, weekdays = set(days), {day.weekday() for day in days}
    span = (days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 1))
    return tuple(day for day in span if day.weekday() in weekdays and day not in present)


def recommend(
    profile: Profile,
    *,
    duration_minutes: int,
    leaving: int = 0,
    target_seconds: float = 20,
    weekdays: Iterable[int] | None = None,
    earliest: time = time.min,
    latest: time | None = None,
    limit: int = 5,
) -> Recommendation:
    """The windows of a week in which a training hurts service least, best first.

    Ranked by the service level of the worst half hour with ``leaving`` agents off the floor where the staffing of
    every window is known; else by the volume of the busiest half hour. Equal ones follow by volume, weekday, time.
    Windows that touch closed, partial or unknown half hours are left out.

    Args:
        profile: from :func:`build_profile`.
        duration_minutes: length of the training; rounded up to half hours.
        leaving: participants who are on shift and leave the floor.
        target_seconds: within how many seconds a call should be answered.
        weekdays: which (Monday is 0); all when missing.
        earliest, latest: clock times between which the window must lie; ``None`` is the end of the day.
        limit: how many windows at most.

    Raises:
        ValueError: no duration, or nobody can leave by a negative number.

    Source: clause 5.1.1 f.
    """
    if duration_minutes <= 0 or leaving < 0:
        raise ValueError("duration_minutes must be > 0 and leaving ≥ 0")
    wanted = set(profile.weekdays if weekdays is None else weekdays)
    begin, end = minute_of(earliest), DAY_MINUTES if latest is None else minute_of(latest)
    windows = [
        window
        for weekday, minute in profile.half_hours
        if weekday in wanted and minute >= begin and minute + duration_minutes <= end
        if (window := assess(profile, weekday=weekday, minute=minute, duration_minutes=duration_minutes,
                             leaving=leaving, target_seconds=target_seconds)) is not None
    ]  # fmt: skip
    known = bool(windows) and all(window.service_level is not None for window in windows)
    windows.sort(key=lambda w: (-(w.service_level or 0) if known else 0, w.peak, w.volume, w.weekday, w.minute))
    return Recommendation(BY_SERVICE_LEVEL if known else BY_VOLUME, tuple(windows[:limit]))


def assess(
    profile: Profile,
    *,
    weekday: int,
    minute: int,
    duration_minutes: int,
    leaving: int = 0,
    target_seconds: float = 20,
) -> Window | None:
    """What one window is like; ``None`` where it touches a half hour that is closed, partial or unknown.

    Args:
        weekday: Monday is 0.
        minute: start in minutes since midnight; the half hours it touches count whole.
        duration_minutes, leaving, target_seconds: as in :func:`recommend`.
    """
    first = minute - minute % SLOT_MINUTES
    inside = [profile.half_hours.get((weekday, m)) for m in range(first, minute + duration_minutes, SLOT_MINUTES)]
    halves = [half for half in inside if half is not None]
    if len(halves) < len(inside) or not halves:
        return None
    levels = [half.service_level(leaving=leaving, target_seconds=target_seconds) for half in halves]
    known = [level for level in levels if level is not None]
    busiest = max(halves, key=lambda half: half.offered)
    all_known = len(known) == len(halves)
    worst = halves[levels.index(min(known))] if all_known else busiest
    before = profile.half_hours.get((weekday, first - SLOT_MINUTES))
    course = [half.offered for half in ([before] if before else []) + halves]
    usual = median(half.offered for half in profile.of_weekday(weekday))
    return Window(
        weekday=weekday,
        minute=minute,
        duration_minutes=duration_minutes,
        peak=busiest.offered,
        volume=sum(half.offered for half in halves),
        worst=worst,
        service_level=min(known) if all_known else None,
        unaffected=worst.service_level(leaving=0, target_seconds=target_seconds) if all_known else None,
        falling=before is not None and all(a > b for a, b in pairwise(course)),
        low=busiest.offered <= usual,
    )
