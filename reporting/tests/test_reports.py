"""From the draft to the receipt (clause 5.3.2, RPT)."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from planning.models import PlanRecipient
from reporting import services
from reporting.content import freeze
from reporting.enums import ReportState
from reporting.models import Distribution, ReportObligation, ReportVersion, TrainingReport
from reporting.reading import WHATSAPP_LIMIT, figures_of, read, whatsapp_text
from reporting.signals import report_submitted
from sessions.models import TrainingSession
from sessions.tests.factories import absent, concluded, opened
from trainingops.audit.models import Entry
from trainingops.domain import NotAllowed, Refused, StaleVersion, WrongState
from trainingops.notifications.models import Notice, OutboxMessage
from trainingops.notifications.texts import notice_text
from trainingops.people.services import sign
from trainingops.people.tests.factories import make_user
from trainingops.records.models import EvidenceRequest

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.3.2")]
HOUR = timedelta(hours=1)
TEXTS = {
    "course": "Peserta menguasai empat langkah.",
    "obstacles": "Aplikasi lambat 10 menit.",
    "follow_up": "Operation: lepas peserta recovery, 30 November\nTrainer: perbaiki soal 7",
}


@pytest.fixture
def held():
    """Three people, one absent; the session is concluded."""
    return concluded(lambda enrolments: absent(enrolments[0]), right=(None, 5, 2))


def report_of(held) -> TrainingReport:
    return TrainingReport.objects.select_related(
        "obligation__training_session__plan", "obligation__training_session__site", "obligation__owner"
    ).get(obligation__training_session=held.training_session)


def written(held, *, now=None, **texts) -> TrainingReport:
    report = report_of(held)
    now = now or held.training_session.ends_at + HOUR
    services.save_draft(report=report, version=report.version, **{**TEXTS, **texts}, actor=held.pic, now=now)
    return report_of(held)


def hash_of(report) -> str:
    last = report.versions.order_by("-number").first()
    return freeze(report, number=last.number + 1 if last else 1).hash


def send(report, actor, *, now, reason="", content_hash=None):
    return services.sign_and_send(
        report=report,
        content_hash=content_hash or hash_of(report),
        authenticated_at=now,
        actor=actor,
        now=now,
        reason=reason,
    )


def submitted(held, *, now=None):
    now = now or held.training_session.ends_at + 2 * HOUR
    return send(written(held), held.pic, now=now)


# --- The draft ---------------------------------------------------------------------------------------------


def test_the_draft_is_filled_from_the_session_with_persons_by_uuid_only(held):
    frozen = freeze(report_of(held), number=1)
    figures = figures_of(frozen.data)
    assert (figures.participants, figures.absent, figures.recovery) == (3, 1, 1)
    assert figures.passed + figures.remedial == 2
    assert frozen.data["narrative"] == {"course": "", "obstacles": "", "follow_up": ""}
    for enrolment in held.enrolments:
        assert str(enrolment.person.uuid) in frozen.text
        assert enrolment.person.name not in frozen.text
        assert enrolment.person.employee_no not in frozen.text


def test_the_same_facts_give_the_same_hash(held):
    assert freeze(report_of(held), number=1).hash == freeze(report_of(held), number=1).hash


def test_saving_counts_the_row_version_and_keeps_the_words_out_of_the_journal(held):
    report = written(held)
    assert (report.version, report.updated_by, report.course) == (2, held.pic, TEXTS["course"])
    entry = Entry.objects.get(verb="report.saved")
    assert TEXTS["course"] not in entry.text
    assert "course" in json.loads(entry.text)["data"]["fields"]
    now = held.training_session.ends_at + 2 * HOUR
    services.save_draft(report=report, version=2, **TEXTS, actor=held.pic, now=now)
    assert report_of(held).version == 2  # nothing changed, nothing written


def test_a_second_writer_with_an_old_version_overwrites_nothing(held):
    report = written(held)
    now = held.training_session.ends_at + 2 * HOUR
    with pytest.raises(StaleVersion, match=held.pic.name):
        services.save_draft(report=report, version=1, **{**TEXTS, "course": "lain"}, actor=held.pic, now=now)
    assert report_of(held).course == TEXTS["course"]


@pytest.mark.parametrize("role", ["manager", "qc", "trainer", "operations"])
def test_only_pic_and_trainers_of_the_session_write(held, role):
    user = make_user(role, site=held.plan.site, line=held.plan.line)
    with pytest.raises(NotAllowed):
        services.save_draft(report=report_of(held), version=1, **TEXTS, actor=user, now=held.training_session.ends_at)
    with pytest.raises(NotAllowed):
        send(report_of(held), user, now=held.training_session.ends_at)


# --- Submitting --------------------------------------------------------------------------------------------


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


def test_a_recipient_without_account_gets_the_numbers_by_mail(held):
    PlanRecipient.objects.create(
        revision=held.plan.approved_revision, party="client", name="Klien", email="klien@contoh.id"
    )
    version = submitted(held)
    assert version.distributions.get(party="client").address == "klien@contoh.id"
    assert OutboxMessage.objects.get(address="klien@contoh.id").params["participants"] == "3"


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
    content_hash = freeze(report, number=1).hash
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
    from reporting.tests.factories import make_session

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


# --- Recipients that cannot be reached ---------------------------------------------------------------------


def test_a_closed_account_is_flagged_somebody_of_the_office_stands_in_and_manager_and_administrator_are_told(held):
    admin = make_user("administrator")
    held.world.qc.is_active = False
    held.world.qc.save()
    other_qc = make_user("qc", site=held.plan.site, line=held.plan.line)
    version = submitted(held)
    rows = {each.user: each.unreachable for each in version.distributions.filter(party="qc").select_related("user")}
    assert rows[held.world.qc] is True
    assert rows[other_qc] is False
    told = Notice.objects.filter(kind="report.recipient_missing")
    assert {held.manager.pk, admin.pk} <= set(told.values_list("recipient", flat=True))
    assert held.world.qc.name in told.first().params["names"]


def test_another_recipient_can_be_added_and_only_once(held):
    version = submitted(held)
    now = held.training_session.ends_at + 3 * HOUR
    more = make_user("qc", site=held.plan.site)
    services.add_recipient(version=version, party="qc", user=more, actor=held.manager, now=now)
    assert Notice.objects.filter(kind="report.submitted", recipient=more).exists()
    with pytest.raises(Refused, match=more.name):
        services.add_recipient(version=version, party="qc", user=more, actor=held.pic, now=now)
    with pytest.raises(NotAllowed):
        services.add_recipient(version=version, party="qc", user=more, actor=more, now=now)


# --- Amending ----------------------------------------------------------------------------------------------


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
    assert Notice.objects.filter(kind="report.amended", recipient=held.manager).exists()


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
    content_hash = freeze(report, number=1).hash
    signature = sign(
        user=held.pic, role="trainer", meaning="submitted", content_hash=content_hash, authenticated_at=now, now=now
    )
    with pytest.raises(WrongState):
        services.amend_report(
            report=report, content_hash=content_hash, signature=signature, reason="x", actor=held.pic, now=now
        )


# --- Receipts ----------------------------------------------------------------------------------------------


@pytest.mark.point("RPT-4")
def test_a_receipt_is_recorded_once_and_only_for_oneself(held):
    version = submitted(held)
    now = held.training_session.ends_at + 3 * HOUR
    services.open_report(version=version, actor=held.manager, now=now)
    services.acknowledge_report(version=version, actor=held.manager, now=now + HOUR)
    services.acknowledge_report(version=version, actor=held.manager, now=now + 2 * HOUR)
    mine = version.distributions.get(user=held.manager)
    assert (mine.opened_at, mine.acknowledged_at) == (now, now + HOUR)
    assert version.distributions.filter(acknowledged_at__isnull=False).count() == 1
    with pytest.raises(NotAllowed):
        services.acknowledge_report(version=version, actor=make_user("manager"), now=now)


@pytest.mark.point("RPT-4")
def test_one_click_reminds_one_recipient_until_they_have_read(held):
    version = submitted(held)
    now = held.training_session.ends_at + 3 * HOUR
    distribution = version.distributions.get(user=held.manager)
    services.remind_recipient(distribution=distribution, actor=held.pic, now=now)
    services.remind_recipient(distribution=distribution, actor=held.pic, now=now)
    assert Notice.objects.filter(kind="report.unread", recipient=held.manager).count() == 1
    services.acknowledge_report(version=version, actor=held.manager, now=now)
    with pytest.raises(WrongState):
        services.remind_recipient(
            distribution=Distribution.objects.get(pk=distribution.pk), actor=held.pic, now=now + HOUR
        )
    with pytest.raises(NotAllowed):
        services.remind_recipient(distribution=distribution, actor=held.world.qc, now=now)


@pytest.mark.point("RPT-6")
def test_the_whatsapp_summary_has_counts_only_and_at_most_1000_characters(held):
    version = submitted(held)
    data = json.loads(version.content)
    data["plan"]["title"] = "Panjang sekali " * 100
    text = whatsapp_text(data, submitted_at=version.submitted_at, address="https://contoh.id/reports/x/")
    assert len(text) <= WHATSAPP_LIMIT
    figures = figures_of(data)
    assert figures.pass_words in text
    assert "https://contoh.id/reports/x/" in text
    for enrolment in held.enrolments:
        assert enrolment.person.name not in text


@pytest.mark.point("RPT-6")
def test_the_sender_notes_where_the_summary_was_shared(held):
    version = submitted(held)
    now = held.training_session.ends_at + 3 * HOUR
    share = services.note_share(version=version, group="Grup Operasional", actor=held.pic, now=now)
    assert (share.group, share.shared_at) == ("Grup Operasional", now)
    with pytest.raises(Refused):
        services.note_share(version=version, group=" ", actor=held.pic, now=now)
    with pytest.raises(NotAllowed):
        services.note_share(version=version, group="x", actor=held.world.qc, now=now)


def test_names_are_shown_of_ones_own_people_and_the_others_are_counted(held):
    frozen = freeze(written(held), number=1)
    everybody = read(frozen, held.training_session, reader=None)
    assert (len(everybody.results), everybody.results_elsewhere, len(everybody.missed)) == (3, 0, 1)
    foreign = read(frozen, held.training_session, reader=make_user("team_leader", site=make_site()))
    assert (foreign.results, foreign.results_elsewhere) == ([], 3)
    assert (foreign.missed, foreign.missed_elsewhere) == ([], 1)
    assert foreign.figures == everybody.figures
    leader = read(frozen, held.training_session, reader=held.world.leader)
    assert len(leader.results) == 3
    client = read(frozen, held.training_session, reader=make_user("client"))
    assert client.results_elsewhere == 3


def make_site():
    from trainingops.people.tests.factories import SiteFactory

    return SiteFactory()


# --- The database holds it ---------------------------------------------------------------------------------


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
