"""A month's roster of a whole house, and the page of low intervals on years of data (5.1.1 f, IMP).

``BENCH=1 pytest planning/tests/test_roster_scale.py`` imports for 10,000 agents; the suite takes a tenth.
"""

from __future__ import annotations

import os
import time as clock
from datetime import UTC, date, datetime, time, timedelta
from io import BytesIO

import pytest
import xlsxwriter
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from planning.models import TrafficInterval
from trainingops.imports.models import ImportRun, ImportState
from trainingops.imports.registry import get_importer
from trainingops.imports.services import apply_import, run_import_job, take_upload
from trainingops.imports.testing import checked_by_its_job
from trainingops.people.enums import Role, ShiftKind
from trainingops.people.models import Person, PersonAssignment, RosterDay, ShiftCode
from trainingops.people.tests.factories import BEGINNING, TeamFactory, make_user

pytestmark = [pytest.mark.clause("5.1.1 f"), pytest.mark.django_db]
LONG = os.environ.get("BENCH") == "1"
AGENTS, PEOPLE = (10_000, 1_000) if LONG else (1_000, 200)
NOW = datetime(2026, 11, 23, 3, tzinfo=UTC)
LEGEND = "Ket: P=Pagi 07.00-15.00, S=Siang 14.00-22.00, M=Malam 22.00-06.00"
CODES = ("P", "P", "S", "S", "M", "M", "OFF", "OFF")


def house(count):
    """People of one site, line and team."""
    team = TeamFactory()
    people = Person.objects.bulk_create(
        Person(employee_no=f"AG{n:05d}", name=f"Agent {n:05d}", joined_on=BEGINNING) for n in range(count)
    )
    PersonAssignment.objects.bulk_create(
        PersonAssignment(person=person, site=team.site, line=team.line, team=team, starts_on=BEGINNING)
        for person in people
    )
    return team, people


