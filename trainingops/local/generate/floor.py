"""What happens on the floor beside trainings, made by the database: findings, samples, roster, traffic, indicators."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import connection

#: A year of an agent.
DEFECTS, SAMPLES = 9, 12
#: The roster and the traffic reach so many days back, and the roster so many ahead.
_ROSTER_BACK, _ROSTER_AHEAD, _TRAFFIC_BACK = 28, 28, 56


def fill_floor(*, first: date, until: date, agents: int, years: int, seed: int, say: Callable[[str], None]) -> None:
    """Findings and samples of every agent since the first quarter; roster, traffic and indicators around today."""
    given: dict[str, Any] = {
        "first": first,
        "days": (until - first).days,
        "until": until,
        "defects": agents * years * DEFECTS,
        "samples": agents * years * SAMPLES,
        "seed": seed,
        "back": _ROSTER_BACK,
        "ahead": _ROSTER_AHEAD,
        "traffic": _TRAFFIC_BACK,
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT setseed(%s)", [(seed % 1000) / 1000])
        for what, statements in _STATEMENTS.items():
            say(f"{what} …")
            for statement in statements.split(";"):
                cursor.execute(statement, given)


_AGENTS = """
    CREATE TEMPORARY TABLE generated_agent ON COMMIT DROP AS
    SELECT row_number() OVER (ORDER BY at.person_id) - 1 AS place, at.person_id, at.site_id, at.line_id, at.team_id
    FROM people_personassignment AS at
    JOIN people_person AS person ON person.id = at.person_id
    WHERE at.ends_on IS NULL AND at.team_id IS NOT NULL AND person.employee_no ~ '^CC1[0-9]{4,}$';
        CREATE TEMPORARY TABLE generated_parameter ON COMMIT DROP AS
    SELECT row_number() OVER (ORDER BY id) - 1 AS place, id, error_class, code FROM planning_qualityparameter
"""
#: Agents differ in their true rate: some have three times as many findings as others.
_DEFECTS = """
    WITH size AS (SELECT count(*) AS agents, (SELECT count(*) FROM generated_parameter) AS parameters
        FROM generated_agent),
    drawn AS (
        SELECT n, floor(power(random(), 1.6) * size.agents)::int AS agent, %(first)s::date
            + floor(random() * %(days)s)::int AS day, floor(random() * size.parameters)::int AS parameter,
            random() AS fate
        FROM size, generate_series(1, %(defects)s) AS n
    )
    INSERT INTO planning_defect (uuid, source, source_reference, person_id, site_id, line_id, team_id, occurred_on,
        contact_reference, channel, error_class, parameter_id, root_cause, root_cause_by, state, note, decision_note)
    SELECT gen_random_uuid(), 'QC', 'G' || n, agent.person_id, agent.site_id, agent.line_id, agent.team_id, drawn.day,
        'G' || n, 'Telepon', parameter.error_class, parameter.id,
        (array['knowledge', 'skill', 'attitude', 'system'])[1 + n %% 4], 'QC',
        CASE WHEN fate < 0.04 THEN 'annulled' WHEN fate < 0.06 THEN 'disputed' ELSE 'valid' END, '', ''
    FROM drawn JOIN generated_agent AS agent ON agent.place = drawn.agent
    JOIN generated_parameter AS parameter ON parameter.place = drawn.parameter
"""
_SAMPLES = """
    WITH size AS (SELECT count(*) AS agents FROM generated_agent),
    drawn AS (
        SELECT n, floor(random() * size.agents)::int AS agent, %(first)s::date + floor(random() * %(days)s)::int AS day
        FROM size, generate_series(1, %(samples)s) AS n
    )
    INSERT INTO planning_monitoringsample (uuid, source, source_reference, person_id, site_id, line_id, team_id,
        contacted_on, contact_reference, kind, inspected, score, channel, note, answers, state, decision_note)
    SELECT gen_random_uuid(), 'QC', 'GS' || n, agent.person_id, agent.site_id, agent.line_id, agent.team_id, drawn.day,
        'GS' || n, CASE WHEN n %% 10 = 0 THEN 'targeted' ELSE 'random' END, 5, 95, 'Telepon', '', '{}', 'counting', ''
    FROM drawn JOIN generated_agent AS agent ON agent.place = drawn.agent;
    INSERT INTO planning_samplecount (sample_id, error_class, defective)
    SELECT id, (array['cace', 'bace', 'coace', 'non_critical'])[1 + id %% 4], 1 + (random() < 0.2)::int
    FROM planning_monitoringsample WHERE source_reference LIKE 'GS%%' AND id %% 3 = 0
"""
_ROSTER = """
    INSERT INTO people_rosterday (person_id, day, code_id, starts_at, ends_at)
    SELECT agent.person_id, day.day, code.id,
        (day.day + time '07:00') AT TIME ZONE site.timezone, (day.day + time '15:00') AT TIME ZONE site.timezone
    FROM generated_agent AS agent JOIN people_site AS site ON site.id = agent.site_id,
        (SELECT %(until)s::date + ahead AS day FROM generate_series(-%(back)s, %(ahead)s) AS ahead) AS day,
        (SELECT min(id) AS id FROM people_shiftcode WHERE kind = 'work') AS code
    WHERE extract(isodow FROM day.day) < 6 AND code.id IS NOT NULL
"""
_TRAFFIC = """
    INSERT INTO planning_trafficinterval (site_id, line_id, source, queue, starts_at, minutes, is_complete, offered,
        answered, abandoned, aht_seconds, agents)
    SELECT place.site_id, place.line_id, 'ACD', '',
        (%(until)s::date - back + time '07:00' + half * interval '30 minutes') AT TIME ZONE site.timezone, 30, true,
        40 + half * 3, 38 + half * 3, 2, 240, 26
    FROM (SELECT DISTINCT site_id, line_id FROM generated_agent
          EXCEPT SELECT DISTINCT site_id, line_id FROM planning_trafficinterval) AS place
        JOIN people_site AS site ON site.id = place.site_id,
        generate_series(1, %(traffic)s) AS back, generate_series(0, 29) AS half
"""
_INDICATORS = """
    INSERT INTO planning_serviceindicator (measure_id, line_id, site_id, starts_on, ends_on, value, responses)
    SELECT measure.id, place.line_id, place.site_id, month, (month + interval '1 month')::date - 1,
        CASE measure.code WHEN 'aht' THEN 240 WHEN 'complaints' THEN 3 ELSE 80 END + round(random()::numeric * 10, 2),
        CASE WHEN measure.code IN ('csat', 'fcr') THEN 600 END
    FROM (SELECT DISTINCT site_id, line_id FROM generated_agent) AS place, planning_servicemeasure AS measure,
        (SELECT generate_series(%(first)s::date, %(until)s::date - interval '1 month', '1 month')::date AS month)
        AS months
    WHERE NOT EXISTS (SELECT FROM planning_serviceindicator AS there WHERE there.site_id = place.site_id)
"""
_STATEMENTS = {
    "agents": _AGENTS,
    "findings": _DEFECTS,
    "samples": _SAMPLES,
    "roster": _ROSTER,
    "traffic": _TRAFFIC,
    "indicators": _INDICATORS,
}
