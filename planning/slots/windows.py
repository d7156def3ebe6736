"""Windows of the mean week, judged with those who leave off the floor, and ranked (clause 5.1.1 f)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import time
from itertools import pairwise
from statistics import median

from planning.slots.profile import DAY_MINUTES, SLOT_MINUTES, HalfHour, Profile, clock, minute_of
from planning.slots.targets import (
    BY_CAPACITY,
    BY_CONTACT_RATE,
    BY_SERVICE_LEVEL,
    BY_VOLUME,
    Load,
    Target,
    load_of,
    may_leave,
)


@dataclass(frozen=True)
class Window:
    """A stretch of half hours of one weekday.

    Attributes:
        peak: volume of its busiest half hour.
        volume: volume of all of it.
        worst: its half hour with the worst load where that is known, else the busiest.
        service_level: that of ``worst`` with those who leave off the floor; ``None`` where it is not known.
        unaffected: the same with everybody on the floor who is not in another training.
        falling: the volume falls from the half hour before through the whole window.
        low: its busiest half hour lies at or below the median of its weekday.
        before, during: the load of ``worst`` with everybody there, and without those who leave.
        may_leave: how many may leave while the target holds in every half hour; ``None`` where the method cannot say.
        basis: by which figure it is judged; :data:`BY_VOLUME` where that figure is not known.
        low_rate: outbound: its best half hour reaches no more people than the median of its weekday.
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
    before: Load | None = None
    during: Load | None = None
    may_leave: int | None = None
    basis: str = BY_SERVICE_LEVEL
    low_rate: bool = False

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

        Voice: the service level falls below ``goal`` because people leave. Chat: more than ``goal`` of the capacity
        is in use. Outbound: people are reached better than usual. Else, and where staffing is unknown: the volume is
        neither low for the weekday nor falling.
        """
        if self.service_level is not None:
            return self.service_level < goal
        if self.during is not None and self.during.occupancy is not None:
            return self.during.occupancy > goal
        if self.during is not None and self.during.contact_rate is not None:
            return not self.low_rate
        return not (self.low or self.falling)


@dataclass(frozen=True)
class Recommendation:
    """Windows, best first, and by what they were ranked.

    ``basis`` is the target's own when every window's figure is known, else :data:`BY_VOLUME`: figures of two kinds
    are never compared.
    """

    basis: str
    windows: tuple[Window, ...]


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
    target: Target | None = None,
) -> Recommendation:
    """The windows of a week in which a training hurts service least, best first.

    Ranked by the figure of the target's method in the worst half hour, with ``leaving`` agents off the floor, where
    every window's is known; else by the volume of the busiest half hour. Equal ones follow by volume, weekday, time.
    Windows that touch closed, partial or unknown half hours are left out. With a ``target`` those that need a
    written reason come last: what is called busy is never ranked first while another window holds.

    Args:
        profile: from :func:`build_profile`.
        duration_minutes: length of the training; rounded up to half hours.
        leaving: participants who are on shift and leave the floor.
        target_seconds: within how many seconds a call should be answered, where there is no ``target``.
        weekdays: which (Monday is 0); all when missing.
        earliest, latest: clock times between which the window must lie; ``None`` is the end of the day.
        limit: how many windows at most.
        target: what the line must hold, and by which method.

    Raises:
        ValueError: no duration, or nobody can leave by a negative number.

    Source: clause 5.1.1 f.
    """
    if duration_minutes <= 0 or leaving < 0:
        raise ValueError("duration_minutes must be > 0 and leaving ≥ 0")
    wanted = set(profile.weekdays if weekdays is None else weekdays)
    begin, end = minute_of(earliest), DAY_MINUTES if latest is None else minute_of(latest) or DAY_MINUTES
    judged = target or Target(answer_seconds=target_seconds)
    windows = [
        window
        for weekday, minute in profile.half_hours
        if weekday in wanted and minute >= begin and minute + duration_minutes <= end
        if (window := assess(profile, weekday=weekday, minute=minute, duration_minutes=duration_minutes,
                             leaving=leaving, target=judged)) is not None
    ]  # fmt: skip
    known = bool(windows) and all(window.basis == judged.basis for window in windows)
    basis = judged.basis if known else BY_VOLUME
    windows.sort(key=lambda window: (bool(target) and window.is_busy(judged.goal), *rank(window, basis)))
    return Recommendation(basis, tuple(windows[:limit]))


def rank(window: Window, basis: str) -> tuple[float, ...]:
    """What a window is sorted by, the best first: its figure, then volume, weekday and time."""
    during = window.during or Load()
    figure = {
        BY_SERVICE_LEVEL: -(window.service_level or 0),
        BY_CAPACITY: during.occupancy or 0,
        BY_CONTACT_RATE: during.contact_rate or 0,
    }.get(basis, 0)
    return figure, window.peak, window.volume, window.weekday, window.minute


def assess(
    profile: Profile,
    *,
    weekday: int,
    minute: int,
    duration_minutes: int,
    leaving: int = 0,
    target_seconds: float = 20,
    target: Target | None = None,
    away: int = 0,
) -> Window | None:
    """What one window is like; ``None`` where it touches a half hour that is closed, partial or unknown.

    Args:
        weekday: Monday is 0.
        minute: start in minutes since midnight; the half hours it touches count whole.
        duration_minutes, leaving, target_seconds, target: as in :func:`recommend`.
        away: how many are off the floor already, in other trainings: also before those who leave.
    """
    halves = halves_of(profile, weekday, minute, duration_minutes)
    if halves is None:
        return None
    judged = target or Target(answer_seconds=target_seconds)
    loads = [load_of(half, judged, leaving=away + leaving) for half in halves]
    busiest = max(halves, key=lambda half: half.offered)
    known = judged.basis != BY_VOLUME and all(load is not None for load in loads)
    worst = halves[_worst(loads)] if known else busiest
    before, during = (
        (load_of(worst, judged, leaving=away), load_of(worst, judged, leaving=away + leaving))
        if known
        else (None, None)
    )
    first = minute - minute % SLOT_MINUTES
    earlier = profile.half_hours.get((weekday, first - SLOT_MINUTES))
    course = [half.offered for half in ([earlier] if earlier else []) + halves]
    spare = [may_leave(half, judged) for half in halves]
    return Window(
        weekday=weekday,
        minute=minute,
        duration_minutes=duration_minutes,
        peak=busiest.offered,
        volume=sum(half.offered for half in halves),
        worst=worst,
        service_level=during.service_level if during else None,
        unaffected=before.service_level if before else None,
        falling=earlier is not None and all(a > b for a, b in pairwise(course)),
        low=busiest.offered <= median(half.offered for half in profile.of_weekday(weekday)),
        before=before,
        during=during,
        may_leave=max(min(each for each in spare if each is not None) - away, 0)
        if all(each is not None for each in spare)
        else None,
        basis=judged.basis if known else BY_VOLUME,
        low_rate=known and judged.basis == BY_CONTACT_RATE and _reaches_few(profile, weekday, halves),
    )


def halves_of(profile: Profile, weekday: int, minute: int, duration_minutes: int) -> list[HalfHour] | None:
    """The half hours that a window touches; ``None`` when one of them is closed, partial or unknown."""
    first = minute - minute % SLOT_MINUTES
    inside = [profile.half_hours.get((weekday, m)) for m in range(first, minute + duration_minutes, SLOT_MINUTES)]
    halves = [half for half in inside if half is not None]
    return halves if halves and len(halves) == len(inside) else None


def _worst(loads: Sequence[Load | None]) -> int:
    """The place of the worst load: the lowest service level, the fullest capacity, the best contact rate."""
    figures = [
        (-(load.service_level or 0) if load.service_level is not None else load.occupancy or load.contact_rate or 0)
        if load
        else 0
        for load in loads
    ]
    return figures.index(max(figures))


def _reaches_few(profile: Profile, weekday: int, halves: Sequence[HalfHour]) -> bool:
    rates = [half.contact_rate for half in profile.of_weekday(weekday) if half.contact_rate is not None]
    return bool(rates) and max(half.contact_rate or 0 for half in halves) <= median(rates)
