"""Marking short answers by hand (5.1.2): until the last one is marked, the result of a test waits and is never 0."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from planning.enums import QuestionKind
from planning.models import PaperQuestion
from sessions.enums import AttemptState, SessionState, TestPhase
from sessions.models import TestAnswer, TestAttempt, TrainingSession
from sessions.policies import can_run_session
from sessions.services.common import lock_session_of_plan, stands_for
from sessions.services.gain import note_changed_tests
from sessions.services.reported import amends_report, require_amendment
from sessions.services.results import REMEDIAL_ATTEMPT, recompute
from sessions.services.score_checks import saved_meanwhile
from sessions.services.standing import standing_of
from trainingops.audit.journal import record, service
from trainingops.domain import NotAllowed, Refused, StaleVersion, WrongState, require
from trainingops.people.models import User
from trainingops.ui.figures import format_figure


@dataclass(frozen=True)
class Mark:
    """Points for one answer; ``was`` is what stood on the page, None while it was not marked."""

    answer: int
    points: Decimal
    was: Decimal | None = None


@service
def mark_answers(
    *, training_session: TrainingSession, marks: Sequence[Mark], actor: User, now: datetime, reason: str = ""
) -> None:
    """Give short answers their points: all or none; tests whose last answer this was get theirs, and results follow.

    Once the session is concluded only what waits can be marked, because its record stands; once the report was
    submitted, only with a ``reason``, as an amendment of it. A remedial test is marked without one.

    Raises:
        NotAllowed: neither the PIC nor an executing trainer, or an answer of one's own.
        WrongState: the session is neither under way nor concluded, or the record stands.
        StaleVersion: somebody marked one of them meanwhile; nothing was written.
        Refused: points outside the question's, with more than two decimals, or an answer that nobody can mark here;
            or no reason after the report.
    """
    training_session = lock_session_of_plan(training_session)
    require(can_run_session(actor, training_session))
    if training_session.state not in (SessionState.OPEN, SessionState.CONCLUDED):
        raise WrongState(
            _("Answers cannot be marked: the session is “%(state)s”.") % {"state": training_session.get_state_display()}
        )
    answers = {each.pk: each for each in markable(training_session).select_for_update(no_key=True, of=("self",))}
    if unknown := [mark for mark in marks if mark.answer not in answers]:
        raise Refused(
            _("%(n)d answers on the page can no longer be marked here. Reload the page.") % {"n": len(unknown)}
        )
    points = points_of(answers.values())
    for mark in marks:
        check_mark(mark, answers[mark.answer], points, actor)
        _require_waiting(mark, answers[mark.answer], training_session)
    marked = [answers[mark.answer] for mark in marks]
    amends = any(not _is_remedial(each.attempt) for each in marked) and amends_report(training_session)
    if amends:
        require_amendment(training_session, reason)
    attempts = write_marks(marks, answers, actor=actor, now=now)
    record(
        "answers.marked",
        subject=training_session,
        actor=actor,
        now=now,
        data={
            "answers": [[each.attempt.uuid, each.question_version.uuid] for each in marked],
            **stands_for(actor, training_session),
        },
        detail={"points": [each.points for each in marked], **({"reason": reason.strip()} if amends else {})},
    )
    for number in (1, REMEDIAL_ATTEMPT):
        keys = {each.enrolment_id for each in attempts if _is_remedial(each) == (number > 1)}
        if keys:
            people = standing_of(training_session.enrolments.filter(pk__in=keys))
            why = reason.strip() if amends and number == 1 else ""
            recompute(training_session, people, number, actor, now, why=why)
    if training_session.state == SessionState.OPEN:
        note_changed_tests(training_session, now=now)


def _is_remedial(attempt: TestAttempt) -> bool:
    return attempt.phase == TestPhase.REMEDIAL


def markable(training_session: TrainingSession) -> QuerySet[TestAnswer]:
    """Short answers of submitted tests of a session, by question; blank ones have nothing to mark."""
    return (
        TestAnswer.objects.filter(
            attempt__enrolment__training_session=training_session,
            attempt__enrolment__removed_at=None,
            attempt__state=AttemptState.SUBMITTED,
            question_version__kind=QuestionKind.SHORT,
        )
        .exclude(choice=[])
        .select_related("attempt__enrolment", "question_version__question")
        .order_by("question_version__question__code", "question_version", "attempt__uuid")
    )


def points_of(answers: Iterable[TestAnswer]) -> dict[tuple[int, int], Decimal]:
    """What each question is worth in each paper, by paper and question version."""
    found = list(answers)
    places = PaperQuestion.objects.filter(
        paper__in={each.attempt.paper_id for each in found}, question_version__in={e.question_version_id for e in found}
    )
    rows = places.values_list("paper", "question_version", "points")
    return {(paper, version): points for paper, version, points in rows}


def write_marks(
    marks: Sequence[Mark], answers: Mapping[int, TestAnswer], *, actor: User, now: datetime
) -> list[TestAttempt]:
    """Give answers their points; tests whose last answer this was, or that had theirs, get the sum. Returns these."""
    marked = [answers[mark.answer] for mark in marks]
    for answer, mark in zip(marked, marks, strict=True):
        answer.points, answer.marked_by, answer.marked_at = mark.points, actor, now
    TestAnswer.objects.bulk_update(marked, ["points", "marked_by", "marked_at"])
    return _add_up({answer.attempt_id for answer in marked})


def stale_mark(mark: Mark, answer: TestAnswer, reader: User) -> str:
    """Both values where somebody marked the answer since the page was opened; empty while it stands as it was."""
    if answer.points == mark.was:
        return ""
    return saved_meanwhile(
        answer.question_version.question.code,
        mine=mark.points,
        theirs=answer.points,
        by=answer.marked_by,
        at=answer.marked_at,
        reader=reader,
    )


def check_mark(mark: Mark, answer: TestAnswer, points: dict[tuple[int, int], Decimal], actor: User) -> None:
    """Raise for points that cannot be, an answer of one's own, or one that somebody marked meanwhile."""
    maximum = points[answer.attempt.paper_id, answer.question_version_id]
    if actor.person_id is not None and answer.attempt.enrolment.person_id == actor.person_id:
        raise NotAllowed(_("Nobody marks an answer of their own."))
    if stale := stale_mark(mark, answer, actor):
        raise StaleVersion(f"{stale} {_('Nothing was saved; reload the page.')}")
    if not 0 <= mark.points <= maximum or mark.points != mark.points.quantize(Decimal("0.01")):
        raise Refused(
            _("%(code)s: %(points)s is not between 0 and %(maximum)s with at most two decimals.")
            % {
                "code": answer.question_version.question.code,
                "points": format_figure(mark.points),
                "maximum": format_figure(maximum.normalize()),
            },
            field=f"points-{answer.pk}",
        )


def _require_waiting(mark: Mark, answer: TestAnswer, training_session: TrainingSession) -> None:
    if training_session.state == SessionState.CONCLUDED and answer.points is not None and answer.points != mark.points:
        raise WrongState(_("The session is concluded and its record stands; only what waits can be marked."))


def _add_up(keys: set[int]) -> list[TestAttempt]:
    """Tests whose last answer is marked get the sum of their points."""
    attempts = list(TestAttempt.objects.filter(pk__in=keys).order_by("pk").prefetch_related("answers"))
    for attempt in attempts:
        given = [each.points for each in attempt.answers.all()]
        attempt.points = None if None in given else sum((each or Decimal(0) for each in given), Decimal(0))
    TestAttempt.objects.bulk_update(attempts, ["points"])
    return attempts
