"""Every verb of the stage against every state that does not allow it: refused by name, and nothing is written.

Opening and concluding are tested in ``test_lifecycle``, meetings in ``test_attendance``, gathering in ``test_ledger``.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from planning.models import RecoveryForm
from planning.tests.factories import signature
from sessions.enums import HELD, AttemptState, CaseState, MeetingState, OutcomeState, SessionState
from sessions.models import RecoveryCase, SessionMeeting, TargetOutcome, TestAttempt, TrainingSession
from sessions.services import (
    RollCell,
    ScoreCell,
    cancel_make_up,
    cancel_sessions_of,
    case_waiver_hash,
    lapse_case,
    mark_rest_present,
    open_case_test,
    open_meeting,
    open_post_test,
    record_attendance,
    record_roll,
    record_scores,
    report_deviation,
    save_answer,
    schedule_in_batch,
    settle_self_study,
    start_attempt,
    submit_attempt,
    submit_due_attempts,
    undo_mark_rest,
    waive_case,
    waive_outcome,
    waiver_hash,
)
from sessions.services.results import typed_parameters
from sessions.tests.factories import START, absent, concluded, make_up_for, opened, scheduled
from trainingops.audit.models import Entry
from trainingops.audit.tests.fixtures import guards_lifted
from trainingops.domain import Refused, WrongState
from trainingops.people.models import PersonAssignment
from trainingops.people.tests.factories import ServiceLineFactory, make_user

pytestmark = pytest.mark.django_db
LATER = START + timedelta(days=1)


def refused_in(rows, states, step, *, error=WrongState, **along):
    """Bring the rows into each state and see the step refused, with the journal and the state as they were.

    ``along`` is what the constraints of the table ask of such a row.
    """
    entries = Entry.objects.count()
    for state in states:
        with guards_lifted(rows.model._meta.db_table):
            rows.update(state=state, **along)
        with pytest.raises(error):
            step()
        assert set(rows.values_list("state", flat=True)) == {state}
        assert Entry.objects.count() == entries, state


def others(choices, *allowed):
    return [state for state in choices.values if state not in allowed]


@pytest.fixture
def held():
    """A session under way; the step's own rows are brought into each state."""
    return opened()


# --- The session's state -----------------------------------------------------------------------------------


def _cell(held):
    return RollCell(held.enrolments[0].pk, "present")


SESSION_VERBS = {
    "open_meeting": lambda held: open_meeting(meeting=held.meeting, actor=held.pic, now=START),
    "open_post_test": lambda held: open_post_test(training_session=held.training_session, actor=held.pic, now=START),
    "record_attendance": lambda held: record_attendance(
        meeting=held.meeting, cell=_cell(held), actor=held.pic, now=START
    ),
    "record_roll": lambda held: record_roll(meeting=held.meeting, cells=[_cell(held)], actor=held.pic, now=START),
    "mark_rest_present": lambda held: mark_rest_present(meeting=held.meeting, actor=held.pic, now=START),
    "undo_mark_rest": lambda held: undo_mark_rest(meeting=held.meeting, fill=uuid4(), actor=held.pic, now=START),
}


@pytest.mark.parametrize("verb", SESSION_VERBS)
def test_only_a_session_under_way_takes_meetings_tests_and_attendance(held, verb):
    rows = TrainingSession.objects.filter(pk=held.training_session.pk)
    refused_in(rows, others(SessionState, SessionState.OPEN), lambda: SESSION_VERBS[verb](held))


@pytest.mark.parametrize("verb", ["record_attendance", "record_roll", "mark_rest_present", "undo_mark_rest"])
def test_a_meeting_that_has_not_begun_or_was_cancelled_takes_no_attendance(held, verb):
    rows = SessionMeeting.objects.filter(pk=held.meeting.pk)
    refused_in(rows, [MeetingState.PLANNED, MeetingState.CANCELLED], lambda: SESSION_VERBS[verb](held))


