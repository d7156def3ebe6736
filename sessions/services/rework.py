"""What follows when something recorded changes after the meeting: cases, results, ledger, figures, records, the report.

Clauses 4.3, 5.1.2, 5.3.1, 5.3.2. Called inside a service that holds the locks (plans, session) and has written.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from planning.enums import PlanState
from sessions import evidence
from sessions.enums import (
    HELD,
    OPEN_CASES,
    CaseKind,
    CaseState,
    EnrolmentOrigin,
    SessionState,
)
from sessions.models import Attendance, Enrolment, RecoveryCase, SessionMeeting, SessionResult, TrainingSession
from sessions.services.cases import attended_by, open_remedial_cases, open_these, settle_case, shortfall
from sessions.services.common import refresh_origins, refresh_summary
from sessions.services.filed_history import note_filed
from sessions.services.gain import note_changed_tests
from sessions.services.outcomes import outcomes_touched_by, refresh_outcomes
from sessions.services.score_checks import who_was_absent
from sessions.services.shown import tell_beyond_target
from sessions.signals import session_amended
from trainingops.audit.journal import record
from trainingops.domain import WrongState

#: What changed, for the record and the report.
ATTENDANCE, SCORES, PARTICIPANTS = "attendance", "scores", "participants"


def why_training_closed(training_session: TrainingSession) -> str:
    """That the training is closed: nothing of it may be outstanding again (4.3, 5.4); empty while it is not."""
    if training_session.plan.state != PlanState.CLOSED:
        return ""
    return _("The training %(number)s is closed: what is recorded of it stands.") % {
        "number": training_session.plan.number
    }


def require_not_closed(training_session: TrainingSession) -> None:
    """Raise ``WrongState`` when the training is closed."""
    if why := why_training_closed(training_session):
        raise WrongState(why)


def follow_attendance(
    meeting: SessionMeeting, enrolment: Enrolment, row: Attendance, *, actor: Any, now: datetime
) -> list[RecoveryCase]:
    """Cases follow an attendance that was corrected: without cause void, newly caused opened, once each.

    What was waived or lapsed stays as it was decided, and what was made up for stays made up for.

    Returns:
        the cases of other sessions that moved: their figures follow too.
    """
    training_session = meeting.training_session
    moved = []
    if enrolment.origin == EnrolmentOrigin.RECOVERY:
        moved = _follow_guest(training_session, enrolment, actor, now)
    elif not enrolment.is_beyond_target:
        _follow_own(meeting, enrolment, row, actor, now)
    if training_session.state in HELD:
        _follow_remedial(training_session, enrolment, actor, now)
    return moved


def _follow_remedial(training_session: TrainingSession, enrolment: Enrolment, actor: Any, now: datetime) -> None:
    """Of who was absent no result counts, so nothing is to be done again; of who was there after all it does."""
    if not who_was_absent([enrolment]):
        open_remedial_cases(training_session, [enrolment.pk], actor=actor, now=now)
        return
    open_still = RecoveryCase.objects.select_for_update(no_key=True, of=("self",)).filter(
        enrolment=enrolment, kind=CaseKind.REMEDIAL, state__in=OPEN_CASES
    )
    for case in open_still.order_by("pk"):
        settle_case(case, CaseState.VOIDED, actor=actor, now=now, corrected=True)


def _follow_own(meeting: SessionMeeting, enrolment: Enrolment, row: Attendance, actor: Any, now: datetime) -> None:
    """The case of somebody's own missed meeting."""
    training_session = meeting.training_session
    found = shortfall(row, meeting, training_session.tolerance_minutes)
    cases = RecoveryCase.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "enrolment__person", "scheduled_in"
    )
    case = cases.filter(enrolment=enrolment, meeting=meeting, kind=CaseKind.RECOVERY, state__in=OPEN_CASES).first()
    if case is None and found:
        open_these(training_session, [(enrolment, found)], CaseKind.RECOVERY, meeting=meeting, actor=actor, now=now)
    elif case is not None and found is None:
        settle_case(case, CaseState.VOIDED, actor=actor, now=now, corrected=True)
    elif case is not None and found and (case.cause, case.minutes) != found:
        record(
            "case.cause_corrected",
            subject=case,
            actor=actor,
            now=now,
            data={"from": [case.cause, case.minutes], "to": list(found)},
        )
        case.cause, case.minutes = found
        case.save(update_fields=["cause", "minutes"])


