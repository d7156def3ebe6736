"""Take people, trainers, rooms and licence seats for approved meetings; the database refuses a double booking.

Drafts book nothing. A licensed application takes one seat for each participant of a meeting.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations

from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from planning.content import sessions_of, targets_of
from planning.enums import BookingRole
from planning.models import (
    Booking,
    LicenceSeat,
    PlannedMeeting,
    PlannedSession,
    PlanRevision,
    TrainingApplication,
    TrainingPlan,
)
from trainingops.domain import Refused
from trainingops.people.models import Person
from trainingops.ui.moments import moment_words

#: Bookings are written one transaction after another, so that two approvals never wait for each other crosswise.
_BOOKING_LOCK = 5_104_2

_TAKES = ("person", "trainer", "room", "seat")


@dataclass(frozen=True)
class Clash:
    """Somebody or something wanted twice at one time."""

    what: str
    meeting: PlannedMeeting
    other: PlannedMeeting

    def __str__(self) -> str:
        """In words: who or what, when, and where it is taken already."""
        planned = self.other.planned_session
        zone = planned.host_site.zone
        return _("%(what)s is already taken %(start)s–%(end)s in %(plan)s, %(batch)s.") % {
            "what": self.what,
            "start": moment_words(self.other.starts_at, zone, "short"),
            "end": moment_words(self.other.ends_at, zone, "time"),
            "plan": planned.plan.number,
            "batch": planned.label,
        }


class DoubleBooking(Refused):
    """Not approved: ``clashes`` says who or what is wanted twice."""

    def __init__(self, clashes: list[Clash]) -> None:
        self.clashes = clashes
        words = " ".join(str(clash) for clash in clashes[:5])
        message = words or _("Somebody was booked elsewhere at the same moment.")
        super().__init__(f"{message} {_('Choose another time, trainer or room.')}", code="double_booking")


def wanted_by(revision: PlanRevision) -> list[Booking]:
    """The bookings, unsaved and without seats, that an approval of ``revision`` writes."""
    people: dict[int | None, list[Person]] = {}
    for target in targets_of(revision):
        people.setdefault(target.planned_session_id, []).append(target.person)
    return [
        booking
        for planned in sessions_of(revision)
        for meeting in planned.meetings.all()
        for booking in _bookings_of(meeting, planned, people.get(planned.pk, []))
    ]


def clashes_of(revision: PlanRevision) -> list[Clash]:
    """What a draft must warn of: clashes inside it and with approved meetings of other plans (four queries or so)."""
    return _clashes(wanted_by(revision), apart_from=revision.plan.approved_revision_id)


def book_revision(revision: PlanRevision, *, superseded: PlanRevision | None) -> None:
    """Release what the superseded revision took and take what ``revision`` needs, or refuse and name the clash.

    The exclusion constraints are deferred while the rows are exchanged, so that a swap inside the plan passes.

    Raises:
        DoubleBooking: a person, trainer or room is taken already.
        Refused: no licence seat of the application is free.
    """
    if superseded:
        Booking.objects.filter(planned_meeting__planned_session__revision=superseded, live=True).update(live=False)
    _write(wanted_by(revision), application=revision.application)


def book_planned_session(
    planned: PlannedSession, *, people: Iterable[Person], application: TrainingApplication | None = None
) -> None:
    """Take what a make-up class needs: its trainers, its room, the people of its cases, a seat of the application.

    Called by the sessions stage inside its service. Raises as :func:`book_revision`.
    """
    present = list(people)
    _write(
        [
            booking
            for meeting in planned.meetings.select_related("planned_session")
            for booking in _bookings_of(meeting, planned, present)
        ],
        application=application,
    )


def release(*, plan: TrainingPlan | None = None, planned: PlannedSession | None = None) -> int:
    """Give back what a cancelled plan or session had taken; returns how many bookings that were."""
    if (plan is None) == (planned is None):
        raise ValueError("release() takes a plan or a planned session")
    where = Q(planned_meeting__planned_session__plan=plan) if plan else Q(planned_meeting__planned_session=planned)
    return Booking.objects.filter(where, live=True).update(live=False)


def _bookings_of(meeting: PlannedMeeting, planned: PlannedSession, people: list[Person]) -> list[Booking]:
    meeting.planned_session = planned
    during = (meeting.starts_at, meeting.ends_at)
    wanted = [
        Booking(
            planned_meeting=meeting,
            role=BookingRole.TRAINER,
            trainer=trainer,
            person_id=trainer.person_id,
            during=during,
        )
        for trainer in planned.trainers.all()
    ]
    wanted += [
        Booking(planned_meeting=meeting, role=BookingRole.PARTICIPANT, person=person, during=during)
        for person in people
    ]
    if planned.room_id:
        wanted.append(Booking(planned_meeting=meeting, role=BookingRole.ROOM, room=planned.room, during=during))
    return wanted


def _write(wanted: list[Booking], *, application: TrainingApplication | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_BOOKING_LOCK])
    rows = wanted + _seats(wanted, application)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            Booking.objects.bulk_create(rows)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except IntegrityError as error:
        if "once" not in str(error):
            raise
        raise DoubleBooking(_clashes(rows)) from None


def _seats(wanted: list[Booking], application: TrainingApplication | None) -> list[Booking]:
    """A free seat of the application for each participant of each meeting, the lowest numbers first."""
    if application is None or not application.needs_licence:
        return []
    users: dict[PlannedMeeting, int] = {}
    for booking in wanted:
        if booking.role == BookingRole.PARTICIPANT:
            users[booking.planned_meeting] = users.get(booking.planned_meeting, 0) + 1
    seats = list(LicenceSeat.objects.filter(application=application).order_by("number"))
    taken = [
        (booking.seat_id, booking.during.lower, booking.during.upper)
        for booking in Booking.objects.filter(live=True, seat__in=seats)
    ]
    bookings = []
    for meeting, count in users.items():
        busy = {seat for seat, start, end in taken if start < meeting.ends_at and meeting.starts_at < end}
        free = [seat for seat in seats if seat.pk not in busy][:count]
        if len(free) < count:
            raise _no_seat(application, meeting, wanted=count, free=len(free))
        for seat in free:
            taken.append((seat.pk, meeting.starts_at, meeting.ends_at))
            during = (meeting.starts_at, meeting.ends_at)
            bookings.append(Booking(planned_meeting=meeting, role=BookingRole.SEAT, seat=seat, during=during))
    return bookings


def _no_seat(application: TrainingApplication, meeting: PlannedMeeting, *, wanted: int, free: int) -> Refused:
    starts = moment_words(meeting.starts_at, meeting.planned_session.host_site.zone, "short")
    words = _("%(application)s: %(wanted)d licences are needed %(start)s and %(free)d are free. Choose another time.")
    return Refused(
        words % {"application": application.name, "wanted": wanted, "free": free, "start": starts}, code="no_seat"
    )


def _clashes(wanted: list[Booking], *, apart_from: int | None = None) -> list[Clash]:
    """Where two of ``wanted`` collide, or one of them with a live booking (those of ``apart_from`` left out)."""
    found = [
        Clash(_name(one, side), one.planned_meeting, two.planned_meeting)
        for one, two in combinations(wanted, 2)
        if one.planned_meeting is not two.planned_meeting and _overlap(one, two) and (side := _same(one, two))
    ]
    if not wanted:
        return found
    keys = {side: {getattr(each, f"{side}_id") for each in wanted} - {None} for side in _TAKES}
    anything = Q(pk__in=[])
    for side in _TAKES:
        anything |= Q(**{f"{side}__in": keys[side]})
    span = (min(each.during[0] for each in wanted), max(each.during[1] for each in wanted))
    standing = (
        Booking.objects.filter(anything, live=True, during__overlap=span)
        .exclude(planned_meeting__planned_session__revision=apart_from if apart_from else -1)
        .select_related("planned_meeting__planned_session__plan", "planned_meeting__planned_session__host_site")
    )
    for other in standing:
        other.during = (other.during.lower, other.during.upper)
        found += [
            Clash(_name(one, side), one.planned_meeting, other.planned_meeting)
            for one in wanted
            if _overlap(one, other) and (side := _same(one, other))
        ]
    return found


def _overlap(one: Booking, two: Booking) -> bool:
    return bool(one.during[0] < two.during[1] and two.during[0] < one.during[1])


def _same(one: Booking, two: Booking) -> str:
    """Which side both bookings take, or nothing."""
    for side in _TAKES:
        key = getattr(one, f"{side}_id")
        if key is not None and key == getattr(two, f"{side}_id"):
            return side
    return ""


def _name(booking: Booking, side: str) -> str:
    return str(getattr(booking, side))
