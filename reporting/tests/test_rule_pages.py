"""The rule of H+1 and the days off, edited by people (DESIGN.md §2)."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reporting.models import DayOff, DeadlinePolicy
from trainingops.people.tests.factories import SiteFactory, make_user

pytestmark = pytest.mark.django_db
RULES = "/deadlines/rules/"


def test_the_page_lists_rules_and_days_of_the_year_asked_for(client):
    client.force_login(make_user("manager", language="en"))
    page = client.get(RULES, {"year": "2025"})
    shown = page.content.decode()
    assert "25 September 2025" in shown
    assert "Christmas Day" in shown and "Hari Raya Natal" not in shown
    assert len(page.context["days"]) == DayOff.objects.filter(day__year=2025).count()
    assert client.get(RULES, {"year": "1990"}).context["year"] != 1990
    assert client.get(RULES, {"year": "x"}).status_code == 200


def test_a_day_is_added_and_removed_again(client):
    client.force_login(make_user("administrator"))
    assert client.get(reverse("day_off_new")).status_code == 200
    typed = {"day": "2026-11-24", "name": "Pilkada", "category": "public", "site": ""}
    assert client.post(reverse("day_off_new"), typed).url == RULES
    day_off = DayOff.objects.get(name="Pilkada")
    again = client.post(reverse("day_off_new"), typed)
    assert again.status_code == 422
    assert again.context["form"].errors["day"]
    assert client.post(reverse("day_off_remove", args=[day_off.uuid])).url == RULES
    assert client.post(reverse("day_off_remove", args=[day_off.uuid])).status_code == 302
    day_off.refresh_from_db()
    assert day_off.removed_at is not None


def test_a_rule_is_added_and_removed_again(client):
    client.force_login(make_user("manager"))
    assert client.get(reverse("policy_new")).status_code == 200
    typed = {"effective_on": "2027-01-01", "business_days": "1", "collective_leave_is_off": "on", "site": ""}
    assert client.post(reverse("policy_new"), typed).url == RULES
    rule = DeadlinePolicy.objects.get(effective_on=date(2027, 1, 1))
    assert (rule.business_days, rule.collective_leave_is_off) == (True, True)
    assert client.post(reverse("policy_new"), typed).context["form"].errors["effective_on"]
    assert client.post(reverse("policy_remove", args=[rule.uuid])).url == RULES
    assert not DeadlinePolicy.objects.filter(pk=rule.pk, removed_at=None).exists()


def test_collective_leave_without_business_days_is_refused_at_its_field(client):
    client.force_login(make_user("manager"))
    typed = {"effective_on": "2027-01-01", "business_days": "", "collective_leave_is_off": "on", "site": ""}
    answer = client.post(reverse("policy_new"), typed)
    assert answer.status_code == 422
    assert answer.context["form"].errors["collective_leave_is_off"]


@pytest.mark.parametrize("name", ["day_off_new", "policy_new", "deadline_rules"])
def test_who_may_open_the_pages(client, name):
    assert client.get(reverse(name)).status_code == 302
    client.force_login(make_user("agent"))
    assert client.get(reverse(name)).status_code == 403
    client.force_login(make_user("qc"))
    assert client.get(reverse(name)).status_code == (200 if name == "deadline_rules" else 403)
    client.force_login(make_user("manager"))
    assert client.delete(reverse(name)).status_code == 405


def test_a_manager_of_one_site_cannot_change_the_house(client):
    site = SiteFactory()
    client.force_login(make_user("manager", site=site))
    house = DayOff.objects.filter(site=None).first()
    assert client.post(reverse("day_off_remove", args=[house.uuid])).status_code == 403
    assert client.post(reverse("policy_remove", args=[DeadlinePolicy.objects.get().uuid])).status_code == 403
    typed = {"day": "2026-11-24", "name": "HUT kota", "category": "local", "site": site.code}
    assert client.post(reverse("day_off_new"), typed).url == RULES
    assert client.get(reverse("day_off_remove", args=[house.uuid])).status_code == 405


def test_the_page_needs_few_queries(client):
    client.force_login(make_user("manager"))
    client.get(RULES)
    with CaptureQueriesContext(connection) as queries:
        client.get(RULES)
    assert len(queries) <= 12
