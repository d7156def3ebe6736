"""When recovery and remedial cases open, and what resolves them (clause 5.3.1)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse

from planning.services.bookings import give_back
from sessions.enums import (
    BEYOND_TARGET,
    CASE_TRANSITIONS,
    AttendanceStatus,
    CaseCause,
    CaseKind,
    CaseState,
    EnrolmentOrigin,
    MeetingState,
    OutcomeState,
    SessionState,
)
from sessions.frozen import read_scheme
from sessions.models import (
    Attendance,
    Enrolment,
    RecoveryCase,
    SessionMeeting,
    SessionResult,
    TargetOutcome,
    TrainingSession,
)
from sessions.notices import about
from sessions.queries.leading import leaders_for
from sessions.services.common import refresh_summary, tell_participants
from sessions.services.score_checks import who_was_absent
from trainingops.audit.journal import record
from trainingops.domain import require_transition
from trainingops.notifications.services import notify
from trainingops.ui.stored import stored_moment

#: Who misses nothing of their own in a session: guests who make up for something, and who came without being targeted.
NOT_OBLIGED = (EnrolmentOrigin.RECOVERY, *BEYOND_TARGET)


def shortfall(attendance: Attendance, meeting: SessionMeeting, tolerance_minutes: int) -> tuple[str, int | None] | None:
    """Why this attendance needs recovery, with the minutes; None when the meeting counts as attended, or is blank.

    Arrival and leaving are recorded against the plan. What counts is what was missed: where the meeting began later
    than planned, lateness counts from its actual start; where it ended earlier, leaving counts to its actual end. A
    meeting that began before its time makes nobody late who came as planned.
    """
    late = attendance.minutes_late - _minutes(meeting.starts_at, meeting.actual_starts_at)
    left = attendance.minutes_left_early - _minutes(meeting.actual_ends_at, meeting.ends_at)
    if attendance.status == AttendanceStatus.ABSENT:
        return CaseCause.ABSENT, None
    if attendance.status == AttendanceStatus.LATE and late > tolerance_minutes:
        return CaseCause.LATE, late
    if attendance.status and left > tolerance_minutes:
        return CaseCause.LEFT_EARLY, left
    return None


def _minutes(start: datetime | None, end: datetime | None) -> int:
    """Whole minutes from one to the other; 0 where they come the other way round, or one is not known yet."""
    return max(int((end - start).total_seconds() // 60), 0) if start and end else 0


def open_cases_of(meeting: SessionMeeting, training_session: TrainingSession, *, actor: Any, now: datetime) -> None:
    """Open a case for each absence, early leave and lateness over tolerance of a concluded meeting; once each.

    Those who came to make up for something have their case already: it opens again when the session is concluded. Who
    came without being targeted owes nothing here.
    """
    rows = (
        Attendance.objects.filter(meeting=meeting, enrolment__removed_at=None)
        .exclude(enrolment__origin__in=NOT_OBLIGED)
        .select_related("enrolment__person")
    )
    wanted = [
        (row.enrolment, found) for row in rows if (found := shortfall(row, meeting, training_session.tolerance_minutes))
    ]
    open_these(training_session, wanted, CaseKind.RECOVERY, meeting=meeting, actor=actor, now=now)


def open_cases_for_blanks(training_session: TrainingSession, *, actor: Any, now: datetime) -> None:
    """What was never recorded is not attendance: each blank of a session that ends becomes a case (ATT-7, 4.3)."""
    enrolments = list(
        training_session.enrolments.filter(removed_at=None).exclude(origin__in=NOT_OBLIGED).select_related("person")
    )
    for meeting in training_session.meetings.exclude(state=MeetingState.CANCELLED):
        recorded = set(meeting.attendances.exclude(status="").values_list("enrolment", flat=True))
        wanted = [(each, (CaseCause.NOT_RECORDED, None)) for each in enrolments if each.pk not in recorded]
        open_these(training_session, wanted, CaseKind.RECOVERY, meeting=meeting, actor=actor, now=now)


def open_remedial_cases(
    training_session: TrainingSession, enrolments: Iterable[int] | None = None, *, actor: Any, now: datetime
) -> None:
    """A first result below the pass mark, or below a minimum, opens a remedial case; none of who was absent counts."""
    if not read_scheme(training_session.scheme).remedial_attempts:
        return  # the scheme gives no second chance: not passed is the end of it
    failed = SessionResult.objects.filter(
        enrolment__training_session=training_session, current=True, passed=False, attempt=1
    ).select_related("enrolment__person")
    failed = failed.exclude(enrolment__origin__in=BEYOND_TARGET)
    if enrolments is not None:
        failed = failed.filter(enrolment__in=list(enrolments))
    away = who_was_absent([each.enrolment for each in failed])
    wanted = [(each.enrolment, (CaseCause.BELOW_PASS_MARK, None)) for each in failed if each.enrolment_id not in away]
    open_these(training_session, wanted, CaseKind.REMEDIAL, meeting=None, actor=actor, now=now)


def settle_case(
    case: RecoveryCase,
    to: str,
    *,
    actor: Any,
    now: datetime,
    note: str = "",
    said: Mapping[str, Any] | None = None,
    **data: Any,
) -> None:
    """Move a locked case to its end, or back to open, and journal it.

    Args:
        said: what the history of the case tells beside it and a disposal takes away, such as a score.
    """
    held = case.scheduled_in
    _settle(case, to, actor=actor, now=now, note=note, said=said, **data)
    case.save()
    if held is not None and to != CaseState.OPEN:
        leave_class(held, case.enrolment, now)


def leave_class(held: TrainingSession, missed: Enrolment, now: datetime) -> bool:
    """Nothing is left to make up for in a class to come: the person is free again, and so is their licence.

    Whether they left it: somebody with another case there stays.
    """
    waits = RecoveryCase.objects.filter(
        scheduled_in=held, enrolment__person=missed.person_id, state=CaseState.SCHEDULED
    )
    held = TrainingSession.objects.select_for_update(no_key=True).get(pk=held.pk)
    if held.state != SessionState.SCHEDULED or waits.exists():
        return False
    guests = Enrolment.objects.filter(
        training_session=held, person=missed.person_id, origin=EnrolmentOrigin.RECOVERY, removed_at=None
    )
    if not guests.update(removed_at=now):
        return False
    give_back(held.planned, people=[missed.person])
    refresh_summary(held)
    return True


def _settle(
    case: RecoveryCase,
    to: str,
    *,
    actor: Any,
    now: datetime,
    note: str = "",
    said: Mapping[str, Any] | None = None,
    **data: Any,
) -> None:
    require_transition(case, to, CASE_TRANSITIONS)
    before, case.state = case.state, to
    if to == CaseState.OPEN:
        case.scheduled_in, case.form, case.test_opened_at = None, None, None
    else:
        case.settled_at, case.settled_by = now, actor
    case.note = note or case.note
    record(
        f"case.{to}",
        subject=case,
        actor=actor,
        now=now,
        data={"from": before, **data},
        detail={**({"note": note} if note else {}), **(said or {})} or None,
    )


def settle_cases_recovered_in(training_session: TrainingSession, *, actor: Any, now: datetime) -> list[RecoveryCase]:
    """Cases scheduled in a session that ends: resolved by attending all of it, otherwise open again."""
    cases = list(
        RecoveryCase.objects.select_for_update(no_key=True, of=("self",))
        .select_related("enrolment")
        .filter(scheduled_in=training_session, state=CaseState.SCHEDULED)
        .order_by("pk")
    )
    attended = attended_by(training_session)
    for case in cases:
        to = CaseState.RESOLVED if case.enrolment.person_id in attended else CaseState.OPEN
        _settle(case, to, actor=actor, now=now, recovered_in=training_session.uuid)
        case.missed_in = training_session if to == CaseState.OPEN else None
    kept = ["state", "scheduled_in", "missed_in", "form", "test_opened_at", "settled_at", "settled_by"]
    RecoveryCase.objects.bulk_update(cases, kept)
    return cases


def reopen_cases_of(training_session: TrainingSession, *, actor: Any, now: datetime) -> None:
    """A session does not take place: what was to be made up for in it is open again (5.3.1)."""
    cases = RecoveryCase.objects.select_for_update(no_key=True).filter(
        scheduled_in=training_session, state=CaseState.SCHEDULED
    )
    for case in cases.order_by("pk"):
        settle_case(case, CaseState.OPEN, actor=actor, now=now)


def attended_by(training_session: TrainingSession) -> set[int]:
    """Keys of the persons who attended every meeting of a session within its tolerance."""
    meetings = training_session.meetings.exclude(state=MeetingState.CANCELLED).count()
    counts: dict[int, int] = {}
    for row in (
        Attendance.objects.filter(meeting__training_session=training_session, enrolment__removed_at=None)
        .exclude(status="")
        .exclude(meeting__state=MeetingState.CANCELLED)
        .select_related("enrolment", "meeting")
    ):
        if shortfall(row, row.meeting, training_session.tolerance_minutes) is None:
            counts[row.enrolment.person_id] = counts.get(row.enrolment.person_id, 0) + 1
    return {person for person, count in counts.items() if count == meetings}


def open_these(
    training_session: TrainingSession,
    wanted: Sequence[tuple[Enrolment, tuple[str, int | None]]],
    kind: str,
    *,
    meeting: SessionMeeting | None,
    actor: Any,
    now: datetime,
) -> None:
    """Open a case for each place with its cause and minutes; who has one already, or was released, gets none.

    Of a class filed afterwards none is opened: nobody was on target of an approved plan.
    """
    if training_session.state == SessionState.FILED:
        return
    known = set(
        RecoveryCase.objects.filter(kind=kind, meeting=meeting, enrolment__in=[each.pk for each, _why in wanted])
        .exclude(state=CaseState.VOIDED)
        .values_list("enrolment", flat=True)
    )
    known |= _released([enrolment for enrolment, _why in wanted])
    fresh = [enrolment for enrolment, _why in wanted if enrolment.pk not in known]
    leaders = leaders_for([each.person_id for each in fresh], training_session.plan, now) if fresh else {}
    owner, due_at = training_session.plan.pic, now + timedelta(days=training_session.recovery_days)
    cases = RecoveryCase.objects.bulk_create(
        RecoveryCase(
            kind=kind,
            enrolment=enrolment,
            meeting=meeting,
            cause=cause,
            minutes=minutes,
            owner=owner,
            leader_id=next(iter(leaders.get(enrolment.person_id, ())), None),
            due_at=due_at,
            opened_at=now,
        )
        for enrolment, (cause, minutes) in wanted
        if enrolment.pk not in known
    )
    if not cases:
        return
    for case in cases:
        record(
            "case.opened",
            subject=case,
            actor=actor,
            now=now,
            data={"kind": kind, "due_at": due_at, "cause": case.cause},
        )
    _tell_of_cases(training_session, cases, step=str(meeting.uuid) if meeting else kind, now=now)


def _released(enrolments: Iterable[Enrolment]) -> set[int]:
    """Those whose target was waived or has lapsed already: nothing is left that they would have to make up for."""
    settled = TargetOutcome.objects.filter(
        enrolment__in=[each.pk for each in enrolments], state__in=[OutcomeState.WAIVED, OutcomeState.LAPSED]
    )
    return set(settled.values_list("enrolment", flat=True))


def _tell_of_cases(
    training_session: TrainingSession, cases: Sequence[RecoveryCase], *, step: str, now: datetime
) -> None:
    """Cases of one kind, just opened: the PIC settles them, and who missed something knows what is to come."""
    first = cases[0]
    due = stored_moment(first.due_at, training_session.site.zone)
    params = about(training_session, count=len(cases), due=due)
    notify(
        kind="recovery_opened",
        recipients=[first.owner],
        subject=training_session,
        step=step,
        url=reverse("recovery_list"),
        params=params,
        now=now,
    )
    if first.kind == CaseKind.RECOVERY:
        people = [case.enrolment for case in cases]
        tell_participants("recovery_needed", training_session, people, step=step, now=now)