def workbook(people):
    """November of everybody; every twentieth row has a wrong cell, and one person is not known."""
    buffer = BytesIO()
    with xlsxwriter.Workbook(buffer, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        for at, row in enumerate((["BULAN : NOVEMBER 2026"], ["No. Karyawan", "Nama", *range(1, 31)])):
            sheet.write_row(at, 0, row)
        for at, person in enumerate(people):
            cells = [CODES[(day + at) % len(CODES)] for day in range(30)]
            if at % 20 == 0:
                cells[at % 30] = "ZZ"
            sheet.write_row(at + 2, 0, [person.employee_no, person.name, *cells])
        sheet.write_row(len(people) + 2, 0, ["XX99999", "Tidak dikenal", *["OFF"] * 30])
        sheet.write_row(len(people) + 4, 0, ["", LEGEND])
    return buffer.getvalue()


@pytest.mark.point("IMP-3")
@pytest.mark.point("IMP-4")
def test_a_months_roster_is_imported_in_visible_steps_and_again_changes_nothing():
    team, people = house(AGENTS)
    keeper = make_user(Role.OPERATION_SUPPORT, site=team.site, line=team.line)
    file, importer = workbook(people), get_importer("roster")
    begun = clock.perf_counter()
    run = take_upload(importer=importer, name="roster.xlsx", content=file, actor=keeper, now=NOW)
    run = preview(run, keeper)
    bad = -(-AGENTS // 20)
    # The line of the legend is no agent's: it stays as it is.
    assert run.counts == {"new": AGENTS, "changed": 0, "same": 1, "bad": 1, "partly": bad}
    named = [row.body for row in run.rows.all() if row.body["problems"]]
    assert len(named) == bad + 1  # each with its row, its column and what to do
    assert all(problem[0] and problem[1] and problem[2] for row in named for problem in row["problems"])
    run = apply_import(run=run, only_valid_rows=True, actor=keeper, now=NOW)
    steps = list(run_import_job(run.job, NOW))
    assert [step.done for step in steps] == [*range(0, AGENTS, importer.rows_at_once), AGENTS]
    assert {step.total for step in steps} == {AGENTS}
    took = clock.perf_counter() - begun
    assert RosterDay.objects.count() == AGENTS * 30 - bad
    assert ImportRun.objects.get(pk=run.pk).state == ImportState.APPLIED
    again = preview(take_upload(importer=importer, name="roster.xlsx", content=file, actor=keeper, now=NOW), keeper)
    assert (again.counts["new"], again.counts["changed"], again.counts["same"]) == (0, 0, AGENTS + 1)
    assert took < 10 + AGENTS / 60, f"{AGENTS} agents took {took:.1f} s"


def preview(run, keeper):
    from trainingops.imports.services import confirm_columns

    if run.state == ImportState.UPLOADED:
        run = confirm_columns(run=run, mapping=run.mapping, actor=keeper, now=NOW)
    return checked_by_its_job(run)


def traffic(team, first, days):
    """Half hours from 07.00 to 21.00."""
    start = datetime.combine(first, time(7), tzinfo=team.site.zone)
    TrafficInterval.objects.bulk_create(
        (
            TrafficInterval(
                site=team.site,
                line=team.line,
                source="ACD",
                starts_at=start + timedelta(days=day, minutes=30 * step),
                minutes=30,
                offered=300 + 20 * abs(14 - step),
                aht_seconds=240,
                agents=120,
            )
            for day in range(days)
            for step in range(28)
        ),
        batch_size=5_000,
    )


def roster(people, first, days, zone):
    shift = ShiftCode.objects.get_or_create(
        code="MD", defaults={"name": "Middle", "kind": ShiftKind.WORK, "starts_at": time(9), "ends_at": time(18)}
    )[0]
    times = [
        (day, datetime.combine(day, time(9), tzinfo=zone), datetime.combine(day, time(18), tzinfo=zone))
        for day in (first + timedelta(days=step) for step in range(days))
    ]
    RosterDay.objects.bulk_create(
        (
            RosterDay(person=person, day=day, code=shift, starts_at=start, ends_at=end)
            for day, start, end in times
            for person in people
        ),
        batch_size=5_000,
    )


def test_the_page_of_low_intervals_costs_the_same_with_ten_more_years(client, time_machine_at_now):
    """A year of traffic and agents with the roster around today; then ten more years."""
    team, people = house(PEOPLE)
    today = date(2026, 11, 23)
    traffic(team, today - timedelta(days=365), 365)
    roster(people, today - timedelta(days=20), 40, team.site.zone)
    client.force_login(make_user(Role.OPERATIONS, site=team.site, line=team.line))
    asked = {"team": team.code, "duration": 120}
    before = measured(client, asked)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO planning_trafficinterval "
            "(site_id, line_id, source, queue, starts_at, minutes, is_complete, offered, aht_seconds, agents) "
            "SELECT site_id, line_id, source, queue, starts_at - n * interval '365 days', minutes, is_complete, "
            "offered, aht_seconds, agents "
            "FROM planning_trafficinterval, generate_series(1, 10) n"
        )
        # Ten years of roster for a tenth of the people: the page reads by person and day.
        cursor.execute(
            "INSERT INTO people_rosterday (person_id, day, code_id, starts_at, ends_at) "
            "SELECT person_id, day - (365 * n), code_id, starts_at - n * interval '365 days', "
            "ends_at - n * interval '365 days' FROM people_rosterday, generate_series(1, 10) n WHERE person_id % 10 = 0"
        )
        cursor.execute("ANALYZE planning_trafficinterval, people_rosterday")
    after = measured(client, asked)
    for queries, size, _seconds in (before, after):
        assert queries <= 15 and size <= 150 * 1024
    assert after[0] == before[0] and abs(after[1] - before[1]) < 200
    assert after[2] < 2 * before[2] + 0.5, f"{before[2]:.2f} s became {after[2]:.2f} s"


@pytest.fixture
def time_machine_at_now():
    import time_machine

    with time_machine.travel(NOW, tick=True):
        yield


def measured(client, asked):
    """Queries, bytes and seconds of the page; the second answer counts, the first one fills caches of the process."""
    client.get(reverse("traffic"), asked)
    begun = clock.perf_counter()
    with CaptureQueriesContext(
        connection,
    ) as caught:
        answer = client.get(reverse("traffic"), asked)
    assert answer.status_code == 200 and answer.context["slots"].roster_known
    return len(caught), len(answer.content), clock.perf_counter() - begun
