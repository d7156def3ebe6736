"""Submitting a report: frozen, in time or late, to every party (clause 5.3.2, RPT)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from reporting import services
from reporting.content import freeze
from reporting.enums import ReportState
from reporting.figures import figures_of
from reporting.models import ReportObligation, ReportVersion
from reporting.signals import report_submitted
from reporting.tests.factories import make_session
from reporting.tests.writing import HOUR, TEXTS, hash_of, report_of, send, submitted, written
from sessions.models import TrainingSession
from sessions.tests.factories import opened
from trainingops.audit.models import Entry
from trainingops.domain import Refused, StaleVersion, WrongState
from trainingops.notifications.models import Notice, OutboxMessage
from trainingops.notifications.texts import notice_text
from trainingops.people.services import sign
from trainingops.records.models import EvidenceRequest

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.3.2")]


def test_submitting_freezes_stops_the_clock_and_reaches_every_party(held):
    told = []

    def hear(version, **_rest):
        told.append(version)

    report_submitted.connect(hear)
    version = submitted(held)
    assert told == [version]
    report = report_of(held)
    obligation = report.obligation
    assert report.state == ReportState.SUBMITTED
    assert (obligation.state, obligation.submitted_by) == ("submitted", held.pic)
    assert obligation.submitted_at == held.training_session.ends_at + 2 * HOUR
    assert obligation.is_on_time
    assert obligation.breached_at is None
    parties = set(version.distributions.values_list("party", flat=True))
    assert {"manager", "operations", "operation_support", "qc"} <= parties
    for distribution in version.distributions.all():
        assert Notice.objects.filter(kind="report.submitted", recipient=distribution.user).exists()
    held.plan.refresh_from_db()
    assert held.plan.state == "reported"
    assert version.signature.content_hash == version.content_hash
    assert Entry.objects.filter(verb="report.submitted", subject=report.uuid).exists()


@pytest.mark.point("RPT-5")
def test_the_mail_says_the_same_numbers_as_the_report(held):
    held.world.qc.email = "qc@contoh.id"
    held.world.qc.language = "en"
    held.world.qc.save()
    version = submitted(held)
    figures = figures_of(json.loads(version.content))
    mail = OutboxMessage.objects.get(kind="report.submitted", address="qc@contoh.id")
    text = notice_text(mail.kind, mail.params, language="en")
    assert f"{figures.passed} of {figures.participants} participants passed" in text.body
    assert f"{figures.absent} absent" in text.body
    assert mail.url == f"/reports/{version.report.uuid}/"


def test_the_record_is_ordered_with_names_and_the_version_keeps_none(held):
    version = submitted(held)
    request = EvidenceRequest.objects.get(kind="report", subject=version.uuid)
    payload = json.loads(request.payload.text)["data"]
    assert request.training == held.plan.uuid
    assert [row["name"] for row in payload["results"]] == [each.person.name for each in held.enrolments]
    assert payload["missed"][0]["name"].startswith(held.enrolments[0].person.name)
    assert payload["signatures"][0]["name"] == held.pic.name
    assert payload["figures"]["absent"] == "1"
    assert payload["groups"][-1]["target"] == "3"
    for enrolment in held.enrolments:
        assert enrolment.person.name not in version.content
        assert not Entry.objects.filter(text__contains=enrolment.person.name).exists()


@pytest.mark.parametrize("missing", ["course", "obstacles", "follow_up"])
def test_a_blank_part_is_refused_by_its_name(held, missing):
    report = written(held, **{missing: " "})
    with pytest.raises(Refused) as refused:
        send(report, held.pic, now=held.training_session.ends_at + 2 * HOUR)
    assert refused.value.field == missing
    assert not ReportVersion.objects.exists()
    assert report_of(held).obligation.state == "pending"


def test_a_session_that_is_not_concluded_cannot_be_reported():
    held = opened()
    obligation = ReportObligation.objects.get(training_session=held.training_session)
    services.open_draft(obligation=obligation, actor=None, now=held.training_session.starts_at)
    with pytest.raises(Refused, match=held.training_session.number):
        send(written(held), held.pic, now=held.training_session.ends_at + HOUR)


def test_facts_that_changed_since_they_were_shown_are_not_signed(held):
    report = written(held)
    shown = hash_of(report)
    now = held.training_session.ends_at + 2 * HOUR
    services.save_draft(report=report, version=2, **{**TEXTS, "course": "lain"}, actor=held.pic, now=now)
    with pytest.raises(StaleVersion):
        send(report_of(held), held.pic, now=now, content_hash=shown)
    assert not ReportVersion.objects.exists()


def test_an_old_log_in_or_a_signature_over_something_else_is_refused(held):
    report = written(held)
    now = held.training_session.ends_at + 2 * HOUR
    with pytest.raises(Refused, match="15"):
        services.sign_and_send(
            report=report,
            content_hash=hash_of(report),
            authenticated_at=now - timedelta(minutes=16),
            actor=held.pic,
            now=now,
        )
    other = sign(
        user=held.pic, role="trainer", meaning="submitted", content_hash="0" * 64, authenticated_at=now, now=now
    )
    with pytest.raises(Refused):
        services.submit_report(report=report, content_hash=hash_of(report), signature=other, actor=held.pic, now=now)


def test_submitted_a_microsecond_before_the_due_time_is_on_time_and_at_it_is_late(held):
    due_at = report_of(held).obligation.due_at
    sid = transaction.savepoint()
    submitted(held, now=due_at - timedelta(microseconds=1))
    assert report_of(held).obligation.is_on_time
    transaction.savepoint_rollback(sid)
    submitted(held, now=due_at)
    obligation = report_of(held).obligation
    assert not obligation.is_on_time
    assert (obligation.state, obligation.breached_at) == ("submitted", due_at)
    assert Notice.objects.filter(kind="report.breached", recipient=held.pic).exists()


def test_a_request_overtaken_by_the_sweep_is_late_and_says_so_consistently(held):
    report = written(held)
    due_at = report.obligation.due_at
    services.breach_overdue(now=due_at)
    send(report_of(held), held.pic, now=due_at - timedelta(seconds=1))
    obligation = report_of(held).obligation
    assert (obligation.submitted_at, obligation.breached_at) == (due_at, due_at)


def test_submitting_twice_is_refused_by_the_state_found(held):
    submitted(held)
    report = report_of(held)
    now = held.training_session.ends_at + 3 * HOUR
    content_hash = freeze(report, number=1, now=held.training_session.ends_at).hash
    signature = sign(
        user=held.pic, role="trainer", meaning="submitted", content_hash=content_hash, authenticated_at=now, now=now
    )
    with pytest.raises(WrongState):
        services.submit_report(report=report, content_hash=content_hash, signature=signature, actor=held.pic, now=now)
    assert ReportVersion.objects.count() == 1


def test_a_void_obligation_takes_no_report(held):
    report = written(held)
    ReportObligation.objects.filter(pk=report.obligation_id).update(state="void", void_reason="Padam")
    with pytest.raises(WrongState):
        send(report, held.pic, now=held.training_session.ends_at + 2 * HOUR)


def test_the_plan_is_reported_only_when_nothing_is_owed_any_more(held):
    other = make_session(held.plan, ends_at=held.training_session.ends_at + timedelta(days=1))
    services.schedule_obligation(training_session=other, actor=None, now=held.training_session.ends_at)
    submitted(held)
    held.plan.refresh_from_db()
    assert held.plan.state == "under_way"
    services.cancel_obligation(
        training_session=TrainingSession.objects.get(pk=other.pk),
        reason="Digabung",
        actor=held.pic,
        now=held.training_session.ends_at + 3 * HOUR,
    )
    held.plan.refresh_from_db()
    assert held.plan.state == "reported"


def test_versions_never_change(held):
    version = submitted(held)
    for attempt in (
        lambda: ReportVersion.objects.filter(pk=version.pk).update(content="{}"),
        lambda: ReportVersion.objects.filter(pk=version.pk).delete(),
        lambda: version.distributions.update(party="client"),
        lambda: ReportObligation.objects.filter(pk=version.report.obligation_id).update(
            submitted_at=version.submitted_at - HOUR
        ),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            attempt()