def _follow_guest(
    training_session: TrainingSession, enrolment: Enrolment, actor: Any, now: datetime
) -> list[RecoveryCase]:
    """Somebody who came to make up for a meeting: what they recovered in this class stands or falls with it."""
    if training_session.state not in HELD:
        return []
    cases = RecoveryCase.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "enrolment__person", "enrolment__training_session__plan__pic", "enrolment__training_session__site", "meeting",
        "scheduled_in",
    ).filter(enrolment__person=enrolment.person_id, kind=CaseKind.RECOVERY).order_by("pk")  # fmt: skip
    if enrolment.person_id in attended_by(training_session):
        moved = list(cases.filter(missed_in=training_session, state__in=OPEN_CASES))
        for case in moved:
            settle_case(case, CaseState.RESOLVED, actor=actor, now=now, recovered_in=training_session.uuid)
            case.scheduled_in, case.missed_in = training_session, None
            case.save(update_fields=["scheduled_in", "missed_in"])
        return moved
    moved = list(cases.filter(scheduled_in=training_session, state=CaseState.RESOLVED))
    for case in moved:
        settle_case(case, CaseState.VOIDED, actor=actor, now=now, corrected=True)
        held = case.enrolment.training_session
        cause = (case.cause, case.minutes)
        open_these(held, [(case.enrolment, cause)], CaseKind.RECOVERY, meeting=case.meeting, actor=actor, now=now)
    return moved


def void_remedial(enrolment: Enrolment, *, was: SessionResult | None, actor: Any, now: datetime) -> None:
    """A remedial without cause is void: the first result stands passed, or there is none any more.

    Args:
        was: the result that counted before the change.
    """
    current = enrolment.results.filter(current=True).first()
    if current is not None and (current.passed is False or current.attempt > 1):
        return
    cases = RecoveryCase.objects.select_for_update(no_key=True, of=("self",)).filter(
        enrolment=enrolment, kind=CaseKind.REMEDIAL, state__in=[*OPEN_CASES, CaseState.RESOLVED]
    )
    finals = {"was": was.final if was else None, "final": current.final if current else None}
    for case in cases.select_related("enrolment").order_by("pk"):
        settle_case(case, CaseState.VOIDED, actor=actor, now=now, said=finals, corrected=True)


def follow_up(
    training_session: TrainingSession,
    people: Iterable[int],
    *,
    what: str,
    why: str,
    actor: Any,
    now: datetime,
    also: Iterable[RecoveryCase] = (),
) -> None:
    """Ledger, competence, figures; a concluded session gets its record anew, a submitted report its next version.

    Args:
        people: keys of the persons whose rows changed.
        what: ``ATTENDANCE``, ``SCORES`` or ``PARTICIPANTS``.
        also: cases of other sessions that moved with it.
    """
    people = list(people)
    if training_session.state == SessionState.FILED:
        places = training_session.enrolments.filter(person__in=people)
        note_filed(training_session, places.values_list("pk", flat=True), actor=actor, now=now)
    refresh_outcomes(outcomes_touched_by(training_session, people), actor=actor, now=now)
    tell_beyond_target(training_session, people, actor=actor, now=now)
    refresh_summary(training_session)
    refresh_origins(also)
    if training_session.state in HELD:
        note_amended(training_session, what=what, why=why, actor=actor, now=now)


def note_amended(training_session: TrainingSession, *, what: str, why: str, actor: Any, now: datetime) -> None:
    """What a concluded session says changed: its record anew, its figures, the next version of a submitted report."""
    if what != SCORES:
        evidence.request_attendance(training_session, why=why, actor=actor, now=now)
    evidence.request_test_results(training_session, why=why, actor=actor, now=now)
    note_changed_tests(training_session, now=now)
    session_amended.send(sender=TrainingSession, training_session=training_session, what=what, actor=actor, now=now)
