"""What does not grow with the years: the needs page, the choice of agents, imports (issue 3; 2.3, 5.1.1 c).

Short in the suite; ``make bench`` runs the same with 1,000 agents, ten more years, and an import of 10,000 people and
50,000 findings, and prints what it took.
"""

from __future__ import annotations

import json
import os
import resource
import sys
import time
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from planning.imports.defects import DEFECTS
from planning.models import Defect, QualityParameter
from planning.tests.bulk import PARAMETERS, Floor, fill_days, make_floor, years
from trainingops.imports.exports import errors_response
from trainingops.imports.models import ImportRun, ImportState, PreviewRow
from trainingops.imports.people import PEOPLE
from trainingops.imports.registry import Importer
from trainingops.imports.services import (
    apply_import,
    check_again,
    confirm_columns,
    run_import_job,
    stored_cells,
    take_upload,
)
from trainingops.imports.testing import checked_by_its_job
from trainingops.people.models import Person
from trainingops.people.tests.factories import ServiceLineFactory, SiteFactory, make_user

LONG = os.environ.get("BENCH") == "1"
AGENTS, MORE_YEARS = (1_000, 10) if LONG else (40, 10)
DEFECTS_A_DAY, SAMPLES_A_DAY = (137, 130) if LONG else (6, 6)
PEOPLE_ROWS, DEFECT_ROWS = (10_000, 50_000) if LONG else (400, 1_200)
#: One row of twenty is bad.
BAD_EVERY = 20
QUERIES, BYTES = 15, 150 * 1024

pytestmark = pytest.mark.django_db


def say(line: str) -> None:
    """One line of the bench; pytest shows it with ``-s``."""
    sys.stdout.write(f"\n{line}")


@dataclass(frozen=True)
class Cost:
    """What a page took: queries, bytes, blocks that its queries touched, and seconds."""

    queries: int
    size: int
    blocks: int
    seconds: float


def cost_of(client, url: str, query: dict[str, str]) -> Cost:
    """Open a page three times and keep the shortest, so that a busy machine does not count; blocks by EXPLAIN."""
    seconds = []
    for _ in range(3):
        began = time.perf_counter()
        with CaptureQueriesContext(connection) as caught:
            page = client.get(url, query)
        seconds.append(time.perf_counter() - began)
    assert page.status_code == 200
    reads = [each["sql"] for each in caught if "planning_defect" in each["sql"] or "planning_monitoring" in each["sql"]]
    assert reads
    return Cost(len(caught), len(page.content), sum(map(blocks_of, reads)), min(seconds))


