"""A large file is read by another process and checked by a job: progress, stop, restart, and little in a web worker."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from trainingops.imports import reading, registry, services
from trainingops.imports.models import ImportRun, ImportState, PreviewRow, Upload
from trainingops.imports.people import PEOPLE
from trainingops.imports.services import cells
from trainingops.imports.services import checking as the_check
from trainingops.jobs.models import Job, JobState
from trainingops.jobs.running import jobs_to_wake, run_job
from trainingops.jobs.services import cancel_job
from trainingops.people.models import Person
from trainingops.people.tests.factories import ServiceLineFactory, SiteFactory, make_user

pytestmark = pytest.mark.django_db

MANY = services.ROWS_CHECKED_IN_REQUEST + 300
#: One row in ten names a site that there is not.
BAD = len(range(0, MANY, 10))
HTMX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def administrator(client):
    SiteFactory(name="Jakarta")
    ServiceLineFactory(name="Inbound")
    user = make_user("administrator")
    client.force_login(user)
    return user


def people(rows: int) -> bytes:
    sites = ["Entah", *["Jakarta"] * 9]
    lines = (f"CX{n:05d};Orang {n};Inbound;{sites[n % 10]};317401010101{n:04d}" for n in range(rows))
    return "\n".join(["No. Karyawan;Nama;Line;Site;No KTP", *lines]).encode()


def upload(client, content: bytes) -> ImportRun:
    response = client.post("/imports/new/people/", {"file": SimpleUploadedFile("agen.csv", content)})
    assert response.status_code == 302, response.context["form"].errors
    return ImportRun.objects.latest("pk")


@pytest.fixture
def checking(client, administrator) -> ImportRun:
    """A large file whose columns were confirmed."""
    run = upload(client, people(MANY))
    columns = client.get(f"/imports/{run.uuid}/columns/").content.decode()
    assert "A: No. Karyawan (CX00000)" in columns and "31740101" not in columns
    client.post(f"/imports/{run.uuid}/columns/", {name: str(place) for name, place in run.mapping.items()})
    run.refresh_from_db()
    return run


@pytest.fixture
def never_unpacked(monkeypatch):
    """The web may not hold the rows of a large file."""

    def refuse(*_args, **_kwargs):
        raise AssertionError("the rows were unpacked")

    monkeypatch.setattr(reading.Sheet, "unpack", refuse)


def test_a_large_file_is_checked_by_a_job_and_the_web_never_holds_its_rows(client, administrator, never_unpacked):
    run = upload(client, people(MANY))
    assert (run.state, run.upload.head["rows"], run.upload.head["dropped"]) == ("uploaded", MANY, ["No KTP"])
    client.post(f"/imports/{run.uuid}/columns/", {name: str(place) for name, place in run.mapping.items()})
    page = client.get(f"/imports/{run.uuid}/")
    assert page.status_code == 200
    assert f"/jobs/{ImportRun.objects.get().job.uuid}/cancel/" in page.content.decode()
    again = client.get(f"/imports/{run.uuid}/", **HTMX)
    assert "HX-Refresh" not in again.headers and b"hx-get" in again.content
    assert client.post(f"/imports/{run.uuid}/check/").status_code == 409
    assert client.post(f"/imports/{run.uuid}/apply/", {"how": "valid"}).status_code == 409
    assert ImportRun.objects.get().state == ImportState.CHECKING


def test_identity_numbers_of_a_large_file_are_not_stored(client, administrator):
    run = upload(client, people(MANY))
    _place, rows = reading.stored_rows(bytes(Upload.objects.get(pk=run.upload_id).content))
    assert not any("317401" in str(cell) for row in rows for cell in row)


def test_the_check_leads_to_a_preview_in_pages_and_to_the_write(client, checking):
    run_job(job_id=checking.job_id, clock=timezone.now)
    job = Job.objects.get()
    assert (job.state, job.done, job.total) == (JobState.SUCCEEDED, MANY, MANY)
    ended = client.get(f"/imports/{checking.uuid}/", **HTMX)
    assert ended.headers["HX-Refresh"] == "true"
    checking.refresh_from_db()
    assert (checking.state, checking.counts["bad"], checking.counts["new"]) == ("previewed", BAD, MANY - BAD)
    assert PreviewRow.objects.filter(run=checking, status="bad").count() == BAD
    first, second = (client.get(f"/imports/{checking.uuid}/", {"show": "bad", "page": n}) for n in (1, 2))
    assert (len(first.context["rows"]), len(second.context["rows"])) == (100, BAD - 100)
    assert {row["number"] for row in first.context["rows"]} == {2 + 10 * n for n in range(100)}
    client.post(f"/imports/{checking.uuid}/apply/", {"how": "valid"})
    checking.refresh_from_db()
    assert checking.state == ImportState.APPLYING and not Person.objects.exists()
    run_job(job_id=checking.job_id, clock=timezone.now)
    assert Person.objects.count() == MANY - BAD


def test_few_changes_in_a_large_file_are_written_by_a_job_too(client, checking):
    """The rows are compared once more before they are written, and that is what takes long."""
    run_job(job_id=checking.job_id, clock=timezone.now)
    ImportRun.objects.update(counts={"new": 1, "changed": 0, "same": MANY - 1, "bad": 0})
    client.post(f"/imports/{checking.uuid}/apply/", {"how": "valid"})
    checking.refresh_from_db()
    assert checking.state == ImportState.APPLYING and checking.job.finished_at is None


def test_a_check_that_was_killed_begins_again_by_the_sweep(client, checking, monkeypatch):
    class Killed(BaseException):
        pass

    def die(batch):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setitem(registry._importers, "people", replace(PEOPLE, check=die))
        with pytest.raises(Killed):
            run_job(job_id=checking.job_id, clock=timezone.now)
    assert jobs_to_wake(timezone.now()) == []
    Job.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
    (left,) = jobs_to_wake(timezone.now())
    run_job(job_id=left, clock=timezone.now)
    checking.refresh_from_db()
    assert (checking.state, Job.objects.get().attempts, checking.rows.filter(status="bad").count()) == (
        "previewed",
        2,
        BAD,
    )


def test_a_check_shows_how_far_it_is_and_stops_in_the_middle(client, administrator, checking, monkeypatch):
    shown = []

    def report(*, job, progress, now):
        shown.append((progress.done, progress.total))
        if progress.done >= 500:
            cancel_job(job=job, actor=administrator, now=now)
        real(job=job, progress=progress, now=now)

    real = the_check.report_progress
    monkeypatch.setattr(the_check, "report_progress", report)
    monkeypatch.setattr(the_check, "REPORT_EVERY", timedelta(0))
    run_job(job_id=checking.job_id, clock=timezone.now)
    checking.refresh_from_db()
    assert checking.job.state == JobState.CANCELLED and checking.state == ImportState.CHECKING
    assert shown[-1] == (500, MANY) and shown == sorted(shown)
    page = client.get(f"/imports/{checking.uuid}/")
    assert page.context["may_check"] and not page.context["may_decide"]
    assert client.get(f"/jobs/{checking.job.uuid}/").context["page_url"] == f"/imports/{checking.uuid}/"
    monkeypatch.undo()
    client.post(f"/imports/{checking.uuid}/check/")
    checking.refresh_from_db()
    run_job(job_id=checking.job_id, clock=timezone.now)
    checking.refresh_from_db()
    assert checking.state == ImportState.PREVIEWED


def test_a_worker_that_lost_its_lease_stops_inside_the_step_and_leaves_the_job_to_the_other(checking, monkeypatch):
    reports = []

    def lose(*, job, progress, now):
        reports.append(progress.done)
        Job.objects.update(token=job.uuid)
        real(job=job, progress=progress, now=now)

    real = the_check.report_progress
    monkeypatch.setattr(the_check, "report_progress", lose)
    monkeypatch.setattr(the_check, "REPORT_EVERY", timedelta(0))
    run_job(job_id=checking.job_id, clock=timezone.now)
    job = Job.objects.get()
    assert (reports, job.state, job.finished_at) == ([0], JobState.RUNNING, None)
    assert not checking.rows.exists()


def test_a_refusal_of_the_other_process_is_said_at_the_field(client, administrator, monkeypatch):
    """Too many rows even for a job, in the words of the user."""
    monkeypatch.setattr(cells, "ROWS_CHECKED_IN_REQUEST", 0)
    content = b"No. Karyawan;Nama;Line;Site\n" + b"CX;Orang;Inbound;Jakarta\n" * 50_200
    response = client.post("/imports/new/people/", {"file": SimpleUploadedFile("agen.csv", content)})
    assert response.status_code in (200, 422)
    assert "50" in str(response.context["form"].errors["file"])


def test_an_upload_of_the_version_before_is_still_read():
    body = {"rows": [["Nama"], [["date", "2026-05-12"]]], "heading": 1, "dropped": [], "footers": []}
    sheet = reading.Sheet.unpack(zlib.compress(json.dumps(body).encode()))
    assert sheet == reading.Sheet.unpack(sheet.pack())
    assert (sheet.head.rows, sheet.head.samples) == (1, ["2026-05-12"])
