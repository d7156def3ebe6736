"""Lists printed to be signed, and their scans filed to the meeting (clause 6; PRN-2, PRN-3)."""

from __future__ import annotations

import io
import json
import subprocess
from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse
from PIL import Image

from sessions.models import PaperSheet, Scan, ScanPage
from sessions.paper.job import read_scans
from sessions.policies import can_discard_page
from sessions.services import discard_page, file_pages, upload_scans
from sessions.tests.factories import START, attend, end_session, opened
from sessions.tests.scans import file_of, pages_of, photographed, printed, scanned, turned, uploaded
from trainingops.audit.models import Entry
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.jobs.models import JobState
from trainingops.jobs.running import run_job
from trainingops.people.models import PersonAssignment
from trainingops.people.tests.factories import PersonFactory, ServiceLineFactory, SiteFactory, make_user, sign_in
from trainingops.records import storage
from trainingops.records.models import EvidenceRecord, EvidenceRequest
from trainingops.records.services import produce_record
from trainingops.tests.counting import counted

pytestmark = pytest.mark.django_db
BLANK = Image.new("RGB", (620, 877), "white")


def client_of(user):
    from django.test import Client

    client = Client()
    sign_in(client, user)
    return client


def text_of(pdf: bytes) -> list[str]:
    told = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return told.stdout.decode().rstrip("\f").split("\f")


# --- Filing ------------------------------------------------------------------------------------------------


@pytest.mark.point("PRN-3")
def test_print_scan_and_file_from_end_to_end_into_a_sealed_record(settings, tmp_path):
    """Two lists of two classes in one PDF: each page goes home; the day of the paper is not that of the upload."""
    settings.SEAL_KEY_DIR = tmp_path
    one, two = opened(people=30), opened(starts_at=START + timedelta(days=1))
    two.training_session.__class__.objects.filter(pk=two.training_session.pk).update(site=one.training_session.site)
    lists = [printed(one), printed(two)]
    manager = make_user("manager")
    pages = [scanned(lists[0]), turned(180)(scanned(lists[0], page=1)), photographed(scanned(lists[1]))]
    later = START + timedelta(days=9)
    uploaded(file_of(*pages), actor=manager, now=later, paper_place="Ruang arsip, rak 2")
    found = list(ScanPage.objects.order_by("number"))
    assert [each.state for each in found] == ["filed"] * 3
    assert [each.training_session_id for each in found] == [one.training_session.pk] * 2 + [two.training_session.pk]
    assert found[0].meeting == one.meeting and found[0].filed_by is None
    assert [each.evidence_date for each in found] == [date(2026, 11, 24)] * 2 + [date(2026, 11, 25)]
    assert found[0].scan.uploaded_at == later and found[0].scan.uploaded_by == manager
    requests = list(EvidenceRequest.objects.filter(kind="attendance_scan").order_by("pk"))
    assert [each.subject for each in requests] == [one.training_session.uuid, two.training_session.uuid]
    record = produce_record(request=requests[0], now=later)
    assert record.evidence_date == date(2026, 11, 24) and record.paper_place == "Ruang arsip, rak 2"
    told = text_of(storage.read_file(record.sealed.sha256))
    assert len(told) == 3 and "24 November 2026" in told[0] and "3 Desember 2026" in told[0]
    assert lists[0].number in told[0] and manager.name in told[0]
    page = client_of(manager).get(reverse("session_detail", args=[one.training_session.uuid])).content.decode()
    assert reverse("scan_page", args=[found[0].uuid]) in page


def test_a_sealed_list_printed_and_signed_finds_its_session_too(settings, tmp_path):
    settings.SEAL_KEY_DIR = tmp_path
    held = opened()
    attend(held)
    end_session(held)
    request = EvidenceRequest.objects.get(kind="attendance")
    record = produce_record(request=request, now=held.training_session.ends_at)
    sealed = PaperSheet(pdf=storage.read_file(record.sealed.sha256))
    uploaded(file_of(scanned(sealed), kind="PNG"), actor=held.pic, now=held.training_session.ends_at)
    page = ScanPage.objects.get()
    assert (page.state, page.training_session, page.meeting) == ("filed", held.training_session, None)


@pytest.mark.point("PRN-3")
def test_the_same_file_twice_is_kept_read_and_filed_once():
    held = opened()
    content = file_of(scanned(printed(held)))
    assert uploaded(content, actor=held.pic).known == []
    content.seek(0)
    again = uploaded(content, actor=make_user("manager"))
    assert again.job is None and [each.pk for each in again.known] == [Scan.objects.get().pk]
    assert ScanPage.objects.count() == EvidenceRequest.objects.filter(kind="attendance_scan").count() == 1


