"""Amending a report: a new version with a reason (clause 5.3.2, DLN-5)."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse

from reporting import services
from reporting.content import freeze
from reporting.models import ReportVersion
from reporting.tests.writing import HOUR, report_of, send, submitted, written
from trainingops.domain import Refused, WrongState
from trainingops.notifications.mail import as_mail
from trainingops.notifications.models import Notice, OutboxMessage
from trainingops.people.services import sign
from trainingops.people.tests.factories import client_of
from trainingops.records.models import EvidenceRequest
from trainingops.records.services import produce_record

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.3.2")]


def test_an_amendment_is_a_new_version_with_a_reason_and_leaves_clock_and_first_version(held):
    first = submitted(held)
    now = held.training_session.ends_at + 5 * HOUR
    report = written(held, course="Jam selesai diperbaiki.", now=now)
    stopped_at = report.obligation.submitted_at
    second = send(report, held.pic, now=now, reason="Jam selesai diperbaiki")
    report = report_of(held)
    assert (report.state, second.number, second.reason) == ("amended", 2, "Jam selesai diperbaiki")
    assert report.obligation.submitted_at == stopped_at
    assert ReportVersion.objects.get(pk=first.pk).content == first.content
    assert second.distributions.count() == first.distributions.count()
    page = client_of(held.pic).get(reverse("report_detail", args=[report.uuid])).content.decode()
    replaced = reverse("report_version", args=[report.uuid, 1])
    assert re.search(rf'Versi 2 menggantikan <a href="{replaced}">versi 1</a>. Alasan: Jam', page)
    assert Notice.objects.filter(kind="report.amended", recipient=held.manager).exists()


def test_who_was_missed_by_a_version_is_not_told_of_again_with_the_next_one(held):
    qc, leader = held.world.qc, held.world.operations
    qc.is_active = False
    qc.save()
    submitted(held)
    told = Notice.objects.filter(kind="report.recipient_missing", recipient=held.manager)
    assert told.count() == 1
    now = held.training_session.ends_at + 5 * HOUR
    send(written(held, course="Kedua.", now=now), held.pic, now=now, reason="Salah ketik")
    assert told.count() == 1
    leader.is_active = False
    leader.save()
    send(written(held, course="Ketiga.", now=now), held.pic, now=now + HOUR, reason="Salah ketik lagi")
    assert told.count() == 2
    words = str(told.latest("pk").params["names"])
    assert leader.name in words and qc.name not in words


@pytest.mark.point("RPT-5")
def test_who_has_no_account_learns_what_the_next_version_replaces_and_whoever_checks_the_first_copy_too(held, client):
    first = submitted(held)
    now = held.training_session.ends_at + 5 * HOUR
    whom = {"name": "PT Klien", "address": "mutu@klien.example"}
    services.add_recipient(version=first, party="client", **whom, actor=held.pic, now=now)
    copies = [produce_record(request=EvidenceRequest.objects.get(kind="report_copy"), now=now)]
    page = reverse("verify_record", args=[copies[0].verify_code])
    assert "Sudah digantikan" not in client.get(page).content.decode()
    send(written(held, course="Kedua.", now=now), held.pic, now=now, reason="Jam selesai salah.")
    assert "Versi 2, dikirim 24 November 2026" in client.get(page).content.decode()
    copies.append(produce_record(request=EvidenceRequest.objects.filter(kind="report_copy").latest("pk"), now=now))
    mails = [as_mail(each) for each in OutboxMessage.objects.filter(kind="report.copy").order_by("pk")]
    assert "diperbaiki" not in mails[0].subject and mails[1].subject.startswith("Laporan diperbaiki (versi 2)")
    assert "Versi 2 menggantikan versi 1. Yang berubah: Jam selesai salah. Laporan terlampir" in mails[1].body
    assert "Sudah digantikan" not in client.get(reverse("verify_record", args=[copies[1].verify_code])).content.decode()


@pytest.mark.point("DLN-5")
def test_an_amendment_of_a_late_report_leaves_the_breach(held):
    due_at = report_of(held).obligation.due_at
    submitted(held, now=due_at + HOUR)
    send(written(held, course="Diperbaiki.", now=due_at), held.pic, now=due_at + 2 * HOUR, reason="Salah ketik")
    obligation = report_of(held).obligation
    assert (obligation.breached_at, obligation.submitted_at) == (due_at, due_at + HOUR)


def test_an_amendment_without_reason_or_without_difference_is_refused(held):
    submitted(held)
    now = held.training_session.ends_at + 5 * HOUR
    with pytest.raises(Refused, match="1"):
        send(report_of(held), held.pic, now=now, reason="Tidak ada bedanya")
    report = written(held, course="Lain.", now=now)
    with pytest.raises(Refused) as refused:
        send(report, held.pic, now=now, reason=" ")
    assert refused.value.field == "reason"
    assert ReportVersion.objects.count() == 1


def test_a_draft_cannot_be_amended(held):
    report = written(held)
    now = held.training_session.ends_at + 2 * HOUR
    content_hash = freeze(report, number=1, now=held.training_session.ends_at).hash
    signature = sign(
        user=held.pic, role="trainer", meaning="submitted", content_hash=content_hash, authenticated_at=now, now=now
    )
    with pytest.raises(WrongState):
        services.amend_report(
            report=report, content_hash=content_hash, signature=signature, reason="x", actor=held.pic, now=now
        )
