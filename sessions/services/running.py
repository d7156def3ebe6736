"""Opening and concluding what was approved (clause 5.2)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils.translation import gettext as _

from planning.enums import PlanState, RevisionState
from planning.services.bookings import free_from
from planning.services.plans import advance_plan
from sessions.enums import (
    MEETING_TRANSITIONS,
    SESSION_TRANSITIONS,
    AttendanceStatus,
    CaseState,
    MeetingState,
    SessionState,
)
from sessions.models import SessionMeeting, TrainingSession
from sessions.policies import can_run_session
from sessions.services.cases import (
    open_cases_of,
)
from sessions.services.common import (
    lock_plans,
    lock_session,
    refresh_summary,
    stands_for,
    tell_participants,
)
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require, require_transition
from trainingops.people.models import User
from trainingops.ui.moments import moment_words

#: A session opens on its day: earlier it is another date, which is a new revision.
EARLIEST = timedelta(hours=12)
#: Less than this was no meeting.
SHORTEST = timedelta(minutes=1)
#: More than this is a slip of the day.
LONGEST = timedelta(hours=24)


@service
def open_session(*, training_session: TrainingSession, actor: User, now: datetime) -> TrainingSession:
    """Begin a session with its first meeting.

    Raises:
        NotAllowed: neither the PIC nor an executing trainer.
        WrongState: it is not scheduled.
        Refused: its revision is not the approved one, a make-up class has no case left, or it is not its day yet.
    """
    (plan,) = lock_plans([training_session.plan_id])
    training_session = lock_session(training_session)
    require(can_run_session(actor, training_session))
    require_transition(training_session, SessionState.OPEN, SESSION_TRANSITIONS)
    _require_approval(training_session)
    if now < training_session.starts_at - EARLIEST:
        start = moment_words(training_session.starts_at, training_session.site.zone)
        words = (
            _("The session starts %(start)s. To hold it earlier, submit a new revision of the plan.")
            if training_session.revision_id is not None
            else _("The class starts %(start)s. To hold it earlier, move it to another time.")
        )
        raise Refused(words % {"start": start}, code="too_early")
    training_session.state, training_session.opened_at = SessionState.OPEN, now
    training_session.save(update_fields=["state", "opened_at"])
    record(
        "session.opened",
        subject=training_session,
        actor=actor,
        now=now,
        data=stands_for(actor, training_session),
    )
    first = training_session.meetings.filter(state=MeetingState.PLANNED).order_by("starts_at").first()
    if first is not None:
        _begin(first, training_session, actor, now)
    if plan.state == PlanState.APPROVED:
        advance_plan(plan=plan, to=PlanState.UNDER_WAY, actor=actor, now=now)
    if training_session.pre_paper_id:
        tell_participants("test_opened", training_session, step="pre", now=now)
    return training_session


@service
def open_meeting(*, meeting: SessionMeeting, actor: User, now: datetime) -> SessionMeeting:
    """Begin a further meeting of an open session."""
    training_session = lock_session(meeting.training_session)
    require(can_run_session(actor, training_session))
    if training_session.state != SessionState.OPEN:
        raise WrongState(
            _("The session is “%(state)s”; a meeting begins while it is under way.")
            % {"state": training_session.get_state_display()}
        )
    meeting = SessionMeeting.objects.select_related("training_session").get(pk=meeting.pk)
    _begin(meeting, training_session, actor, now)
    return meeting


@service
def open_post_test(*, training_session: TrainingSession, actor: User, now: datetime) -> TrainingSession:
    """Let participants begin the post-test; the pre-test takes no new starts from now on.

    Raises:
        WrongState: the session is not under way, or the post-test is open already.
        Refused: the plan has none.
    """
    training_session = lock_session(training_session)
    require(can_run_session(actor, training_session))
    if training_session.state != SessionState.OPEN or training_session.post_opened_at:
        raise WrongState(
            _("The post-test opens once, while the session is under way; it is “%(state)s”.")
            % {"state": training_session.get_state_display()}
        )
    if training_session.post_paper_id is None:
        raise Refused(_("This session has no such test."), code="no_paper")
    training_session.post_opened_at = now
    training_session.save(update_fields=["post_opened_at"])
    record(
        "session.post_test_opened",
        subject=training_session,
        actor=actor,
        now=now,
        data=stands_for(actor, training_session),
    )
    tell_participants("test_opened", training_session, step="post", now=now)
    return training_session


@service
def conclude_meeting(
    *,
    meeting: SessionMeeting,
    actor: User,
    now: datetime,
    actual_starts_at: datetime | None = None,
    actual_ends_at: datetime | None = None,
) -> SessionMeeting:
    """End a meeting: its absences, early leaves and lateness over tolerance become cases. A blank stays a blank.

    Ended early, it gives back the rest of its time: trainer, participants, room and licences are free.

    Args:
        actual_starts_at: when it began, if not when it was opened here.
        actual_ends_at: when it ended; now if missing; never in the future.

    Raises:
        WrongState: it is not under way.
        Refused: times in the future, more than twelve hours before the planned start (unless it was begun here
            earlier), less than a minute, more than a day, or times that what is recorded of somebody contradicts.
    """
    training_session = lock_session(meeting.training_session)
    require(can_run_session(actor, training_session))
    meeting = SessionMeeting.objects.select_related("training_session").get(pk=meeting.pk)
    require_transition(meeting, MeetingState.CONCLUDED, MEETING_TRANSITIONS)
    start, end = actual_starts_at or meeting.actual_starts_at or now, actual_ends_at or now
    _require_real_times(meeting, start, end, now)
    meeting.state, meeting.actual_starts_at, meeting.actual_ends_at = MeetingState.CONCLUDED, start, end
    meeting.save(update_fields=["state", "actual_starts_at", "actual_ends_at"])
    if end < meeting.ends_at:
        free_from(meeting=meeting.uuid, ended_at=end)
    open_cases_of(meeting, training_session, actor=actor, now=now)
    refresh_summary(training_session)
    record(
        "meeting.concluded",
        subject=meeting,
        actor=actor,
        now=now,
        data={
            "session": training_session.uuid,
            "actual_starts_at": start,
            "actual_ends_at": end,
            **stands_for(actor, training_session),
        },
    )
    return meeting


def _require_real_times(meeting: SessionMeeting, start: datetime, end: datetime, now: datetime) -> None:
    """A meeting that was: over, about its day, and around each arrival and leaving that is recorded (4.2)."""
    zone = meeting.training_session.site.zone
    words = {"start": moment_words(start, zone), "end": moment_words(end, zone), "now": moment_words(now, zone)}
    earliest = min(meeting.starts_at - EARLIEST, meeting.actual_starts_at or meeting.starts_at)
    if start < earliest:
        raise Refused(
            _("%(start)s is long before the meeting, planned for %(planned)s. Give a start from %(earliest)s on.")
            % {
                **words,
                "planned": moment_words(meeting.starts_at, zone),
                "earliest": moment_words(earliest, zone),
            },
            field="actual_starts_at",
        )
    if end > now:
        raise Refused(
            _("%(end)s lies in the future; it is %(now)s. Give when the meeting really ended.") % words,
            field="actual_ends_at",
        )
    if end - start < SHORTEST:
        raise Refused(
            _("From %(start)s to %(end)s is less than a minute. Correct when it began or ended.") % words,
            field="actual_ends_at",
        )
    if end - start > LONGEST:
        raise Refused(
            _("From %(start)s to %(end)s is more than 24 hours. Give when the meeting really began and ended.") % words,
            field="actual_ends_at",
        )
    _require_people_in(meeting, start, end, words)


def _require_people_in(meeting: SessionMeeting, start: datetime, end: datetime, words: Mapping[str, str]) -> None:
    """A meeting lies around each arrival and leaving that is recorded."""
    zone = meeting.training_session.site.zone
    for row in meeting.attendances.filter(enrolment__removed_at=None).select_related("enrolment__person"):
        arrived = meeting.starts_at + timedelta(minutes=row.minutes_late)
        left = meeting.ends_at - timedelta(minutes=row.minutes_left_early)
        said = {**words, "name": row.enrolment.person.name}
        if row.status == AttendanceStatus.LATE and not start <= arrived < end:
            raise Refused(
                _(
                    "%(name)s is recorded as arrived at %(at)s, but the meeting is given from %(start)s to %(end)s. "
                    "Correct these times, or the arrival in the roll."
                )
                % {**said, "at": moment_words(arrived, zone)},
                field="actual_starts_at" if arrived < start else "actual_ends_at",
            )
        if row.minutes_left_early and not start < left <= end:
            raise Refused(
                _(
                    "%(name)s is recorded as left at %(at)s, but the meeting is given from %(start)s to %(end)s. "
                    "Correct these times, or the leaving in the roll."
                )
                % {**said, "at": moment_words(left, zone)},
                field="actual_starts_at" if left <= start else "actual_ends_at",
            )


def _require_approval(training_session: TrainingSession) -> None:
    """Clause 5.2: executed as approved; a make-up class stands on cases that wait for it."""
    revision = training_session.revision
    if revision is not None:
        if revision.state != RevisionState.APPROVED or training_session.plan.approved_revision_id != revision.pk:
            raise Refused(
                _("Revision %(number)d is not approved. Wait for the manager's decision.") % {"number": revision.number}
            )
        return
    if not training_session.recovers.filter(state=CaseState.SCHEDULED).exists():
        raise Refused(_("No recovery case waits for this class any more. Cancel it."), code="no_case")


def _begin(meeting: SessionMeeting, training_session: TrainingSession, actor: User, now: datetime) -> None:
    require_transition(meeting, MeetingState.OPEN, MEETING_TRANSITIONS)
    meeting.state, meeting.actual_starts_at = MeetingState.OPEN, now
    meeting.save(update_fields=["state", "actual_starts_at"])
    record("meeting.opened", subject=meeting, actor=actor, now=now, data=stands_for(actor, training_session))
