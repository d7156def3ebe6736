"""The rules of H+1 and the days off: who edits them, what stays, and what they count (4.3, 5.3.2)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from reporting import services
from reporting.enums import DayOffCategory
from reporting.models import DeadlinePolicy
from reporting.tests.factories import BEFORE, DUE, WIB
from reporting.tests.test_obligations import changes, scheduled
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.people.tests.factories import SiteFactory, make_user

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.3.2")]


@pytest.mark.parametrize("role", ["trainer", "qc", "operations", "auditor", "agent"])
def test_only_managers_and_administrators_edit_the_rules(role):
    user = make_user(role)
    with pytest.raises(NotAllowed):
        services.add_day_off(
            day=date(2026, 11, 24), name="x", category=DayOffCategory.PUBLIC, site=None, actor=user, now=BEFORE
        )
    with pytest.raises(NotAllowed):
        services.remove_policy(policy=DeadlinePolicy.objects.get(), actor=user, now=BEFORE)


def test_a_manager_of_one_site_edits_its_days_and_not_those_of_the_house():
    site = SiteFactory()
    manager = make_user("manager", site=site)
    day = {"day": date(2026, 11, 24), "name": "HUT kota", "category": DayOffCategory.LOCAL}
    services.add_day_off(**day, site=site, actor=manager, now=BEFORE)
    for place in (None, SiteFactory()):
        with pytest.raises(NotAllowed):
            services.add_day_off(**day, site=place, actor=manager, now=BEFORE)


def test_the_same_day_or_rule_twice_is_refused_and_a_removed_one_cannot_be_removed_again():
    admin = make_user("administrator")
    day = {"day": date(2026, 11, 24), "name": "Pilkada", "category": DayOffCategory.PUBLIC, "site": None}
    day_off = services.add_day_off(**day, actor=admin, now=BEFORE)
    with pytest.raises(Refused, match="2026") as refused:
        services.add_day_off(**day, actor=admin, now=BEFORE)
    assert refused.value.field == "day"
    services.remove_day_off(day_off=day_off, actor=admin, now=BEFORE)
    with pytest.raises(WrongState):
        services.remove_day_off(day_off=day_off, actor=admin, now=BEFORE)
    services.add_day_off(**day, actor=admin, now=BEFORE)
    rule = DeadlinePolicy.objects.create(effective_on=BEFORE.date())
    again = {"effective_on": rule.effective_on, "business_days": True, "collective_leave_is_off": False}
    with pytest.raises(Refused) as refused:
        services.add_policy(site=None, **again, actor=admin, now=BEFORE)
    assert refused.value.field == "effective_on"
    services.remove_policy(policy=rule, actor=admin, now=BEFORE)
    with pytest.raises(WrongState):
        services.remove_policy(policy=rule, actor=admin, now=BEFORE)


def test_without_any_rule_the_procedures_own_holds():
    DeadlinePolicy.objects.update(removed_at=BEFORE)
    obligation = scheduled()
    assert (obligation.due_at, obligation.policy) == (DUE, None)


def test_the_last_rule_in_force_stays():
    """4.3: H+1 is never without a rule; one that begins later is no substitute yet."""
    manager = make_user("manager")
    rule = DeadlinePolicy.objects.get()
    later = {"site": None, "effective_on": BEFORE.date() + timedelta(days=9)}
    services.add_policy(**later, business_days=True, collective_leave_is_off=False, actor=manager, now=BEFORE)
    with pytest.raises(Refused, match="25 September 2025") as refused:
        services.remove_policy(policy=rule, actor=manager, now=BEFORE)
    assert refused.value.code == "last_rule"
    DeadlinePolicy.objects.create(effective_on=date(2026, 1, 1), business_days=True)
    services.remove_policy(policy=rule, actor=manager, now=BEFORE)
    rule.refresh_from_db()
    assert rule.removed_at == BEFORE


def test_a_rule_that_counted_due_times_stays():
    """5.3.2: how a due time was counted stays explained by the rule that made it."""
    manager = make_user("manager")
    rule = DeadlinePolicy.objects.create(effective_on=date(2026, 1, 1), business_days=True)
    scheduled()
    with pytest.raises(Refused, match="1 Januari 2026") as refused:
        services.remove_policy(policy=rule, actor=manager, now=BEFORE)
    assert refused.value.code == "counted_by_it"
    rule.refresh_from_db()
    assert rule.removed_at is None


WEEKEND = datetime(2026, 11, 27, 11, tzinfo=WIB)


@pytest.mark.clause("5.3.2")
@pytest.mark.parametrize("remedy", ["remove", "replace"])
def test_a_wrong_rule_that_has_not_begun_goes_and_every_due_time_it_counted_is_counted_again(remedy):
    """4.3: a session of Friday, ahead, was counted over the weekend by a mistaken rule; both remedies lead out."""
    manager = make_user("manager")
    obligation = scheduled(ends_at=WEEKEND)
    right = obligation.due_at
    rule = {"site": None, "effective_on": BEFORE.date() + timedelta(days=1), "actor": manager, "now": BEFORE}
    wrong = services.add_policy(**rule, business_days=True, collective_leave_is_off=False)
    obligation.refresh_from_db()
    assert (obligation.policy, obligation.due_at) == (wrong, right + timedelta(days=2))
    if remedy == "remove":
        services.remove_policy(policy=wrong, actor=manager, now=BEFORE)
    else:
        services.add_policy(**rule, business_days=False, collective_leave_is_off=False)
    obligation.refresh_from_db()
    wrong.refresh_from_db()
    assert (obligation.due_at, wrong.removed_at) == (right, BEFORE)
    assert obligation.policy != wrong
    assert changes(obligation) == ["scheduled", "policy", "policy"]


@pytest.mark.clause("5.3.2")
def test_a_rule_that_has_begun_stays_and_the_remedy_named_can_be_taken():
    manager = make_user("manager")
    rule = {"site": None, "actor": manager, "now": BEFORE, "collective_leave_is_off": False}
    begun = services.add_policy(**rule, effective_on=BEFORE.date(), business_days=True)
    obligation = scheduled(ends_at=WEEKEND)
    counted = obligation.due_at
    with pytest.raises(Refused, match="21 November 2026") as refused:
        services.remove_policy(policy=begun, actor=manager, now=BEFORE)
    assert refused.value.code == "counted_by_it"
    with pytest.raises(Refused, match="21 November 2026") as refused:
        services.add_policy(**rule, effective_on=BEFORE.date(), business_days=False)
    assert (refused.value.code, ": " in str(refused.value)) == ("listed_already", False)
    services.add_policy(**rule, effective_on=BEFORE.date() + timedelta(days=1), business_days=False)
    obligation.refresh_from_db()
    assert obligation.due_at == counted - timedelta(days=2)


def test_a_rule_of_the_house_has_begun_where_its_day_comes_first():
    """At 23.00 WIB it is the next day in Jayapura: a session there may have been counted by it."""
    SiteFactory(timezone="Asia/Jayapura")
    now = datetime(2026, 11, 20, 23, tzinfo=WIB)
    manager = make_user("manager")
    rule = {"site": None, "effective_on": date(2026, 11, 21), "actor": manager, "now": now}
    services.add_policy(**rule, business_days=True, collective_leave_is_off=False)
    with pytest.raises(Refused, match="22 November 2026"):
        services.add_policy(**rule, business_days=False, collective_leave_is_off=False)
