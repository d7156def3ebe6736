"""The rule of H+1 and the days off, edited by people (DESIGN.md §2)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

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
    answer = client.post(reverse("policy_new"), typed, follow=True)
    assert answer.redirect_chain[-1][0] == RULES
    assert "1 Januari 2027" in str(*answer.context["messages"]), "it holds from then on, not from now"
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


def test_a_rule_that_takes_the_place_of_another_says_which_one_went(client):
    client.force_login(make_user("manager", language="en"))
    typed = {
        "effective_on": "2027-01-01",
        "business_days": "1",
        "reminder_hours": "9",
        "manager_hours": "6",
        "site": "",
    }
    first = client.post(reverse("policy_new"), typed, follow=True).content.decode()
    second = client.post(reverse("policy_new"), {**typed, "manager_hours": "8"}, follow=True).content.decode()
    gone = "rule that was to begin on 1 January 2027: business days; reminders 9 hours before; manager 6 and parties –"
    assert gone not in first and gone in second


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


def test_a_day_off_is_corrected_and_named_in_the_date_pickers_from_then_on(client):
    """A decree moves collective leave: the list, and every date that somebody plans, say the new day (CAL-4)."""
    client.force_login(make_user("administrator"))
    soon, later = (timezone.localdate() + timedelta(days=days) for days in (10, 11))
    typed = {"day": soon.isoformat(), "name": "Pilkada", "category": "local", "site": ""}
    client.post(reverse("day_off_new"), typed)
    day_off = DayOff.objects.get(name="Pilkada")
    url = reverse("day_off_edit", args=[day_off.uuid])
    assert f'value="{soon}"' in client.get(url).content.decode()
    typed = {"day": later.isoformat(), "name": "Pilkada serentak", "category": "local", "site": ""}
    assert client.post(url, typed).url == f"{RULES}?year={later.year}"
    day_off.refresh_from_db()
    assert (day_off.day, day_off.name) == (later, "Pilkada serentak")
    other = DayOff.objects.exclude(pk=day_off.pk).filter(removed_at=None).first()
    taken = {"day": other.day.isoformat(), "name": "x", "category": other.category, "site": ""}
    assert client.post(url, taken).context["form"].errors["day"]
    shown = client.get(reverse("delegation_new")).content.decode()
    assert "Pilkada serentak" in shown
    client.post(reverse("day_off_remove", args=[day_off.uuid]))
    assert client.get(url).status_code == 404


def test_a_published_day_keeps_its_two_names_unless_it_is_renamed(client):
    client.force_login(make_user("manager", language="en"))
    day_off = DayOff.objects.filter(name_en="Christmas Day", day__year=2026).get()
    url = reverse("day_off_edit", args=[day_off.uuid])
    typed = {"day": "2026-12-25", "name": "Christmas Day", "category": "public", "site": ""}
    assert client.post(url, typed).status_code == 302
    day_off.refresh_from_db()
    assert (day_off.name, day_off.name_en) == ("Hari Raya Natal", "Christmas Day")
    client.force_login(make_user("manager", site=SiteFactory()))
    assert client.get(url).status_code == 403
