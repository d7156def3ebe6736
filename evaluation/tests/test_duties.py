"""At least one review a line and quarter is owed, told of and met (5.4)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.urls import reverse

from evaluation import services
from evaluation.models import ReviewObligation, ReviewPolicy
from evaluation.periods import period_of
from evaluation.tests.factories import NOW, held_review, reported_plan
from planning.tests.factories import make_world
from sessions.models import TrainingSession
from trainingops.domain import NotAllowed, Refused
from trainingops.notifications.models import Notice
from trainingops.people.tests.factories import SiteFactory, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.4")]


@pytest.fixture
def owed():
    """The last quarter of a line with a class in it, due thirty days after its end, at the midnight of the site."""
    world = make_world()
    plan = reported_plan(world)
    TrainingSession.objects.filter(plan=plan).update(state="concluded", concluded_at=NOW)
    services.owe_reviews(now=NOW)
    return ReviewObligation.objects.select_related("site", "line", "policy").get(line=world.line)


def test_a_quarter_with_a_training_owes_one_review_however_often_the_clock_asks(owed):
    assert services.owe_reviews(now=NOW) == 0
    assert (owed.period_from, owed.period_to) == (date(2026, 10, 1), date(2026, 12, 31))
    assert owed.due_at == datetime(2027, 1, 31, tzinfo=owed.site.zone)


def test_a_line_without_training_owes_nothing():
    make_world()
    assert services.owe_reviews(now=NOW) == 0


def test_a_rule_that_begins_within_a_period_cuts_it():
    quarterly = ReviewPolicy(effective_on=date(2025, 9, 25), months=3)
    monthly = ReviewPolicy(effective_on=date(2026, 11, 1), months=1)
    rules = [monthly, quarterly]

    def days(day):
        found = period_of(day, rules)
        return found and (found.since, found.until)

    assert days(date(2026, 10, 31)) == (date(2026, 10, 1), date(2026, 10, 31))
    assert days(date(2026, 11, 30)) == (date(2026, 11, 1), date(2026, 11, 30))
    assert days(date(2025, 9, 30)) == (date(2025, 9, 25), date(2025, 9, 30))
    assert days(date(2025, 9, 24)) is None


def test_the_review_that_is_held_meets_it_and_ends_the_reminders():
    scene = held_review()
    TrainingSession.objects.filter(plan=scene.plan).update(state="concluded", concluded_at=NOW)
    services.owe_reviews(now=NOW)
    owed = ReviewObligation.objects.get(line=scene.world.line)
    assert (owed.review, owed.is_in_time) == (scene.review, True)
    assert services.tell_of_reviews(now=owed.due_at + timedelta(days=30)) == 0


def test_manager_is_reminded_once_then_told_that_it_is_overdue_then_qc_and_operation(owed):
    lead = owed.due_at - timedelta(days=owed.policy.reminder_days)
    assert services.tell_of_reviews(now=lead - timedelta(seconds=1)) == 0
    steps = [
        (lead, "review.reminder"),
        (owed.due_at, "review.overdue"),
        (owed.due_at + timedelta(days=owed.policy.escalation_days), "review.escalated"),
    ]
    for at, kind in steps:
        assert [services.tell_of_reviews(now=at), services.tell_of_reviews(now=at)] == [1, 0]
        assert Notice.objects.filter(subject=owed.uuid, kind=kind).exists()
    reached = {each.recipient.login for each in Notice.objects.filter(kind="review.escalated")}
    assert reached > {each.recipient.login for each in Notice.objects.filter(kind="review.overdue")}


def test_after_an_outage_only_the_last_step_is_told(owed):
    services.tell_of_reviews(now=owed.due_at + timedelta(days=60))
    assert set(Notice.objects.filter(subject=owed.uuid).values_list("kind", flat=True)) == {"review.escalated"}


RULE = {
    "months": 1,
    "due_days": 10,
    "reminder_days": 3,
    "escalation_days": 3,
    "action_reminder_days": 2,
    "check_days": 14,
}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"effective_on": date(2026, 11, 22)}, "effective_on"),
        ({"months": 5}, "months"),
        ({"due_days": 0}, "due_days"),
        ({"check_days": 91}, "check_days"),
    ],
)
def test_a_rule_that_cannot_be_kept_is_refused_at_its_field(change, field):
    values = {"effective_on": date(2027, 1, 1), **RULE, **change}
    with pytest.raises(Refused) as refused:
        services.add_review_policy(**values, actor=make_user("administrator"), now=NOW)
    assert refused.value.field == field


def test_a_manager_of_one_site_does_not_set_the_rule_of_the_house():
    with pytest.raises(NotAllowed):
        services.add_review_policy(
            effective_on=date(2027, 1, 1), **RULE, actor=make_user("manager", site=SiteFactory()), now=NOW
        )


def test_a_rule_that_has_begun_stays_and_one_to_come_can_be_removed():
    keeper = make_user("administrator")
    coming = services.add_review_policy(effective_on=date(2027, 1, 1), **RULE, actor=keeper, now=NOW)
    services.remove_review_policy(policy=coming, actor=keeper, now=NOW)
    with pytest.raises(Refused):
        services.remove_review_policy(policy=ReviewPolicy.objects.get(removed_at=None), actor=keeper, now=NOW)


def test_the_board_leads_to_the_form_with_the_period_filled_in(client, owed):
    client.force_login(make_user("manager", site=owed.site, line=owed.line))
    page = client.get(reverse("review_due_list")).content.decode()
    assert f"period_from={owed.period_from}" in page
    filled = client.get(
        reverse("review_new"), {"line": owed.line_id, "site": owed.site_id, "period_from": str(owed.period_from)}
    )
    assert str(owed.period_from) in filled.content.decode()
