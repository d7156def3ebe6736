"""The evidence browser in the browser (UX.md EVD-1, EVD-3, EVD-6)."""

import json
import uuid
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from trainingops.audit.models import AccessEvent
from trainingops.jobs.models import Job
from trainingops.jobs.running import run_job
from trainingops.people.tests.factories import ServiceLineFactory, SiteFactory, make_user
from trainingops.records import storage
from trainingops.records.models import Archive, EvidenceRequest
from trainingops.records.tests.kinds import NOW, ROLL, TODAY, made, order, payload
from trainingops.records.verifying import MOST_LOOK_UPS

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("roll_kind", "places")]
YEAR = {"start": "2026-01-01", "end": "2026-12-31"}


@pytest.fixture
def auditor(client):
    user = make_user("auditor", language="en")
    client.force_login(user)
    return user


def _damage(record):
    path = storage.path_of(record.sealed.sha256)
    path.chmod(0o640)
    path.write_bytes(b"%PDF palsu")


def test_the_list_shows_records_their_end_of_retention_and_their_seal(client, auditor):
    record, bad = made(title="KCA, sesi 1"), made(title="Cicil Emas")
    _damage(bad)
    page = client.get(reverse("evidence_list"), YEAR).content.decode()
    assert record.number in page
    assert "24 Nov 2028" in page
    assert "Matches" in page
    assert "Does not match" in page
    assert "2 records" in page


def test_a_filter_in_the_address_is_what_the_page_the_sheet_and_the_archive_take(client, auditor):
    made(site=SiteFactory(code="jkt"))
    made(site=SiteFactory(code="mks"))
    query = {**YEAR, "site": "jkt", "iso": "7.2"}
    assert "1 record" in client.get(reverse("evidence_list"), query).content.decode()
    sheet = client.get(reverse("evidence_export"), query)
    assert sheet["Content-Disposition"] == 'attachment; filename="records.xlsx"'
    assert sheet.content.startswith(b"PK")
    answer = client.post(reverse("archive_create"), {"filter": "&".join(f"{k}={v}" for k, v in query.items())})
    archive = Archive.objects.get()
    assert answer.url == reverse("archive_detail", args=[archive.uuid])
    assert archive.records_count == 1
    assert archive.filters["site"] == "jkt"


def test_the_same_order_sent_twice_makes_one_archive(client, auditor):
    made()
    order_once = {"filter": "start=2026-01-01&end=2026-12-31", "once": "k1"}
    first, second = (client.post(reverse("archive_create"), order_once).url for _ in range(2))
    assert first == second
    assert Archive.objects.count() == 1


def test_a_filter_that_cannot_be_is_said_and_orders_nothing(client, auditor):
    made()
    page = client.get(reverse("evidence_list"), {"start": "2026-12-01", "end": "2026-11-01"}).content.decode()
    assert "before it starts on 1 December 2026" in page
    answer = client.post(reverse("archive_create"), {"filter": "start=2026-12-01&end=2026-11-01"}, follow=True)
    assert "The filter is not valid" in answer.content.decode()
    answer = client.post(reverse("archive_create"), {"filter": "start=2020-01-01&end=2020-12-31"}, follow=True)
    assert "no record" in answer.content.decode()
    assert not Archive.objects.exists()


def test_empty_pages_say_why(client, auditor):
    assert "No records in this period" in client.get(reverse("evidence_list"), YEAR).content.decode()
    assert "No results" in client.get(reverse("evidence_list"), {**YEAR, "q": "x"}).content.decode()


def test_what_failed_is_shown_with_its_error_and_can_be_tried_again_by_a_manager(client, auditor):
    request = order(title="Laporan sesi 1")
    EvidenceRequest.objects.update(state="failed", error="RenderingFailed: the font is missing")
    page = client.get(reverse("evidence_list"), YEAR).content.decode()
    assert "the font is missing" in page
    assert "Try again" not in page
    assert client.post(reverse("evidence_retry", args=[request.uuid])).status_code == 403
    client.force_login(make_user("manager", language="en"))
    assert "Try again" in client.get(reverse("evidence_list"), YEAR).content.decode()
    assert client.post(reverse("evidence_retry", args=[request.uuid])).status_code == 302
    request.refresh_from_db()
    assert request.state == "pending"
    again = client.post(reverse("evidence_retry", args=[request.uuid]), follow=True)
    assert "nothing to try again" in again.content.decode()


