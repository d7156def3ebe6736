"""Tests: whose, when, how marked, and what the clock does (QUZ-1, QUZ-3)."""

from __future__ import annotations

from datetime import timedelta
from fractions import Fraction

import pytest

from planning.marking import earned
from sessions.models import TestAttempt
from sessions.services import open_post_test, save_answer, start_attempt, submit_attempt, submit_due_attempts
from sessions.tasks import sweep_attempts
from sessions.tests.factories import START, attend, opened, scheduled, take_test
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.people.tests.factories import make_user


@pytest.fixture
def running(db):
    """A participant in the middle of a pre-test with one right answer saved."""
    held = opened()
    user = make_user("agent", person=held.enrolments[0].person)
    attempt = start_attempt(enrolment=held.enrolments[0], phase="pre", actor=user, now=START)
    question = attempt.paper.paper_questions.first().question_version
    save_answer(attempt=attempt, question_version=question, choice=["A"], actor=user, now=START)
    return held, user, attempt, question


def test_a_test_opens_to_its_participant_only_and_in_its_time(running):
    held, user, attempt, _question = running
    other = held.enrolments[1]
    with pytest.raises(NotAllowed):
        start_attempt(enrolment=other, phase="pre", actor=user, now=START)
    assert start_attempt(enrolment=held.enrolments[0], phase="pre", actor=user, now=START).pk == attempt.pk
    with pytest.raises(Refused):
        start_attempt(enrolment=held.enrolments[0], phase="post", actor=user, now=START)
    open_post_test(training_session=held.training_session, actor=held.pic, now=START)
    with pytest.raises(WrongState):
        open_post_test(training_session=held.training_session, actor=held.pic, now=START)
    late = make_user("agent", person=other.person)
    with pytest.raises(Refused):
        start_attempt(enrolment=other, phase="pre", actor=late, now=START)
    assert start_attempt(enrolment=other, phase="post", actor=late, now=START).state == "in_progress"


@pytest.mark.django_db
def test_no_test_before_the_session_opens():
    held = scheduled(people=1)
    user = make_user("agent", person=held.enrolments[0].person)
    for phase in ("pre", "post", "remedial"):
        with pytest.raises(Refused):
            start_attempt(enrolment=held.enrolments[0], phase=phase, actor=user, now=START)


@pytest.mark.point("QUZ-3")
def test_answers_arrive_until_sixty_seconds_after_the_end_and_not_later(running):
    _held, user, attempt, question = running
    save_answer(
        attempt=attempt,
        question_version=question,
        choice=["B"],
        actor=user,
        now=attempt.due_at + timedelta(seconds=60),
    )
    with pytest.raises(WrongState):
        save_answer(
            attempt=attempt,
            question_version=question,
            choice=["C"],
            actor=user,
            now=attempt.due_at + timedelta(seconds=61),
        )
    assert attempt.answers.get().choice == ["B"]


@pytest.mark.point("QUZ-3")
def test_the_sweep_submits_saved_answers_once_and_only_after_the_grace(running):
    _held, _user, attempt, _question = running
    assert submit_due_attempts(now=attempt.due_at + timedelta(seconds=60)) == 0
    late = attempt.due_at + timedelta(hours=5)
    assert submit_due_attempts(now=late) == 1
    assert submit_due_attempts(now=late) == 0
    attempt.refresh_from_db()
    assert (attempt.state, attempt.points) == ("submitted", 1)
    assert attempt.submitted_at == attempt.due_at + timedelta(seconds=60)
    assert sweep_attempts() == 0


def test_a_submitted_test_takes_nothing_more(running):
    held, user, attempt, question = running
    submit_attempt(attempt=attempt, actor=user, now=START)
    for step in (
        lambda: submit_attempt(attempt=attempt, actor=user, now=START),
        lambda: save_answer(attempt=attempt, question_version=question, choice=["A"], actor=user, now=START),
    ):
        with pytest.raises(WrongState):
            step()
    with pytest.raises(Refused):
        start_attempt(enrolment=held.enrolments[0], phase="pre", actor=user, now=START)


def test_what_is_no_option_or_no_question_of_the_paper_is_refused(running):
    held, user, attempt, question = running
    for choice in (["Z"], ["A", "B"]):
        with pytest.raises(Refused):
            save_answer(attempt=attempt, question_version=question, choice=choice, actor=user, now=START)
    foreign = held.world.post_paper.paper_questions.first().question_version
    with pytest.raises(Refused):
        save_answer(attempt=attempt, question_version=foreign, choice=["A"], actor=user, now=START)


@pytest.mark.clause("5.1.1 e")
@pytest.mark.parametrize(
    ("kind", "correct", "choice", "rule", "part"),
    [
        ("single", ["A"], ["A"], "whole", 1),
        ("single", ["A"], [], "whole", 0),
        ("multiple", ["A", "C"], ["C", "A"], "whole", 1),
        ("multiple", ["A", "C"], ["A"], "whole", 0),
        ("multiple", ["A", "C"], ["A"], "partial", Fraction(1, 2)),
        ("multiple", ["A", "C", "D"], ["A", "C", "B"], "partial", Fraction(1, 3)),
        ("multiple", ["A"], ["B", "C"], "partial", 0),
        ("true_false", ["T"], ["F"], "partial", 0),
        ("short", ["Surat Bukti Gadai"], ["  surat  bukti gadai "], "whole", 1),
        ("short", ["SBG"], [""], "whole", 0),
        ("short", ["SBG"], ["Surat gadai"], "whole", None),
    ],
)
def test_what_an_answer_earns(kind, correct, choice, rule, part):
    assert earned(kind=kind, correct=correct, choice=choice, rule=rule) == part


@pytest.mark.django_db
def test_points_reach_the_result_unrounded_and_the_class_mean():
    held = opened()
    attend(held)
    open_post_test(training_session=held.training_session, actor=held.pic, now=START)
    take_test(held.enrolments[0], phase="post", right=4, now=START)
    result = held.enrolments[0].results.get(current=True)
    assert (result.status, result.explanation["parameters"][0]["score"]) == ("incomplete", "80")
    assert held.fresh().summary.mean_post == 80
    assert TestAttempt.objects.get().points == 4