@pytest.mark.point("PRN-3")
def test_the_worker_reads_outside_a_transaction_and_what_broke_off_is_read_when_it_is_uploaded_again(
    committed_db, monkeypatch
):
    """As Celery does: no transaction around the job. The first reading breaks; its upload says so in words."""
    held = opened()
    content = file_of(scanned(printed(held)), BLANK)

    def read():
        found = upload_scans(files=[content], actor=held.pic, now=START)
        content.seek(0)
        run_job(job_id=found.job.pk, clock=lambda: START)
        found.job.refresh_from_db()
        return found

    with monkeypatch.context() as broken:
        broken.setattr("sessions.paper.job.read_pages", lambda *_a, **_k: 1 / 0)
        failed = read()
    said = client_of(held.pic).get(reverse("scan_list"), {"upload": failed.job.uuid}).content.decode()
    assert failed.job.state == JobState.FAILED and "ZeroDivisionError" in failed.job.error
    assert (
        "ZeroDivisionError" not in said
        and "Unggah berkas yang sama sekali lagi" in said
        and str(failed.job.uuid) in said
    )
    found = read()
    assert found.again == found.known == [Scan.objects.get()]
    assert (found.job.state, found.job.error) == (JobState.WARNED, "")
    assert [each.state for each in pages_of(found)] == ["filed", "unfiled"]
    assert upload_scans(files=[content], actor=held.pic, now=START).job is None


def test_the_day_on_the_paper_is_what_was_said_and_never_ahead():
    held = opened()
    content = file_of(scanned(printed(held)))
    tomorrow = (START + timedelta(days=1)).date()
    with pytest.raises(Refused) as refused:
        upload_scans(files=[content], actor=held.pic, now=START, dated=tomorrow)
    assert refused.value.field == "dated" and not Scan.objects.exists()
    uploaded(content, actor=held.pic, dated=date(2026, 11, 20))
    assert ScanPage.objects.get().evidence_date == date(2026, 11, 20)


def test_what_is_no_scan_is_refused_by_name_and_nothing_is_kept():
    from django.core.files.uploadedfile import SimpleUploadedFile

    held = opened()
    good, bad = file_of(BLANK), SimpleUploadedFile("surat.docx", b"PK\x03\x04")
    with pytest.raises(Refused, match=r"surat\.docx"):
        upload_scans(files=[good, bad], actor=held.pic, now=START)
    with pytest.raises(Refused, match="20"):
        upload_scans(files=[good] * 21, actor=held.pic, now=START)
    with pytest.raises(NotAllowed):
        upload_scans(files=[good], actor=make_user("qc"), now=START)
    assert not Scan.objects.exists()


def test_a_damaged_file_is_named_in_the_result_and_tried_again_when_sent_again():
    from django.core.files.uploadedfile import SimpleUploadedFile

    held, broken = opened(), b"%PDF-1.7\nnichts"
    for _time in range(2):
        found = uploaded(SimpleUploadedFile("rusak.pdf", broken), actor=held.pic)
        assert found.job is not None
    assert Scan.objects.get().problem == "damaged" and not ScanPage.objects.exists()


def test_a_page_without_a_code_of_another_house_or_with_two_codes_waits_with_the_reason():
    import segno

    held = opened()
    one, two = printed(held), printed(held)
    foreign = BLANK.copy()
    code = io.BytesIO()
    segno.make("https://lain.example/absen/1").save(code, kind="png", scale=6)
    foreign.paste(Image.open(code).convert("RGB"), (40, 40))
    both = Image.new("RGB", (2500, 1800), "white")
    for place, sheet in enumerate((one, two)):
        both.paste(scanned(sheet), (place * 1250, 0))
    uploaded(file_of(BLANK, foreign, both), actor=held.pic)
    assert [each.problem for each in ScanPage.objects.all()] == ["no_code", "foreign", "several"]
    assert set(ScanPage.objects.values_list("state", flat=True)) == {"unfiled"}


