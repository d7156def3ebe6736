"""Up the line while a report is missing, as the rule says (4.1, 5.3.2)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.urls import reverse

from reporting import services
from reporting.models import DeadlinePolicy, ReportObligation
from reporting.services.telling import address_of
from reporting.tests.factories import BEFORE, DUE, END, make_plan, make_session, mandatory_recipients
from reporting.tests.places import with_somebody_elsewhere
from trainingops.audit.models import Entry
from trainingops.domain import Refused
from trainingops.notifications.models import Notice
from trainingops.people.tests.factories import ServiceLineFactory, SiteFactory, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.3.2")]
HOUR, SECOND = timedelta(hours=1), timedelta(seconds=1)


@pytest.fixture
def line():
    """Everybody in the line of one missing report, by party, and its obligation."""
    site, line = SiteFactory(), ServiceLineFactory()
    parties = mandatory_recipients(site, line)
    plan = make_plan(site=site, line=line, recipients=parties)
    teacher = make_user("trainer", site=site, line=line)
    services.schedule_obligation(training_session=make_session(plan, teacher=teacher), actor=None, now=BEFORE)
    return {**dict(parties), "pic": plan.pic, "trainer": teacher}


def told(kind="report.escalated"):
    return {(each.recipient, each.step) for each in Notice.objects.filter(kind=kind).select_related("recipient")}


def sweep(at):
    services.breach_overdue(now=at)
    services.escalate_overdue(now=at)


def test_each_step_is_told_once_to_who_stands_there_and_stops_with_the_report(line):
    responsible = {line["pic"], line["trainer"], line["manager"]}
    sweep(DUE + 12 * HOUR - SECOND)
    assert not told()
    for _again in range(2):
        sweep(DUE + 12 * HOUR)
    assert told() == {(user, "manager") for user in responsible}
    sweep(DUE + 36 * HOUR)
    everybody = responsible | {line["operations"], line["operation_support"], line["qc"]}
    assert told() == {(user, "manager") for user in responsible} | {(user, "parties") for user in everybody}
    obligation = ReportObligation.objects.get()
    assert (obligation.escalated_to, obligation.escalate_at) == ("parties", None)
    assert Entry.objects.filter(verb="obligation.escalated").count() == 2
    sweep(DUE + 99 * HOUR)
    assert len(told()) == 3 + 6


def test_every_party_of_another_place_that_is_told_opens_what_it_is_told_of(held, client):
    """5.3.2: a class with somebody of another site, overdue for 36 hours."""
    obligation, elsewhere = held.training_session.obligation, with_somebody_elsewhere(held)
    there = [make_user(role, site=elsewhere.site, line=elsewhere.line) for role in ("manager", "qc")]
    stranger = make_user("operations", site=SiteFactory(), line=elsewhere.line)
    at = obligation.due_at + 36 * HOUR
    sweep(at)
    assert {user for user, _step in told()} >= {elsewhere.operations, *there}
    with time_machine.travel(at, tick=False):
        for user, status in [*((each, 200) for each, _step in told()), (stranger, 404)]:
            client.force_login(user)
            assert client.get(address_of(obligation)).status_code == status, user
        client.force_login(elsewhere.operations)
        assert [row["obligation"] for row in client.get("/deadlines/").context["rows"]] == [obligation]


def test_a_report_that_came_in_late_is_told_of_no_further(line):
    sweep(DUE)
    ReportObligation.objects.update(state="submitted", submitted_at=DUE + HOUR, submitted_by=line["pic"])
    sweep(DUE + 48 * HOUR)
    assert not told()


def test_of_several_steps_passed_while_the_clock_stood_only_the_last_is_told(line):
    sweep(DUE + 72 * HOUR)
    assert {step for _user, step in told()} == {"parties"}
    assert {user for user, _step in told("report.breached")} == {line["pic"], line["trainer"], line["manager"]}


def test_the_steps_of_a_class_filed_after_its_due_time_count_from_the_filing(line, client):
    ReportObligation.objects.update(created_at=DUE + 72 * HOUR)
    sweep(DUE + 72 * HOUR)
    assert {user for user, _step in told("report.breached")} == {line["pic"], line["trainer"], line["manager"]}
    assert not told()
    sweep(DUE + 84 * HOUR)
    assert {step for _user, step in told()} == {"manager"}
    sweep(DUE + 108 * HOUR)
    assert {step for _user, step in told()} == {"manager", "parties"}
    client.force_login(line["manager"])
    page = client.get(reverse("obligation_detail", args=[ReportObligation.objects.get().uuid]))
    assert page.context["steps"][-1].startswith("Dicatat Sabtu, 28 November 2026 00.00 WIB")
    times = [at - DUE for at, _words in page.context["telling"]]
    assert times == [72 * HOUR, 84 * HOUR, 108 * HOUR], "no reminder could come in time"


def test_the_times_are_those_of_the_rule_that_counted_it(line):
    site = line["pic"].obligations.get().training_session.site
    rule = {"site": site, "business_days": False, "collective_leave_is_off": False, "now": BEFORE}
    services.add_policy(
        **rule,
        effective_on=END.date(),
        reminder_hours=[2],
        manager_hours=None,
        parties_hours=3,
        actor=make_user("administrator"),
    )
    assert services.remind_owners(now=DUE - 14 * HOUR) == 0
    sweep(DUE + 3 * HOUR - SECOND)
    assert not told()
    sweep(DUE + 3 * HOUR)
    assert {step for _user, step in told()} == {"parties"}


@pytest.mark.point("DLN-3")
def test_a_rule_reminds_when_it_says_and_only_in_working_hours():
    DeadlinePolicy.objects.update(reminder_hours=[34, 15, 5])  # 14.00 of the day before, 09.00 and 19.00 of the due day
    services.schedule_obligation(training_session=make_session(), actor=None, now=BEFORE)
    reminded = [hours for hours in range(40, 0, -1) if services.remind_owners(now=DUE - timedelta(hours=hours))]
    assert reminded == [34, 15]


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("reminder_hours", {"reminder_hours": [15, 73]}),
        ("reminder_hours", {"reminder_hours": [1, 2, 3, 4, 5]}),
        ("manager_hours", {"manager_hours": 0}),
        ("parties_hours", {"parties_hours": 241}),
        ("parties_hours", {"manager_hours": 12, "parties_hours": 12}),
    ],
)
def test_times_that_cannot_be_kept_are_refused_at_their_field(field, values):
    with pytest.raises(Refused) as refused:
        services.add_policy(
            site=None,
            effective_on=END.date(),
            business_days=False,
            collective_leave_is_off=False,
            actor=make_user("manager"),
            now=BEFORE,
            **values,
        )
    assert refused.value.field == field


def test_the_times_are_typed_on_the_page_of_the_rule_and_journalled(client):
    client.force_login(make_user("manager"))
    shown = client.get("/deadlines/rules/new/").content.decode()
    assert 'value="15, 9"' in shown
    typed = {"effective_on": "2027-01-01", "business_days": "", "site": "", "manager_hours": "6", "parties_hours": ""}
    wrong = client.post("/deadlines/rules/new/", {**typed, "reminder_hours": "15, sore"})
    assert "sore" in str(wrong.context["form"].errors["reminder_hours"])
    assert client.post("/deadlines/rules/new/", {**typed, "reminder_hours": "20; 4"}).status_code == 302
    rule = DeadlinePolicy.objects.get(effective_on="2027-01-01")
    assert (rule.reminder_hours, rule.manager_hours, rule.parties_hours) == ([20, 4], 6, None)
    assert Entry.objects.filter(verb="deadline_policy.added", subject=rule.uuid).exists()
