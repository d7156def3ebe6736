"""The pages of an import: upload → columns → preview → apply."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from python_calamine import CalamineWorkbook

from trainingops.audit.models import Entry
from trainingops.imports import registry, services
from trainingops.imports.models import ImportRun, ImportState, Upload
from trainingops.imports.people import PEOPLE
from trainingops.imports.registry import Checked
from trainingops.jobs.models import Job
from trainingops.jobs.running import run_job
from trainingops.people.models import Person
from trainingops.people.tests.factories import PersonFactory, ServiceLineFactory, SiteFactory, make_user

pytestmark = pytest.mark.django_db

SAMPLES = Path(__file__).parent / "samples"
HEAD = "No. Karyawan;Nama;Line;Site"


@pytest.fixture
def administrator(client):
    SiteFactory(name="Jakarta")
    ServiceLineFactory(name="Inbound")
    user = make_user("administrator")
    client.force_login(user)
    return user


def csv_of(*lines: str) -> bytes:
    return "\n".join([HEAD, *lines]).encode()


def people(count: int) -> bytes:
    return csv_of(*(f"CX{n:04d};Orang {n};Inbound;Jakarta" for n in range(count)))


def upload(client, content: bytes, name: str = "agen.csv"):
    return client.post("/imports/new/people/", {"file": SimpleUploadedFile(name, content)})


def preview(client, content: bytes) -> ImportRun:
    """Upload and confirm the guessed columns."""
    page = client.get(upload(client, content).url, follow=True)
    run = ImportRun.objects.get()
    if page.request["PATH_INFO"].endswith("/columns/"):
        chosen = {name: str(place) for name, place in run.mapping.items()}
        assert client.post(page.request["PATH_INFO"], chosen).status_code == 302
    run.refresh_from_db()
    return run


def test_a_file_goes_from_upload_to_people(client, administrator):
    run = preview(client, csv_of("CC1;Siti;Inbound;Jakarta"))
    page = client.get(f"/imports/{run.uuid}/").content.decode()
    assert "CC1 Siti" in page
    assert client.post(f"/imports/{run.uuid}/apply/", {"how": "all"}).url == f"/imports/{run.uuid}/"
    run.refresh_from_db()
    assert (run.state, Person.objects.get().name) == (ImportState.APPLIED, "Siti")
    assert client.get(f"/imports/{run.uuid}/").status_code == 200
    entry = Entry.objects.get(verb="import.applied")
    assert "Siti" not in entry.text and '"new":1' in entry.text


@pytest.mark.point("IMP-1")
def test_a_layout_that_was_confirmed_goes_straight_to_the_preview(client, administrator):
    preview(client, csv_of("CC1;Siti;Inbound;Jakarta"))
    response = upload(client, csv_of("CC2;Budi;Inbound;Jakarta"))
    assert client.get(response.url).status_code == 200
    assert ImportRun.objects.order_by("-id").first().state == ImportState.PREVIEWED


@pytest.mark.parametrize(("language", "name"), [("id", "templat-karyawan.xlsx"), ("en", "template-people.xlsx")])
def test_the_template_is_named_in_the_reader_s_words(client, administrator, language, name):
    administrator.language = language
    administrator.save()
    response = client.get("/imports/template/people/")
    assert f'filename="{name}"' in response["Content-Disposition"]


@pytest.mark.point("IMP-1")
def test_the_template_is_read_back_with_every_column(client, administrator):
    response = client.get("/imports/template/people/")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(response.content)).get_sheet_by_index(0).to_python()
    assert len(rows) == 2 and len(rows[0]) == 13
    upload(client, response.content, "templat.xlsx")
    assert len(ImportRun.objects.get().mapping) == 13


@pytest.mark.point("IMP-4")
def test_all_or_nothing_writes_nothing_and_only_valid_writes_the_rest(client, administrator):
    run = preview(client, csv_of("CC1;Siti;Inbound;Jakarta", "CC2;Budi;Entah;Jakarta"))
    refused = client.post(f"/imports/{run.uuid}/apply/", {"how": "all"})
    assert refused.status_code == 422 and refused.context["form"].errors
    assert not Person.objects.exists()
    opened_anew = client.get(f"/imports/{run.uuid}/apply/", {"show": "bad"})
    assert opened_anew["Location"] == f"/imports/{run.uuid}/?show=bad", "a filter of the page refused, or its address"
    client.post(f"/imports/{run.uuid}/apply/", {"how": "valid"})
    assert Person.objects.get().employee_no == "CC1"
    again = client.post(f"/imports/{run.uuid}/apply/", {"how": "valid"})
    assert again.status_code == 409


@pytest.mark.point("IMP-3")
def test_the_error_file_is_the_original_and_a_column_of_errors(client, administrator):
    run = preview(client, csv_of("CC1;=Siti;Inbound;Jakarta", "CC2;Budi;Entah;Jakarta"))
    response = client.get(f"/imports/{run.uuid}/errors/")
    rows = CalamineWorkbook.from_filelike(io.BytesIO(response.content)).get_sheet_by_index(0).to_python()
    assert rows[0][:4] == HEAD.split(";") and rows[0][4] in ("Keterangan kesalahan", "Error description")
    assert rows[1][:2] == ["CC1", "'=Siti"] and rows[1][4] == ""
    assert rows[2][4].startswith("Line: “Entah”.")


@pytest.mark.point("IMP-6")
def test_a_neutralised_text_comes_back_as_it_was(client, administrator):
    run = preview(client, csv_of("CC1;'=Siti;Inbound;Jakarta"))
    client.post(f"/imports/{run.uuid}/apply/", {"how": "all"})
    assert Person.objects.get().name == "=Siti"


@pytest.mark.point("IMP-5")
def test_an_expired_preview_says_so_and_is_swept(client, administrator):
    run = preview(client, csv_of("CC1;Siti;Inbound;Jakarta"))
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        client.force_login(administrator)
        page = client.get(f"/imports/{run.uuid}/").content.decode()
        assert "kedaluwarsa" in page or "expired" in page
        assert client.post(f"/imports/{run.uuid}/apply/", {"how": "all"}).status_code == 409
        assert services.expire_uploads(now=timezone.now()) == 1
    run.refresh_from_db()
    assert (run.state, run.preview, Upload.objects.count()) == (ImportState.EXPIRED, {}, 0)
    assert client.get(f"/imports/{run.uuid}/").status_code == 200
    assert not Person.objects.exists()


def test_a_large_file_is_applied_by_a_job_that_may_be_started_again(client, administrator):
    run = preview(client, people(services.ROWS_IN_REQUEST + 1))
    client.post(f"/imports/{run.uuid}/apply/", {"how": "all"})
    run.refresh_from_db()
    assert run.state == ImportState.APPLYING and not Person.objects.exists()
    assert client.get(f"/imports/{run.uuid}/").status_code == 200
    assert client.post(f"/imports/{run.uuid}/apply/", {"how": "all"}).status_code == 409
    run_job(job_id=run.job_id, clock=timezone.now)
    run.refresh_from_db()
    job = Job.objects.get()
    assert (job.state, job.done, run.state) == ("succeeded", 501, ImportState.APPLIED)
    assert Person.objects.count() == 501


def test_a_failed_job_leads_back_to_the_preview(client, administrator):
    run = preview(client, people(services.ROWS_IN_REQUEST + 1))
    client.post(f"/imports/{run.uuid}/apply/", {"how": "all"})
    run.refresh_from_db()
    Job.objects.update(state="failed", finished_at=timezone.now(), error="x")
    assert client.get(f"/imports/{run.uuid}/").context["may_check"]
    assert client.post(f"/imports/{run.uuid}/check/").status_code == 302
    run.refresh_from_db()
    assert run.state == ImportState.PREVIEWED and run.job is None


@pytest.mark.point("IMP-7")
def test_an_open_question_is_asked_and_the_answer_is_remembered(client, administrator):
    content = b"No. Karyawan;Nama;Line;Site;Tanggal Bergabung\nCC1;Siti;Inbound;Jakarta;03/04/2024"
    run = preview(client, content)
    assert run.preview["questions"] == ["day_first"]
    refused = client.post(f"/imports/{run.uuid}/apply/", {"how": "all"})
    assert refused.context["form"].errors and not Person.objects.exists()
    client.post(f"/imports/{run.uuid}/answers/", {"question_day_first": "no"})
    client.post(f"/imports/{run.uuid}/apply/", {"how": "all"})
    assert str(Person.objects.get().joined_on) == "2024-03-04"
    upload(client, content.replace(b"CC1", b"CC2"))
    assert ImportRun.objects.order_by("-id").first().preview["questions"] == []


def test_columns_must_be_complete_and_different(client, administrator):
    upload(client, csv_of("CC1;Siti;Inbound;Jakarta"))
    run = ImportRun.objects.get()
    path = f"/imports/{run.uuid}/columns/"
    missing = client.post(path, {"name": "1", "line": "2", "site": "3"})
    assert "employee_no" in missing.context["form"].errors
    twice = client.post(path, {"employee_no": "0", "name": "0", "line": "2", "site": "3"})
    assert "name" in twice.context["form"].errors
    assert ImportRun.objects.get().state == ImportState.UPLOADED


def bomb() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        with archive.open("xl/worksheets/sheet1.xml", "w") as member:
            for _block in range(330):
                member.write(b"0" * (1 << 20))
    return buffer.getvalue()


def many_rows() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", "<row/>" * 60_000)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b" \n ", "empty"),
        (b"PK\x03\x04rubbish", "damaged"),
        (b"%PDF-1.7", "not_a_table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", "old_workbook"),
        (b"a;b\n" * 51_000, "too_many_rows"),
        (b";".join(b"x" for _ in range(300)), "too_many_columns"),
        (bomb, "too_large_unpacked"),
        (many_rows, "too_many_rows"),
    ],
    ids=["blank", "damaged", "pdf", "xls", "rows", "columns", "bomb", "xlsx rows"],
)
def test_hostile_files_are_refused_before_anything_is_kept(client, administrator, content, code):
    response = upload(client, content() if callable(content) else content)
    assert response.status_code == 422
    assert [error.code for error in response.context["form"].errors.as_data()["file"]] == [code]
    assert not Upload.objects.exists()


OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("foto.xlsx", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(60), ["PNG", ".csv"]),
        ("foto.csv", b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(60), ["bukan tabel"]),
        ("data.csv", bytes(range(256)) * 4, ["bukan tabel", ".csv"]),
        ("ekspor.xls", b"<html><table><tr><td>Nama</td></tr></table></html>", ["HTML", ".xlsx"]),
        ("kosong.csv", b"", ["kosong", "Pilih"]),
        ("judul.csv", HEAD.encode(), ["tidak ada baris", "di bawah judul"]),
        ("a.exe", b"Bukan tabel, hanya kalimat.\n", ["Ini bukan tabel", ".xlsx"]),
        ("rahasia.xlsx", OLE + "EncryptedPackage".encode("utf-16-le"), ["kata sandi"]),
        ("lama.xls", OLE, [".xlsx"]),
    ],
)
def test_what_is_no_table_is_refused_by_its_content_with_name_and_remedy(client, administrator, name, content, words):
    """IMP-2: the name of a file proves nothing."""
    answer = upload(client, content, name)
    assert answer.status_code == 422
    [said] = answer.context["form"].errors["file"]
    assert all(word in said for word in [name, *words]), said
    assert not Upload.objects.exists()


def test_a_file_that_lies_about_its_unpacked_size_is_refused(client, administrator):
    content = bytearray(bomb())
    at = content.rindex(b"PK\x01\x02")
    content[at + 24 : at + 28] = (100).to_bytes(4, "little")
    response = upload(client, bytes(content))
    assert [error.code for error in response.context["form"].errors.as_data()["file"]] == ["too_large_unpacked"]


# --- Who may -----------------------------------------------------------------------------------------------

PATHS = ["/imports/", "/imports/new/people/", "/imports/template/people/"]
RUN_PATHS = ["", "columns/", "errors/"]
RUN_POSTS = ["apply/", "answers/", "check/"]


@pytest.mark.parametrize("path", PATHS)
def test_anonymous_is_asked_to_sign_in_and_agents_are_refused(client, path):
    assert client.get(path).status_code == 302
    client.force_login(make_user("agent"))
    assert client.get(path).status_code == 403


def test_a_role_without_the_importer_is_refused_and_an_unknown_kind_is_404(client, administrator):
    assert client.get("/imports/new/entah/").status_code == 404
    client.force_login(make_user("qc"))
    assert client.get("/imports/").status_code == 200
    assert client.get("/imports/new/people/").status_code == 403
    assert upload(client, people(1)).status_code == 403


def test_an_import_of_somebody_else_is_404_and_only_the_owner_decides(client, administrator):
    run = preview(client, csv_of("CC1;Siti;Inbound;Jakarta"))
    client.force_login(make_user("qc"))
    for tail in RUN_PATHS:
        assert client.get(f"/imports/{run.uuid}/{tail}").status_code == 404
    for tail in RUN_POSTS:
        assert client.post(f"/imports/{run.uuid}/{tail}", {"how": "all"}).status_code == 404
    client.force_login(make_user("administrator"))
    assert client.get(f"/imports/{run.uuid}/").status_code == 200
    assert client.post(f"/imports/{run.uuid}/apply/", {"how": "all"}).status_code == 403


def test_wrong_methods_are_405(client, administrator):
    run = preview(client, csv_of("CC1;Siti;Inbound;Jakarta"))
    for tail in RUN_POSTS:
        assert client.put(f"/imports/{run.uuid}/{tail}").status_code == 405
        assert client.get(f"/imports/{run.uuid}/{tail}")["Location"] == f"/imports/{run.uuid}/"
    assert client.post("/imports/").status_code == 405
    assert client.post(f"/imports/{run.uuid}/errors/").status_code == 405


@pytest.mark.parametrize("state", [ImportState.APPLIED, ImportState.EXPIRED])
def test_no_step_leads_out_of_an_ended_import(client, administrator, state):
    run = preview(client, csv_of("CC1;Siti;Inbound;Jakarta"))
    ImportRun.objects.update(state=state)
    for tail in RUN_POSTS:
        assert client.post(f"/imports/{run.uuid}/{tail}", {"how": "all"}).status_code == 409
    assert not Person.objects.exists()


def test_pages_cost_the_same_with_one_and_three_rows(client, administrator, django_assert_max_num_queries):
    run = preview(client, people(1))
    with django_assert_max_num_queries(12) as one:
        client.get("/imports/")
    with django_assert_max_num_queries(12) as one_row:
        client.get(f"/imports/{run.uuid}/")
    for _again in range(2):
        upload(client, people(3))
    run = ImportRun.objects.order_by("-id").first()
    with django_assert_max_num_queries(12) as three:
        client.get("/imports/")
    with django_assert_max_num_queries(12) as three_rows:
        client.get(f"/imports/{run.uuid}/")
    assert (len(one), len(one_row)) == (len(three), len(three_rows))


class Crash(Exception):
    """A worker that dies."""


def test_a_job_that_dies_half_way_goes_on_where_it_stood(client, administrator, monkeypatch):
    calls: list[int] = []

    def apply(*, rows, actor, now):
        calls.append(len(rows))
        if len(calls) == 2:
            raise Crash
        PEOPLE.apply(rows=rows, actor=actor, now=now)

    monkeypatch.setitem(registry._importers, "people", replace(PEOPLE, rows_at_once=200, apply=apply))
    run = preview(client, people(services.ROWS_IN_REQUEST + 1) + b"\nCX9;;Inbound;Jakarta")
    client.post(f"/imports/{run.uuid}/apply/", {"how": "valid"})
    run.refresh_from_db()
    steps = services.run_import_job(run.job, timezone.now())
    with pytest.raises(Crash):
        for progress in steps:
            cursor = progress.cursor
    assert Person.objects.count() == 200
    run.job.cursor = cursor
    last = list(services.run_import_job(run.job, timezone.now()))[-1]
    run.refresh_from_db()
    assert (last.done, last.total, run.state, Person.objects.count()) == (501, 501, ImportState.APPLIED, 501)
    assert calls == [200, 200, 200, 101]


@pytest.mark.point("IMP-7")
def test_somebody_unknown_is_picked_in_the_preview(client, administrator, monkeypatch):
    def check(batch):
        matches = batch.people(row.text("name") for row in batch.rows)
        found = []
        for row in batch.rows:
            checked = Checked(row, key=row.text("name"))
            person = matches.get(row.text("name"))
            if person is None:
                checked.refuse("name", "person_unknown", "?")
            checked.compare(None, {"name": person})
            found.append(checked)
        return found

    monkeypatch.setitem(registry._importers, "people", replace(PEOPLE, check=check))
    person = PersonFactory(name="Sidiq Mardhiyah")
    run = preview(client, csv_of("CC1;Sidik M;Inbound;Jakarta"))
    assert run.preview["unknown_people"] == ["Sidik M"]
    page = client.get(f"/imports/{run.uuid}/").content.decode()
    assert f'value="{person.employee_no} Sidiq Mardhiyah"' in page
    client.post(f"/imports/{run.uuid}/answers/", {"person_0": f"{person.employee_no} Sidiq Mardhiyah"})
    run.refresh_from_db()
    assert run.counts["new"] == 1 and run.preview["unknown_people"] == []


@pytest.mark.point("IMP-3")
@pytest.mark.parametrize(("language", "words"), [("id", "Terapkan 47.500 baris"), ("en", "Apply 47,500 rows")])
def test_numbers_of_rows_are_written_with_their_separator(client, administrator, language, words):
    administrator.language = language
    administrator.save()
    run = preview(client, csv_of("CC1;Siti;Inbound;Jakarta"))
    run.counts = {**run.counts, "new": 47_500}
    run.save()
    page = client.get(f"/imports/{run.uuid}/").content.decode()
    assert words in page and "47500" not in page
