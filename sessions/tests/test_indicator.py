"""Indicator 4.2: sessions held as approved ÷ sessions due in the period, with the sessions behind it."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import pytest
from django.test import Client
from django.urls import reverse
from python_calamine import CalamineWorkbook

from sessions.models import TrainingSession
from sessions.queries.indicator import counted, differed_in, figure_of, sessions_due
from sessions.services import conclude_meeting, conclude_session, report_deviation
from sessions.services.scheduling import cancel_sessions_of
from sessions.tests.factories import START, attend, concluded, make_up_for, opened, scheduled
from sessions.tests.test_filing import filed
from trainingops.people.tests.factories import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.clause("4.2")]
NOW = START + timedelta(days=2)


def rows(held, *, now=NOW, since=None, until=None):
    since, until = since or START.date(), until or NOW.date()
    found = sessions_due(held.manager, since=since, until=until, now=now)
    return list(counted(found)), found.filter(is_left_out=True).count()


def met(held, **options):
    due, _left_out = rows(held, **options)
    return [each.is_met for each in due]


def test_a_session_held_as_approved_is_met():
    held = concluded()
    assert met(held) == [True]
    figure = figure_of(held.manager, since=START.date(), until=NOW.date(), now=NOW)
    assert (figure.met, figure.due, figure.share) == (1, 1, 1)


def test_a_deviation_in_what_the_clause_names_is_a_miss_and_named():
    held = opened()
    attend(held)
    later = held.meeting.ends_at + timedelta(minutes=40)
    conclude_meeting(meeting=held.meeting, actor=held.pic, now=later, actual_ends_at=later)
    conclude_session(
        training_session=held.training_session,
        reasons={"duration": "Diskusi panjang.", "test": "x"},
        actor=held.pic,
        now=later,
    )
    (each,), _left_out = rows(held)
    assert (each.is_met, each.deviates) == (False, ["duration"])
    assert len(differed_in(each)) == 1


def test_a_test_that_nobody_took_is_a_deviation_but_no_other_execution_of_the_plan():
    held = concluded(right=(None, None, None))
    assert held.training_session.deviations.filter(kind="test").exists()
    assert met(held) == [True]


def test_what_was_reported_on_the_day_counts_too():
    held = opened()
    report_deviation(
        training_session=held.training_session,
        kind="application",
        planned="Simulator",
        actual="Salindia",
        reason="Mati.",
        actor=held.pic,
        now=held.meeting.starts_at,
    )
    attend(held)
    conclude_meeting(meeting=held.meeting, actor=held.pic, now=held.meeting.ends_at)
    conclude_session(
        training_session=held.training_session, reasons={"test": "x"}, actor=held.pic, now=held.meeting.ends_at
    )
    assert met(held) == [False]


def test_what_was_not_held_is_due_once_its_end_has_passed():
    held = scheduled()
    assert met(held, now=held.meeting.starts_at) == []
    assert met(held) == [False]


def test_held_without_approval_is_due_and_a_miss():
    held = scheduled(starts_at=START + timedelta(days=5))
    filed(held.world, now=NOW)
    assert met(held) == [False]


def test_cancelled_before_its_start_is_left_out_and_counted_and_afterwards_a_miss():
    held = scheduled()
    cancel_sessions_of(plan=held.plan, reason="x", actor=held.manager, now=held.meeting.starts_at - timedelta(hours=1))
    due, left_out = rows(held)
    assert (due, left_out) == ([], 1)
    late = scheduled()
    cancel_sessions_of(plan=late.plan, reason="x", actor=late.manager, now=late.meeting.ends_at)
    due, left_out = rows(late)
    assert ([each.is_met for each in due], left_out) == ([False], 0)


def test_held_before_its_approval_is_a_miss():
    held = concluded()
    held.training_session.meetings.update(actual_starts_at=START - timedelta(days=60))
    assert met(held) == [False]


def test_a_make_up_class_is_no_session_of_a_plan():
    from sessions.tests.factories import absent

    held = concluded(lambda people: absent(people[0]))
    make_up_for(held)
    due, _left_out = rows(held, now=NOW + timedelta(days=9), until=(NOW + timedelta(days=9)).date())
    assert [each.kind for each in due] == ["regular"]


def test_the_period_is_cut_by_the_day_at_the_site():
    held = concluded()
    before = START.date() - timedelta(days=1)
    assert rows(held, since=before, until=before) == ([], 0)


def test_the_page_shows_the_figure_and_its_sessions_and_gives_them_as_excel(monkeypatch):
    held = concluded()
    monkeypatch.setattr("trainingops.people.middleware.timezone.now", lambda: NOW)
    client = Client()
    client.force_login(held.manager)
    page = client.get(reverse("session_indicator"))
    assert page.status_code == 200 and held.training_session.number in page.content.decode()
    book = client.get(reverse("session_indicator"), {"export": "xlsx"})
    (sheet,) = CalamineWorkbook.from_filelike(BytesIO(book.content)).sheet_names
    assert len(CalamineWorkbook.from_filelike(BytesIO(book.content)).get_sheet_by_name(sheet).to_python()) == 2
    listed = client.get(reverse("session_list")).content.decode()
    assert "1 dari 1 sesi bulan ini" in listed
    assert "1 dari 1" in client.get(reverse("home")).content.decode()
    agent = Client()
    agent.force_login(make_user("agent"))
    assert agent.get(reverse("session_indicator")).status_code == 403
    assert Client().get(reverse("session_indicator")).status_code == 302
    assert client.post(reverse("session_indicator")).status_code == 405
    assert TrainingSession.objects.count() == 1
