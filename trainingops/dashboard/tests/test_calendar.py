"""The calendar: month and week by the server, Monday first, days off named (CAL-1, CAL-4)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from planning.tests.factories import make_world
from reporting.enums import DayOffCategory
from reporting.models import DayOff, ReportObligation
from sessions.models import SessionMeeting
from sessions.tests.factories import START, scheduled
from trainingops.dashboard.calendar import Period
from trainingops.people.tests.factories import make_user

BUDGET = 12


def opened(client, user, **asked):
    user.language = "en"
    user.save()
    client.force_login(user)
    with time_machine.travel(START, tick=False), CaptureQueriesContext(connection) as queries:
        answer = client.get(reverse("calendar"), asked)
    assert answer.status_code == 200
    assert len(queries) <= BUDGET, [each["sql"][:120] for each in queries]
    answer.cost = len(queries)
    return answer


def entries(answer):
    return {entry.title: day.day for day in answer.context["days"] for entry in day.shown}


@given(st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_a_month_is_shown_in_whole_weeks_from_monday_that_hold_all_its_days(day):
    """CAL-4"""
    period = Period.of_month(day)
    assert day in period.days
    assert period.first.weekday() == period.until.weekday() == 0
    assert len(period.days) % 7 == 0
    inside = [each for each in period.days if period.holds(each)]
    assert (inside[0].day, (inside[-1] + timedelta(days=1)).day) == (1, 1)
    assert len(period.days) - len(inside) < 14
    assert period.later.earlier == period


@given(st.dates(date(2000, 1, 8), date(2099, 12, 20)))
def test_a_week_holds_its_day_and_begins_on_monday(day):
    """CAL-4"""
    period = Period.of_week(day)
    assert day in period.days
    assert len(period.days) == 7
    assert period.first.weekday() == 0
    assert period.later.earlier == period
    assert Period.read(month="", **period.query, today=date(2026, 1, 1)) == period


@pytest.mark.parametrize(
    "asked", [{}, {"month": "2026-13"}, {"month": "x"}, {"week": "yesterday"}, {"week": "9999-01-01"}]
)
def test_what_is_no_period_is_this_month(asked):
    today = date(2026, 11, 23)
    read = Period.read(month=asked.get("month", ""), week=asked.get("week", ""), today=today)
    assert read == Period.of_month(today)


@pytest.mark.django_db
def test_a_meeting_stands_on_its_day_at_its_place_and_its_report_on_the_day_at_whose_end_it_is_due(client):
    """CAL-1, 5.3.2"""
    held = scheduled()
    zone = held.training_session.site.zone
    meeting = held.training_session.meetings.get()
    obligation = ReportObligation.objects.get(training_session=held.training_session)
    found = entries(opened(client, held.manager))
    assert found[held.plan.title] == meeting.starts_at.astimezone(zone).date()
    assert found[f"H+1 report: {held.plan.title}"] == (obligation.due_at - timedelta(seconds=1)).astimezone(zone).date()


@pytest.mark.django_db
def test_a_meeting_across_midnight_stands_on_the_day_on_which_it_began(client):
    held = scheduled()
    zone = held.training_session.site.zone
    begins = datetime.combine(START.astimezone(zone).date(), datetime.min.time(), zone) + timedelta(hours=23)
    SessionMeeting.objects.update(starts_at=begins, ends_at=begins + timedelta(hours=2))
    answer = opened(client, held.manager, week=begins.date().isoformat())
    assert entries(answer)[held.plan.title] == begins.date()
    assert "23:00–01:00 WIB" in answer.content.decode() or "23.00–01.00 WIB" in answer.content.decode()


@pytest.mark.django_db
def test_a_day_off_is_named_and_one_of_a_site_with_its_site(client):
    """CAL-4"""
    held = scheduled()
    day = START.date() + timedelta(days=1)
    DayOff.objects.create(day=day, name="Hari Uji", category=DayOffCategory.PUBLIC)
    DayOff.objects.create(day=day, name="Hari Kota", category=DayOffCategory.LOCAL, site=held.training_session.site)
    shown = next(each for each in opened(client, held.manager, week=day.isoformat()).context["days"] if each.day == day)
    assert set(shown.off) >= {"Hari Uji", f"Hari Kota ({held.training_session.site})"}


@pytest.mark.django_db
def test_who_takes_part_is_led_to_their_own_page_and_sees_no_deadline(client):
    held = scheduled()
    agent = make_user("agent", person=held.enrolments[0].person)
    answer = opened(client, agent)
    assert set(entries(answer)) == {held.plan.title}
    assert reverse("session_detail", args=[held.training_session.uuid]) not in answer.content.decode()
    assert f'href="{reverse("my_trainings")}"' in answer.content.decode()


@pytest.mark.django_db
def test_a_stranger_sees_nothing_of_it(client):
    scheduled()
    world = make_world()
    agent = make_user("agent", site=world.site)
    assert entries(opened(client, agent)) == {}


@pytest.mark.django_db
def test_own_leaves_what_the_reader_has_no_part_in(client):
    held = scheduled()
    assert held.plan.title in entries(opened(client, held.manager))
    assert held.plan.title not in entries(opened(client, held.manager, own="1"))
    assert held.plan.title in entries(opened(client, held.plan.pic, own="1"))


@pytest.mark.django_db
def test_a_full_day_counts_what_it_does_not_show_and_costs_no_more_queries(client):
    """CAL-1"""
    held = scheduled()
    first = held.training_session.meetings.get()
    one = opened(client, held.manager)
    for step in range(1, 8):
        SessionMeeting.objects.create(
            training_session=held.training_session,
            starts_at=first.starts_at + timedelta(minutes=step),
            ends_at=first.ends_at + timedelta(minutes=step),
        )
    many = opened(client, held.manager)
    day = next(each for each in many.context["days"] if each.more)
    assert (len(day.shown), day.more) == (4, 4)
    assert (len(day.further), day.rest) == (4, 0), "an agenda on a phone shows them all"
    assert many.content.decode().count('<li class="cal-further"') == 4
    assert many.cost == one.cost
    assert "4 more" in many.content.decode()


@pytest.mark.django_db
def test_the_calendar_is_read_only_and_asks_to_sign_in(client):
    assert client.get(reverse("calendar")).status_code == 302
    client.force_login(make_user("manager"))
    assert client.post(reverse("calendar")).status_code == 405
