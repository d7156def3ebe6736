"""How the roster of the targets stands to the meetings of a plan (5.1.1 f)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _

from planning.enums import Consent
from planning.models import OvertimeOrder, PlannedMeeting, PlannedSession, PlanRevision, PlanTarget
from planning.queries.roster.shifts import as_leave, as_shift, days_around, listed_days, listed_leaves
from trainingops.people.enums import Presence
from trainingops.people.models import Site
from trainingops.people.shifts import (
    Leave,
    Shift,
    Standing,
    has_left,
    stand,
    too_much_overtime,
    with_leaves,
)

#: How many people a refusal names.
NAMED = 5


@dataclass(frozen=True)
class Order:
    """A live overtime order of a target, as far as the check needs it."""

    uuid: UUID
    meeting: UUID
    consent: Consent
    starts_at: datetime
    ends_at: datetime
    reason: str
    ordered_by: str

    def covers(self, meeting: PlannedMeeting) -> bool:
        """Whether it is for this meeting at this time: one that moved needs a new order."""
        return (self.meeting, self.starts_at, self.ends_at) == (meeting.uuid, meeting.starts_at, meeting.ends_at)


@dataclass(frozen=True)
class TargetAtMeeting:
    """One target at one meeting of their batch."""

    person: int
    name: str
    meeting: PlannedMeeting
    standing: Standing
    order: Order | None

    @property
    def lacks_order(self) -> bool:
        """Overtime that nobody ordered."""
        return self.standing.needs_order and self.order is None

    @property
    def awaits_order(self) -> bool:
        """Overtime that nobody ordered, or that the agent declined: another time, another batch, or a new order."""
        declined = self.order is not None and self.order.consent == Consent.REFUSED
        return self.lacks_order or (self.standing.needs_order and declined)

    @property
    def is_settled(self) -> bool:
        """No overtime, or ordered overtime to which the agent agreed."""
        return not self.lacks_order and not self.lacks_consent

    @property
    def lacks_consent(self) -> bool:
        """Ordered, but the agent has not agreed (yet)."""
        return self.standing.needs_order and self.order is not None and self.order.consent != Consent.GIVEN


@dataclass(frozen=True)
class PlanRoster:
    """The standings of all targets in the meetings of their batches; who has none is in the only one.

    Attributes:
        known: whether anybody of them has a roster around the meetings; if not, everybody is assumed on shift.
        shifts: what was read, by person; those without any are missing.
        minutes: overtime ordered for any plan and not declined, by person and local day.
        leaves: long leaves, by person.
    """

    rows: tuple[TargetAtMeeting, ...]
    known: bool
    shifts: Mapping[int, Sequence[Shift]] = field(default_factory=dict)
    minutes: Mapping[int, Mapping[date, int]] = field(default_factory=dict)
    leaves: Mapping[int, Sequence[Leave]] = field(default_factory=dict)

    def leaving(self, meeting: PlannedMeeting) -> int:
        """How many of its batch the floor misses during a meeting."""
        return sum(row.standing.on_floor_minutes > 0 for row in self.rows if row.meeting.pk == meeting.pk)

    def counts(self, meeting: PlannedMeeting) -> list[tuple[Presence, int]]:
        """How many stand how to a meeting, in the order of the enumeration."""
        found = Counter(row.standing.presence for row in self.rows if row.meeting.pk == meeting.pk)
        return [(presence, found[presence]) for presence in Presence if found[presence]]

    @property
    def expected(self) -> int:
        """How many people it looked at: those who are in a meeting."""
        return people_in(self.rows)

    @property
    def absent(self) -> list[TargetAtMeeting]:
        """Who cannot come: leave, sick, excused, duty travel, or has left."""
        return [row for row in self.rows if row.standing.is_absent]

    @property
    def overtime(self) -> list[TargetAtMeeting]:
        """For whom a meeting is overtime."""
        return [row for row in self.rows if row.standing.needs_order]


def roster_of(
    revision: PlanRevision,
    meetings: Sequence[PlannedMeeting],
    *,
    ahead: Sequence[date] = (),
    joining: Collection[int] = (),
) -> PlanRoster:
    """The roster of a revision's targets around its meetings, with their overtime orders: one query.

    Args:
        ahead: days whose shifts are read too, for the choice of a window.
        joining: keys of people who are read as if they were in the batch of ``meetings``, which are of one.
    """
    return _rosters({revision: meetings}, ahead, joining)[revision.pk]


def people_in(rows: Iterable[TargetAtMeeting]) -> int:
    """How many people they are; a person in several meetings is one."""
    return len({row.person for row in rows})


def names_in(rows: Sequence[TargetAtMeeting]) -> str:
    """Who they are, each once; of many the first and how many more."""
    return some_names(list({row.person: row.name for row in rows}.values()))


def some_names(names: Sequence[str]) -> str:
    """Of many names the first and how many more."""
    words = ", ".join(names[:NAMED])
    if len(names) <= NAMED:
        return words
    return _("%(names)s and %(count)d more") % {"names": words, "count": len(names) - NAMED}


def beyond_the_law(roster: PlanRoster, site: Site) -> list[tuple[str, list[date], list[date]]]:
    """Who would come to more overtime than PP 35/2021 allows, orders of other plans included.

    Returns:
        name, days above four hours, and weeks (by their first day) above eighteen, of each who comes in overtime.
    """
    late = [(row, row.meeting.starts_at.astimezone(site.zone).date()) for row in roster.overtime]
    if not late:
        return []
    first, last = min(day for _row, day in late), max(day for _row, day in late)
    first, last = first - timedelta(days=first.weekday()), last + timedelta(days=6 - last.weekday())
    minutes: dict[int, dict[date, int]] = {}
    for row, day in late:
        ordered = {then: count for then, count in roster.minutes.get(row.person, {}).items() if first <= then <= last}
        own = minutes.setdefault(row.person, ordered)
        if row.order is None:
            own[day] = own.get(day, 0) + row.standing.overtime_minutes
    names = {row.person: row.name for row, _day in late}
    return [(names[person], *too_much_overtime(own)) for person, own in minutes.items()]


def to_place(targets: Iterable[PlanTarget], roster: PlanRoster, sessions: Iterable[PlannedSession]) -> list[int]:
    """Keys of those for whom batches are proposed.

    Who has none; where everybody has one, those whom it does not hold: it lies outside their shift without an order,
    they are away, or the room has no seat for them.
    """
    rows = sorted((target.person_id, target.planned_session_id) for target in targets)
    if free := [person for person, batch in rows if batch is None]:
        return free
    outside = {row.person for row in roster.rows if row.awaits_order or row.standing.is_absent}
    for planned in sessions:
        inside = [person for person, batch in rows if batch == planned.pk and person not in outside]
        if planned.room:
            outside |= set(inside[planned.room.capacity :])
    return sorted(outside)


def rosters_of(revisions: Iterable[PlanRevision]) -> dict[int, PlanRoster]:
    """The same for revisions whose sessions and meetings are loaded, by key: one query for all of them."""
    return _rosters(
        {
            revision: [meeting for planned in revision.sessions.all() for meeting in planned.meetings.all()]
            for revision in revisions
        }
    )


def _rosters(
    meetings_of: Mapping[PlanRevision, Sequence[PlannedMeeting]],
    ahead: Sequence[date] = (),
    joining: Collection[int] = (),
) -> dict[int, PlanRoster]:
    days = set(ahead)
    for revision, meetings in meetings_of.items():
        days |= {day for each in meetings for day in days_around(each.starts_at, each.ends_at, revision.plan.site)}
    if not days:
        return {revision.pk: PlanRoster((), known=False) for revision in meetings_of}
    found: dict[int, list[_Target]] = {revision.pk: [] for revision in meetings_of}
    for revision_id, *target in _targets(meetings_of, sorted(days)):
        found[revision_id].append(tuple(target))
    return {
        revision.pk: _roster(revision, meetings, found[revision.pk], joining)
        for revision, meetings in meetings_of.items()
    }


#: The person (key, name, employment, last day), key of the batch, roster days, long leaves, orders here and anywhere.
_Target = tuple[Any, ...]

_PERSON = ("person_id", "person__name", "person__employment", "person__left_on")


def _targets(revisions: Iterable[PlanRevision], days: Sequence[date]) -> Iterable[_Target]:
    """The targets of revisions with their roster on ``days`` and their orders, led by the key of the revision."""
    orders = OvertimeOrder.objects.filter(plan=OuterRef("revision__plan"), person=OuterRef("person"), withdrawn_at=None)
    return (
        PlanTarget.objects.filter(revision__in=list(revisions))
        .order_by("pk")
        .annotate(
            days=listed_days(OuterRef("person"), day__in=days),
            leaves=listed_leaves(OuterRef("person")),
            orders=ArraySubquery(
                orders.values(
                    json=JSONObject(
                        uuid="uuid",
                        meeting="meeting",
                        consent="consent",
                        starts_at="starts_at",
                        ends_at="ends_at",
                        reason="reason",
                        ordered_by="ordered_by",
                    )
                )
            ),
            ordered=ArraySubquery(
                OvertimeOrder.objects.filter(person=OuterRef("person"), withdrawn_at=None)
                .exclude(consent=Consent.REFUSED)
                .values(json=JSONObject(starts_at="starts_at", minutes="minutes"))
            ),
            batch=F("planned_session_id"),
        )
        .values_list("revision_id", *_PERSON, "batch", "days", "leaves", "orders", "ordered")
    )


def _roster(
    revision: PlanRevision,
    meetings: Sequence[PlannedMeeting],
    targets: Iterable[_Target],
    joining: Collection[int],
) -> PlanRoster:
    site = revision.plan.site
    of_batch: dict[int | None, list[PlannedMeeting]] = {}
    for meeting in meetings:
        of_batch.setdefault(meeting.planned_session_id, []).append(meeting)
    # Submission puts everybody into the only batch.
    only = next(iter(of_batch)) if len(of_batch) == 1 else None
    rows: list[TargetAtMeeting] = []
    shifts_of: dict[int, list[Shift]] = {}
    known = False
    minutes_of: dict[int, dict[date, int]] = {}
    leaves_of: dict[int, list[Leave]] = {}
    for person, name, employment, left_on, batch, listed, away, orders, ordered in targets:
        own, given = [as_shift(each) for each in listed], [_order(each) for each in orders]
        for each in ordered:
            day = datetime.fromisoformat(each["starts_at"]).astimezone(site.zone).date()
            minutes = minutes_of.setdefault(person, {})
            minutes[day] = minutes.get(day, 0) + each["minutes"]
        leaves = [as_leave(each) for each in away]
        if own:
            shifts_of[person] = own
        if leaves:
            leaves_of[person] = leaves
        for meeting in of_batch.get(only if batch is None or person in joining else batch, ()):
            days = days_around(meeting.starts_at, meeting.ends_at, site)
            near = with_leaves([each for each in own if each.day in days], leaves, days)
            known = known or bool(near)
            standing = (
                Standing(Presence.GONE, 0, 0)
                if has_left(employment, left_on, meeting.starts_at.astimezone(site.zone).date())
                else stand(meeting.starts_at, meeting.ends_at, near, site.zone)
            )
            order = next((each for each in given if each.covers(meeting)), None)
            rows.append(TargetAtMeeting(person, name, meeting, standing, order))
    return PlanRoster(tuple(rows), known, shifts_of, minutes_of, leaves_of)


def _order(row: Mapping[str, Any]) -> Order:
    return Order(
        uuid=UUID(row["uuid"]),
        meeting=UUID(row["meeting"]),
        consent=Consent(row["consent"]),
        starts_at=datetime.fromisoformat(row["starts_at"]),
        ends_at=datetime.fromisoformat(row["ends_at"]),
        reason=row["reason"],
        ordered_by=row["ordered_by"],
    )
