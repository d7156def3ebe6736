"""What participants see of themselves: invitation and calendar, recovery, competence; nothing of others (issue 4)."""

from __future__ import annotations

import re
from datetime import timedelta
from email.mime.text import MIMEText
from io import BytesIO

import pypdfium2
import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from planning.models import Competence
from planning.services import cancel_plan
from planning.services.adjusting import adjust_target
from planning.tests.factories import make_world
from sessions.models import TrainingSession
from sessions.services import move_make_up
from sessions.services.scheduling import tell_moved
from sessions.tests.factories import START, absent, concluded, make_up_for, scheduled
from trainingops.audit.journal import service
from trainingops.notifications.mail import as_mail
from trainingops.notifications.models import OutboxMessage
from trainingops.people.tests.factories import TeamFactory, make_user, sign_in

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(START - timedelta(days=1), tick=False) as traveller:
        yield traveller


def client_of(user):
    user.language = "en"
    user.save()
    client = Client(headers={"accept-language": "en"})
    sign_in(client, user)
    return client


def account_of(enrolment):
    return getattr(enrolment.person, "user", None) or make_user("agent", person=enrolment.person)


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def own_file(client, enrolment):
    answer = client.get(reverse("training_calendar", args=[enrolment.uuid]))
    assert answer["Content-Type"].startswith("text/calendar")
    return Calendar.from_ical(answer.content)


def calendars_in(message):
    parts = [part for part in as_mail(message).attachments if isinstance(part, MIMEText)]
    return [(part.get_param("method"), Calendar.from_ical(part.get_payload(decode=True))) for part in parts]


def with_mail(people=2, **options):
    """A scheduled session whose participants have accounts with a mail address before they are invited."""
    world = make_world(people=people)
    for person in world.people:
        make_user("agent", person=person, email=f"{person.employee_no}@contoh.id")
    return scheduled(world=world, **options)


# --- The calendar --------------------------------------------------------------------------------------------


@pytest.mark.point("CAL-2")
def test_the_file_of_an_invitation_has_its_zone_a_stable_id_and_no_names():
    held = scheduled()
    user = account_of(held.enrolments[0])
    client = client_of(user)
    assert (
        reverse("training_calendar", args=[held.enrolments[0].uuid])
        in client.get(reverse("my_trainings")).content.decode()
    )
    calendar = own_file(client, held.enrolments[0])
    (event,) = calendar.walk("VEVENT")
    assert [str(each["TZID"]) for each in calendar.walk("VTIMEZONE")] == ["Asia/Jakarta"]
    assert event["UID"] == f"{held.meeting.uuid}@trainingops" and event["SEQUENCE"] == 0
    assert event["DTSTART"].dt == held.meeting.starts_at and event["DTEND"].dt == held.meeting.ends_at
    assert event["STATUS"] == "CONFIRMED" and held.training_session.site.name in event["LOCATION"]
    text = calendar.to_ical().decode()
    assert not any(each.person.name in text for each in held.enrolments) and "ATTENDEE" not in text
    assert calendar["METHOD"] == "PUBLISH"


@pytest.mark.point("CAL-2")
def test_the_mails_invite_move_and_cancel_under_one_id():
    held = with_mail()
    (invited,) = calendars_in(OutboxMessage.objects.filter(kind="session_invitation").first())
    method, calendar = invited
    (event,) = calendar.walk("VEVENT")
    assert method == "REQUEST" and event["SEQUENCE"] == 0 and "contoh.id" in event["ATTENDEE"].lower()

    @service
    def move():
        training_session = TrainingSession.objects.get(pk=held.training_session.pk)
        tell_moved(training_session, training_session.ends_at, step="test", actor=held.pic, now=START)

    move()
    (moved,) = calendars_in(OutboxMessage.objects.filter(kind="session_moved").first())
    assert (moved[0], moved[1].walk("VEVENT")[0]["SEQUENCE"]) == ("REQUEST", 1)
    cancel_plan(plan=held.plan, reason="Produk ditunda.", actor=held.manager, now=START - timedelta(hours=1))
    (gone,) = calendars_in(OutboxMessage.objects.filter(kind="session_cancelled").first())
    entry = gone[1].walk("VEVENT")[0]
    assert gone[0] == gone[1]["METHOD"] == "CANCEL"
    assert (entry["UID"], entry["SEQUENCE"], entry["STATUS"]) == (event["UID"], 2, "CANCELLED")


def test_a_mail_to_who_is_out_of_the_class_carries_no_entry():
    held = with_mail()
    message = OutboxMessage.objects.filter(kind="session_invitation").first()
    held.training_session.enrolments.filter(person__user=message.recipient).update(removed_at=START)
    assert calendars_in(message) == []


