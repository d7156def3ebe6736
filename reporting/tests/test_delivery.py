"""Whether a report reached every mandatory party of every place of its class (clauses 4.3, 5.3.2; indicator 4.3b)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from planning.models import PlanRecipient
from reporting import services
from reporting.delivery import delivery_of
from reporting.models import ReportObligation
from reporting.receipts import receipts_of
from reporting.services.watching import lost_before_sending
from reporting.tests.factories import make_session
from reporting.tests.places import with_somebody_elsewhere
from reporting.tests.writing import HOUR, send, submitted, written
from reporting.wording import unreached_words
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.notifications.models import Notice, OutboxMessage
from trainingops.people.models import RoleAssignment
from trainingops.people.tests.factories import SiteFactory, make_user, sign_in
from trainingops.records.models import EvidenceRequest
from trainingops.records.services import produce_record
from trainingops.ui.moments import moment_words

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.3.2")]


def delivery(held, *, hours=3):
    return delivery_of(held.training_session.obligation, now=held.training_session.ends_at + hours * HOUR)


def test_a_class_of_two_places_goes_to_the_parties_of_each_and_to_the_leaders_of_its_teams(held):
    other = with_somebody_elsewhere(held)
    version = submitted(held)
    sent = {(each.party, each.user) for each in version.distributions.select_related("user")}
    assert {("operations", other.operations), ("team_leader", other.leader), ("qc", held.world.qc)} <= sent
    state = delivery(held)
    assert not state.delivered, "nobody holds Quality Control, Operation Support and manager there"
    place = f"({other.line} {other.site})"
    words = unreached_words(state)
    assert f"Operation Support {place}" in words and f"Quality Control {place}" in words
    assert "Operation (" not in words and "Quality Control," not in words


@pytest.mark.parametrize("lost", ["account closed", "left", "role ended"])
def test_a_party_that_loses_its_last_recipient_after_sending_is_not_reached_until_it_is_replaced(held, lost):
    version = submitted(held)
    assert delivery(held).delivered
    qc = held.world.qc
    if lost == "account closed":
        qc.is_active = False
        qc.save()
    elif lost == "left":
        qc.person = held.enrolments[0].person
        qc.person.employment = "left"
        qc.person.save()
        qc.save()
    else:
        RoleAssignment.objects.filter(user=qc).update(ends_on="2026-11-23")
    state = delivery(held)
    assert not state.delivered
    assert unreached_words(state) == "Quality Control"
    other = make_user("qc", site=held.plan.site, line=held.plan.line)
    now = held.training_session.ends_at + 4 * HOUR
    services.add_recipient(version=version, party="qc", user=other, actor=held.manager, now=now)
    assert delivery(held).delivered


def test_at_another_place_who_is_assigned_there_receives_it_besides_the_plans_house_wide_recipient(held):
    house = make_user("operations")
    PlanRecipient.objects.create(revision=held.plan.approved_revision, party="operations", user=house)
    other = with_somebody_elsewhere(held)
    elsewhere = make_user("operations", site=held.plan.site)
    version = submitted(held)
    there = version.parties.get(party="operations", site=other.site)
    assert {each.user for each in there.recipients.all()} == {house, other.operations}
    assert not version.distributions.filter(user=elsewhere).exists(), "the plan's recipient stands for its own place"


def test_who_has_the_report_stands_for_the_party_wherever_they_hold_its_role(held):
    other = with_somebody_elsewhere(held)
    house = make_user("qc")
    version = submitted(held)
    own = version.parties.get(party="qc", site=held.plan.site)
    assert house in {each.user for each in own.recipients.all()}
    held.world.qc.is_active = False
    held.world.qc.save()
    assert "Quality Control" not in unreached_words(delivery(held))
    assert other.site != held.plan.site


def test_adding_who_has_it_already_lets_them_stand_for_the_party_they_have_come_to_hold(held):
    with_somebody_elsewhere(held)
    house = make_user("qc")
    assignment = RoleAssignment.objects.get(user=house)
    assignment.sites.add(SiteFactory())
    version = submitted(held)
    mine = version.distributions.create(party="qc", user=house, address="lama@contoh.id", sent_at=version.submitted_at)
    held.world.qc.is_active = False
    held.world.qc.save()
    assignment.sites.clear()
    now = held.training_session.ends_at + 4 * HOUR
    made = services.add_recipient(version=version, party="qc", user=house, actor=held.pic, now=now)
    assert made == mine and "Quality Control" not in unreached_words(delivery(held))
    with pytest.raises(Refused):
        services.add_recipient(version=version, party="qc", user=house, actor=held.pic, now=now)


def test_before_sending_every_place_is_watched_by_as_many_queries_for_one_class_as_for_three(held):
    other = with_somebody_elsewhere(held)
    qc = make_user("qc", site=other.site)
    for role in ("manager", "operation_support"):
        make_user(role, site=other.site)
    now = held.training_session.ends_at + HOUR
    assert services.watch_recipients(now=now) == 0
    RoleAssignment.objects.filter(user=qc).update(ends_on="2026-11-22")
    assert services.watch_recipients(now=now) == 1
    lost = Notice.objects.filter(kind="report.party_lost").first().params["parties"]
    assert lost == f"Quality Control ({other.line} {other.site})"
    one = ReportObligation.objects.filter(training_session=held.training_session)
    counts = []
    for obligations in (one, ReportObligation.objects.all()):
        with CaptureQueriesContext(connection) as queries:
            list(lost_before_sending(obligations, now=now))
        counts.append(len(queries))
        for _more in range(2):
            services.schedule_obligation(training_session=make_session(held.plan), actor=None, now=now)
    assert counts[0] == counts[1] <= 5


def test_a_loss_before_sending_stands_on_board_and_page_which_lead_to_another_recipient(client, held):
    qc, now = held.world.qc, held.training_session.ends_at + HOUR
    qc.is_active = False
    qc.save()
    services.watch_recipients(now=now)
    page = reverse("obligation_detail", args=[held.training_session.obligation.uuid])
    adding = reverse("plan_adjust_recipient", args=[held.plan.uuid])
    with time_machine.travel(now, tick=False):
        sign_in(client, held.pic)
        board = client.get(reverse("obligation_list")).content.decode()
        nobody = client.get(page).content.decode()
        other = make_user("qc", site=held.plan.site, line=held.plan.line)
        instead = client.get(page).content.decode()
        assert client.get(adding).status_code == 200
        sign_in(client, make_user("administrator"))
        assert reverse("account_list") in client.get(page).content.decode()
    assert "Quality Control." in board
    assert all("Quality Control (" in each and adding in each for each in (nobody, instead))
    assert other.name in instead and other.name not in nobody
    PlanRecipient.objects.create(revision=held.plan.approved_revision, party="qc", name="Bu Sari", email="q@contoh.id")
    ((_obligation, lost),) = lost_before_sending(ReportObligation.objects.all(), now=now)
    assert lost == [], "the remedy that the page offers"


def test_what_was_read_stays_delivered_when_its_reader_leaves(held):
    version = submitted(held)
    now = held.training_session.ends_at + 3 * HOUR
    services.acknowledge_report(version=version, actor=held.world.qc, now=now)
    held.world.qc.is_active = False
    held.world.qc.save()
    assert delivery(held, hours=4).delivered


def test_the_pdf_with_the_unit_stands_for_the_party_when_its_account_loses_the_role(held):
    """The unit that the plan names besides an account, and one that was added by hand when nobody was missing."""
    unit = {"party": "operation_support", "name": "Kotak Unit OS", "email": "unit.os@contoh.id"}
    PlanRecipient.objects.create(revision=held.plan.approved_revision, **unit)
    version = submitted(held)
    now = version.submitted_at + HOUR
    by_hand = {"version": version, "party": "qc", "name": "Kotak QC", "address": "qc@contoh.id", "actor": held.pic}
    services.add_recipient(**by_hand, now=now)
    for request in EvidenceRequest.objects.filter(kind="report_copy"):
        produce_record(request=request, now=now)
    OutboxMessage.objects.filter(kind="report.copy").update(state="sent", sent_at=now)
    RoleAssignment.objects.filter(role__in=["operation_support", "qc"]).update(ends_on="2026-11-22")
    assert unreached_words(delivery(held)) == "Quality Control"
    services.add_recipient(**by_hand, now=now)
    assert delivery(held).delivered
    with pytest.raises(Refused, match="Kotak QC"):
        services.add_recipient(**by_hand, now=now)


def test_what_is_not_submitted_is_not_delivered(held):
    state = delivery(held)
    assert (state.delivered, state.unreached) == (False, [])


def test_the_loss_of_a_partys_last_recipient_is_told_once_before_and_after_sending(held):
    admin = make_user("administrator")
    now = held.training_session.ends_at + HOUR
    qc = held.world.qc

    def told():
        return set(Notice.objects.filter(kind="report.party_lost").values_list("recipient", flat=True))

    assert services.watch_recipients(now=now) == 0
    qc.is_active = False
    qc.save()
    assert services.watch_recipients(now=now) == 1, "between scheduling and submission"
    assert services.watch_recipients(now=now + HOUR) == 0
    assert {admin.pk, held.manager.pk} <= told()
    Notice.objects.all().delete()
    stand_in = make_user("qc", site=held.plan.site, line=held.plan.line)
    submitted(held, now=now + HOUR)
    assert services.watch_recipients(now=now + 2 * HOUR) == 0, "who holds the office got it"
    RoleAssignment.objects.filter(user=stand_in).update(ends_on="2026-11-23")
    assert services.watch_recipients(now=now + 3 * HOUR) == 1, "after sending"
    assert {admin.pk, held.manager.pk} <= told()
    assert Notice.objects.filter(kind="report.party_lost").first().params["parties"].startswith("Quality Control")


def test_a_stand_in_must_hold_the_partys_role_at_the_place(held):
    version = submitted(held)
    now = held.training_session.ends_at + 3 * HOUR
    with pytest.raises(Refused, match="Quality Control") as refused:
        services.add_recipient(version=version, party="qc", user=make_user("trainer"), actor=held.pic, now=now)
    assert refused.value.field == "user"
    with pytest.raises(Refused) as nobody:
        services.add_recipient(version=version, party="qc", actor=held.pic, now=now)
    assert nobody.value.field == "name"


def test_only_who_can_open_it_is_added_and_one_address_is_one_recipient(held):
    """An account of a party holds its role; an address is the same in capitals and under another name."""
    version = submitted(held)
    added = {"version": version, "party": "client", "actor": held.pic, "now": version.submitted_at + HOUR}
    with pytest.raises(Refused, match="Klien") as agent:
        services.add_recipient(**added, user=make_user("agent"))
    services.add_recipient(**added, user=make_user("client", line=held.plan.line))
    services.add_recipient(**added, name="PT Dua", address="dua@contoh.id")
    with pytest.raises(Refused, match="PT Dua") as twice:
        services.add_recipient(**added, name="Klien Dua", address="DUA@contoh.id")
    assert (agent.value.field, twice.value.field) == ("user", "address")


def test_who_was_added_by_hand_gets_the_next_version_unless_taken_out(client, held):
    """5.3.2: with account, by mail and without address alike; who the plan names is not taken out on this page."""
    first = submitted(held)
    now = first.submitted_at + HOUR
    added = {"version": first, "party": "client", "actor": held.pic, "now": now}
    account = services.add_recipient(**added, user=make_user("client", line=held.plan.line))
    services.add_recipient(**added, name="PT Dua", address="dua@contoh.id")
    services.add_recipient(**added, name="Ibu Tari")
    with time_machine.travel(now, tick=False):
        sign_in(client, held.pic)
        out = reverse("recipient_later", args=[account.uuid])
        page = reverse("report_detail", args=[first.report.uuid])
        assert (
            client.post(out).url == page
            and "versi berikutnya tidak dikirim" in client.get(page).content.decode().lower()
        )
        services.choose_later_versions(
            distribution=first.distributions.get(name="Ibu Tari"), receives=False, actor=held.manager, now=now
        )
        client.post(out, {"receives": "1"})
        with pytest.raises(WrongState, match=held.world.qc.name):
            services.choose_later_versions(
                distribution=first.distributions.get(user=held.world.qc), receives=False, actor=held.pic, now=now
            )
        second = send(written(held, course="Lain.", now=now), held.pic, now=now, reason="Kalimat diperbaiki.")
    assert set(second.distributions.filter(party="client").values_list("user", "name")) == {
        (account.user_id, ""),
        (None, "PT Dua"),
    }
    assert Notice.objects.filter(kind="report.amended", recipient=account.user).exists()
    with pytest.raises(NotAllowed):
        services.choose_later_versions(distribution=account, receives=False, actor=held.world.qc, now=now)


def test_who_stands_for_a_party_by_hand_and_without_account_stands_for_it_in_the_next_version(held):
    other = with_somebody_elsewhere(held)
    first = submitted(held)
    now = first.submitted_at + HOUR
    services.add_recipient(version=first, party="qc", name="QC situs lain", actor=held.pic, now=now)
    second = send(written(held, course="Lain.", now=now), held.pic, now=now, reason="Kalimat diperbaiki.")
    (stands,) = second.parties.get(party="qc", site=other.site).recipients.all()
    assert stands.name == "QC situs lain"


def test_what_is_handed_over_in_the_minute_of_the_submission_is_taken_at_the_time_of_the_form(held):
    at = held.training_session.ends_at + 2 * HOUR
    version = submitted(held, now=at + timedelta(seconds=40))
    now = at + timedelta(seconds=50)
    outside = services.add_recipient(version=version, party="client", name="Ibu Tari", actor=held.pic, now=now)
    given = {"channel": "hand", "received_by": "Ibu Tari", "file": None, "actor": held.pic, "now": now}
    made = services.record_delivery(distribution=outside, delivered_at=at, **given)
    assert made.delivered_at == version.submitted_at


@pytest.mark.point("RPT-4")
def test_what_was_handed_over_is_noted_with_channel_time_and_proof_and_counts_as_delivered(client, held):
    version = submitted(held)
    held.world.qc.is_active = False
    held.world.qc.save()
    now = held.training_session.ends_at + 4 * HOUR
    outside = services.add_recipient(version=version, party="qc", name="Ibu Tari, SSO", actor=held.pic, now=now)
    assert not delivery(held, hours=4).delivered
    with time_machine.travel(now, tick=False):
        sign_in(client, held.pic)
        address = reverse("delivery_new", args=[outside.uuid])
        local = now.astimezone(held.training_session.site.zone)
        typed = {
            "channel": "hand",
            "delivered_at_day": f"{local:%Y-%m-%d}",
            "delivered_at_time": f"{local - 5 * HOUR:%H:%M}",
            "received_by": "Ibu Tari",
        }
        early = client.post(address, typed)
        assert early.status_code == 422
        (wrong,) = early.context["form"].errors["delivered_at"]
        assert all(moment_words(each, local.tzinfo) in wrong for each in (now - 5 * HOUR, version.submitted_at, now))
        signed = SimpleUploadedFile("tanda-terima.pdf", b"%PDF-1.7 tanda terima")
        done = client.post(address, typed | {"delivered_at_time": f"{local:%H:%M}", "file": signed})
        assert done.status_code == 302, done.context["form"].errors
        page = client.get(reverse("report_detail", args=[version.report.uuid])).content.decode()
        proof = client.get(reverse("delivery_file", args=[outside.deliveries.get().uuid]))
    assert "Diserahkan" in page and "Penyerahan rencana" not in page
    assert "Ibu Tari" in page and proof.content.startswith(b"%PDF")
    assert delivery(held, hours=5).delivered


@pytest.mark.point("RPT-4")
def test_who_has_neither_account_nor_address_is_handed_a_sealed_copy_and_is_counted_apart_from_readers(client, held):
    version = submitted(held)
    now = held.training_session.ends_at + 4 * HOUR
    outside = services.add_recipient(version=version, party="client", name="Ibu Tari", actor=held.pic, now=now)
    copy = produce_record(request=EvidenceRequest.objects.get(kind="report_copy", subject=version.uuid), now=now)
    link = reverse("evidence_pdf", args=[copy.uuid])
    assert not OutboxMessage.objects.filter(kind="report.copy").exists()
    with time_machine.travel(now, tick=False):
        sign_in(client, held.pic)
        page = client.get(reverse("report_detail", args=[version.report.uuid]))
        form = client.get(reverse("delivery_new", args=[outside.uuid]))
        listed = client.get(reverse("report_list")).content.decode()
        assert client.get(link).content[:4] == b"%PDF"
        sign_in(client, held.world.qc)
        assert link not in client.get(reverse("report_detail", args=[version.report.uuid])).content.decode()
    assert link in page.content.decode() and link in form.content.decode()
    readers = version.distributions.exclude(user=None).count()
    assert f"0 dari {readers} sudah membaca · 1 tanpa akun" in page.content.decode()
    assert f"0 dari {readers}" in listed


@pytest.mark.point("RPT-4")
def test_a_failed_mail_is_seen_and_sent_again_by_the_sender_and_all_who_wait_are_reminded_at_once(client, held):
    held.world.qc.email = "qc@contoh.id"
    held.world.qc.save()
    version = submitted(held)
    mail = OutboxMessage.objects.get(kind="report.submitted", recipient=held.world.qc)
    OutboxMessage.objects.filter(pk=mail.pk).update(state="failed", error="550 no such mailbox", attempts=8)
    receipt = version.distributions.get(user=held.world.qc)
    now = held.training_session.ends_at + 3 * HOUR
    with time_machine.travel(now, tick=False):
        sign_in(client, held.pic)
        page = reverse("report_detail", args=[version.report.uuid])
        assert "550 no such mailbox" in client.get(page).content.decode()
        client.post(reverse("recipient_resend", args=[receipt.uuid]))
        mail.refresh_from_db()
        assert (mail.state, mail.attempts, mail.message_id) == ("pending", 0, mail.message_id)
        services.acknowledge_report(version=version, actor=held.manager, now=now)
        client.post(reverse("report_remind", args=[version.report.uuid]), {"version": 1})
    reminded = set(Notice.objects.filter(kind="report.unread").values_list("recipient", flat=True))
    waiting = {each.user_id for each in version.distributions.filter(acknowledged_at=None)}
    assert reminded == waiting and held.manager.pk not in reminded
    with pytest.raises(NotAllowed):
        services.resend_to_recipient(distribution=receipt, actor=held.world.qc, now=now)
    with pytest.raises(WrongState):
        services.resend_to_recipient(distribution=receipt, actor=held.pic, now=now)


@pytest.mark.point("RPT-4")
def test_the_mail_to_somebody_without_account_stands_the_same_for_sender_and_readers(client, held):
    """Made, sent or failed: everybody reads how far it came; why it failed and a new try are the sender's."""
    PlanRecipient.objects.create(
        revision=held.plan.approved_revision, party="client", name="Ibu Tari", email="tari@klien.id"
    )
    version = submitted(held)
    produce_record(request=EvidenceRequest.objects.get(kind="report_copy"), now=version.submitted_at + HOUR)
    page = reverse("report_detail", args=[version.report.uuid])
    resend = reverse("recipient_resend", args=[version.distributions.get(name="Ibu Tari").uuid])
    with time_machine.travel(version.submitted_at + HOUR, tick=False):
        for state, words in (("sent", "Email dengan PDF terkirim"), ("failed", "Email gagal")):
            OutboxMessage.objects.filter(kind="report.copy").update(state=state, error="550 ditolak")
            for user in (held.pic, held.manager, held.world.qc):
                sign_in(client, user)
                answer = client.get(page)
                shown, sends = answer.content.decode(), user != held.world.qc
                assert answer.status_code == 200 and words in shown
                failed = state == "failed" and sends
                assert ("tari@klien.id: 550 ditolak" in shown) == (resend in shown) == failed


@pytest.mark.point("RPT-4")
def test_a_failed_mail_and_a_closed_account_are_the_standing_of_a_recipient(held):
    """What has to be done stands before what went well: no "sent" above a failed mail, no "opened" of who left."""
    held.world.qc.email = "qc@contoh.id"
    held.world.qc.save()
    version = submitted(held)
    OutboxMessage.objects.filter(recipient=held.world.qc, kind="report.submitted").update(state="failed")
    manager = held.manager
    services.open_report(version=version, actor=manager, now=version.submitted_at + HOUR)
    manager.is_active = False
    manager.save()
    found = {each.row.user_id: each.standing.word for each in receipts_of(version, sender=None)}
    assert (found[held.world.qc.pk], found[manager.pk]) == ("Email gagal", "Akun ditutup")