def blocks_of(sql: str) -> int:
    """How many blocks of 8 kB a query touches."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}")
        (answer,) = cursor.fetchone()
    plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
    return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]


@pytest.fixture
def floor() -> Floor:
    return make_floor(AGENTS)


@pytest.mark.clause("5.1.1 c")
@pytest.mark.parametrize("name", ["need_overview", "need_agents"])
def test_the_needs_page_of_a_year_does_not_slow_down_with_ten_more(client, floor, name):
    """A year of data; then ten more years before it: the same blocks are read, in at most 15 queries and 150 KB."""
    today = timezone.localdate()
    first, days = years(1, today)
    per_day = {"defects_a_day": DEFECTS_A_DAY, "samples_a_day": SAMPLES_A_DAY}
    fill_days(floor, first=first, days=days, mark="now", **per_day)
    client.force_login(floor.world.pic)
    url = reverse(name)
    query = {"since": first.isoformat(), "until": today.isoformat(), "line": floor.world.line.code}
    query |= {"parameter": "C1"} if name == "need_agents" else {}
    one = cost_of(client, url, query)
    before, more_days = years(MORE_YEARS, first - timedelta(days=1))
    fill_days(floor, first=before, days=more_days, mark="old", **per_day)
    eleven = cost_of(client, url, query)
    say(f"{name}: 1 year {one}, {1 + MORE_YEARS} years {eleven}")
    for cost in (one, eleven):
        assert cost.queries <= QUERIES and cost.size <= BYTES
    # The years before are eleven times as many rows: reading them would show at once.
    assert eleven.blocks < one.blocks * 2.5 + 200
    if LONG:
        assert eleven.seconds < one.seconds * 1.5 + 0.1


def people_file(site, line) -> bytes:
    lines = ["No. Karyawan;Nama;Line;Site;Tanggal Bergabung"]
    for n in range(PEOPLE_ROWS):
        where = "Nowhere" if n % BAD_EVERY == 7 else site.name
        lines.append(f"CC{n:05d};Agent {n:05d};{line.name};{where};2020-01-01")
    return "\n".join(lines).encode()


def defects_file(people: list[str], until: date) -> bytes:
    """One finding a row; of twenty, one names a class that does not exist or a day that does not."""
    codes = list(PARAMETERS)
    lines = ["Tgl Kontak;ID Kontak;No. Karyawan;Channel;Parameter;Kelas Error;Uraian Temuan;Akar Masalah;Status"]
    for n in range(DEFECT_ROWS):
        day = until - timedelta(days=1 + n % 360)
        code = codes[n % len(codes)]
        error_class = {"non_critical": "Non Critical"}.get(PARAMETERS[code], PARAMETERS[code].upper())
        written = day.strftime("%d/%m/%Y")
        if n % BAD_EVERY == 3:
            error_class = "Fatal"
        if n % (2 * BAD_EVERY) == 11:
            written = "31/11/2025"
        lines.append(
            f"{written};17600{n:012d};{people[n % len(people)]};Inbound;{code};{error_class};Temuan;knowledge;Valid"
        )
    return "\n".join(lines).encode()


def bad_of(rows: int, *remainders: tuple[int, int]) -> set[int]:
    """The rows of the file (from 1, the heading is 1) that are bad."""
    return {n + 2 for n in range(rows) for every, at in remainders if n % every == at}


def bring_in(importer: Importer, content: bytes, user, now) -> tuple[ImportRun, list[float]]:
    """Upload, confirm, apply the valid rows as the job does; the shares of progress that were shown."""
    began = time.perf_counter()
    run = take_upload(importer=importer, name="berkas.csv", content=content, actor=user, now=now)
    if run.state == ImportState.UPLOADED:
        run = confirm_columns(run=run, mapping=run.mapping, actor=user, now=now)
    run = checked_by_its_job(run)
    checked = time.perf_counter()
    shown: list[float] = []
    if run.counts["new"] or run.counts["changed"]:
        run = apply_import(run=run, only_valid_rows=True, actor=user, now=now)
        if run.job:
            shown = [step.done / step.total for step in run_import_job(run.job, now)]
    run.refresh_from_db()
    done = time.perf_counter()
    mine, child = (
        resource.getrusage(who).ru_maxrss // 1024 for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    say(
        f"{importer.name}: checked in {checked - began:.1f} s, written in {done - checked:.1f} s,"
        f" at most {mine} MB here and {child} MB in the child"
    )
    return run, shown


@pytest.mark.point("IMP-3")
@pytest.mark.point("IMP-4")
def test_people_and_findings_come_in_with_every_error_named_and_nothing_changes_again():
    """5 % bad rows: each is named with row and column; the rest is written by a job that shows how far it is."""
    now = timezone.now()
    site, line = SiteFactory(), ServiceLineFactory()
    admin, qc = make_user("administrator"), make_user("qc", site=site, line=line)
    run, _shown = bring_in(PEOPLE, people_file(site, line), admin, now)
    bad_people = bad_of(PEOPLE_ROWS, (BAD_EVERY, 7))
    assert Person.objects.filter(employee_no__startswith="CC").count() == PEOPLE_ROWS - len(bad_people)
    assert named(run) == {(number, "Site") for number in bad_people}

    QualityParameter.objects.bulk_create(
        QualityParameter(code=code, name=code, error_class=each) for code, each in PARAMETERS.items()
    )
    numbers = list(Person.objects.filter(employee_no__startswith="CC").values_list("employee_no", flat=True))
    content = defects_file(numbers, timezone.localdate())
    run, shown = bring_in(DEFECTS, content, qc, now)
    wrong_class = bad_of(DEFECT_ROWS, (BAD_EVERY, 3))
    wrong_day = bad_of(DEFECT_ROWS, (2 * BAD_EVERY, 11))
    assert Defect.objects.count() == DEFECT_ROWS - len(wrong_class | wrong_day)
    assert named(run) == {(n, "Kelas Error") for n in wrong_class} | {(n, "Tgl Kontak") for n in wrong_day}
    assert run.counts["bad"] == len(wrong_class | wrong_day)
    assert shown[-1] == 1 and (len(shown) > 2 or not LONG)
    assert len(errors_response_rows(run, now)) == len(wrong_class | wrong_day)

    again, _shown = bring_in(DEFECTS, content, qc, now)
    assert again.counts["new"] == again.counts["changed"] == 0
    assert checked_by_its_job(check_again(run=again, actor=qc, now=now)).counts["same"] == Defect.objects.count()


def memory(what: str) -> int:
    """``VmRSS`` (now) or ``VmHWM`` (peak since the last reset) of this process, in MB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(what)) // 1024


