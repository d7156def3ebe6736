"""A plan has another PIC: the report goes along, and nobody is left who only seems to answer for it (2.2, 5.3.2)."""

from __future__ import annotations

import pytest
import time_machine
from django.urls import reverse

from planning.services import hand_over_plan
from planning.tests.factories import make_appointment
from reporting import services
from reporting.policies import can_write
from reporting.services.amending import owe_next_version
from reporting.tests.writing import HOUR, report_of, send, submitted, written
from sessions.models import RecoveryCase
from trainingops.audit.models import Entry
from trainingops.domain import NotAllowed, WrongState
from trainingops.notifications.models import Notice
from trainingops.people.tests.factories import make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.3.2")]


def handed_over(held):
    """The plan to another PIC, one hour after the class; who that is."""
    place = {"site": held.plan.site, "line": held.plan.line}
    to = make_user("trainer", **place)
    make_appointment(to, held.manager, **place)
    now = held.training_session.ends_at + HOUR
    hand_over_plan(plan=held.plan, to=to, reason="PIC pindah unit.", actor=held.manager, now=now)
    return to


def closed(user):
    user.is_active = False
    user.save()


def told(kind):
    return set(Notice.objects.filter(kind=kind).values_list("recipient", flat=True))


def test_the_new_pic_answers_for_the_report_is_told_writes_signs_and_is_who_is_told_of_a_breach(client, held):
    closed(held.pic)
    to = handed_over(held)
    report = report_of(held)
    obligation = report.obligation
    assert obligation.owner == to
    cases = RecoveryCase.objects.filter(enrolment__training_session=held.training_session)
    assert {each.owner for each in cases} == {to}, "and arranges the recoveries (5.3.1)"
    assert told("report.passed_on") == {to.pk}
    assert Entry.objects.filter(verb="obligation.passed_on", subject=obligation.uuid).count() == 1
    with time_machine.travel(held.training_session.ends_at + HOUR, tick=False):
        sign_in(client, to)
        assert client.get(reverse("report_write", args=[report.uuid])).status_code == 200
    services.breach_overdue(now=obligation.due_at)
    assert to.pk in told("report.breached")
    services.save_draft(
        report=report, version=1, course="a", obstacles="b", follow_up="c", actor=to, now=obligation.due_at
    )
    assert send(report_of(held), to, now=obligation.due_at + HOUR).submitted_by == to


def test_a_report_that_is_in_keeps_who_answered_for_it_and_its_next_version_is_the_new_pics(held):
    submitted(held)
    to = handed_over(held)
    report = report_of(held)
    assert report.obligation.owner == held.pic
    assert can_write(to, report)
    owe_next_version(
        training_session=held.fresh(), what="scores", actor=held.manager, now=held.training_session.ends_at + 3 * HOUR
    )
    assert told("report.to_amend") == {to.pk}


def test_a_closed_account_is_never_said_to_be_reminded_and_the_page_leads_to_another_pic(client, held):
    report = written(held)
    closed(held.pic)
    now = held.training_session.ends_at + 2 * HOUR
    with pytest.raises(WrongState):
        services.remind_owner(obligation=report.obligation, actor=held.manager, now=now)
    assert not told("report.reminder")
    with time_machine.travel(now, tick=False):
        sign_in(client, held.manager)
        page = client.get(reverse("obligation_detail", args=[report.obligation.uuid])).content.decode()
    assert reverse("plan_hand_over", args=[held.plan.uuid]) in page
    assert reverse("obligation_remind", args=[report.obligation.uuid]) not in page
    services.remind_owners(now=report.obligation.due_at - HOUR)
    assert told("report.reminder") == {held.manager.pk}, "before the due time the manager learns of it"


def test_who_was_pic_before_writes_no_more(held):
    held.training_session.meetings.get().meeting_trainers.all().delete()
    handed_over(held)
    with pytest.raises(NotAllowed):
        written(held)
