"""Who receives a report, who has read it, where it was shared (clause 5.3.2, RPT)."""

from __future__ import annotations

import json

import pytest

from reporting import services
from reporting.content import freeze
from reporting.figures import figures_of
from reporting.models import Distribution
from reporting.queries import told_about
from reporting.reading import read
from reporting.receipts import receipts_of
from reporting.sharing import WHATSAPP_LIMIT, reminder_text, whatsapp_text
from reporting.sight import EVERYTHING, sight_of
from reporting.tests.writing import HOUR, submitted, written
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.notifications.models import Notice, Preference
from trainingops.people.models import RoleAssignment
from trainingops.people.tests.factories import SiteFactory, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.3.2")]


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


def test_who_holds_no_role_any_more_is_not_told_of_what_they_cannot_open_and_is_named_as_missed(held):
    RoleAssignment.objects.filter(user=held.world.qc).update(ends_on="2026-11-22")
    version = submitted(held)
    (mine,) = [each for each in receipts_of(version, sender=None) if each.row.user == held.world.qc]
    assert (mine.standing.kind, mine.can_be_reminded) == ("late", False)
    assert not Notice.objects.filter(kind="report.submitted", recipient=held.world.qc).exists()
    assert held.world.qc.name in Notice.objects.filter(kind="report.recipient_missing").first().params["names"]


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
    assert services.remind_recipient(distribution=distribution, actor=held.pic, now=now)
    assert not services.remind_recipient(distribution=distribution, actor=held.pic, now=now)
    others = version.distributions.filter(user__isnull=False).exclude(user=held.manager).values("user").distinct()
    told = [services.remind_unread(version=version, actor=held.pic, now=now) for _again in range(2)]
    assert told == [others.count(), 0], "who was reminded in this minute is not counted again"
    assert Notice.objects.filter(kind="report.unread", recipient=held.manager).count() == 1
    services.acknowledge_report(version=version, actor=held.manager, now=now)
    with pytest.raises(WrongState):
        services.remind_recipient(
            distribution=Distribution.objects.get(pk=distribution.pk), actor=held.pic, now=now + HOUR
        )
    with pytest.raises(NotAllowed):
        services.remind_recipient(distribution=distribution, actor=held.world.qc, now=now)


@pytest.mark.point("NTF-1")
def test_who_had_switched_reminders_off_is_reminded_all_the_same_and_what_nobody_saw_is_no_reminder(held):
    version = submitted(held)
    now = held.training_session.ends_at + 3 * HOUR
    for kind in ("report.unread", "report.reminder"):
        Preference.objects.create(user=held.manager, kind=kind, channel="off")
    distribution = version.distributions.get(user=held.manager)
    services.remind_recipient(distribution=distribution, actor=held.pic, now=now)
    told = Notice.objects.visible_to(held.manager).filter(kind="report.unread")
    assert told.count() == 1

    def reminded_at():
        return {each.row: each.reminded_at for each in receipts_of(version, sender=None)}[distribution]

    assert reminded_at() == now
    told.update(channel="off")  # of the time when it could be switched off
    assert reminded_at() is None
    Notice.objects.filter(kind="report.unread").update(
        kind="report.reminder", subject=held.training_session.obligation.uuid
    )
    assert told_about(held.training_session.obligation) == []


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
    report = written(held)
    frozen = freeze(report, number=1, now=held.training_session.ends_at)

    def seen_by(user):
        return read(frozen, held.training_session, sight=sight_of(user, report))

    everybody = read(frozen, held.training_session, sight=EVERYTHING)
    assert (len(everybody.results), everybody.results_elsewhere, len(everybody.missed)) == (3, 0, 1)
    foreign = seen_by(make_user("team_leader", site=SiteFactory()))
    assert (foreign.results, foreign.results_elsewhere) == ([], 3)
    assert (foreign.missed, foreign.missed_elsewhere) == ([], 1)
    assert foreign.figures == everybody.figures
    assert len(seen_by(held.world.leader).results) == 3
    assert seen_by(make_user("client")).results_elsewhere == 3


@pytest.mark.point("NTF-6")
def test_the_text_that_reminds_names_who_has_not_confirmed_and_no_score(held):
    data = json.loads(submitted(held).content)
    text = reminder_text(data, ["Ratna", "Bagus"], address="https://contoh.id/reports/x/")
    assert "Ratna, Bagus" in text and text.endswith("https://contoh.id/reports/x/")
    assert reminder_text(data, [], address="https://contoh.id/") == ""