@pytest.mark.point("PRN-3")
def test_the_code_of_a_class_that_the_uploader_does_not_see_files_nothing_and_tells_nothing():
    held, mine = opened(), opened(starts_at=START + timedelta(days=1))
    stranger = mine.pic
    assert stranger != held.pic
    uploaded(file_of(scanned(printed(held))), actor=stranger)
    page = ScanPage.objects.get()
    assert (page.state, page.problem, page.training_session) == ("unfiled", "other_class", None)
    client = client_of(stranger)
    shown = client.get(reverse("scan_page", args=[page.uuid])).content.decode()
    assert held.training_session.number not in shown and "Serahkan kertasnya kepada PIC" in shown
    with pytest.raises(Refused, match="TR-"):
        file_pages(
            pages=[page], training_session=mine.training_session, meeting=mine.meeting, actor=stranger, now=START
        )
    with pytest.raises(NotAllowed):
        file_pages(
            pages=[page], training_session=held.training_session, meeting=held.meeting, actor=stranger, now=START
        )
    # The PIC of that class would not see the page; a manager of the house does and files it where it belongs.
    assert client_of(held.pic).get(reverse("scan_page", args=[page.uuid])).status_code == 404
    file_pages(
        pages=[page],
        training_session=held.training_session,
        meeting=held.meeting,
        actor=make_user("manager"),
        now=START,
    )
    assert ScanPage.objects.get().state == "filed"


@pytest.mark.point("PRN-3")
@pytest.mark.parametrize("is_discarded", [False, True])
def test_a_list_that_somebody_elsewhere_uploaded_first_is_filed_when_its_pic_uploads_the_same_file(is_discarded):
    held, other = opened(), opened(starts_at=START + timedelta(days=1))
    content = file_of(BLANK, scanned(printed(held)))
    uploaded(content, actor=other.pic)
    if is_discarded:
        discard_page(page=ScanPage.objects.get(number=2), reason="Bukan kelas saya.", actor=other.pic, now=START)
    content.seek(0)
    again = uploaded(content, actor=held.pic)
    assert again.again == list(Scan.objects.all())
    blank, page = ScanPage.objects.order_by("number")
    assert (page.state, page.training_session) == ("filed", held.training_session)
    assert client_of(held.pic).get(reverse("scan_page", args=[blank.uuid])).status_code == 200, "it waits for both"
    content.seek(0)
    assert uploaded(content, actor=held.pic).job is None, "nothing is left to read"


def test_a_page_discarded_by_mistake_comes_back_when_its_file_is_uploaded_again():
    held = opened()
    content = file_of(BLANK, kind="JPEG")
    uploaded(content, actor=held.pic)
    discard_page(page=ScanPage.objects.get(), reason="Keliru", actor=held.pic, now=START)
    content.seek(0)
    shown = client_of(held.pic).post(reverse("scan_new"), {"scans": [content]}, follow=True).content.decode()
    assert "dibaca kembali" in shown
    list(read_scans(Scan.objects.get().job, START))
    assert ScanPage.objects.get().state == "unfiled"


def test_somebody_files_waiting_pages_to_the_class_that_they_choose_or_discards_one():
    held = opened()
    with time_machine.travel(START + timedelta(hours=3), tick=False):
        uploaded(file_of(BLANK, BLANK, BLANK), actor=held.pic, training_session=held.training_session)
        first, second, third = ScanPage.objects.order_by("number")
        client = client_of(held.pic)
        url = reverse("scan_page", args=[first.uuid])
        shown = client.get(url).content.decode()
        assert f'value="{held.meeting.uuid}" selected' in shown and reverse("scan_picture", args=[first.uuid]) in shown
        assert client.post(url, {"meeting": "", "number": "TIDAK-ADA"}).status_code == 422
        empty = client.post(url, {"meeting": "", "number": ""})
        assert empty.status_code == 422 and 'href="#id_meeting"' in empty.content.decode()
        ahead = {"meeting": str(held.meeting.uuid), "evidence_date": "2026-12-24"}
        assert client.post(url, ahead).status_code == 422
        assert client.post(reverse("scan_discard", args=[first.uuid]), {"reason": " "}).status_code == 422
        gone = client.post(reverse("scan_discard", args=[third.uuid]), {"reason": "Kertas kosong"})
        assert gone.url == reverse("scan_page", args=[first.uuid])
        filed = {"number": held.training_session.number.lower(), "evidence_date": "2026-11-23", "rest": "on"}
        assert client.post(url, filed).url == reverse("scan_list")
    first.refresh_from_db(), second.refresh_from_db(), third.refresh_from_db()
    assert (first.state, second.state, third.state) == ("filed", "filed", "discarded")
    assert first.evidence_date == date(2026, 11, 23) and first.filed_by == held.pic and first.request == second.request
    for step in (
        lambda: discard_page(page=first, reason="x", actor=held.pic, now=START),
        lambda: file_pages(
            pages=[third], training_session=held.training_session, meeting=held.meeting, actor=held.pic, now=START
        ),
    ):
        with pytest.raises(WrongState):
            step()
    with pytest.raises(NotAllowed):
        discard_page(page=first, reason="x", actor=make_user("trainer"), now=START)
    entry = json.loads(Entry.objects.get(verb="scan.filed").text)["data"]
    assert entry["by_code"] is False and entry["evidence_date"] == "2026-11-23"