def test_what_filled_the_rest_is_not_undone_once_the_meeting_is_concluded(held):
    rows = SessionMeeting.objects.filter(pk=held.meeting.pk)
    refused_in(
        rows,
        [MeetingState.CONCLUDED],
        lambda: SESSION_VERBS["undo_mark_rest"](held),
        actual_ends_at=held.meeting.ends_at,
    )


def test_scores_are_recorded_under_way_or_after_and_in_no_other_state(held):
    (parameter,) = typed_parameters(held.training_session)
    cell = ScoreCell(held.enrolments[0].pk, parameter.uuid, Decimal(80))
    refused_in(
        TrainingSession.objects.filter(pk=held.training_session.pk),
        others(SessionState, SessionState.OPEN, *HELD),
        lambda: record_scores(training_session=held.training_session, cells=[cell], actor=held.pic, now=START),
    )


@pytest.mark.clause("4.2")
def test_a_deviation_is_reported_before_the_session_has_ended(held):
    values = {"kind": "application", "planned": "SBG", "actual": "Simulator", "reason": "SBG tidak dapat dibuka"}
    refused_in(
        TrainingSession.objects.filter(pk=held.training_session.pk),
        others(SessionState, SessionState.SCHEDULED, SessionState.OPEN),
        lambda: report_deviation(training_session=held.training_session, **values, actor=held.pic, now=START),
    )


@pytest.mark.parametrize("phase", ["pre", "post"])
def test_tests_of_the_session_start_only_while_it_is_under_way(held, phase):
    user = make_user("agent", person=held.enrolments[0].person)
    refused_in(
        TrainingSession.objects.filter(pk=held.training_session.pk),
        others(SessionState, SessionState.OPEN),
        lambda: start_attempt(enrolment=held.enrolments[0], phase=phase, actor=user, now=START),
        error=Refused,
    )


def test_giving_up_a_plan_cancels_what_is_scheduled_and_leaves_every_other_session(held):
    rows = TrainingSession.objects.filter(pk=held.training_session.pk)
    for state in others(SessionState, SessionState.SCHEDULED):
        rows.update(state=state)
        cancel_sessions_of(plan=held.plan, reason="Klien menunda", actor=held.manager, now=START)
        assert rows.get().state == state


# --- Tests -------------------------------------------------------------------------------------------------


def test_a_submitted_test_takes_no_answer_and_no_second_submission(held):
    user = make_user("agent", person=held.enrolments[0].person)
    attempt = start_attempt(enrolment=held.enrolments[0], phase="pre", actor=user, now=START)
    question = attempt.paper.paper_questions.first().question_version
    rows = TestAttempt.objects.filter(pk=attempt.pk)
    late = attempt.due_at + timedelta(hours=1)
    for step in (
        lambda: save_answer(attempt=attempt, question_version=question, choice=["A"], actor=user, now=START),
        lambda: submit_attempt(attempt=attempt, actor=user, now=START),
        lambda: submit_attempt(attempt=attempt, actor=None, now=late),
    ):
        refused_in(rows, [AttemptState.SUBMITTED], step, submitted_at=START)
    assert submit_due_attempts(now=late) == 0


# --- Recovery ----------------------------------------------------------------------------------------------


@pytest.fixture
def missed():
    """A concluded session that somebody missed, and their open case."""
    held = concluded(lambda people: absent(people[0]))
    return held, RecoveryCase.objects.select_related("enrolment__training_session", "enrolment__person").get()


def test_a_class_that_has_begun_or_is_over_is_not_cancelled(missed):
    held, _case = missed
    again = make_up_for(held)
    refused_in(
        TrainingSession.objects.filter(pk=again.training_session.pk),
        others(SessionState, SessionState.SCHEDULED),
        lambda: cancel_make_up(
            training_session=again.training_session, reason="Ruang rusak", actor=held.pic, now=LATER
        ),
    )


