"""From the roll of a meeting through the preview to the roll, with the file kept (ATT-8, IMP-1 to IMP-5)."""

from __future__ import annotations

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from sessions.models import Enrolment
from sessions.tests.factories import attend, opened
from sessions.tests.reports import SAMPLES, class_at
from sessions.tests.test_attendance_reports import NINE
from trainingops.audit.models import Entry
from trainingops.imports.models import ImportRun
from trainingops.people.tests.factories import ServiceLineFactory, SiteFactory, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.point("ATT-8")]
ZOOM = SAMPLES / "zoom" / "participants_usage_report.csv"


@pytest.fixture
def klass(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return class_at(NINE, "CC0021", "CC0032", "CC0016")


def answers(klass, share="75"):
    return {f"question_zone_{klass.held.pic.pk}": "Asia/Jakarta", "question_share": share}


def new(klass):
    return reverse("import_new", args=["attendance"]) + f"?for={klass.meeting.uuid}"


def upload(client, klass, content=None):
    file = SimpleUploadedFile("laporan.csv", ZOOM.read_bytes() if content is None else content)
    answer = client.post(new(klass), {"file": file})
    assert answer.status_code == 302, answer.content.decode()
    run = ImportRun.objects.order_by("-pk")[0]
    client.post(reverse("import_columns", args=[run.uuid]), {name: str(place) for name, place in run.mapping.items()})
    return ImportRun.objects.get(pk=run.pk)


@pytest.mark.clause("5.3.1")
def test_a_report_goes_from_the_roll_to_the_roll_and_its_file_is_kept(client, klass):
    client.force_login(klass.held.pic)
    with time_machine.travel(klass.over, tick=False):
        roll = reverse("meeting_roll", args=[klass.meeting.uuid])
        assert new(klass) in client.get(roll).content.decode()
        run = upload(client, klass)
        page = client.get(reverse("import_detail", args=[run.uuid])).content.decode()
        assert "Zoom" in page and "Terlambat 25 menit" in page and "Tidak ada di berkas" in page
        assert {each["name"] for each in run.preview["own"]} == {f"zone_{klass.held.pic.pk}", "share"}
        refused = client.post(reverse("import_apply", args=[run.uuid]), {"how": "all"})
        assert refused.status_code == 422 and not klass.roll()
        client.post(reverse("import_answers", args=[run.uuid]), answers(klass))
        assert client.post(reverse("import_apply", args=[run.uuid]), {"how": "all"}).status_code == 302
        assert klass.roll() == {"CC0021": ("present", 0, 0), "CC0032": ("late", 25, 0)}
        run.refresh_from_db()
        assert run.file is not None and run.file_name == "laporan.csv"
        page = client.get(roll).content.decode()
        address = reverse("session_file", args=[klass.held.training_session.uuid, run.uuid])
        assert address in page and "laporan.csv" in page
        answer = client.get(address)
        assert answer.content == ZOOM.read_bytes() and "attachment" in answer["Content-Disposition"]
    (entry,) = Entry.objects.filter(verb="attendance.recorded")
    assert '"source":"import"' in entry.text and str(run.uuid) in entry.text
    assert set(klass.held.meeting.attendances.values_list("imported", flat=True)) == {run.pk}


@pytest.mark.point("IMP-7")
def test_answers_can_be_given_otherwise_and_the_zone_is_remembered_for_the_layout(client, klass):
    client.force_login(klass.held.pic)
    with time_machine.travel(klass.over, tick=False):
        run = upload(client, klass)
        address = reverse("import_answers", args=[run.uuid])
        client.post(address, answers(klass, "100"))
        run.refresh_from_db()
        assert run.counts["new"] == 0
        assert "Jawaban yang dipakai" in client.get(reverse("import_detail", args=[run.uuid])).content.decode()
        client.post(address, {"question_share": "50"})
        run.refresh_from_db()
        assert run.counts["new"] == 2 and run.options[f"zone_{klass.held.pic.pk}"] == "Asia/Jakarta"
        again = upload(client, klass)
        assert again.preview["questions"] == [] and again.options["share"] == "50"


def test_who_is_recorded_in_another_class_is_left_out_and_the_others_are_written(client, klass):
    client.force_login(klass.held.pic)
    there = opened(people=1, starts_at=NINE)
    Enrolment.objects.filter(pk=there.enrolments[0].pk).update(person=klass.people["CC0032"])
    with time_machine.travel(klass.over, tick=False):
        attend(there)
        run = upload(client, klass)
        client.post(reverse("import_answers", args=[run.uuid]), answers(klass))
        assert "pada jam itu; tidak ditulis" in client.get(reverse("import_detail", args=[run.uuid])).content.decode()
        assert client.post(reverse("import_apply", args=[run.uuid]), {"how": "all"}).status_code == 302
    assert klass.roll() == {"CC0021": ("present", 0, 0)}


def test_what_a_trainer_edits_afterwards_is_no_longer_the_files(client, klass):
    client.force_login(klass.held.pic)
    with time_machine.travel(klass.over, tick=False):
        run = upload(client, klass)
        client.post(reverse("import_answers", args=[run.uuid]), answers(klass))
        client.post(reverse("import_apply", args=[run.uuid]), {"how": "all"})
        row = klass.held.meeting.attendances.get(enrolment__person__employee_no="CC0032")
        posted = {f"status-{row.enrolment_id}": "present", f"version-{row.enrolment_id}": str(row.version)}
        client.post(reverse("meeting_roll", args=[klass.meeting.uuid]), posted)
        row.refresh_from_db()
        assert (row.status, row.source, row.imported) == ("present", "trainer", None)


def test_only_pic_and_trainers_of_the_session_may_import_and_foreign_meetings_are_404(client, klass):
    address = new(klass)
    assert client.get(address).status_code == 302
    client.force_login(klass.held.world.qc)
    assert client.get(address).status_code == 403
    client.force_login(make_user("trainer", site=SiteFactory(), line=ServiceLineFactory()))
    assert client.get(address).status_code == 404
    site, line = klass.held.world.site, klass.held.world.line
    client.force_login(make_user("trainer", site=site, line=line))
    assert client.get(address).status_code == 403
    file = SimpleUploadedFile("laporan.csv", ZOOM.read_bytes())
    assert client.post(address, {"file": file}).status_code == 403
    client.force_login(klass.held.pic)
    for wrong in ("", "?for=x", f"?for={klass.held.plan.uuid}"):
        assert client.get(reverse("import_new", args=["attendance"]) + wrong).status_code == 404
    assert not ImportRun.objects.exists()


def test_a_kept_file_is_shown_to_who_sees_the_session_only(client, klass):
    client.force_login(klass.held.pic)
    with time_machine.travel(klass.over, tick=False):
        run = upload(client, klass)
        address = reverse("session_file", args=[klass.held.training_session.uuid, run.uuid])
        assert client.get(address).status_code == 404  # not applied yet
        client.post(reverse("import_answers", args=[run.uuid]), answers(klass))
        client.post(reverse("import_apply", args=[run.uuid]), {"how": "all"})
    assert client.post(address).status_code == 405
    client.force_login(klass.held.manager)
    assert client.get(address).status_code == 200
    client.force_login(make_user("trainer", site=SiteFactory(), line=ServiceLineFactory()))
    assert client.get(address).status_code == 404
    client.force_login(make_user("agent"))
    assert client.get(address).status_code == 403
    client.logout()
    assert client.get(address).status_code == 302


def test_identity_numbers_are_not_in_the_kept_file(client, klass):
    """UX.md EXP-2: never kept, in no import."""
    lines = ZOOM.read_text(encoding="utf-8-sig").splitlines()
    content = "\n".join([f"{lines[0]},No KTP", *(f"{line},3171234567890123" for line in lines[1:])]).encode()
    client.force_login(klass.held.pic)
    with time_machine.travel(klass.over, tick=False):
        run = upload(client, klass, content)
        client.post(reverse("import_answers", args=[run.uuid]), answers(klass))
        client.post(reverse("import_apply", args=[run.uuid]), {"how": "all"})
        run.refresh_from_db()
        assert run.file_name == "laporan.xlsx"
        answer = client.get(reverse("session_file", args=[klass.held.training_session.uuid, run.uuid]))
    assert b"3171234567890123" not in answer.content and answer.content[:2] == b"PK"


def test_pages_take_as_many_queries_for_three_people_as_for_one(client, klass, django_assert_max_num_queries):
    client.force_login(klass.held.pic)
    with time_machine.travel(klass.over, tick=False):
        run = upload(client, klass)
        for address in (
            new(klass),
            reverse("import_detail", args=[run.uuid]),
            reverse("import_columns", args=[run.uuid]),
            reverse("meeting_roll", args=[klass.meeting.uuid]),
        ):
            with django_assert_max_num_queries(12):
                assert client.get(address).status_code == 200
