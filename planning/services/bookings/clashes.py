"""Who or what is wanted twice at one time, in words: when, for which training, and what helps (5.1.1).

A reader learns the number of another plan only where they may know that plan.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import combinations

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planning.enums import BookingRole
from planning.models import Booking, PlannedMeeting, TrainingApplication, TrainingPlan
from trainingops.domain import Refused
from trainingops.people.models import User
from trainingops.ui.moments import day_words, hours_words

TAKES = ("person", "trainer", "room", "seat")

#: What helps, by who or what is taken.
REMEDIES: Mapping[str, Promise] = {
    BookingRole.PARTICIPANT: gettext_lazy("Choose another batch or time, or take them off target."),
    BookingRole.TRAINER: gettext_lazy("Choose another trainer or time."),
    BookingRole.ROOM: gettext_lazy("Choose another room or time."),
    BookingRole.SEAT: gettext_lazy("Choose another time."),
}
#: How many a refusal names; the page of the draft names all.
NAMED = 5


@dataclass(frozen=True)
class Clash:
    """Somebody or something wanted twice at one time.

    Attributes:
        role: as what it is wanted.
        meeting, other: the meeting that wants it, and the one that has it.
        knows_other: whether the reader may know the plan of ``other``.
        taken: from when to when it is taken; None for the whole time of ``other``.
    """

    role: str
    what: str
    meeting: PlannedMeeting
    other: PlannedMeeting
    knows_other: bool
    taken: tuple[datetime, datetime] | None = None

    def __str__(self) -> str:
        """In words: who or what, when, where it is taken already, and what helps."""
        return f"{self.fact} {self.remedy}"

    def seen_from_other(self) -> Clash:
        """The same for the plan of ``other``, whose reader knows of both: both are previewed together."""
        return replace(self, meeting=self.other, other=self.meeting, knows_other=True, taken=None)

    @property
    def fact(self) -> str:
        """Who or what, when in the zone of the site that has it, and for which training."""
        planned = self.other.planned_session
        words = (
            _("%(what)s (%(role)s) is already taken %(when)s by %(plan)s, %(batch)s (%(site)s).")
            if self.knows_other
            else _("%(what)s (%(role)s) is already taken %(when)s by another training.")
        )
        return words % {
            "role": str(BookingRole(self.role).label).lower(),
            "what": self.what,
            "when": _when(self.other, self.taken),
            "plan": planned.plan.number,
            "batch": planned.label,
            "site": planned.host_site,
        }

    @property
    def remedy(self) -> str:
        """What helps."""
        return str(REMEDIES[self.role])

    @property
    def url(self) -> str:
        """The page of the plan that has it, for a reader who may open it; else nothing."""
        return reverse("plan_detail", args=[self.other.planned_session.plan.uuid]) if self.knows_other else ""


@dataclass(frozen=True)
class Shortage:
    """More licences of an application wanted at one time than are free."""

    application: TrainingApplication
    meeting: PlannedMeeting
    wanted: int
    free: int
    url: str = ""

    def __str__(self) -> str:
        """In words: which application, when, how many, and what helps."""
        return f"{self.fact} {self.remedy}"

    @property
    def fact(self) -> str:
        """Which application, when, how many are wanted and free."""
        words = _("%(application)s: %(wanted)d licences are needed %(when)s and %(free)d are free.")
        return words % {
            "application": self.application.name,
            "wanted": self.wanted,
            "free": self.free,
            "when": _when(self.meeting),
        }

    @property
    def remedy(self) -> str:
        """What helps."""
        return _("Choose another time, or smaller batches.")


class DoubleBooking(Refused):
    """Not booked: ``clashes`` says who or what is wanted twice."""

    def __init__(self, clashes: Sequence[Clash | Shortage]) -> None:
        self.clashes = clashes
        words = " ".join(map(str, clashes[:NAMED]))
        if len(clashes) > NAMED:
            words += " " + _("And %(count)d more.") % {"count": len(clashes) - NAMED}
        message = words or _("Somebody was booked elsewhere at the same moment. Choose another time, trainer or room.")
        super().__init__(message, code="double_booking")


def clashes_among(wanted: Sequence[Booking], *, reader: User | None, apart_from: int | None = None) -> list[Clash]:
    """Where two of ``wanted`` collide, or one of them with a live booking (those of ``apart_from`` left out).

    One query. Without a reader no other plan is named.
    """
    found = [
        (one, two, side)
        for one, two in combinations(wanted, 2)
        if one.planned_meeting is not two.planned_meeting and overlap(one, two) and (side := _same(one, two))
    ]
    if wanted:
        standing = _standing(wanted, apart_from, reader)
        found += [
            (one, other, side)
            for other in standing
            for one in wanted
            if overlap(one, other) and (side := _same(one, other))
        ]
    return [
        Clash(
            one.role,
            str(getattr(one, side)),
            one.planned_meeting,
            other.planned_meeting,
            _knows(one, other),
            other.during,
        )
        for one, other, side in found
    ]


def shortages(
    wanted: Iterable[Booking],
    application: TrainingApplication | None,
    *,
    seats: Sequence[int],
    taken: Iterable[tuple[int, datetime, datetime]],
) -> tuple[list[tuple[PlannedMeeting, int]], list[Shortage]]:
    """A free seat for each participant of each meeting, the lowest first, and where there are too few.

    Args:
        seats: keys of the seats in their order.
        taken: seat, start and end of what is booked.
    """
    users: dict[PlannedMeeting, int] = {}
    for booking in wanted:
        if booking.role == BookingRole.PARTICIPANT:
            users[booking.planned_meeting] = users.get(booking.planned_meeting, 0) + 1
    held, given, short = list(taken), [], []
    for meeting, count in users.items():
        busy = {seat for seat, start, end in held if start < meeting.ends_at and meeting.starts_at < end}
        free = [seat for seat in seats if seat not in busy]
        if len(free) < count and application is not None:
            short.append(Shortage(application, meeting, count, len(free)))
        given += [(meeting, seat) for seat in free[:count]]
        held += [(seat, meeting.starts_at, meeting.ends_at) for seat in free[:count]]
    return given, short


def overlap(one: Booking, two: Booking) -> bool:
    """Whether two bookings share time; back to back they do not."""
    return bool(one.during[0] < two.during[1] and two.during[0] < one.during[1])


def _when(meeting: PlannedMeeting, taken: tuple[datetime, datetime] | None = None) -> str:
    """Day and hours of a meeting, or of what it has taken, in the zone of its site, which is named."""
    zone = meeting.planned_session.host_site.zone
    start, end = taken or (meeting.starts_at, meeting.ends_at)
    return f"{day_words(start.astimezone(zone).date(), 'dated')} {hours_words(start, end, zone)}"


def _standing(wanted: Sequence[Booking], apart_from: int | None, reader: User | None) -> list[Booking]:
    """Live bookings of the same people, trainers, rooms or seats in the time of ``wanted``: one query.

    Each says with ``is_visible`` whether the reader may know its plan.
    """
    plans = TrainingPlan.objects.visible_to(reader) if reader else TrainingPlan.objects.none()
    visible = Exists(plans.filter(pk=OuterRef("planned_meeting__planned_session__plan")))
    anything = Q(pk__in=[])
    for side in TAKES:
        anything |= Q(**{f"{side}__in": {getattr(each, f"{side}_id") for each in wanted} - {None}})
    span = (min(each.during[0] for each in wanted), max(each.during[1] for each in wanted))
    rows = (
        Booking.objects.filter(anything, live=True, during__overlap=span)
        .exclude(planned_meeting__planned_session__revision=apart_from if apart_from else -1)
        .select_related("planned_meeting__planned_session__plan", "planned_meeting__planned_session__host_site")
        .annotate(is_visible=visible)
    )
    standing: list[Booking] = list(rows)
    for each in standing:
        each.during = (each.during.lower, each.during.upper)
    return standing


def _knows(one: Booking, other: Booking) -> bool:
    """Whether the reader may know the plan of ``other``: the same one, one wanted with it, or a visible one."""
    same = one.planned_meeting.planned_session.plan_id == other.planned_meeting.planned_session.plan_id
    return same or getattr(other, "is_visible", True)


def _same(one: Booking, two: Booking) -> str:
    """Which side both bookings take, or nothing."""
    for side in TAKES:
        key = getattr(one, f"{side}_id")
        if key is not None and key == getattr(two, f"{side}_id"):
            return side
    return ""
