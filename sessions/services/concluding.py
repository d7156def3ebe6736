"""Concluding a session: results, cases, ledger, evidence, and what differed from its plan (clauses 4.2, 5.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from sessions import evidence
from sessions.enums import (
    SESSION_TRANSITIONS,
    AttemptState,
    MeetingState,
    SessionState,
)
from sessions.models import Deviation, SessionMeeting, TestAttempt, TrainingSession
from sessions.policies import can_run_session
from sessions.services.attempts import GRACE, submit_attempt
from sessions.services.cases import (
    open_cases_for_blanks,
    open_remedial_cases,
    settle_cases_recovered_in,
)
from sessions.services.common import (
    lock_plans,
    lock_session,
    plans_recovering_in,
    refresh_origins,
    refresh_summary,
    stands_for,
)
from sessions.services.deviations import MEASURED, Used, differences, differences_of, write_differences
from sessions.services.gain import note_changed_tests
from sessions.services.notes import NOTES, take_notes
from sessions.services.outcomes import outcomes_touched_by, refresh_outcomes
from sessions.services.results import compute_results
from sessions.services.shown import tell_beyond_target
from sessions.signals import session_concluded, session_ended_later
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, require, require_transition
from trainingops.people.models import User
from trainingops.ui.moments import moment_words


@service
def conclude_session(
    *,
    training_session: TrainingSession,
    actor: User,
    now: datetime,
    reasons: Mapping[str, str] | None = None,
    notes: str | None = None,
    notes_version: int = 0,
    used: Used | None = None,
) -> TrainingSession:
    """End a session: results, cases, ledger, evidence; the report's draft fills itself from it.

    Args:
        reasons: by kind of deviation, for each difference between planned and actual (:func:`differences`).
        notes: what is to stand with the session, over ``notes_version``; None leaves what stands.
        used: what was used otherwise than approved (:func:`~sessions.services.deviations.differences_of`).

    Raises:
        NotAllowed: neither the PIC nor an executing trainer.
        WrongState: it is not under way.
        StaleVersion: other notes were saved since.
        Refused: a meeting or a test is still running, or a deviation has no reason.
    """
    plans = lock_plans([training_session.plan_id, *plans_recovering_in(training_session)])
    training_session = lock_session(training_session)
    training_session.plan = next(plan for plan in plans if plan.pk == training_session.plan_id)
    require(can_run_session(actor, training_session))
    require_transition(training_session, SessionState.CONCLUDED, SESSION_TRANSITIONS)
    meetings = list(training_session.meetings.exclude(state=MeetingState.CANCELLED).order_by("starts_at"))
    _require_over(training_session, meetings)
    _close_tests(training_session, now)
    used = used or Used()
    found = [*differences(training_session, meetings), *differences_of(training_session, used)]
    deviations = write_differences(training_session, found, reasons or {}, actor=actor, now=now)
    if notes is not None:
        take_notes(training_session, notes, notes_version, actor=actor, now=now)
    if used.module_version and used.module_version != training_session.module_version:
        training_session.held_version = used.module_version
    training_session.state, training_session.concluded_at = SessionState.CONCLUDED, now
    training_session.concluded_by = actor
    training_session.save(update_fields=["state", "concluded_at", "concluded_by", "held_version", *NOTES])
    _work_out(training_session, actor, now)
    evidence.request_attendance(training_session, actor=actor, now=now)
    evidence.request_test_results(training_session, actor=actor, now=now)
    record(
        "session.concluded",
        subject=training_session,
        actor=actor,
        now=now,
        data={
            "deviations": [each.uuid for each in deviations],
            "scheme_hash": training_session.scheme_hash,
            **stands_for(actor, training_session),
        },
    )
    _tell_later_end(training_session, meetings, deviations, actor, now)
    session_concluded.send(sender=TrainingSession, training_session=training_session, actor=actor, now=now)
    return training_session


def _tell_later_end(
    training_session: TrainingSession,
    meetings: Iterable[SessionMeeting],
    deviations: Iterable[Deviation],
    actor: User,
    now: datetime,
) -> None:
    """A last meeting that ended later than planned moves what is due after it, with the reasons given.

    A later end that is no deviation has no reason to give: the stage above says so by itself.
    """
    measured = [each for each in deviations if each.kind in MEASURED]
    last_end = max(meeting.actual_ends_at for meeting in meetings if meeting.actual_ends_at)
    if last_end > training_session.ends_at:
        session_ended_later.send(
            sender=TrainingSession,
            training_session=training_session,
            last_end=last_end,
            reason="; ".join(dict.fromkeys(each.reason for each in measured)),
            in_tolerance=not measured,
            actor=actor,
            now=now,
        )


def _work_out(training_session: TrainingSession, actor: User, now: datetime) -> None:
    """Everything that follows from what was recorded: results, cases opened and settled, who is trained."""
    compute_results(training_session=training_session, now=now)
    open_cases_for_blanks(training_session, actor=actor, now=now)
    open_remedial_cases(training_session, actor=actor, now=now)
    settled = settle_cases_recovered_in(training_session, actor=actor, now=now)
    outcomes = outcomes_touched_by(training_session)
    refresh_outcomes(outcomes, actor=actor, now=now)
    tell_beyond_target(training_session, actor=actor, now=now)
    refresh_summary(training_session)
    refresh_origins(settled)
    note_changed_tests(training_session, now=now)


def _require_over(training_session: TrainingSession, meetings: list[SessionMeeting]) -> None:
    for meeting in meetings:
        if meeting.state != MeetingState.CONCLUDED:
            raise Refused(
                _("The meeting of %(start)s is “%(state)s”. Conclude it first.")
                % {
                    "start": moment_words(meeting.starts_at, training_session.site.zone),
                    "state": meeting.get_state_display(),
                },
                code="meeting_open",
            )


def _close_tests(training_session: TrainingSession, now: datetime) -> None:
    """Tests whose time is over are submitted; one still running holds the session open."""
    running = TestAttempt.objects.filter(
        enrolment__training_session=training_session, state=AttemptState.IN_PROGRESS
    ).select_related("enrolment__person", "enrolment__training_session")
    for attempt in running.order_by("enrolment", "pk"):
        if now <= attempt.due_at + GRACE:
            raise Refused(
                _("%(name)s is still taking a test until %(due)s. Wait for it, or let them submit.")
                % {
                    "name": attempt.enrolment.person.name,
                    "due": moment_words(attempt.due_at, training_session.site.zone, "time"),
                },
                code="test_running",
            )
        submit_attempt(attempt=attempt, actor=None, now=now)
