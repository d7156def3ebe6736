"""Tests: started by the participant, saved answer by answer, submitted by them or by the clock, never by a reload."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Max, Sum
from django.utils.translation import gettext as _

from planning.enums import PlanState, QuestionKind
from planning.marking import earned, points_for
from planning.models import PaperQuestion, QuestionVersion, TestPaper
from sessions import evidence
from sessions.enums import AttemptState, CaseKind, CaseState, SessionState, TestPhase
from sessions.models import Enrolment, RecoveryCase, TestAnswer, TestAttempt, TrainingSession
from sessions.policies import can_take_tests
from sessions.services.common import lock_session, lock_session_of_plan, refresh_summary
from sessions.services.extra_time import extra_minutes
from sessions.services.gain import note_changed_tests
from sessions.services.results import REMEDIAL_ATTEMPT, compute_results
from sessions.services.score_checks import who_was_absent
from trainingops.audit.journal import record, service
from trainingops.domain import NotAllowed, Refused, WrongState, require
from trainingops.people.models import User
from trainingops.ui.remedies import too_long

#: After the time is up queued answers still arrive (QUZ-3).
GRACE = timedelta(seconds=60)
#: Characters of a short answer.
LONGEST_ANSWER = 500


@service
def start_attempt(*, enrolment: Enrolment, phase: str, actor: User, now: datetime) -> TestAttempt:
    """Begin a test, or go on with the one begun. Its time runs from the first start, on the server's clock.

    The pre-test opens with the session and closes when the post-test opens; the post-test is opened by the trainer, or
    by a self-study case; a remedial test by its case.

    Raises:
        NotAllowed: not the enrolled person.
        Refused: the test is not open, was submitted, or they are recorded as absent; the message says what helps.
    """
    training_session = lock_session(enrolment.training_session)
    enrolment = Enrolment.objects.select_for_update(no_key=True).get(pk=enrolment.pk)
    require(can_take_tests(actor, enrolment))
    running = enrolment.attempts.filter(phase=phase, state=AttemptState.IN_PROGRESS).first()
    if running:
        return running
    case = opening_case(enrolment, phase)
    if why := why_closed(training_session, enrolment, phase, case):
        raise Refused(why, code="test_closed")
    paper = paper_of(training_session, phase)
    if paper is None:
        raise Refused(_("This session has no such test."), code="no_paper")
    total = paper.paper_questions.aggregate(total=Sum("points"))["total"] or Decimal(0)
    last = enrolment.attempts.filter(phase=phase).aggregate(last=Max("number"))["last"] or 0
    first = REMEDIAL_ATTEMPT if phase == TestPhase.REMEDIAL else 1
    attempt = TestAttempt.objects.create(
        enrolment=enrolment,
        paper=paper,
        phase=phase,
        number=max(last + 1, first),
        started_at=now,
        due_at=now + timedelta(minutes=paper.duration_minutes + extra_minutes(enrolment)),
        maximum=total,
    )
    record(
        "attempt.started",
        subject=attempt,
        actor=actor,
        now=now,
        data={"enrolment": enrolment.uuid, "phase": phase, "paper": paper.uuid, "due_at": attempt.due_at},
    )
    return attempt


@service
def save_answer(
    *, attempt: TestAttempt, question_version: QuestionVersion, choice: Sequence[str], actor: User, now: datetime
) -> TestAnswer:
    """Keep the last answer to one question (QUZ-1); the journal notes the submission, not each tap.

    Raises:
        WrongState: submitted already, or more than 60 seconds after the end.
        Refused: an option that the question does not have.
    """
    attempt = _lock_attempt(attempt)
    require(can_take_tests(actor, attempt.enrolment))
    _require_running(attempt)
    if now > attempt.due_at + GRACE:
        raise WrongState(_("The time is up. The answers saved until then are submitted."), code="time_is_up")
    if not PaperQuestion.objects.filter(paper=attempt.paper_id, question_version=question_version).exists():
        raise Refused(_("This question is not part of the test."), code="foreign_question")
    answer, _created = TestAnswer.objects.update_or_create(
        attempt=attempt,
        question_version=question_version,
        defaults={"choice": _clean_choice(question_version, choice), "saved_at": now},
    )
    return answer


@service
def submit_attempt(*, attempt: TestAttempt, actor: User | None, now: datetime) -> TestAttempt:
    """Close an attempt and mark what was saved; ``actor`` None is the clock. A blank answer has no points.

    Raises:
        WrongState: submitted already.
        NotAllowed: not the participant; or the clock before the time and its grace are over.
    """
    training_session = lock_session_of_plan(attempt.enrolment.training_session)
    attempt = _lock_attempt(attempt)
    if actor is None:
        if now <= attempt.due_at + GRACE:
            raise NotAllowed(_("The time of this test is not over."))
    else:
        require(can_take_tests(actor, attempt.enrolment))
    _require_running(attempt)
    attempt.points = _mark(attempt)
    attempt.state = AttemptState.SUBMITTED
    attempt.submitted_at = min(now, attempt.due_at + GRACE)
    attempt.save(update_fields=["points", "state", "submitted_at"])
    record(
        "attempt.submitted",
        subject=attempt,
        actor=actor,
        now=now,
        data={"by_clock": actor is None, "answers": attempt.answers.count()},
        detail={"points": attempt.points, "maximum": attempt.maximum},
    )
    _after_submission(training_session, attempt, actor, now)
    return attempt


@service
def submit_due_attempts(*, now: datetime, limit: int = 200) -> int:
    """Submit the saved answers of attempts whose time and grace are over; right when late, twice or on many hosts."""
    due = TestAttempt.objects.filter(state=AttemptState.IN_PROGRESS, due_at__lt=now - GRACE).select_related(
        "enrolment__training_session"
    )
    submitted = 0
    # Plans in the order of their keys, as whoever locks several of them does.
    for attempt in due.order_by("enrolment__training_session__plan", "enrolment__training_session", "enrolment", "pk")[
        :limit
    ]:
        try:
            submit_attempt(attempt=attempt, actor=None, now=now)
        except WrongState:
            continue  # another worker, or the participant, was faster
        submitted += 1
    return submitted


def paper_of(training_session: TrainingSession, phase: str) -> TestPaper | None:
    """The paper of a phase; a remedial test uses the post-test's."""
    return training_session.pre_paper if phase == TestPhase.PRE else training_session.post_paper


