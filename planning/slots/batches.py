"""Windows on real days with the roster of the participants, and batches where one window cannot hold them all."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from planning.slots.diary import ANYTHING, Diary, Offer, Resource
from planning.slots.profile import DAY_MINUTES, SLOT_MINUTES, Profile, minute_of
from planning.slots.targets import Target
from planning.slots.windows import Window, assess, rank
from trainingops.people.shifts import Leave, leave_on

#: (day, minute of the half hour) → people on shift then.
Floor = Mapping[tuple[date, int], Collection[int]]


@dataclass(frozen=True)
class DayWindow:
    """A window on one day.

    Attributes:
        window: judged with the participants on shift then off the floor.
        on_shift: participants whose shift covers all of it.
        leaving: how many the floor misses: whose shift overlaps it.
        outside: how many are not on shift through all of it: they would need overtime, or cannot come.
        away: how many others are off the floor at some time of it, in other trainings.
    """

    day: date
    window: Window
    on_shift: frozenset[int]
    leaving: int
    outside: int = 0
    away: int = 0


@dataclass(frozen=True)
class Batch:
    """A proposed class: the window with its people off the floor, and the trainer and the room that are free then."""

    day: date
    window: Window
    people: tuple[int, ...]
    trainer: Resource | None = None
    room: Resource | None = None


@dataclass(frozen=True)
class Proposal:
    """Batches in time, and who is in none of them because no window holds them while they are on shift."""

    batches: tuple[Batch, ...]
    left: tuple[int, ...]


def floor_of(
    shifts: Iterable[tuple[int, datetime, datetime]],
    *,
    unrostered: Collection[int],
    days: Sequence[date],
    zone: ZoneInfo,
    leaves: Mapping[int, Sequence[Leave]] | None = None,
) -> dict[tuple[date, int], set[int]]:
    """Who is on shift in each half hour of ``days``; somebody without roster is assumed to be, always.

    Args:
        shifts: person, start and end (aware) of working shifts.
        zone: of the site whose half hours are meant.
        leaves: long leaves by person; on their days nobody is on shift, whatever the roster says.
    """
    wanted = set(days)
    floor: dict[tuple[date, int], set[int]] = {
        (day, minute): set(unrostered) for day in days for minute in range(0, DAY_MINUTES, SLOT_MINUTES)
    }
    for person, starts_at, ends_at in shifts:
        moment, end = starts_at.astimezone(zone), ends_at.astimezone(zone)
        while moment < end:
            minute = minute_of(moment.time())
            if moment.date() in wanted and moment + timedelta(minutes=SLOT_MINUTES) <= end:
                floor[moment.date(), minute - minute % SLOT_MINUTES].add(person)
            moment += timedelta(minutes=SLOT_MINUTES)
    for person, listed in (leaves or {}).items():
        away = {day for day in wanted if leave_on(day, listed)}
        for (day, _minute), people in floor.items():
            if day in away:
                people.discard(person)
    return floor


def windows_on(
    profile: Profile,
    *,
    days: Iterable[date],
    duration_minutes: int,
    people: Collection[int],
    floor: Floor,
    target: Target,
    earliest: time = time.min,
    latest: time | None = None,
    away: Floor | None = None,
) -> list[DayWindow]:
    """Every window of the days, best first, judged with the participants who are on shift then off the floor.

    Windows that need a written reason come last. Arguments as in :func:`~planning.slots.windows.recommend`.

    Args:
        away: who is off the floor already, in other trainings.

    Raises:
        ValueError: no duration.
    """
    if duration_minutes <= 0:
        raise ValueError("duration_minutes must be > 0")
    begin, end = minute_of(earliest), DAY_MINUTES if latest is None else minute_of(latest) or DAY_MINUTES
    everybody = frozenset(people)
    found = []
    known: dict[tuple[int, int, int, int], Window | None] = {}
    for day in days:
        for minute in range(begin - begin % -SLOT_MINUTES, end - duration_minutes + 1, SLOT_MINUTES):
            halves = [(day, m) for m in range(minute, minute + duration_minutes, SLOT_MINUTES)]
            slots = [floor.get(half, ()) for half in halves]
            inside = everybody.intersection(*slots)
            leaving = len(everybody & set().union(*slots))
            others = len(set().union(*(away.get(half, ()) for half in halves)) - everybody) if away else 0
            key = day.weekday(), minute, leaving, others
            if key not in known:
                known[key] = assess(
                    profile,
                    weekday=key[0],
                    minute=minute,
                    duration_minutes=duration_minutes,
                    leaving=leaving,
                    target=target,
                    away=others,
                )
            if (window := known[key]) is not None:
                found.append(DayWindow(day, window, inside, leaving, len(everybody) - len(inside), others))
    # Those who are not on shift would come on overtime: more people on shift go before, among windows that hold.
    return sorted(
        found,
        key=lambda each: (
            each.window.is_busy(target.goal),
            len(everybody) - len(each.on_shift),
            *rank(each.window, each.window.basis),
            each.day,
        ),
    )


def propose_batches(
    profile: Profile,
    windows: Sequence[DayWindow],
    *,
    people: Collection[int],
    target: Target,
    seats: int | None = None,
    diary: Diary | None = None,
    limit: int = 20,
) -> Proposal:
    """Batches, each in a window that holds the target with its people off the floor and in which all are on shift.

    The window that takes most of those who are left comes first; two batches never overlap, so that one trainer can
    hold them all.

    Args:
        windows: from :func:`windows_on`.
        seats: how many a class takes at most.
        diary: what trainers, rooms and people have taken; a window without a free trainer or room is none.
        limit: how many batches at most.
    """
    left = set(people)
    batches: list[Batch] = []
    offers = [(each, offer) for each in windows if (offer := diary.offer(each) if diary else ANYTHING)]
    while left and len(batches) < limit:
        best: tuple[int, DayWindow, Offer] | None = None
        for each, offer in offers:
            if any(_overlap(each, batch) for batch in batches):
                continue
            takes = _takes(each, offer, left, target, seats)
            if takes and (best is None or takes > best[0]):
                best = takes, each, offer
        if best is None:
            break
        takes, chosen, offer = best
        inside = tuple(sorted((chosen.on_shift & left) - offer.busy)[:takes])
        window = assess(
            profile,
            weekday=chosen.window.weekday,
            minute=chosen.window.minute,
            duration_minutes=chosen.window.duration_minutes,
            leaving=len(inside),
            target=target,
            away=chosen.away,
        )
        assert window is not None  # it was judged above with other people
        batches.append(Batch(chosen.day, window, inside, offer.trainer, offer.room_for(len(inside))))
        left -= set(inside)
    batches.sort(key=lambda batch: (batch.day, batch.window.minute))
    return Proposal(tuple(batches), tuple(sorted(left)))


def holds_all(each: DayWindow, people: Collection[int], target: Target, seats: int | None, diary: Diary | None) -> bool:
    """Whether one window holds everybody: on shift, within the target, with a trainer, a room and enough seats."""
    offer = diary.offer(each) if diary else ANYTHING
    return offer is not None and _takes(each, offer, set(people), target, seats) == len(people)


def _takes(each: DayWindow, offer: Offer, left: set[int], target: Target, seats: int | None) -> int:
    """How many of those who are left the window holds."""
    window = each.window
    if window.may_leave is None and window.is_busy(target.goal):
        return 0
    counts = [len((each.on_shift & left) - offer.busy), window.may_leave, seats, offer.seats]
    return min(count for count in counts if count is not None)


def _overlap(one: DayWindow, other: Batch) -> bool:
    return one.day == other.day and (
        one.window.minute < other.window.minute + other.window.duration_minutes
        and other.window.minute < one.window.minute + one.window.duration_minutes
    )
