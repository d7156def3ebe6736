"""The first attempts at a test paper as they stand in the rows, read for the analysis (5.4)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from django.db import connection, transaction

from planning.models import QuestionVersion, TestPaper
from sessions.enums import AttemptState
from sessions.models import TestAttempt

if TYPE_CHECKING:
    import numpy as np

#: How many attempts the database hands over at a time.
AT_ONCE = 5_000

#: A person's first attempt at the paper in this phase, in whichever session; one with answers to mark waits.
_FIRST = """
WITH first AS (
    SELECT DISTINCT ON (e.person_id) t.id
    FROM training_sessions_testattempt t JOIN training_sessions_enrolment e ON e.id = t.enrolment_id
    WHERE t.paper_id = %(paper)s AND t.phase = %(phase)s AND t.state = 'submitted' AND t.number = 1
    ORDER BY e.person_id, t.started_at, t.id
)
SELECT array_agg((CASE WHEN a.choice <> '[]' THEN a.points / p.points END)::float ORDER BY p."order", p.id),
    array_agg(a.choice::text ORDER BY p."order", p.id),
    bool_or(a.choice <> '[]' AND a.points IS NULL)
FROM first
JOIN planning_paperquestion p ON p.paper_id = %(paper)s
LEFT JOIN training_sessions_testanswer a ON a.attempt_id = first.id AND a.question_version_id = p.question_version_id
GROUP BY first.id
"""


@dataclass(frozen=True)
class Responses:
    """What respondents answered to each question of a paper.

    Attributes:
        parts: a row for each respondent, a column for each question: the part of its points, NaN for a blank.
        choices: for each question what each respondent chose.
        orders: the number of each question in the paper.
        waiting: attempts left out because an answer waits for its mark.
    """

    versions: Sequence[QuestionVersion]
    orders: Sequence[int]
    parts: np.ndarray
    choices: Sequence[Sequence[tuple[str, ...]]]
    waiting: int


def read_responses(paper: TestPaper, phase: str) -> Responses:
    """The first attempts of everybody; memory grows by some bytes an answer."""
    import numpy as np

    places = list(paper.paper_questions.select_related("question_version").order_by("order", "pk"))
    parts: list[np.ndarray] = []
    choices: list[list[tuple[str, ...]]] = [[] for _each in places]
    known: dict[str | None, tuple[str, ...]] = {None: ()}
    waiting = 0
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(_FIRST, {"paper": paper.pk, "phase": phase})
        while rows := cursor.fetchmany(AT_ONCE):
            for points, chosen, is_waiting in rows:
                if is_waiting:
                    waiting += 1
                    continue
                parts.append(np.array(points, dtype=np.float32))
                for column, text in zip(choices, chosen, strict=True):
                    if text not in known:
                        known[text] = tuple(str(each) for each in json.loads(text))
                    column.append(known[text])
    matrix = np.array(parts, dtype=float).reshape(len(parts), len(places))
    return Responses(
        [each.question_version for each in places], [each.order for each in places], matrix, choices, waiting
    )


def last_use(paper: TestPaper, phase: str) -> date | None:
    """The day, at the place of the class, on which the paper was begun last; none while nobody handed it in."""
    attempts = TestAttempt.objects.filter(paper=paper, phase=phase, state=AttemptState.SUBMITTED, number=1)
    last = attempts.order_by("-started_at").values_list("started_at", "enrolment__training_session__site__timezone")
    found = last.first()
    return found[0].astimezone(ZoneInfo(found[1])).date() if found else None