def opening_case(enrolment: Enrolment, phase: str) -> RecoveryCase | None:
    """The open case that opens this test to this person, outside the session."""
    kind = {TestPhase.POST: CaseKind.RECOVERY, TestPhase.REMEDIAL: CaseKind.REMEDIAL}.get(phase)  # type: ignore[call-overload]
    if kind is None:
        return None
    return enrolment.cases.filter(kind=kind, state=CaseState.OPEN, test_opened_at__isnull=False).first()


def why_closed(training_session: TrainingSession, enrolment: Enrolment, phase: str, case: RecoveryCase | None) -> str:
    """Why somebody may not start this test now, in words; empty when they may."""
    if training_session.plan.state == PlanState.CLOSED:
        return _("The training is closed, so none of its tests opens any more.")
    if case is not None:
        later = enrolment.attempts.filter(
            phase=phase, state=AttemptState.SUBMITTED, started_at__gte=case.test_opened_at
        )
        return _("You have submitted this test.") if later.exists() else ""
    if phase == TestPhase.REMEDIAL:
        return _("The remedial test opens when your trainer starts it.")
    if enrolment.attempts.filter(phase=phase, state=AttemptState.SUBMITTED).exists():
        return _("You have submitted this test.")
    if training_session.state != SessionState.OPEN:
        return _("The test opens while the session is under way; it is “%(state)s”.") % {
            "state": training_session.get_state_display()
        }
    if who_was_absent([enrolment]):
        return _("You are recorded as absent. If you are there, have the trainer correct the attendance first.")
    if phase == TestPhase.PRE and training_session.post_opened_at:
        return _("The pre-test closed when the post-test opened.")
    if phase == TestPhase.POST and not training_session.post_opened_at:
        return _("The post-test opens when your trainer opens it.")
    return ""


def _clean_choice(question: QuestionVersion, choice: Sequence[str]) -> list[str]:
    given = [str(each).strip() for each in choice if str(each).strip()]
    if question.kind == QuestionKind.SHORT:
        if given and (problem := too_long(given[0], LONGEST_ANSWER)):
            raise Refused(problem, field="choice", code="too_long")
        return given[:1]
    known = {str(option["key"]) for option in question.options}
    single = question.kind in (QuestionKind.SINGLE, QuestionKind.TRUE_FALSE)
    if not set(given) <= known or (single and len(given) > 1):
        raise Refused(
            _("“%(value)s” is no answer to this question. Choose one of its options.") % {"value": ", ".join(given)},
            field="choice",
            code="foreign_option",
        )
    return sorted(set(given))


def _lock_attempt(attempt: TestAttempt) -> TestAttempt:
    return (
        TestAttempt.objects.select_for_update(no_key=True, of=("self",))
        .select_related("enrolment__training_session")
        .get(pk=attempt.pk)
    )


def _require_running(attempt: TestAttempt) -> None:
    if attempt.state != AttemptState.IN_PROGRESS:
        raise WrongState(_("This test was submitted already."), code="wrong_state")


def _mark(attempt: TestAttempt) -> Decimal | None:
    """Give each saved answer its points; returns their sum, or None while one waits for the trainer (5.1.2)."""
    places = {
        each.question_version_id: each for each in attempt.paper.paper_questions.select_related("question_version")
    }
    answers = list(attempt.answers.all())
    for answer in answers:
        place = places[answer.question_version_id]
        question = place.question_version
        part = earned(
            kind=question.kind, correct=question.correct, choice=answer.choice, rule=attempt.paper.multiple_rule
        )
        answer.points = None if part is None else points_for(part, place.points)
    TestAnswer.objects.bulk_update(answers, ["points"])
    given = [answer.points for answer in answers]
    return None if None in given else sum((each or Decimal(0) for each in given), Decimal(0))


def _after_submission(training_session: TrainingSession, attempt: TestAttempt, actor: Any, now: datetime) -> None:
    keys = [attempt.enrolment_id]
    number = REMEDIAL_ATTEMPT if attempt.phase == TestPhase.REMEDIAL else 1
    compute_results(training_session=training_session, enrolments=keys, attempt=number, now=now)
    if training_session.state == SessionState.CONCLUDED:
        from sessions.services.outcomes import settle_results, settle_self_study_of

        if attempt.phase == TestPhase.POST:
            settle_self_study_of(attempt, actor=actor, now=now)
        settle_results(training_session, keys, attempt=number, actor=actor, now=now)
        evidence.request_test_results(training_session, actor=actor, now=now)
        note_changed_tests(training_session, now=now)
    refresh_summary(training_session)
