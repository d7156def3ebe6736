"""Who came without being targeted: a substitute or an extra (clauses 4.2, 4.3, 5.3.1).

They take part in attendance, tests and scores, and have shown the module where they pass. It is a deviation that the
manager acknowledges; the figures count them apart, and no target's obligation is ever settled by somebody else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from planning.queries.plans import local_day
from planning.services.bookings import book_guests, give_back
from sessions.enums import (
    AttendanceStatus,
    DeviationKind,
    EnrolmentOrigin,
    MeetingState,
    SessionState,
)
from sessions.models import Deviation, Enrolment, JoinRequest, MeetingTrainer, SessionMeeting, TrainingSession
from sessions.policies import can_run_session
from sessions.queries.pages import recorded_at, roll_of
from sessions.services.attendance import write_own
from sessions.services.check_in import arrival, why_closed
from sessions.services.common import lock_meeting, lock_session_of_plan, refresh_summary, require_reason, stands_for
from sessions.services.deviations import note_deviation
from sessions.services.elsewhere import (
    meetings_beside,
    require_employed,
    require_nobody_elsewhere,
    require_not_elsewhere,
    with_other_class,
)
from sessions.services.roll_checks import RollCell
from sessions.services.scheduling import assignments_on, happened_to, place
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require
from trainingops.people.models import Person, User
from trainingops.ui.stored import stored_nobody

#: Of a meeting in which somebody can have been, whether it goes on or is over.
BEGUN = (MeetingState.OPEN, MeetingState.CONCLUDED)


@dataclass(frozen=True)
class Guest:
    """Who came, and why: ``instead_of`` is the target whose place a substitute took; without it they are an extra."""

    person: Person
    reason: str
    instead_of: Enrolment | None = None


@service
def ask_to_join(*, meeting: SessionMeeting, at: datetime, source: str, actor: User, now: datetime) -> JoinRequest:
    """Somebody who is not enrolled has a valid code or PIN, and asks the trainer to be added; once a meeting.

    Args:
        at: when the code was scanned or typed, or the PIN entered: their attendance counts from it.

    Raises:
        Refused: an account of nobody, or somebody enrolled, who checks in.
        WrongState: the meeting takes no check-in with a scan of that time.
    """
    meeting = lock_meeting(meeting)
    if actor.person is None:
        raise Refused(_("Your account belongs to no employee, so it cannot take part. Speak to the trainer."))
    if roll_of(meeting).filter(person=actor.person).exists():
        raise Refused(_("You are on the list of this class. Check in instead."), code="enrolled")
    if why := why_closed(meeting, at):
        raise WrongState(why, code="closed")
    request, is_new = JoinRequest.objects.get_or_create(
        meeting=meeting, person=actor.person, defaults={"at": at, "source": source}
    )
    if is_new:
        record("join.asked", subject=request, actor=actor, now=now, data={"meeting": meeting.uuid, "source": source})
    return request


@service
def decline_to_join(*, request: JoinRequest, actor: User, now: datetime) -> JoinRequest:
    """The trainer does not add who asked; the request stays, and leaves the roll."""
    meeting = lock_meeting(request.meeting)
    require(can_run_session(actor, meeting.training_session))
    request = JoinRequest.objects.select_for_update(no_key=True, of=("self",)).get(pk=request.pk)
    if request.declined_at is None:
        request.declined_by, request.declined_at = actor, now
        request.save(update_fields=["declined_by", "declined_at"])
        record("join.declined", subject=request, actor=actor, now=now, data={"meeting": meeting.uuid})
    return request


@service
def add_guest(
    *,
    training_session: TrainingSession,
    guest: Guest,
    actor: User,
    now: datetime,
    request: JoinRequest | None = None,
) -> Enrolment:
    """Put somebody on the list of a session until it is concluded, also when its last meeting is over.

    Who asked at the door is present from the time of their scan.

    Raises:
        NotAllowed: neither the PIC nor an executing trainer.
        WrongState: the session is not under way.
        Refused: no reason, on the list already, no longer employed, its trainer, or a place that is not a target's.
        DoubleBooking, HeldElsewhere: they sit or teach elsewhere then, or did; the message names where.
    """
    training_session = lock_session_of_plan(training_session)
    require(can_run_session(actor, training_session))
    if training_session.state != SessionState.OPEN:
        raise WrongState(
            _("The session is “%(state)s”; somebody is added while it is under way.")
            % {"state": training_session.get_state_display()}
        )
    require_reason(guest.reason)
    row = _place_for(training_session, guest)
    _require_free(training_session, guest.person, actor)
    coming = training_session.meetings.exclude(state__in=[MeetingState.CONCLUDED, MeetingState.CANCELLED])
    book_guests(
        training_session.planned, people=[guest.person], meetings=coming.values_list("uuid", flat=True), reader=actor
    )
    row.deviation = _note(training_session, guest, actor, now)
    row.save()
    record(
        "enrolment.added",
        subject=row,
        actor=actor,
        now=now,
        data={
            "session": training_session.uuid,
            "person": guest.person.uuid,
            "origin": row.origin,
            "instead_of": guest.instead_of.uuid if guest.instead_of else None,
            **stands_for(actor, training_session),
        },
        detail={"reason": guest.reason.strip()},
    )
    refresh_summary(training_session)
    if request is not None:
        _record_arrival(request, row, actor, now)
    return row


@service
def remove_guest(*, enrolment: Enrolment, actor: User, now: datetime) -> Enrolment:
    """Take somebody off the list who was added by mistake: while nothing is recorded of them.

    Raises:
        NotAllowed: neither the PIC nor an executing trainer.
        WrongState: the session is not under way.
        Refused: on target, attendance or a test or score is recorded, or the manager acknowledged it already.
    """
    training_session = lock_session_of_plan(enrolment.training_session)
    require(can_run_session(actor, training_session))
    enrolment = Enrolment.objects.select_related("person", "deviation").get(pk=enrolment.pk)
    deviation: Deviation | None = enrolment.deviation
    if training_session.state != SessionState.OPEN or not enrolment.is_beyond_target:
        raise WrongState(_("Only who was added beyond target is taken off, while the session is under way."))
    if happened_to([enrolment]) or (deviation is not None and deviation.acknowledged_at is not None):
        raise Refused(
            _("%(name)s stays on the list: something is recorded of them, or the manager acknowledged it already.")
            % {"name": enrolment.person.name}
        )
    give_back(training_session.planned, people=[enrolment.person], seats=False)
    enrolment.removed_at, enrolment.deviation = now, None
    enrolment.save(update_fields=["removed_at", "deviation"])
    if deviation is not None:
        record("deviation.withdrawn", subject=deviation, actor=actor, now=now, data={"kind": deviation.kind})
        deviation.delete()
    record("enrolment.removed", subject=enrolment, actor=actor, now=now, data={"session": training_session.uuid})
    refresh_summary(training_session)
    return enrolment


def _place_for(training_session: TrainingSession, guest: Guest) -> Enrolment:
    """The place that the guest takes, not saved yet: a new one, or one that they had left."""
    name = guest.person.name
    require_employed([guest.person], [local_day(training_session.starts_at, training_session.site)], field="person")
    row = training_session.enrolments.filter(person=guest.person).first()
    if row is not None and row.removed_at is None:
        raise Refused(_("%(name)s is on the list of this class already.") % {"name": name}, field="person")
    row = row or Enrolment(training_session=training_session, person=guest.person)
    target = guest.instead_of
    if target is not None and (
        target.training_session_id != training_session.pk
        or target.origin != EnrolmentOrigin.TARGET
        or target.removed_at is not None
    ):
        raise Refused(_("Choose a target of this class as the one who is substituted."), field="instead_of")
    row.origin = EnrolmentOrigin.SUBSTITUTE if target else EnrolmentOrigin.EXTRA
    row.instead_of, row.removed_at = target, None
    place(row, assignments_on([guest.person], training_session).get(guest.person.pk))
    return row


def _require_free(training_session: TrainingSession, person: Person, actor: User) -> None:
    """Nobody takes part in the class that they teach, nor in one that went on while they were in another.

    Meetings that are not over are guarded by the bookings.
    """
    if MeetingTrainer.objects.filter(meeting__training_session=training_session, trainer__person=person).exists():
        raise Refused(
            _("%(name)s teaches this class and cannot take part in it. Choose somebody else.") % {"name": person.name},
            field="person",
        )
    for meeting in training_session.meetings.filter(state=MeetingState.CONCLUDED):
        require_nobody_elsewhere(
            [person.pk],
            meetings_beside(meeting),
            actor=actor,
            remedy=_("Choose somebody else, or correct the attendance there first."),
            field="person",
        )


def _note(training_session: TrainingSession, guest: Guest, actor: User, now: datetime) -> Deviation:
    """Planned against actual: who was expected, and who came (4.2)."""
    return note_deviation(
        training_session,
        DeviationKind.PARTICIPANT,
        guest.reason.strip(),
        planned=guest.instead_of.person.name if guest.instead_of else "",
        actual=guest.person.name,
        measured=[] if guest.instead_of else [(stored_nobody(), guest.person.name)],
        actor=actor,
        now=now,
    )


def _record_arrival(request: JoinRequest, row: Enrolment, actor: User, now: datetime) -> None:
    """Who asked at the door was there from the time of their scan."""
    meeting = lock_meeting(request.meeting)
    found = with_other_class(roll_of(meeting), meeting).get(pk=row.pk)
    standing = recorded_at(found)
    if meeting.state not in BEGUN or (standing is not None and standing.status):
        return
    require_not_elsewhere(
        [found], actor=actor, remedy=_("Choose somebody else, or correct the attendance there first.")
    )
    status, minutes = arrival(meeting, request.at)
    cell = RollCell(found.pk, status, minutes_late=minutes if status == AttendanceStatus.LATE else 0)
    write_own(meeting, cell, found, actor=actor, at=request.at, now=now, source=request.source)