def test_the_list_costs_the_same_for_one_and_for_three_records(
    client, auditor, django_assert_max_num_queries, monkeypatch
):
    monkeypatch.setattr("trainingops.records.views.all_kinds", lambda: [ROLL])  # not what the stages expect
    made(site=SiteFactory(), line=ServiceLineFactory())
    order()
    url = reverse("evidence_list")
    client.get(url, YEAR)
    with django_assert_max_num_queries(12) as one:
        client.get(url, YEAR)
    for _ in range(2):
        made(site=SiteFactory(), line=ServiceLineFactory(), training=SiteFactory())
        order()
    with django_assert_max_num_queries(12) as three:
        client.get(url, YEAR)
    assert len(one) == len(three)


def test_a_record_shows_hashes_seal_procedure_and_retention_and_the_reading_is_noted(client, auditor):
    record = made()
    page = client.get(reverse("evidence_detail", args=[record.uuid])).content.decode()
    for word in (record.sealed.sha256, record.unsigned_sha256, record.payload_sha256, record.certificate_sha256):
        assert word in page
    assert "24 November 2028" in page
    assert "Rev 01" in page
    assert AccessEvent.objects.filter(kind="reading", subject=record.uuid, user=auditor.uuid).count() == 1


def test_the_pdf_is_a_download_that_is_noted_and_never_shown_in_the_page(client, auditor):
    record = made(title="KCA, sesi 1")
    answer = client.get(reverse("evidence_pdf", args=[record.uuid]))
    assert answer.content == storage.read_file(record.sealed.sha256)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"] == f'attachment; filename="{record.number}_KCA-sesi-1.pdf"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer["Cache-Control"]
    event = AccessEvent.objects.get(kind="download")
    assert (event.subject, event.user) == (record.uuid, auditor.uuid)


def test_an_altered_or_missing_file_is_not_handed_out(client, auditor):
    record = made()
    _damage(record)
    page = client.get(reverse("evidence_pdf", args=[record.uuid]), follow=True).content.decode()
    assert "missing or altered" in page
    assert "altered after it was sealed" in page
    storage.path_of(record.sealed.sha256).unlink()
    page = client.get(reverse("evidence_detail", args=[record.uuid])).content.decode()
    assert "file of this record is missing" in page
    assert not AccessEvent.objects.filter(kind="download").exists()


def test_the_data_are_a_download_too(client, auditor):
    record = made()
    answer = client.get(reverse("evidence_data", args=[record.uuid]))
    assert json.loads(answer.content)["data"]["title"] == payload()["title"]
    assert AccessEvent.objects.get(kind="download").data["part"] == "data"


def test_foreign_records_do_not_exist(client):
    record = made(site=SiteFactory())
    client.force_login(make_user("auditor", site=SiteFactory()))
    for name in ("evidence_detail", "evidence_pdf", "evidence_data"):
        assert client.get(reverse(name, args=[record.uuid])).status_code == 404
        assert client.get(reverse(name, args=[uuid.uuid4()])).status_code == 404


PAGES = [
    ("evidence_list", False, "get"),
    ("evidence_export", False, "get"),
    ("evidence_detail", True, "get"),
    ("evidence_pdf", True, "get"),
    ("evidence_data", True, "get"),
    ("archive_detail", True, "get"),
    ("archive_download", True, "get"),
    ("archive_create", False, "post"),
    ("evidence_retry", True, "post"),
]


@pytest.mark.parametrize(("name", "about", "method"), PAGES)
def test_every_page_refuses_strangers_wrong_roles_and_wrong_methods(client, name, about, method):
    url = reverse(name, args=[uuid.uuid4()] if about else [])
    assert "/sign-in/" in getattr(client, method)(url).url
    client.force_login(make_user("agent"))
    assert getattr(client, method)(url).status_code == 403
    client.force_login(make_user("manager", "auditor"))
    assert getattr(client, "post" if method == "get" else "get")(url).status_code == 405


