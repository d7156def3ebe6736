"""Which open cases one class could gather, and when (5.1.1 f, 5.3.1): at a low interval, while people are on shift."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse

from planning.models import ModuleVersion, PlanRevision
from planning.queries.diary import diary_of
from planning.queries.load import days_ahead
from planning.queries.plans import local_day
from planning.queries.roster import shifts_between
from planning.queries.traffic import LineLoad, load_of_line
from planning.slots import SLOT_MINUTES, DayWindow, Window, floor_of, minute_of, windows_on
from planning.slots.diary import Diary
from planning.slots.profile import clock
from sessions.enums import CaseKind, CaseState
from sessions.models import RecoveryCase
from sessions.services.make_up_times import longest_missed
from trainingops.people.days_off import days_off
from trainingops.people.enums import Employment
from trainingops.people.models import ServiceLine, Site, User

#: The form of recovery that a suggestion is of.
MAKE_UP = "make_up"
#: How many classes are suggested, and how many of one day.
MOST, A_DAY = 6, 2


@dataclass
class Gathering:
    """Open cases of one module version and scheme, at one site and line, whose plans allow a make-up class."""

    module_version: ModuleVersion
    line: ServiceLine
    site: Site
    revision: PlanRevision
    cases: list[RecoveryCase] = field(default_factory=list)

    @property
    def key(self) -> str:
        """Names it in an address."""
        first = self.cases[0].enrolment.training_session
        return f"{first.module_version_id}-{first.scheme_hash[:12]}-{self.site.pk}-{self.line.pk}"

    @property
    def people(self) -> list[int]:
        return sorted({case.enrolment.person_id for case in self.cases})

    @property
    def due_at(self) -> datetime:
        """When the first of them is due."""
        return min(case.due_at for case in self.cases)

    @property
    def minutes(self) -> int:
        """How long a class must be for who missed most, in whole half hours."""
        missed = int(longest_missed(self.cases).total_seconds() // 60)
        return max(-(-missed // SLOT_MINUTES), 1) * SLOT_MINUTES


@dataclass(frozen=True)
class Suggestion:
    """A class that could be held.

    Attributes:
        cases: of those who are on shift then and not in another class.
        people, everybody: how many they are, of how many who wait.
        window: the interval; None where the traffic is not known.
        is_busy: whether the interval does not hold what the line must hold.
        in_time: how many of the cases end before they are due.
        trainer, room: free then, by key and name; None where none is known.
    """

    starts_at: datetime
    ends_at: datetime
    cases: Sequence[RecoveryCase]
    people: int
    everybody: int
    window: Window | None
    is_busy: bool
    in_time: int
    trainer: tuple[int, str] | None
    room: tuple[int, str] | None

    @property
    def holds_all(self) -> bool:
        return self.people == self.everybody

    @property
    def late(self) -> int:
        """How many of the cases are due before it ends."""
        return len(self.cases) - self.in_time

    @property
    def url(self) -> str:
        """The page that schedules it, filled in."""
        minutes = int((self.ends_at - self.starts_at).total_seconds() // 60)
        start = self.starts_at.replace(tzinfo=None).isoformat(timespec="minutes")
        taken = {"trainer": self.trainer, "room": self.room}
        keys = {name: str(each[0]) for name, each in taken.items() if each}
        return schedule_url(self.cases, start=start, minutes=str(minutes), **keys)

    @property
    def all_in_time(self) -> bool:
        return self.in_time == len(self.cases)


def schedule_url(cases: Iterable[RecoveryCase], **filled: str) -> str:
    """The page that schedules some cases, with what it is to be filled with."""
    given = [*filled.items(), *(("case", str(case.uuid)) for case in cases)]
    return f"{reverse('recovery_schedule')}?{urlencode(given)}"


@dataclass(frozen=True)
class Suggestions:
    """What could be held for a gathering, the best first, and what was assumed for want of data."""

    found: list[Suggestion]
    traffic_known: bool
    roster_known: bool
    without_roster: int


def gatherings(user: User, now: datetime) -> list[Gathering]:
    """Open recovery cases that the user arranges, gathered; the most first, then the nearest due. One query.

    Left out: whose person is away for long today or left, and of plans that do not allow a make-up class.
    """
    allowed = PlanRevision.objects.filter(
        pk=OuterRef("enrolment__training_session__plan__approved_revision"), recovery_forms__code=MAKE_UP
    )
    managed = user.authority.scope(
        "manager", site="enrolment__training_session__plan__site", line="enrolment__training_session__plan__line"
    )
    cases = (
        RecoveryCase.objects.filter(
            Q(enrolment__training_session__plan__pic=user) | managed,
            Exists(allowed),
            kind=CaseKind.RECOVERY,
            state=CaseState.OPEN,
        )
        .exclude(enrolment__person__employment=Employment.LEFT)
        .select_related(
            "meeting",
            "enrolment__person",
            "enrolment__training_session__site",
            "enrolment__training_session__line",
            "enrolment__training_session__module_version__module",
            "enrolment__training_session__plan__site",
            "enrolment__training_session__plan__approved_revision__module_version",
        )
        .order_by("due_at", "pk")
    )
    found: dict[tuple[int, str, int, int], Gathering] = {}
    for case in cases:
        held = case.enrolment.training_session
        if case.is_suspended(now) or held.plan.approved_revision is None:
            continue
        key = (held.module_version_id, held.scheme_hash, held.site_id, held.line_id)
        if key not in found:
            revision = held.plan.approved_revision
            revision.plan = held.plan
            found[key] = Gathering(held.module_version, held.line, held.site, revision)
        found[key].cases.append(case)
    return sorted(found.values(), key=lambda each: (-len(each.cases), each.due_at))


def suggestions_for(gathering: Gathering, now: datetime) -> Suggestions:
    """Classes of the next two weeks for the cases of a gathering; four queries.

    Ranked: intervals that hold what the line must hold, then who takes most of the cases, then what ends before most
    of them are due, then the lowest interval. Without traffic every hour of the site's working days is compared by the
    rest; without a roster everybody is assumed to be on shift, except on days of a long leave.
    """
    site, people = gathering.site, gathering.people
    today = local_day(now, site)
    days = days_ahead(today + timedelta(days=1))[1:]
    known = load_of_line(site=site, line=gathering.line, until=today)
    known_shifts = shifts_between(people, days[0], days[-1])
    unrostered = set(people) - known_shifts.rostered
    floor = floor_of(known_shifts.rows, unrostered=unrostered, days=days, zone=site.zone, leaves=known_shifts.leaves)
    diary = diary_of(gathering.revision, people, days)
    traffic = bool(known.profile.half_hours)
    slots: list[tuple[date, int, frozenset[int], DayWindow | None]]
    if traffic:
        windows = windows_on(
            known.profile,
            days=days,
            duration_minutes=gathering.minutes,
            people=people,
            floor=floor,
            target=known.goal.target,
            earliest=site.opens_at,
            latest=site.closes_at,
        )
        slots = [(each.day, each.window.minute, each.on_shift, each) for each in windows]
    else:
        slots = [(*slot, None) for slot in _hours(gathering, days, floor)]
    rows = [
        made
        for day, minute, inside, window in slots
        if (made := _suggestion(gathering, day, minute, inside, window, known, diary)) is not None
    ]
    rows.sort(key=lambda each: (each.is_busy, -len(each.cases), -each.in_time))
    return Suggestions(_varied(rows), traffic, bool(known_shifts.rostered), len(unrostered))


def _hours(
    gathering: Gathering, days: Sequence[date], floor: dict[tuple[date, int], set[int]]
) -> Iterable[tuple[date, int, frozenset[int]]]:
    """Every full hour of the working days at which somebody is on shift, in time."""
    site, length = gathering.site, gathering.minutes
    off = days_off(site, days[0], days[-1] + timedelta(days=1))
    first, last = minute_of(site.opens_at), minute_of(site.closes_at)
    for day in days:
        if day.weekday() >= 5 or day in off:
            continue
        for minute in range(first + -first % 60, last - length + 1, 60):
            inside = set(gathering.people).intersection(
                *(floor.get((day, slot), set()) for slot in range(minute, minute + length, SLOT_MINUTES))
            )
            if inside:
                yield day, minute, frozenset(inside)


def _suggestion(
    gathering: Gathering,
    day: date,
    minute: int,
    inside: frozenset[int],
    window: DayWindow | None,
    known: LineLoad,
    diary: Diary,
) -> Suggestion | None:
    """The class at one time; None where nobody could come, or no trainer or room is free."""
    starts_at = datetime.combine(day, clock(minute), tzinfo=gathering.site.zone)
    ends_at = starts_at + timedelta(minutes=gathering.minutes)
    offer = diary.offer_at(starts_at, ends_at)
    if offer is None:
        return None
    free = inside - offer.busy
    if offer.seats is not None and len(free) > offer.seats:
        free = frozenset(sorted(free)[: offer.seats])
    cases = [case for case in gathering.cases if case.enrolment.person_id in free]
    if not cases:
        return None
    room = offer.room_for(len(free))
    return Suggestion(
        starts_at=starts_at,
        ends_at=ends_at,
        cases=cases,
        people=len(free),
        everybody=len(gathering.people),
        window=window.window if window else None,
        is_busy=window is not None and window.window.is_busy(known.goal.target.goal),
        in_time=sum(case.due_at >= ends_at for case in cases),
        trainer=(offer.trainer.key, offer.trainer.name) if offer.trainer else None,
        room=(room.key, room.name) if room else None,
    )


def _varied(rows: Iterable[Suggestion]) -> list[Suggestion]:
    """The best of several days: two of one day do, and none overlaps one that is listed."""
    chosen: list[Suggestion] = []
    for each in rows:
        same_day = [one for one in chosen if one.starts_at.date() == each.starts_at.date()]
        overlaps = any(one.starts_at < each.ends_at and each.starts_at < one.ends_at for one in same_day)
        if len(same_day) < A_DAY and not overlaps:
            chosen.append(each)
        if len(chosen) == MOST:
            break
    return chosen
