"""Who is on shift on some days, and who is away: read for the plan, its windows and make-up classes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef
from django.db.models.functions import JSONObject

from trainingops.people.enums import Presence
from trainingops.people.models import LongLeave, Person, RosterDay, Site
from trainingops.people.shifts import (
    Leave,
    Shift,
    leave_on,
    stand,
    with_leaves,
)


@dataclass(frozen=True)
class Shifts:
    """Working shifts as person, start and end; who has a roster at all, and long leaves, by key of the person."""

    rows: Sequence[tuple[int, datetime, datetime]]
    rostered: frozenset[int]
    leaves: Mapping[int, Sequence[Leave]]


def shifts_between(people: Sequence[int], first: date, last: date) -> Shifts:
    """Working shifts of people on some days, the night before included, and their long leaves: one query."""
    rows: list[tuple[int, datetime, datetime]] = []
    rostered, leaves = set(), {}
    for person, shifts, away in _rostered(people, day__range=(first - timedelta(days=1), last)):
        rows += [(person, each.starts_at, each.ends_at) for each in shifts if each.starts_at and each.ends_at]
        if shifts:
            rostered.add(person)
        if away:
            leaves[person] = away
    return Shifts(rows, frozenset(rostered), leaves)


@dataclass(frozen=True)
class Hindered:
    """For whom a class without a plan of its own is overtime, and who is away then, by key.

    Attributes:
        leaves: who is on which long leave.
        absent: whom the roster has as away that day, and how: leave, sick, excused, duty travel.
    """

    overtime: frozenset[int]
    leaves: Mapping[int, Leave]
    absent: Mapping[int, Presence]


def hindered_at(times: Sequence[tuple[datetime, datetime]], people: Iterable[int], site: Site) -> Hindered:
    """For whom meetings at these times are overtime, and who is away then, by the roster as it is now: one query.

    Who has no roster is assumed to be on shift.
    """
    around = {time: days_around(*time, site) for time in times}
    overtime: set[int] = set()
    leaves: dict[int, Leave] = {}
    absent: dict[int, Presence] = {}
    for person, shifts, away in _rostered(people, day__in={day for days in around.values() for day in days}):
        for (starts_at, ends_at), days in around.items():
            # The first of the days around is the night before.
            if leave := next((found for day in days[1:] if (found := leave_on(day, away))), None):
                leaves[person] = leave
                continue
            near = with_leaves([each for each in shifts if each.day in days], away, days)
            standing = stand(starts_at, ends_at, near, site.zone)
            if standing.is_absent:
                absent[person] = standing.presence
            elif standing.needs_order:
                overtime.add(person)
    return Hindered(frozenset(overtime), leaves, absent)


def _rostered(people: Iterable[int], **days: Any) -> Iterator[tuple[int, list[Shift], list[Leave]]]:
    """Each person with their entries on some days and all of their long leaves: one query."""
    listed = listed_days(OuterRef("pk"), **days)
    rows = Person.objects.filter(pk__in=list(people)).annotate(days=listed, leaves=listed_leaves(OuterRef("pk")))
    for person, entries, leaves in rows.order_by("pk").values_list("pk", "days", "leaves"):
        yield person, [as_shift(each) for each in entries], [as_leave(each) for each in leaves]


def listed_days(person: OuterRef, **days: Any) -> ArraySubquery:
    """The entries of the roster of a person, for :func:`as_shift`."""
    said = {"day": "day", "kind": "code__kind", "code": "code__code", "starts_at": "starts_at", "ends_at": "ends_at"}
    rows = RosterDay.objects.filter(person=person, **days).order_by("day")
    return ArraySubquery(rows.values(json=JSONObject(**said)))


def listed_leaves(person: OuterRef) -> ArraySubquery:
    """The long leaves of a person, for :func:`as_leave`."""
    rows = LongLeave.objects.filter(person=person).order_by("starts_on")
    return ArraySubquery(rows.values(json=JSONObject(first="starts_on", last="ends_on")))


def days_around(starts_at: datetime, ends_at: datetime, site: Site) -> list[date]:
    first, last = starts_at.astimezone(site.zone).date(), ends_at.astimezone(site.zone).date()
    return [first - timedelta(days=1), *(first + timedelta(days=step) for step in range((last - first).days + 1))]


def as_shift(row: Mapping[str, Any]) -> Shift:
    return Shift(
        day=date.fromisoformat(row["day"]),
        kind=row["kind"],
        starts_at=datetime.fromisoformat(row["starts_at"]) if row["starts_at"] else None,
        ends_at=datetime.fromisoformat(row["ends_at"]) if row["ends_at"] else None,
        code=row["code"],
    )


def as_leave(row: Mapping[str, Any]) -> Leave:
    return date.fromisoformat(row["first"]), date.fromisoformat(row["last"]) if row["last"] else None