def test_an_archive_shows_progress_then_the_download_until_it_expires(
    client, auditor, django_capture_on_commit_callbacks
):
    made()
    client.post(reverse("archive_create"), {"filter": "start=2026-01-01&end=2026-12-31"})
    archive = Archive.objects.get()
    page = reverse("archive_detail", args=[archive.uuid])
    assert "we tell you when it is ready" in client.get(page).content.decode()
    assert "Archive of evidence" in client.get(reverse("evidence_list"), YEAR).content.decode()
    run_job(job_id=archive.job_id, clock=timezone.now)
    archive.refresh_from_db()
    assert archive.job.__class__.objects.get(pk=archive.job_id).state == "succeeded"
    assert archive.sha256 in client.get(page).content.decode()
    answer = client.get(reverse("archive_download", args=[archive.uuid]))
    assert answer["Content-Disposition"].startswith('attachment; filename="arsip-rekaman-')
    assert len(b"".join(answer.streaming_content)) == archive.size
    assert AccessEvent.objects.filter(kind="download", subject=archive.uuid).exists()
    Archive.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "no longer kept" in client.get(page).content.decode()
    assert client.get(reverse("archive_download", args=[archive.uuid])).status_code == 302
    client.force_login(make_user("auditor"))
    assert client.get(page).status_code == 404


def test_a_record_is_verified_in_public_with_few_words(client):
    record = made(title="Tentang seseorang", site=SiteFactory())
    answer = client.get(f"/v/{record.verify_code}", headers={"accept-language": "en"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert record.number in page
    assert "24 November 2026" in page
    assert "in our register" in page
    for secret in ("Tentang seseorang", "Rika", str(record.uuid), record.sealed.sha256, record.site.name):
        assert secret not in page
    assert client.get(f"/v/{record.verify_code.upper()}").status_code == 200, "as somebody types it"
    assert set(AccessEvent.objects.filter(kind="verification").values_list("subject", flat=True)) == {record.uuid}


def test_a_file_is_compared_with_the_sealed_one(client):
    record = made()
    data = storage.read_file(record.sealed.sha256)
    url = f"/v/{record.verify_code}"
    english = {"headers": {"accept-language": "en"}}
    for content, word in ((data, "exactly the one that we sealed"), (data + b" ", "not the one that we sealed")):
        file = SimpleUploadedFile("a.pdf", content, content_type="application/pdf")
        assert word in client.post(url, {"file": file}, **english).content.decode()
    assert AccessEvent.objects.filter(kind="verification", data__compared="match").count() == 1
    assert "Choose a file" in client.post(url, {}, **english).content.decode()
    huge = client.generic("POST", url, b"x", content_type="text/plain", CONTENT_LENGTH=str(10**9), **english)
    assert "larger than 20 MB" in huge.content.decode()


def test_an_unknown_code_is_said_and_the_form_leads_to_the_page(client):
    english = {"headers": {"accept-language": "en"}}
    answer = client.get("/v/0000-0000-0000-0000", **english)
    assert answer.status_code == 404
    assert "No record carries this code" in answer.content.decode()
    assert client.get("/v/", {"code": "9Q3M-7tkd-0000-1111"}).url == "/v/9q3m-7tkd-0000-1111"
    assert client.get("/v/", **english).status_code == 200
    assert client.post("/v/").status_code == 405
    assert client.put("/v/0000-0000-0000-0000").status_code == 405


def test_look_ups_from_one_address_are_limited(client):
    record = made()
    for _ in range(MOST_LOOK_UPS):
        assert client.get(f"/v/{record.verify_code}").status_code == 200
    answer = client.get(f"/v/{record.verify_code}")
    assert answer.status_code == 429
    assert answer["Retry-After"] == "60"
    assert client.get(f"/v/{record.verify_code}", REMOTE_ADDR="10.0.0.9").status_code == 200


def test_a_disposed_record_says_so_in_public(client):
    record = made()
    type(record.sealed).objects.update(removed_at=NOW)
    page = client.get(f"/v/{record.verify_code}", headers={"accept-language": "en"}).content.decode()
    assert "disposed of after its time" in page
    assert TODAY.year == 2026
    assert Job.objects.count() == 0