def test_a_web_worker_never_holds_the_rows_of_a_large_file(client):
    """Upload, columns, progress, preview and error file of 50,000 findings: the peak over what the process had before.

    The job itself runs elsewhere; what it would have found is written beside, so that its memory does not count.
    """
    site, line = SiteFactory(), ServiceLineFactory()
    client.force_login(make_user("qc", site=site, line=line))
    content = defects_file([f"CC{n:05d}" for n in range(1_000)], timezone.localdate())
    new = reverse("import_new", args=["defects"])
    client.get(new)
    Path("/proc/self/clear_refs").write_text("5")
    before = memory("VmRSS")
    page = client.post(new, {"file": SimpleUploadedFile("temuan.csv", content)})
    run = ImportRun.objects.get()
    here = {"uuid": run.uuid}
    client.get(reverse("import_columns", kwargs=here))
    client.post(reverse("import_columns", kwargs=here), {name: str(at) for name, at in run.mapping.items()})
    run.refresh_from_db()
    assert (page.status_code, run.state) == (302, ImportState.CHECKING)
    assert client.get(reverse("import_detail", kwargs=here)).status_code == 200
    bad = range(2, DEFECT_ROWS, 3)
    body = {"key": "x", "changes": [], "problems": [["Kelas Error", "Fatal", "m" * 80, "c"]], "warnings": []}
    PreviewRow.objects.bulk_create(
        (PreviewRow(run=run, number=number, status="bad", body=body) for number in bad), batch_size=500
    )
    ImportRun.objects.update(state=ImportState.PREVIEWED, counts={"new": 1, "bad": len(bad)}, preview={"listed": 1})
    assert client.get(reverse("import_detail", kwargs=here)).status_code == 200
    assert client.get(reverse("import_errors", kwargs=here)).status_code == 200
    more = memory("VmHWM") - before
    say(f"web worker: {before} MB before, at most {more} MB more for {DEFECT_ROWS} rows of {len(content) >> 10} kB")
    assert more <= 60


def named(run: ImportRun) -> set[tuple[int, str]]:
    """Row and heading of each error that the preview keeps."""
    return {(row.number, column) for row in run.rows.all() for column, *_rest in row.body["problems"]}


def errors_response_rows(run: ImportRun, now) -> list[int]:
    """The rows of the error file that carry a description (IMP-3)."""
    from io import BytesIO

    from python_calamine import CalamineWorkbook

    wrong = run.rows.exclude(body__problems=[]).values_list("number", "body")
    response = errors_response(stored_cells(run, now), wrong, name="kesalahan")
    rows = CalamineWorkbook.from_filelike(BytesIO(response.content)).get_sheet_by_index(0).to_python()
    return [number for number, row in enumerate(rows[1:], 2) if row[-1]]
