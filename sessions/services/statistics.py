"""What the answers of a session say about the questions: recomputed from the rows, never incremented (5.1.1 e)."""

from __future__ import annotations

from decimal import Decimal

from django.db import connection

from planning.models import TestPaper
from planning.services.statistics import QuestionUse, record_question_statistics
from sessions.models import TrainingSession

#: A discrimination below this number of attempts says more about chance than about the question.
FEWEST = 10

_USES = """
SELECT p.question_version_id, t.phase, count(*), avg(COALESCE(a.points, 0) / p.points),
    CASE WHEN regr_count(a_part.part, a_part.rest) >= %(fewest)s THEN corr(a_part.part, a_part.rest) END,
    max(t.started_at)
FROM training_sessions_testattempt t
JOIN planning_paperquestion p ON p.paper_id = t.paper_id
LEFT JOIN training_sessions_testanswer a ON a.attempt_id = t.id AND a.question_version_id = p.question_version_id
CROSS JOIN LATERAL (
    SELECT (COALESCE(a.points, 0) / p.points)::float AS part,
        ((t.points - COALESCE(a.points, 0)) / NULLIF(t.maximum - p.points, 0))::float AS rest
) AS a_part
WHERE t.state = 'submitted' AND t.number = 1 AND t.phase IN ('pre', 'post')
    AND (a.id IS NULL OR a.points IS NOT NULL)
    AND p.question_version_id IN (
        SELECT question_version_id FROM planning_paperquestion WHERE paper_id = ANY(%(papers)s)
    )
GROUP BY p.question_version_id, t.phase
"""


def refresh_question_statistics(training_session: TrainingSession) -> None:
    """Recompute the statistics of the questions of a session's papers, over every first attempt at them.

    The papers stay locked until the transaction ends, so that of two sessions that end together the second counts
    the first. Three queries; the answers that wait for marking are left out until they are marked.
    """
    papers = sorted({key for key in (training_session.pre_paper_id, training_session.post_paper_id) if key})
    if not papers:
        return
    list(TestPaper.objects.select_for_update(no_key=True).filter(pk__in=papers).order_by("pk").values("pk"))
    zone = training_session.site.zone
    with connection.cursor() as cursor:
        cursor.execute(_USES, {"papers": papers, "fewest": FEWEST})
        uses = [
            QuestionUse(
                question_version_id=key,
                phase=phase,
                attempts=attempts,
                difficulty=round(Decimal(difficulty), 4),
                discrimination=None if discrimination is None else round(Decimal(discrimination), 4),
                last_used_on=last.astimezone(zone).date(),
            )
            for key, phase, attempts, difficulty, discrimination, last in cursor.fetchall()
        ]
    record_question_statistics(uses)
