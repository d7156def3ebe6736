"""Who is told of what: meetings that move inside a session, who waited at the door, roster leave, own trainings."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from planning.services import amend_plan, submit_revision
from planning.tests.factories import approve
from sessions.models import Attendance, RecoveryCase
from sessions.services import Guest, add_guest, ask_to_join, conclude_meeting, report_deviation
from sessions.tests.factories import START, absent, concluded, make_up_for, opened, scheduled
from sessions.tests.test_own_pages import calendars_in
from sessions.views import quiz
from trainingops.domain import Refused
from trainingops.notifications.models import Notice, OutboxMessage
from trainingops.people.models import RosterDay, ShiftCode
from trainingops.people.tests.factories import client_of, make_agent, make_user

pytestmark = pytest.mark.django_db
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def at(monkeypatch):
    """Let pages believe in a time."""
    return lambda moment: monkeypatch.setattr("trainingops.people.middleware.timezone.now", lambda: moment)


@pytest.mark.clause("5.2")
def test_a_moved_middle_meeting_is_announced_to_participants_and_trainers_with_its_calendar_entry():
    held = scheduled(meetings=3)
    teacher = make_user("trainer", email="trainer@contoh.id")
    held.world.trainer.user = teacher
    held.world.trainer.save(update_fields=["user"])
    agent = make_user("agent", person=held.enrolments[0].person, email="agent@contoh.id")
    now = START - 2 * DAY
    draft = amend_plan(plan=held.plan, actor=held.pic, now=now)
    planned = draft.sessions.get()
    first, middle, last = planned.meetings.order_by("starts_at")
    middle.starts_at, middle.ends_at = middle.starts_at + HOUR, middle.ends_at + HOUR
    middle.save(update_fields=["starts_at", "ends_at"])
    submit_revision(revision=draft, actor=held.pic, now=now)
    draft.refresh_from_db()
    approve(draft, held.manager, now)
    session = held.fresh()
    assert (session.starts_at, session.ends_at, session.calendar_sequence) == (first.starts_at, last.ends_at, 1)
    for user in (agent, teacher):
        notice = Notice.objects.get(kind="meetings_changed", recipient=user)
        assert notice.params["count"] == 1
        message = OutboxMessage.objects.get(kind="meetings_changed", recipient=user)
        ((method, calendar),) = calendars_in(message)
        entry = next(each for each in calendar.walk("VEVENT") if str(middle.uuid) in each["UID"])
        assert (method, entry["SEQUENCE"], entry["DTSTART"].dt) == ("REQUEST", 1, middle.starts_at)
    assert not Notice.objects.filter(kind="session_moved").exists()


@pytest.mark.clause("4.3")
def test_who_asked_at_the_door_is_added_between_the_end_and_the_conclusion_from_their_scan(at):
    held = opened()
    person = make_agent(held.world.site, held.world.line)
    scan = START + timedelta(minutes=7)
    asked = ask_to_join(meeting=held.meeting, at=scan, source="qr", actor=make_user("agent", person=person), now=scan)
    end = held.meeting.ends_at
    conclude_meeting(meeting=held.meeting, actor=held.pic, now=end)
    at(end)
    assert person.name in client_of(held.pic).get(reverse("meeting_roll", args=[held.meeting.uuid])).content.decode()
    guest = Guest(person, "Menggantikan rekan.")
    row = add_guest(training_session=held.training_session, guest=guest, request=asked, actor=held.pic, now=end)
    kept = Attendance.objects.get(enrolment=row)
    assert (kept.status, kept.minutes_late, kept.recorded_at) == ("late", 7, scan)


@pytest.mark.clause("5.3.1")
def test_leave_in_the_roster_refuses_a_make_up_class_by_name():
    held = concluded(lambda people: absent(people[0]))
    case = RecoveryCase.objects.select_related("enrolment__person").get()
    leave = ShiftCode.objects.filter(kind="leave").first() or ShiftCode.objects.create(
        code="CT", kind="leave", is_working=False
    )
    day = (START + 3 * DAY).astimezone(held.world.site.zone).date()
    RosterDay.objects.create(person=case.enrolment.person, day=day, code=leave)
    with pytest.raises(Refused, match=case.enrolment.person.name) as refused:
        make_up_for(held)
    assert (refused.value.field, refused.value.code) == ("starts_at", "absent")
    make_up_for(held, starts_at=START + 4 * DAY)


@pytest.mark.clause("4.2")
def test_the_form_of_a_deviation_offers_a_substitute_only_when_one_can_stand_in(at):
    held = scheduled()
    url, client = reverse("deviation_new", args=[held.training_session.uuid]), client_of(held.pic)
    stand_in = reverse("session_substitute", args=[held.training_session.uuid])
    for moment, offered in ((START - 3 * DAY, False), (START, True)):
        at(moment)
        page = client.get(url).content.decode()
        assert (stand_in in page) is offered
        assert 'name="substitute"' not in page and 'value="approval"' not in page
    with pytest.raises(TypeError):
        report_deviation(substitute=held.world.trainer)  # type: ignore[call-arg]


def test_my_trainings_go_on_on_the_next_page(at, monkeypatch):
    monkeypatch.setattr(quiz, "TRAININGS_A_PAGE", 1)
    first = scheduled(people=1)
    second = scheduled(starts_at=START + DAY, world=first.world)
    at(START)
    client = client_of(make_user("agent", person=first.enrolments[0].person))
    url = reverse("my_trainings")
    pages = [client.get(url, {"page": number}) for number in (1, 2)]
    shown = [[card["session"].pk for card in page.context["cards"]] for page in pages]
    assert shown == [[second.training_session.pk], [first.training_session.pk]]
    assert "page=2" in pages[0].content.decode()
