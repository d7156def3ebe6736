"""What a report says of a class that was cancelled after its report was due, and of whom nobody recorded (5.3.2)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from planning.services import cancel_plan
from reporting import services
from reporting.content import Frozen
from reporting.models import ReportObligation
from reporting.reading import read
from reporting.services.telling import reader_words
from reporting.sharing import whatsapp_text
from reporting.sight import COUNTS, EVERYTHING
from reporting.tests.writing import TEXTS, report_of, send
from reporting.wording import report_standing
from sessions.services import RollCell, record_roll
from sessions.tests.factories import end_session, opened, scheduled
from trainingops.notifications.texts import notice_text
from trainingops.people.tests.factories import sign_in
from trainingops.records.models import EvidenceRequest

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.3.2")]
HOUR = timedelta(hours=1)
SAYS_HELD = ("Semua peserta hadir", "Penyimpangan: tidak ada", "Sesuai rencana yang disetujui", "Lulus</dt>")


def printed(version):
    return json.loads(EvidenceRequest.objects.get(kind="report", subject=version.uuid).payload.text)["data"]


@pytest.mark.point("RPT-5")
def test_the_report_of_a_class_that_was_cancelled_says_so_at_every_door_and_counts_nobody(client):
    held = scheduled(people=2)
    obligation = ReportObligation.objects.get(training_session=held.training_session)
    now = obligation.due_at + HOUR
    held.plan.refresh_from_db()
    cancel_plan(plan=held.plan, reason="Sistem padam", actor=held.manager, now=now)
    report = report_of(held)
    assert report_standing(report.obligation).word.startswith("Sesi dibatalkan")
    services.save_draft(report=report, version=1, **TEXTS, actor=held.pic, now=now)
    version = send(report_of(held), held.pic, now=now)
    paper, training_session = printed(version), held.fresh()
    reading = read(Frozen(version.content), training_session, sight=EVERYTHING)
    assert (reading.figures.trained, reading.figures.recovery, reading.missed) == (0, 0, [])
    assert "dibatalkan" in paper["not_held"] and "Sistem padam" in paper["not_held"]
    assert paper["ident"][0][0] == "Hari yang direncanakan"
    words = reader_words(version, Frozen(version.content))
    for kind in ("report.submitted", "report.copy"):
        body = notice_text(kind, {**words, "copy": "SLP"}).body
        assert "tidak dilaksanakan" in body and "lulus" not in body
    summary = whatsapp_text(json.loads(version.content), submitted_at=now, address="x")
    assert "tidak dilaksanakan" in summary and "Lulus" not in summary and "Sistem padam" not in summary
    with time_machine.travel(now, tick=False):
        sign_in(client, held.manager)
        page = client.get(reverse("report_detail", args=[report.uuid])).content.decode()
    assert "Sistem padam" in page
    assert not [each for each in SAYS_HELD if each in page]


@pytest.mark.clause("5.3.1")
def test_who_was_not_recorded_is_missed_by_name_and_counted_where_names_are_not_read():
    held = opened(people=3)
    now = held.training_session.ends_at
    record_roll(meeting=held.meeting, cells=[RollCell(held.enrolments[0].pk, "present")], actor=held.pic, now=now)
    end_session(held)
    services.save_draft(report=report_of(held), version=1, **TEXTS, actor=held.pic, now=now)
    version = send(report_of(held), held.pic, now=now)
    frozen = Frozen(version.content)
    reading = read(frozen, held.training_session, sight=EVERYTHING)
    unknown = {each.person.name for each in held.enrolments[1:]}
    assert {each.name for each in reading.missed} == unknown
    assert {(each.situation, each.kind) for each in reading.missed} == {("Kehadiran belum dicatat", "warn")}
    assert read(frozen, held.training_session, sight=COUNTS).missed_elsewhere == 2
    paper = printed(version)
    assert (len(paper["missed"]), paper["figures"]["absent"]) == (2, "0, belum dicatat: 2")
    words = notice_text("report.submitted", reader_words(version, frozen)).body
    assert "0 tidak hadir" in words and "Kehadiran 2 orang belum dicatat." in words
