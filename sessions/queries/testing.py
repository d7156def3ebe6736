"""Reads behind the tests of a session as its trainer sees them, and the queue of short answers to mark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import OuterRef, Prefetch, Q, QuerySet, Subquery

from planning.enums import QuestionKind
from planning.models import PlanTarget
from sessions.enums import HELD, AttemptState, SessionState
from sessions.models import Enrolment, ExtraTime, TestAnswer, TestAttempt, TrainingSession
from sessions.queries.pages import mine

if TYPE_CHECKING:
    from trainingops.people.models import User


def people_with_tests(training_session: TrainingSession) -> QuerySet[Enrolment]:
    """Those enrolled with their attempts, and with ``extra``: minutes more that they have (two queries)."""
    given = ExtraTime.objects.filter(enrolment=OuterRef("pk")).order_by("-given_at", "-pk").values("minutes")[:1]
    planned = PlanTarget.objects.filter(
        person=OuterRef("person"), revision__approved_for=training_session.plan_id
    ).values("extra_minutes")[:1]
    return (
        training_session.enrolments.filter(removed_at=None)
        .select_related("person")
        .annotate(given=Subquery(given), planned_extra=Subquery(planned))
        .prefetch_related(Prefetch("attempts", TestAttempt.objects.order_by("number")))
    )


def answers_to_mark(user: User) -> QuerySet[TestAnswer]:
    """Short answers that wait for a mark in sessions that the user runs, the one handed in first at the top."""
    return short_answers(user).filter(points=None)


def short_answers(user: User) -> QuerySet[TestAnswer]:
    """The same with those that are marked.

    One's own answers are somebody else's to mark (``services.marking``).
    """
    sessions = TrainingSession.objects.filter(mine(user), state__in=[SessionState.OPEN, *HELD])
    found = TestAnswer.objects.filter(
        attempt__enrolment__training_session__in=sessions,
        attempt__enrolment__removed_at=None,
        attempt__state=AttemptState.SUBMITTED,
        question_version__kind=QuestionKind.SHORT,
    ).exclude(choice=[])
    if user.person_id is not None:
        found = found.filter(~Q(attempt__enrolment__person=user.person_id))
    return found.order_by("attempt__submitted_at", "pk")
