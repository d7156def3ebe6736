"""The mean week of a line: volumes by weekday and half hour (clause 5.1.1 f)."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from planning.erlang import QueueOutcome, erlang_c

SLOT_MINUTES = 30
DAY_MINUTES = 24 * 60
#: The reference is the same weekday of the last eight weeks.
REFERENCE_WEEKS = 8


@dataclass(frozen=True)
class Interval:
    """One interval as a source gives it.

    Attributes:
        starts_at: local time of the site (its zone, if any, is not looked at).
        minutes: length; 30 minutes of the clock are summed into one half hour.
        offered: calls, chats … that came.
        aht_seconds: mean handling time, seconds; ``None`` where unknown.
        agents: people who answered; ``None`` where unknown.
        answered: contacts that came about; ``None`` where unknown.
    """

    starts_at: datetime
    minutes: int
    offered: float
    aht_seconds: float | None = None
    agents: float | None = None
    answered: float | None = None


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
        answered: mean of what was answered (or reached), where known on every one of those days.
    """

    weekday: int
    minute: int
    offered: float
    days: int
    aht_seconds: float | None = None
    agents: float | None = None
    answered: float | None = None

    @property
    def starts_at(self) -> time:
        """The clock time of its start."""
        return clock(self.minute)

    def outcome(self, *, leaving: float, target_seconds: float) -> QueueOutcome | None:
        """What callers and agents meet when ``leaving`` agents are off the floor; ``None`` without staffing."""
        if self.agents is None or (self.aht_seconds is None and self.offered):
            return None
        return erlang_c(
            calls=self.offered,
            aht_seconds=self.aht_seconds or 1,
            interval_seconds=SLOT_MINUTES * 60,
            agents=max(math.floor(self.agents - leaving), 0),
            target_seconds=target_seconds,
        )

    def service_level(self, *, leaving: float, target_seconds: float) -> float | None:
        """Share answered within the target when ``leaving`` agents are off the floor; ``None`` without staffing."""
        found = self.outcome(leaving=leaving, target_seconds=target_seconds)
        return found.service_level if found else None

    @property
    def contact_rate(self) -> float | None:
        """Share of the attempts that reached somebody; ``None`` where unknown or nothing was tried."""
        return self.answered / self.offered if self.answered is not None and self.offered else None


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
        closed: (weekday, minute) where nothing came and nobody was there on any day; left out like unknown ones.
    """

    half_hours: Mapping[tuple[int, int], HalfHour]
    partial: tuple[Partial, ...]
    first_day: date | None
    last_day: date | None
    days: Mapping[int, int]
    missing: tuple[date, ...]
    closed: tuple[tuple[int, int], ...] = ()

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
    answered: float | None = 0.0

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
        self.answered = (
            self.answered + interval.answered if interval.answered is not None and self.answered is not None else None
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
    means = {key: _mean(key, by_slot[key]) for key in sorted(by_slot)}
    closed = tuple(key for key, half in means.items() if not half.offered and half.agents == 0)
    half_hours = {key: half for key, half in means.items() if key not in closed}
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
        closed=closed,
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
        answered = None if interval.answered is None else interval.answered * length / interval.minutes
        part = Interval(begin, length, share, interval.aht_seconds, interval.agents, answered)
        yield (begin.date(), slot), part
        begin, left = begin + timedelta(minutes=length), left - length


def _mean(key: tuple[int, int], found: Sequence[_Sum]) -> HalfHour:
    """The mean of one half hour of one weekday over the days present."""
    offered = sum(each.offered for each in found)
    work = [each.work for each in found if each.work is not None]
    agents = [each.agents / SLOT_MINUTES for each in found if each.agents is not None]
    answered = [each.answered for each in found if each.answered is not None]
    knows_work, knows_agents = len(work) == len(found), len(agents) == len(found)
    return HalfHour(
        weekday=key[0],
        minute=key[1],
        offered=offered / len(found),
        days=len(found),
        aht_seconds=sum(work) / offered if knows_work and offered and sum(work) else None,
        agents=sum(agents) / len(agents) if knows_agents else None,
        answered=sum(answered) / len(answered) if len(answered) == len(found) else None,
    )


def _missing(days: Sequence[date]) -> tuple[date, ...]:
    """Days without data between the first and the last, on weekdays that have data otherwise."""
    if not days:
        return ()
    present, weekdays = set(days), {day.weekday() for day in days}
    span = (days[0] + timedelta(days=n) for n in range((days[-1] - days[0]).days + 1))
    return tuple(day for day in span if day.weekday() in weekdays and day not in present)
