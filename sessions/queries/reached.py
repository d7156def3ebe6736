"""When somebody had a training, and when they showed it: the day counts on which they were there or were assessed."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from sessions.enums import AttemptState, AttendanceStatus, TestPhase
from sessions.models import Attendance, Enrolment, ParameterScore, TestAttempt

#: A person (key) in a session (key).
Place = tuple[int, int]


@dataclass(frozen=True)
class Reached:
    """What somebody did last in a session: ``had`` of the training itself, ``again`` in a remedial attempt."""

    had: datetime | None
    again: datetime | None


def reached_in(places: Collection[Place]) -> dict[Place, Reached]:
    """The last that counts of each place: end of the last meeting attended, or a test handed in later; one query."""
    came = Attendance.objects.filter(status__in=[AttendanceStatus.PRESENT, AttendanceStatus.LATE])
    tests = TestAttempt.objects.filter(state=AttemptState.SUBMITTED)
    scored = ParameterScore.objects.filter(attempt__gt=1, value__isnull=False)
    rows = Enrolment.objects.filter(
        training_session__in={session for _person, session in places},
        person__in={person for person, _session in places},
    ).annotate(
        attended=_last(came, Coalesce("meeting__actual_ends_at", "meeting__ends_at")),
        tested=_last(tests.exclude(phase=TestPhase.REMEDIAL), "submitted_at"),
        tested_again=_last(tests.filter(phase=TestPhase.REMEDIAL), "submitted_at"),
        scored_again=_last(scored, "recorded_at"),
    )
    said = rows.values_list("person", "training_session", "attended", "tested", "tested_again", "scored_again")
    return {
        (person, session): Reached(latest([attended, tested]), latest([tested_again, scored_again]))
        for person, session, attended, tested, tested_again, scored_again in said
    }


def latest(moments: Iterable[datetime | None]) -> datetime | None:
    """The latest of those that are known."""
    return max((each for each in moments if each is not None), default=None)


def _last(rows: QuerySet[Any], moment: Any) -> Subquery:
    """The latest moment of the rows of an enrolment."""
    of_one = rows.filter(enrolment=OuterRef("pk")).order_by().values("enrolment")
    return Subquery(of_one.annotate(at=Max(moment)).values("at"))
