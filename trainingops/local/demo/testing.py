"""Answers to the pre-test in further classes, and what their analysis says (5.4)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from evaluation.models import ItemFigures
from evaluation.services.analyses import analyse_due
from planning.models import QuestionVersion
from planning.services.question_reviews import ask_question_review
from sessions.enums import TestPhase
from sessions.models import TrainingSession
from sessions.queries.survey import asked_in
from sessions.services.attempts import save_answer, start_attempt, submit_attempt
from trainingops.local.demo.cycle import Cycle

#: How many of the first four questions somebody knows, one after the other.
_KNOWN = (4, 1, 3, 0, 2, 4, 1, 2, 3)


def take_pre_tests(training_session: TrainingSession) -> None:
    """Everybody who came takes it; who knows most of it chooses another option of the last question than its key."""
    at = training_session.starts_at + timedelta(minutes=2)
    people = training_session.enrolments.select_related("person__user").order_by("pk")
    here = set(asked_in(training_session).values_list("pk", flat=True))
    before = training_session.pk  # so that two classes do not answer alike
    for place, enrolment in enumerate(people):
        if enrolment.pk not in here:
            continue
        user = enrolment.person.user
        attempt = start_attempt(enrolment=enrolment, phase=TestPhase.PRE, actor=user, now=at)
        rows = attempt.paper.paper_questions.select_related("question_version").order_by("order")
        known = _KNOWN[(place + before) % len(_KNOWN)]
        for number, question in enumerate(row.question_version for row in rows):
            choice = _choice(question, right=number < known, is_last=number == 4, knows_much=known >= 3)
            save_answer(attempt=attempt, question_version=question, choice=choice, actor=user, now=at)
        submit_attempt(attempt=attempt, actor=user, now=at + timedelta(minutes=8))


def _choice(question: QuestionVersion, *, right: bool, is_last: bool, knows_much: bool) -> Sequence[str]:
    wrong = [option["key"] for option in question.options if option["key"] not in question.correct]
    if is_last:
        return wrong[-1:] if knows_much else question.correct
    return question.correct if right else wrong[:1]


def load_analyses(cycle: Cycle) -> str:
    """What the workers compute, and a question that QC sends back to the bank."""
    analyse_due(now=cycle.now)
    suspect = ItemFigures.objects.exclude(suspect="").select_related("question_version__question").first()
    if suspect is None:
        return "tests analysed"
    ask_question_review(
        question_version=suspect.question_version,
        reason=f"Kunci mungkin salah: yang baik pada sisa tes memilih {suspect.suspect}. Mohon periksa dengan SOP.",
        actor=cycle.cast.qc,
        now=cycle.now,
    )
    return f"tests analysed; {suspect.question_version.question.code} has a suspected key and waits for its author"
