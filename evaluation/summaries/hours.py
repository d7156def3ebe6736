"""Training hours beside the scheduled hours of the roster, for each person of a month (clause 5.1.1 f; ISO 9001 7.2).

Attended: concluded meetings at which somebody was present or late, from the actual start to the actual end without the
minutes that they missed, in the month of the day at the site; classes that were withdrawn are none. Everybody in the
class counts, on target or not, at the site and line of then. Scheduled: the working shifts of the roster at the place
where the person worked that day, without days of a long leave.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db import connection

from evaluation.frequency import Span
from trainingops.people.queries import midnight


@dataclass(frozen=True)
class Hours:
    """One person at one place in a month, in minutes; ``shift_minutes`` is None where the roster says nothing."""

    person: int
    site: int
    line: int
    training_minutes: int
    shift_minutes: int | None


_HOURS = """
WITH attended AS (
    SELECT e.person_id, coalesce(e.site_id, s.site_id) AS site_id, coalesce(e.line_id, s.line_id) AS line_id,
        sum(greatest(0, extract(epoch FROM m.actual_ends_at - m.actual_starts_at)
            - 60 * (a.minutes_late + a.minutes_left_early))) / 60 AS minutes
    FROM training_sessions_sessionmeeting m
    JOIN training_sessions_trainingsession s ON s.id = m.training_session_id AND s.state <> 'cancelled'
    JOIN people_site place ON place.id = s.site_id
    JOIN training_sessions_attendance a ON a.meeting_id = m.id AND a.status IN ('present', 'late')
    JOIN training_sessions_enrolment e ON e.id = a.enrolment_id AND e.removed_at IS NULL
    WHERE m.state = 'concluded'
        AND m.starts_at BETWEEN %(from)s AND %(to)s
        AND (m.actual_starts_at AT TIME ZONE place.timezone)::date BETWEEN %(since)s AND %(until)s
    GROUP BY 1, 2, 3
), scheduled AS (
    SELECT r.person_id, p.site_id, p.line_id,
        coalesce(sum(extract(epoch FROM r.ends_at - r.starts_at)) FILTER (WHERE NOT EXISTS (
            SELECT FROM people_longleave away WHERE away.person_id = r.person_id AND away.starts_on <= r.day
                AND (away.ends_on IS NULL OR away.ends_on >= r.day)
        )), 0) / 60 AS minutes
    FROM people_rosterday r
    JOIN people_personassignment p ON p.person_id = r.person_id AND p.starts_on <= r.day
        AND (p.ends_on IS NULL OR p.ends_on >= r.day)
    WHERE r.day BETWEEN %(since)s AND %(until)s
    GROUP BY 1, 2, 3
)
SELECT person_id, site_id, line_id, coalesce(attended.minutes, 0)::int, scheduled.minutes::int
FROM attended FULL JOIN scheduled USING (person_id, site_id, line_id)
"""
#: Between the planned start of a meeting and the actual one, for the index on planned starts.
_MOVED = timedelta(days=40)


def hours_in(span: Span) -> list[Hours]:
    """Everybody who was trained or scheduled on these days; one query."""
    bounds = {
        "since": span.since,
        "until": span.until,
        "from": midnight(span.since) - _MOVED,
        "to": midnight(span.until) + _MOVED,
    }
    with connection.cursor() as cursor:
        cursor.execute(_HOURS, bounds)
        return [Hours(*row) for row in cursor.fetchall()]
