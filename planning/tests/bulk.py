"""Years of defects and samples, made by the database: what the tests of scale read (issue 3)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.db import connection

from planning.enums import ErrorClass
from planning.models import QualityParameter
from planning.tests.factories import World, make_world
from trainingops.people.models import Person, PersonAssignment, Team
from trainingops.people.tests.factories import BEGINNING

PARAMETERS = {
    "SS1": ErrorClass.NON_CRITICAL,
    "SS2": ErrorClass.NON_CRITICAL,
    "C1": ErrorClass.CACE,
    "C2": ErrorClass.CACE,
    "B1": ErrorClass.BACE,
    "K1": ErrorClass.COACE,
}


@dataclass(frozen=True)
class Floor:
    """A line with many agents in teams of twenty."""

    world: World
    agents: list[Person]


def make_floor(agents: int) -> Floor:
    """Agents of one line since 2020, and the parameters of QC."""
    world = make_world(people=1)
    QualityParameter.objects.bulk_create(
        [QualityParameter(code=code, name=f"Parameter {code}", error_class=each) for code, each in PARAMETERS.items()],
        ignore_conflicts=True,
    )
    teams = Team.objects.bulk_create(
        [
            Team(code=f"tim-{n:03d}", name=f"Tim {n:03d}", site=world.site, line=world.line)
            for n in range((agents + 19) // 20)
        ]
    )
    people = Person.objects.bulk_create(
        [Person(employee_no=f"CC{n:05d}", name=f"Agent {n:05d}", joined_on=BEGINNING) for n in range(agents)]
    )
    PersonAssignment.objects.bulk_create(
        [
            PersonAssignment(person=person, site=world.site, line=world.line, team=teams[n // 20], starts_on=BEGINNING)
            for n, person in enumerate(people)
        ]
    )
    return Floor(world, people)


def fill_days(floor: Floor, *, first: date, days: int, defects_a_day: int, samples_a_day: int, mark: str) -> None:
    """Defects and evaluated contacts of each day, as a year of imports would have left them."""
    numbers = {
        "first": first,
        "days": days,
        "defects": defects_a_day,
        "samples": samples_a_day,
        "people": [person.pk for person in floor.agents],
        "parameters": list(
            QualityParameter.objects.filter(code__in=PARAMETERS).order_by("code").values_list("pk", flat=True)
        ),
        "site": floor.world.site.pk,
        "line": floor.world.line.pk,
        "mark": mark,
    }
    with connection.cursor() as cursor:
        cursor.execute(_DEFECTS, numbers)
        cursor.execute(_SAMPLES, numbers)
        cursor.execute(_COUNTS, numbers)
        cursor.execute("ANALYZE planning_defect, planning_monitoringsample, planning_samplecount")


_WHOSE = """
    SELECT day, n, (%(people)s)[1 + (day * 7919 + n * 104729) %% array_length(%(people)s, 1)] AS person,
        %(first)s::date + day AS on_day
    FROM generate_series(0, %(days)s - 1) AS day, generate_series(1, {a_day}) AS n
"""
_DEFECTS = f"""
    INSERT INTO planning_defect (uuid, source, source_reference, person_id, site_id, line_id, team_id, occurred_on,
        contact_reference, channel, error_class, parameter_id, root_cause, root_cause_by, state, note, decision_note)
    SELECT gen_random_uuid(), 'QC', %(mark)s || '-' || day || '-' || n, person, %(site)s, %(line)s, at.team_id, on_day,
        '1760' || day || n, 'Inbound', parameter.error_class, parameter.id,
        (array['knowledge', 'skill', 'attitude', ''])[1 + (day + n) %% 4], 'QC',
        CASE WHEN n %% 20 = 0 THEN 'annulled' WHEN n %% 13 = 0 THEN 'disputed' ELSE 'valid' END, 'Temuan', ''
    FROM ({_WHOSE.format(a_day="%(defects)s")}) AS found
    JOIN people_personassignment AS at ON at.person_id = found.person
    JOIN planning_qualityparameter AS parameter
        ON parameter.id = (%(parameters)s)[1 + (day + n * n) %% array_length(%(parameters)s, 1)]
"""
_SAMPLES = f"""
    INSERT INTO planning_monitoringsample (uuid, source, source_reference, person_id, site_id, line_id, team_id,
        contacted_on, contact_reference, kind, inspected, score, channel, note, answers, state, decision_note)
    SELECT gen_random_uuid(), 'QC', %(mark)s || '-' || day || '-' || n, person, %(site)s, %(line)s, at.team_id, on_day,
        '1770' || %(mark)s || day || '-' || n, CASE WHEN n %% 10 = 0 THEN 'targeted' ELSE 'random' END, 1, 95,
        'Inbound', '', '{{}}', 'counting', ''
    FROM ({_WHOSE.format(a_day="%(samples)s")}) AS found
    JOIN people_personassignment AS at ON at.person_id = found.person
"""
_COUNTS = """
    INSERT INTO planning_samplecount (sample_id, error_class, defective)
    SELECT id, (array['cace', 'bace', 'coace', 'non_critical'])[1 + id %% 4], 1
    FROM planning_monitoringsample
    WHERE source_reference LIKE %(mark)s || '-%%' AND id %% 4 = 0
"""


def years(count: int, until: date) -> tuple[date, int]:
    """First day and number of days of ``count`` years that end with ``until``."""
    days = 365 * count
    return until - timedelta(days=days - 1), days