def test_a_case_joins_only_another_batch_that_is_still_to_come(missed):
    held, case = missed
    batch = scheduled(world=held.world, starts_at=START + timedelta(days=7))
    refused_in(
        TrainingSession.objects.filter(pk=batch.training_session.pk),
        others(SessionState, SessionState.SCHEDULED),
        lambda: _join(case, batch, held),
    )


def test_only_an_open_case_joins_another_batch(missed):
    held, case = missed
    batch = scheduled(world=held.world, starts_at=START + timedelta(days=7))
    refused_in(
        RecoveryCase.objects.filter(pk=case.pk),
        others(CaseState, CaseState.OPEN),
        lambda: _join(case, batch, held),
        **_settled(held, case),
    )


def _settled(held, case):
    """What a case has that is scheduled or waived."""
    signed = signature(held.manager, case_waiver_hash(case, "Izin"), now=LATER, meaning="waived")
    return {"scheduled_in": held.training_session, "signature": signed, "note": "Izin"}


def _join(case, batch, held):
    return schedule_in_batch(
        cases=[case],
        training_session=batch.training_session,
        form=RecoveryForm.objects.get(code="another_batch"),
        actor=held.pic,
        now=LATER,
    )


def test_the_test_of_a_case_opens_only_for_an_open_case_of_a_concluded_session(missed):
    held, case = missed
    form = RecoveryForm.objects.get(code="self_study")

    def step():
        open_case_test(case=case, form=form, actor=held.pic, now=LATER)

    refused_in(RecoveryCase.objects.filter(pk=case.pk), others(CaseState, CaseState.OPEN), step, **_settled(held, case))
    with guards_lifted("training_sessions_recoverycase"):
        RecoveryCase.objects.update(state=CaseState.OPEN)
    sessions = TrainingSession.objects.filter(pk=held.training_session.pk)
    refused_in(sessions, others(SessionState, SessionState.CONCLUDED), step)


def test_self_study_settles_no_case_that_is_settled(missed):
    held, case = missed
    open_case_test(case=case, form=RecoveryForm.objects.get(code="self_study"), actor=held.pic, now=LATER)
    user = make_user("agent", person=case.enrolment.person)
    attempt = start_attempt(enrolment=case.enrolment, phase="post", actor=user, now=LATER)
    submit_attempt(attempt=attempt, actor=user, now=LATER)
    refused_in(
        RecoveryCase.objects.filter(pk=case.pk),
        others(CaseState, CaseState.OPEN, CaseState.SCHEDULED),
        lambda: settle_self_study(case=case, actor=held.pic, now=LATER),
        **_settled(held, case),
    )


@pytest.mark.clause("4.3")
def test_a_settled_case_is_neither_waived_nor_lapsed(missed):
    held, case = missed
    settled = others(CaseState, CaseState.OPEN, CaseState.SCHEDULED)
    rows = RecoveryCase.objects.filter(pk=case.pk)
    earlier = _settled(held, case)
    signed = signature(held.manager, case_waiver_hash(case, "Cuti"), now=LATER, meaning="waived")
    PersonAssignment.objects.filter(person=case.enrolment.person).update(line=ServiceLineFactory())
    for step in (
        lambda: waive_case(case=case, reason="Cuti", signature=signed, actor=held.manager, now=LATER),
        lambda: lapse_case(case=case, reason="Pindah", actor=held.manager, now=LATER),
    ):
        refused_in(rows, settled, step, signature=earlier["signature"], note="Izin")


@pytest.mark.clause("4.3")
def test_a_target_that_is_settled_is_not_waived(missed):
    held, case = missed
    outcome = TargetOutcome.objects.get(person=case.enrolment.person)
    signed = signature(held.manager, waiver_hash(outcome, "Cuti"), now=LATER, meaning="waived")
    refused_in(
        TargetOutcome.objects.filter(pk=outcome.pk),
        others(OutcomeState, OutcomeState.OUTSTANDING),
        lambda: waive_outcome(outcome=outcome, reason="Cuti", signature=signed, actor=held.manager, now=LATER),
        signature=_settled(held, case)["signature"],
        reason="Izin",
    )