@pytest.mark.point("CAL-2")
def test_who_goes_to_another_batch_takes_the_first_one_out_of_the_calendar():
    held = with_mail(people=4, sessions=2)
    one, two = held.plan.approved_revision.sessions.order_by("pk")
    target = one.targets.select_related("person")[0]
    adjust_target(target=target, to=two, extra_minutes=0, actor=held.pic, now=START - timedelta(hours=20))
    (message,) = OutboxMessage.objects.filter(kind="session_left")
    ((method, calendar),) = calendars_in(message)
    assert message.recipient.person == target.person and message.subject == one.uuid and method == "CANCEL"
    assert {str(each["UID"]) for each in calendar.walk("VEVENT")} == {
        f"{each.uuid}@trainingops" for each in one.meetings.all()
    }
    invitations = OutboxMessage.objects.filter(kind="session_invitation", recipient__person=target.person)
    carried = {each.subject: [method for method, _calendar in calendars_in(each)] for each in invitations}
    assert carried == {one.uuid: [], two.uuid: ["REQUEST"]}, "the old invitation, sent late, invites nobody"


def test_the_calendar_of_another_is_not_found():
    held = scheduled()
    url = reverse("training_calendar", args=[held.enrolments[1].uuid])
    assert client_of(account_of(held.enrolments[0])).get(url).status_code == 404
    assert client_of(held.pic).get(url).status_code == 404
    assert Client().get(url).status_code == 302


# --- Recovery ------------------------------------------------------------------------------------------------


@pytest.mark.clause("5.3.1")
def test_a_case_says_what_to_do_and_until_when(clock):
    held = concluded(lambda rows: absent(rows[2]))
    clock.move_to(held.training_session.concluded_at)
    client = client_of(account_of(held.enrolments[2]))
    page = words(client.get(reverse("my_trainings")))
    assert f"{held.pic} arranges it before 1 December 2026" in page and "you need not do anything yet" in page
    made = make_up_for(held)
    page = words(client.get(reverse("my_trainings")))
    assert "Come to Susulan" in page and "27 November 2026 09.00 WIB" in page
    (event,) = own_file(client, made.enrolments[0]).walk("VEVENT")
    start, end = made.meeting.starts_at + timedelta(hours=1), made.meeting.ends_at + timedelta(hours=1)
    move_make_up(
        training_session=made.training_session,
        meetings=[(start, end)],
        reason="Ruang dipakai.",
        actor=held.pic,
        now=held.training_session.ends_at + timedelta(hours=2),
    )
    (later,) = own_file(client, made.enrolments[0]).walk("VEVENT")
    assert later["UID"] == event["UID"] and later["SEQUENCE"] == event["SEQUENCE"] + 1
    assert later["DTSTART"].dt == start
    others = client_of(account_of(held.enrolments[0])).get(reverse("my_trainings"))
    assert "arranges it" not in words(others) and "Susulan" not in words(others)


# --- Competence ----------------------------------------------------------------------------------------------


@pytest.mark.clause("7.2")
def test_the_own_record_has_module_version_date_result_and_validity_on_paper_too():
    held = concluded(right=(5, 5, 2))
    passed = held.enrolments[0]
    client = client_of(account_of(passed))
    page = words(client.get(reverse("my_competence")))
    version = held.training_session.module_version
    assert (
        version.module.title in page and version.module.code in page and "No end set" in page and "24 Nov 2026" in page
    )
    Competence.objects.filter(person=passed.person).update(valid_until=START.date() - timedelta(days=2))
    assert "22 Nov 2026" in words(client.get(reverse("my_competence")))
    answer = client.get(reverse("competence_pdf", args=[passed.person.uuid]))
    document = pypdfium2.PdfDocument(BytesIO(answer.content))
    text = document[0].get_textpage().get_text_range()
    assert answer["Content-Type"] == "application/pdf" and len(document) == 1
    assert passed.person.name in text and version.module.title in text
    failed = words(client_of(account_of(held.enrolments[2])).get(reverse("my_competence")))
    assert "No competence recorded yet" in failed


@pytest.mark.clause("7.2")
def test_nobody_sees_the_record_of_another_but_who_leads_them():
    held = concluded()
    mine, other = held.enrolments[0].person, held.enrolments[1].person
    agent = client_of(account_of(held.enrolments[0]))
    assert agent.get(reverse("competence_pdf", args=[other.uuid])).status_code == 404
    assert agent.get(reverse("competence_list")).status_code == 403
    assert other.name not in words(agent.get(reverse("my_competence")))
    assert words(agent.get(reverse("person_detail", args=[mine.uuid]))).count("Competence record") == 1
    place = mine.assignments.get()
    team = TeamFactory(site=place.site, line=place.line)
    mine.assignments.update(team=team)
    leader = client_of(make_user("team_leader", teams=[team]))
    page = words(leader.get(reverse("competence_list")))
    assert mine.name in page and team.name in page
    file = leader.get(reverse("competence_list") + "?export=xlsx")
    assert "spreadsheet" in file["Content-Type"]
    assert leader.get(reverse("competence_pdf", args=[mine.uuid])).status_code == 200
    stranger = client_of(make_user("team_leader", teams=[TeamFactory()]))
    assert mine.name not in words(stranger.get(reverse("competence_list")))
    assert stranger.get(reverse("competence_pdf", args=[mine.uuid])).status_code == 404


def test_filters_of_the_list():
    held = concluded()
    person = held.enrolments[0].person
    client = client_of(make_user("auditor"))
    url = reverse("competence_list")
    assert person.name in words(client.get(url, {"q": person.employee_no, "holds": "yes"}))
    assert person.name not in words(client.get(url, {"holds": "no"}))
    module = held.training_session.module_version.module
    assert person.name in words(client.get(url, {"module": module.pk}))