@pytest.mark.parametrize("is_said", [True, False])
def test_a_page_that_waits_is_a_managers_of_its_site_and_line_alone(is_said):
    """The line is that of the session from whose page it came, else where its uploader worked on that day."""
    held = opened()
    site, line = held.training_session.site, held.training_session.line
    person = PersonFactory()
    worked = {"site": site, "line": line}
    PersonAssignment.objects.filter(person=person).delete()
    PersonAssignment.objects.create(person=person, **worked, starts_on=date(2020, 1, 1))
    uploader = held.pic if is_said else make_user("trainer", person=person)
    uploaded(file_of(BLANK, kind="JPEG"), actor=uploader, training_session=held.training_session if is_said else None)
    waiting = ScanPage.objects.get()
    for scope, sees in (
        ({"site": site, "line": line}, True),
        ({}, True),
        ({"line": ServiceLineFactory()}, False),
        ({"site": SiteFactory()}, False),
    ):
        manager = make_user("manager", **scope)
        assert ScanPage.objects.visible_to(manager).filter(pk=waiting.pk).exists() is sees, scope
        assert can_discard_page(manager, waiting) is sees, scope


def test_the_pages_of_scans_by_role_state_and_cost():
    held = opened()
    found = uploaded(file_of(scanned(printed(held))), file_of(BLANK, kind="JPEG"), actor=held.pic)
    filed, waiting = pages_of(found)
    client = client_of(held.pic)
    assert "1 halaman pindaian" in client.get(reverse("home")).content.decode(), "what waits is on the desk"
    listed = client.get(reverse("scan_list")).content.decode()
    assert reverse("scan_page", args=[waiting.uuid]) in listed
    assert reverse("scan_page", args=[filed.uuid]) not in listed
    upload = client.get(reverse("scan_list"), {"upload": str(found.job.uuid)}).content.decode()
    assert reverse("scan_page", args=[filed.uuid]) in upload and "job-line" in upload
    assert client.get(reverse("scan_list"), {"export": "xlsx", "state": "all"}).content.startswith(b"PK")
    assert client.get(reverse("scan_picture", args=[waiting.uuid]))["Content-Type"] == "image/jpeg"
    assert client.get(reverse("scan_file", args=[filed.scan.uuid])).content.startswith(b"%PDF-")
    for name, args, budget in (("scan_list", [], 12), ("scan_new", [], 12), ("scan_page", [waiting.uuid], 12)):
        with counted() as queries:
            assert client.get(reverse(name, args=args)).status_code == 200
        assert len(queries) <= budget, name
    auditor = client_of(make_user("auditor"))
    assert auditor.get(reverse("scan_page", args=[filed.uuid])).status_code == 200
    assert auditor.get(reverse("scan_page", args=[waiting.uuid])).status_code == 404
    assert auditor.get(reverse("scan_list")).status_code == 403
    assert auditor.post(reverse("scan_discard", args=[waiting.uuid])).status_code == 403
    stranger = client_of(make_user("trainer"))
    for name in ("scan_page", "scan_picture"):
        assert stranger.get(reverse(name, args=[waiting.uuid])).status_code == 404
    assert client.get(reverse("scan_discard", args=[waiting.uuid])).status_code == 405


def test_uploading_through_the_page_says_what_was_here_already():
    held = opened()
    client, url = client_of(held.pic), f"{reverse('scan_new')}?session={held.training_session.uuid}"
    assert held.training_session.number in client.get(url).content.decode()
    assert client.post(url, {}).status_code == 422
    content = file_of(BLANK, kind="JPEG", name="foto.jpg")
    first = client.post(url, {"scans": [content]})
    assert first.url == f"{reverse('scan_list')}?upload={Scan.objects.get().job.uuid}"
    assert Scan.objects.get().session_said == held.training_session
    content.seek(0)
    again = client.post(url, {"scans": [content]}, follow=True).content.decode()
    assert "foto.jpg" in again and "dihitung sekali" in again
    assert client.get(f"{reverse('scan_new')}?session={EvidenceRecord().uuid}").status_code == 404
