"""Write and give back bookings; every way that takes somebody or something for a meeting ends here."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.contrib.postgres.fields import DateTimeRangeField
from django.db import IntegrityError, connection, transaction
from django.db.models import Func, Max, Q, QuerySet
from django.db.models.functions import Lower

from planning.content import sessions_of, targets_of
from planning.enums import BookingRole
from planning.models import (
    Booking,
    LicenceSeat,
    PlannedMeeting,
    PlannedSession,
    PlanRevision,
    TrainerProfile,
    TrainingApplication,
    TrainingPlan,
)
from planning.services.bookings.clashes import Clash, DoubleBooking, Shortage, clashes_among, shortages
from planning.services.bookings.rows import booking, bookings_of, trainer_booking
from trainingops.people.models import Person, User

#: Bookings are written one transaction after another, so that two approvals never wait for each other crosswise.
_BOOKING_LOCK = 5_104_2


def wanted_by(revision: PlanRevision) -> list[Booking]:
    """The bookings, unsaved and without seats, that an approval of ``revision`` writes."""
    people: dict[int | None, list[Person]] = {}
    for target in targets_of(revision):
        people.setdefault(target.planned_session_id, []).append(target.person)
    return [
        each
        for planned in sessions_of(revision)
        for meeting in planned.meetings.all()
        for each in _bookings_of(meeting, planned, people.get(planned.pk, []))
    ]


def clashes_of(revision: PlanRevision, *, reader: User | None = None) -> list[Clash | Shortage]:
    """What a draft must warn of: clashes inside it and with approved meetings of other plans, and too few licences.

    Two queries, and two more for an application with licences.
    """
    wanted, apart_from = wanted_by(revision), revision.plan.approved_revision_id
    found: list[Clash | Shortage] = []
    found += clashes_among(wanted, reader=reader, apart_from=apart_from)
    return found + _licences(wanted, revision.application, apart_from=apart_from)[1]


def book_revision(revision: PlanRevision, *, superseded: PlanRevision | None, reader: User | None = None) -> None:
    """Release what the superseded revision took and take what ``revision`` needs, or refuse and name the clash.

    The exclusion constraints are deferred while the rows are exchanged, so that a swap inside the plan passes. Guests
    of a meeting (recovery in this batch, a substitute) stay with it, unless the revision names them itself; whoever a
    substitute stands in for stays free while it names the trainers that it named. What a meeting gave back when it
    ended early stays given back.

    Args:
        reader: who reads the refusal; without one no other plan is named.

    Raises:
        DoubleBooking: a person, trainer, room or licence is taken already.
    """
    wanted = wanted_by(revision)
    if superseded:
        live = Booking.objects.filter(planned_meeting__planned_session__revision=superseded, live=True)
        wanted = _without_replaced(wanted, superseded)
        wanted += _guests(live, wanted)
        wanted = _without_what_was_given_back(wanted, superseded)
        live.update(live=False)
    _write(wanted, application=revision.application, reader=reader)


def book_planned_session(
    planned: PlannedSession,
    *,
    people: Iterable[Person],
    application: TrainingApplication | None = None,
    reader: User | None = None,
) -> None:
    """Take what a make-up class needs: its trainers, its room, the people of its cases, a seat of the application.

    Called by the sessions stage inside its service. Raises as :func:`book_revision`.
    """
    present = list(people)
    _write(
        [
            each
            for meeting in planned.meetings.select_related("planned_session")
            for each in _bookings_of(meeting, planned, present)
        ],
        application=application,
        reader=reader,
    )


def book_guests(
    planned: PlannedSession,
    *,
    people: Iterable[Person],
    application: TrainingApplication | None = None,
    meetings: Collection[UUID] | None = None,
    reader: User | None = None,
) -> None:
    """Take people for the meetings of a batch that stands already: recovery in another batch, or who came untargeted.

    Who is booked there anyway is left as they are. Raises as :func:`book_revision`.

    Args:
        meetings: only some of them.
    """
    present = set(
        Booking.objects.filter(planned_meeting__planned_session=planned, role=BookingRole.PARTICIPANT, live=True)
        .values_list("person", flat=True)
        .distinct()
    )
    guests = [person for person in people if person.pk not in present]
    wanted = [
        booking(meeting, BookingRole.PARTICIPANT, person=person, is_guest=True)
        for meeting in _some(planned.meetings.select_related("planned_session__host_site"), meetings)
        for person in guests
    ]
    _write(wanted, application=application, reader=reader)


def _some(rows: QuerySet[PlannedMeeting], meetings: Collection[UUID] | None) -> QuerySet[PlannedMeeting]:
    return rows if meetings is None else rows.filter(uuid__in=meetings)


def book_substitute(
    planned: PlannedSession,
    *,
    trainer: TrainerProfile,
    meetings: Collection[UUID],
    since: datetime | None = None,
    reader: User | None = None,
) -> None:
    """Take a substitute for some meetings of a batch on the day itself; one who teaches it anyway is booked already.

    Args:
        since: a meeting that has begun takes them from then on only, one whose planned end is over not at all.

    Raises:
        DoubleBooking: the substitute is taken elsewhere then.
    """
    has = Booking.objects.filter(planned_meeting__planned_session=planned, trainer=trainer, live=True)
    missing = planned.meetings.filter(uuid__in=meetings).exclude(pk__in=has.values("planned_meeting"))
    wanted = []
    for meeting in missing.select_related("planned_session__host_site"):
        start = max(meeting.starts_at, since or meeting.starts_at)
        if start < meeting.ends_at:
            wanted.append(trainer_booking(meeting, trainer, is_guest=True))
            wanted[-1].during = (start, meeting.ends_at)
    _write(wanted, application=None, reader=reader)


def free_from(*, meeting: UUID, ended_at: datetime) -> int:
    """A meeting ended earlier than planned: everybody and everything it took is free from then on; how many.

    Called by the sessions stage inside its service.
    """
    live = Booking.objects.filter(planned_meeting__uuid=meeting, live=True)
    never = live.filter(during__startswith__gte=ended_at).update(live=False)
    return never + live.filter(during__endswith__gt=ended_at).update(
        during=Func(Lower("during"), ended_at, function="tstzrange", output_field=DateTimeRangeField())
    )


def give_back(planned: PlannedSession, *, people: Iterable[Person], seats: bool = True) -> int:
    """Take people out of a batch that goes on: they are free again, and so is a licence for each; how many bookings.

    Called by the sessions stage inside its service, when a recovery in that batch is no longer needed.

    Args:
        seats: whether they had taken licences, too.
    """
    freed = 0
    live = Booking.objects.filter(planned_meeting__planned_session=planned, live=True)
    held = list(live.filter(role=BookingRole.PARTICIPANT, person__in=[each.pk for each in people]))
    for meeting, count in Counter(each.planned_meeting_id for each in held).items():
        taken = live.filter(planned_meeting=meeting, role=BookingRole.SEAT).order_by("-seat__number")
        keys = [each.pk for each in held if each.planned_meeting_id == meeting]
        keys += taken.values_list("pk", flat=True)[: count if seats else 0]
        freed += Booking.objects.filter(pk__in=keys).update(live=False)
    return freed


def give_back_trainer(planned: PlannedSession, *, trainer: TrainerProfile, meetings: Collection[UUID]) -> int:
    """A trainer who is replaced on the day is free again for these meetings; how many bookings."""
    return Booking.objects.filter(
        planned_meeting__planned_session=planned,
        planned_meeting__uuid__in=meetings,
        role=BookingRole.TRAINER,
        trainer=trainer,
        live=True,
    ).update(live=False)


def move_bookings(
    planned: PlannedSession, *, application: TrainingApplication | None = None, reader: User | None = None
) -> None:
    """The meetings of a class have new times: take the same people, trainers, room and as many licences then.

    Raises as :func:`book_revision`.
    """
    live = Booking.objects.filter(planned_meeting__planned_session=planned, live=True)
    standing = list(live.exclude(role=BookingRole.SEAT).select_related("person", "trainer", "room"))
    meetings = {each.pk: each for each in planned.meetings.select_related("planned_session__host_site")}
    live.update(live=False)
    wanted = [
        booking(
            meetings[each.planned_meeting_id],
            BookingRole(each.role),
            person=each.person,
            trainer=each.trainer,
            room=each.room,
            is_guest=each.is_guest,
        )
        for each in standing
    ]
    _write(wanted, application=application, reader=reader)


def release(*, plan: TrainingPlan | None = None, planned: PlannedSession | None = None) -> int:
    """Give back what a cancelled plan or session had taken; returns how many bookings that were."""
    if (plan is None) == (planned is None):
        raise ValueError("release() takes a plan or a planned session")
    where = Q(planned_meeting__planned_session__plan=plan) if plan else Q(planned_meeting__planned_session=planned)
    return Booking.objects.filter(where, live=True).update(live=False)


def _bookings_of(meeting: PlannedMeeting, planned: PlannedSession, people: list[Person]) -> list[Booking]:
    meeting.planned_session = planned
    return bookings_of(meeting, trainers=planned.trainers.all(), people=people, room=planned.room)


def _guests(live: QuerySet[Booking], wanted: Sequence[Booking]) -> list[Booking]:
    """The guests of a superseded revision at the meetings that go on, at their new times; who is named now is none."""
    meetings = {each.planned_meeting.uuid: each.planned_meeting for each in wanted}
    named = {_who(each) for each in wanted}
    guests = live.filter(is_guest=True).exclude(role=BookingRole.SEAT)
    return [
        booking(meeting, BookingRole(each.role), person=each.person, trainer=each.trainer, is_guest=True)
        for each in guests.select_related("planned_meeting", "person", "trainer")
        if (meeting := meetings.get(each.planned_meeting.uuid)) and _who(each) not in named
    ]


def _who(taken: Booking) -> tuple[UUID, str, int | None, int | None]:
    """Who is taken for which meeting, and as what."""
    return taken.planned_meeting.uuid, taken.role, taken.person_id, taken.trainer_id


def _without_replaced(wanted: list[Booking], superseded: PlanRevision) -> list[Booking]:
    """Without the trainers in whose place a substitute stands: they are free then, and may be taken elsewhere.

    A session for which the revision names other trainers than before has those, and no substitute.
    """
    rows = Booking.objects.filter(
        planned_meeting__planned_session__revision=superseded, role=BookingRole.TRAINER, live=True
    ).select_related("planned_meeting")
    teaching = {(row.planned_meeting.uuid, row.trainer_id) for row in rows}
    substituted = {row.planned_meeting.uuid for row in rows if row.is_guest}
    if not substituted:
        return wanted
    before = {each.uuid: set(each.trainers.all()) for each in superseded.sessions.prefetch_related("trainers")}

    def is_replaced(each: Booking) -> bool:
        planned, meeting = each.planned_meeting.planned_session, each.planned_meeting.uuid
        return (
            each.role == BookingRole.TRAINER
            and meeting in substituted
            and (meeting, each.trainer_id) not in teaching
            and set(planned.trainers.all()) == before.get(planned.uuid)
        )

    return [each for each in wanted if not is_replaced(each)]


def _without_what_was_given_back(wanted: list[Booking], superseded: PlanRevision) -> list[Booking]:
    """The bookings of a meeting that ended early, and whose times the new revision leaves, end when it ended."""
    ends: dict[UUID, tuple[datetime, datetime | None]] = {}
    meetings = PlannedMeeting.objects.filter(planned_session__revision=superseded, bookings__isnull=False)
    last = Max("bookings__during__endswith", filter=Q(bookings__live=True))
    for meeting in meetings.annotate(freed_at=last):
        if meeting.freed_at is None or meeting.freed_at < meeting.ends_at:
            ends[meeting.uuid] = (meeting.starts_at, meeting.freed_at)
    kept = []
    for each in wanted:
        starts_at, freed_at = ends.get(each.planned_meeting.uuid, (None, None))
        if starts_at != each.planned_meeting.starts_at:
            kept.append(each)
        elif freed_at is not None:
            each.during = (each.during[0], min(freed_at, each.during[1]))
            kept.append(each)
    return kept


def _write(wanted: list[Booking], *, application: TrainingApplication | None, reader: User | None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_BOOKING_LOCK])
    seats, short = _licences(wanted, application)
    if short:
        raise DoubleBooking(short)
    rows = wanted + seats
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            Booking.objects.bulk_create(rows)
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    except IntegrityError as error:
        if "once" not in str(error):
            raise
        raise DoubleBooking(clashes_among(rows, reader=reader)) from None


def _licences(
    wanted: list[Booking], application: TrainingApplication | None, *, apart_from: int | None = None
) -> tuple[list[Booking], list[Shortage]]:
    """The seats that the participants of each meeting take, and where there are too few."""
    if application is None or not application.needs_licence:
        return [], []
    seats = list(LicenceSeat.objects.filter(application=application).order_by("number").values_list("pk", flat=True))
    standing = Booking.objects.filter(live=True, seat__in=seats)
    if apart_from:
        standing = standing.exclude(planned_meeting__planned_session__revision=apart_from)
    taken = [(each.seat_id or 0, each.during.lower, each.during.upper) for each in standing]
    given, short = shortages(wanted, application, seats=seats, taken=taken)
    return [booking(meeting, BookingRole.SEAT, seat_id=seat) for meeting, seat in given], short
