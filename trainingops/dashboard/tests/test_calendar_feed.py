"""One's own calendar under an address of one's own (CAL-2, CAL-3)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from sessions.services import cancel_sessions_of
from sessions.tests.factories import START, scheduled
from trainingops.audit.models import Entry
from trainingops.people.models import CalendarFeed
from trainingops.people.tests.factories import client_of, make_user

pytestmark = pytest.mark.django_db


def opened(user):
    """The address of the user's calendar, as the page shows it once."""
    page = client_of(user).post(reverse("calendar_feed"), {"to": "open"})
    assert page.status_code == 200
    (address,) = re.findall(r"/calendar/feed/[\w-]{43}/trainings\.ics", page.content.decode())
    return address


def events(address, at=START):
    with time_machine.travel(at, tick=False):
        answer = Client().get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/calendar")
    calendar = Calendar.from_ical(answer.content)
    return calendar, {str(each["uid"]): each for each in calendar.walk("VEVENT")}


@pytest.mark.point("CAL-2")
def test_the_file_has_the_time_zone_stable_ids_and_a_sequence():
    held = scheduled()
    meeting = held.training_session.meetings.get()
    calendar, found = events(opened(held.plan.pic))
    event = found[f"{meeting.uuid}@trainingops"]
    assert event["dtstart"].dt == meeting.starts_at
    assert event["dtend"].dt == meeting.ends_at
    assert int(event["sequence"]) == held.training_session.calendar_sequence
    assert [str(each["tzid"]) for each in calendar.walk("VTIMEZONE")] == [held.training_session.site.timezone]


@pytest.mark.point("CAL-2")
def test_a_cancelled_meeting_stays_as_cancelled_with_a_higher_sequence():
    held = scheduled()
    address, key = opened(held.plan.pic), f"{held.training_session.meetings.get().uuid}@trainingops"
    before = int(events(address)[1][key]["sequence"])
    cancel_sessions_of(plan=held.plan, reason="Batal", actor=held.manager, now=START - timedelta(days=1))
    after = events(address)[1][key]
    assert (str(after["status"]), int(after["sequence"]) > before) == ("CANCELLED", True)


@pytest.mark.point("CAL-3")
def test_no_participant_is_named_and_nothing_of_others_is_read():
    held, other = scheduled(), scheduled()
    calendar, found = events(opened(held.plan.pic))
    text = calendar.to_ical().decode()
    assert not any(each.person.name in text or each.person.employee_no in text for each in held.enrolments)
    assert f"{other.training_session.meetings.get().uuid}@trainingops" not in found


@pytest.mark.point("CAL-3")
def test_a_new_address_replaces_the_old_one_and_a_closed_one_is_dead():
    user = make_user("trainer")
    first, second = opened(user), opened(user)
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200
    assert client_of(user).post(reverse("calendar_feed"), {"to": "close"}).status_code == 302
    assert Client().get(second).status_code == 404
    verbs = Entry.objects.filter(verb__startswith="calendar_feed.").order_by("pk").values_list("verb", flat=True)
    assert list(verbs) == ["calendar_feed.opened", "calendar_feed.opened", "calendar_feed.closed"]


@pytest.mark.point("CAL-3")
def test_the_address_of_a_closed_account_is_dead_and_the_token_is_stored_nowhere():
    user = make_user("trainer")
    address = opened(user)
    token = address.split("/")[3]
    assert token not in CalendarFeed.objects.get().token_hash
    assert token not in client_of(user).get(reverse("calendar_feed")).content.decode()
    user.is_active = False
    user.save()
    assert Client().get(address).status_code == 404


def test_the_page_asks_to_sign_in_and_the_file_is_only_read():
    assert Client().get(reverse("calendar_feed")).status_code == 302
    assert Client().post(reverse("calendar_file", args=["x" * 43])).status_code == 405
    assert Client().get(reverse("calendar_file", args=["x" * 43])).status_code == 404
