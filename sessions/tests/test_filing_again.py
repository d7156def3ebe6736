"""A class filed afterwards is filed once, by people who were there, and can be withdrawn (clauses 5.2, 4.2, 7.2)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from evaluation.models import TrainingDefect
from planning.models import Competence, ModuleTraining
from planning.queries.indicator import plans_due
from reporting.models import ReportObligation
from reporting.tests.writing import report_of, submitted, written
from sessions.models import Attendance, Deviation, TrainingSession
from sessions.queries.day import compared, with_day
from sessions.queries.indicator import sessions_due
from sessions.services import (
    Came,
    Guest,
    RollCell,
    add_guest,
    approve_correction,
    ask_correction,
    correct_attendance,
    file_class,
    withdraw_filed,
)
from sessions.services.elsewhere import HeldElsewhere
from sessions.tests.factories import Held, absent, concluded, opened, scheduled
from sessions.tests.filed import HELD, NOW, filed, held_class, paper, said_of, typed
from trainingops.audit.models import Entry
from trainingops.domain import NotAllowed, Refused, WrongState
from trainingops.notifications.models import Notice
from trainingops.people.tests.factories import make_agent, make_user, sign_in

pytestmark = [pytest.mark.django_db, pytest.mark.clause("5.2")]
HOUR = timedelta(hours=1)


@pytest.fixture
def world():
    """Of a plan whose own class is days later."""
    return scheduled(starts_at=HELD + timedelta(days=5)).world


@pytest.fixture
def at(monkeypatch):
    """Let pages believe in the day of the filing."""
    monkeypatch.setattr("trainingops.people.middleware.timezone.now", lambda: NOW)


def strangers(world, count=2):
    return [Came(make_agent(world.site, world.line)) for _each in range(count)]


def test_the_same_class_is_refused_a_second_time_and_another_one_needs_its_reason(world, at):
    first = filed(world)
    with pytest.raises(HeldElsewhere, match=first.number) as refused:
        filed(world, people=strangers(world), starts_at=HELD + HOUR, ends_at=HELD + 3 * HOUR)
    assert (refused.value.field, refused.value.sessions) == ("beside", {first.pk})
    people = strangers(world)
    made = file_class(
        held=held_class(world),
        people=people,
        reason="Mendadak.",
        beside="Dua ruang, satu trainer berkeliling.",
        paper=paper(),
        actor=world.pic,
        now=NOW,
    )
    assert Deviation.objects.get(training_session=made).reason == "Mendadak.; Dua ruang, satu trainer berkeliling."
    filed(world, starts_at=HELD + 2 * HOUR, ends_at=HELD + 3 * HOUR)  # back to back is no second time


def test_the_page_leads_to_the_other_class(world, at):
    from sessions.tests.filed import filed

    first, client = filed(world), Client()
    client.force_login(world.pic)
    answer = client.post(reverse("session_filed_new"), said_of(world))
    page = answer.content.decode()
    assert answer.status_code == 422 and reverse("session_detail", args=[first.uuid]) in page
    assert TrainingSession.objects.filter(kind="filed").count() == 1


def test_its_trainer_is_no_participant(world):
    person = make_agent(world.site, world.line)
    world.trainer.person = person
    world.trainer.save(update_fields=["person"])
    with pytest.raises(Refused, match=world.trainer.name) as refused:
        filed(world, people=[Came(person)])
    assert refused.value.field == "people"


def test_who_is_recorded_in_another_class_then_is_named_with_that_class(world):
    other = concluded(starts_at=HELD + HOUR)
    people = [each.person for each in other.enrolments]
    with pytest.raises(HeldElsewhere, match=people[0].name) as refused:
        filed(world, people=[Came(people[0]), *strangers(world)])
    assert (refused.value.field, refused.value.sessions) == ("people", {other.training_session.pk})
    assert other.training_session.number not in str(refused.value), "the PIC does not know that class"
    Attendance.objects.filter(enrolment=other.enrolments[0]).update(status="")
    filed(world, people=[Came(people[0])])


def test_who_taught_then_took_part_in_nothing_else(world):
    other = concluded(starts_at=HELD + HOUR)
    teacher = make_agent(world.site, world.line)
    other.world.trainer.person = teacher
    other.world.trainer.save(update_fields=["person"])
    with pytest.raises(HeldElsewhere, match=teacher.name):
        filed(world, people=[Came(teacher)])


@pytest.mark.clause("7.2")
def test_a_withdrawn_class_stays_readable_and_nothing_follows_from_it(world):
    training_session, enrolment = typed(world, "90")
    assert Competence.objects.filter(source=enrolment.uuid).exists()
    withdraw_filed(training_session=training_session, reason="Diarsipkan dua kali.", actor=world.manager, now=NOW)
    training_session.refresh_from_db()
    with translation.override("en"):
        assert training_session.get_state_display() == "Withdrawn, filed without prior approval"
    assert (training_session.plan.state, training_session.cancel_reason) == ("cancelled", "Diarsipkan dua kali.")
    assert Attendance.objects.filter(enrolment__training_session=training_session).count() == 3
    told = (Competence, ModuleTraining)
    sources = training_session.enrolments.values("uuid")
    assert [each.objects.filter(source__in=sources).exists() for each in told] == [False, False]
    assert not Deviation.objects.filter(training_session=training_session).exists()
    assert not TrainingDefect.objects.filter(kind="no_approval").exists()
    assert Entry.objects.filter(verb="session.withdrawn", subject=training_session.uuid).exists()
    assert Notice.objects.filter(kind="filed_withdrawn", recipient=world.pic).exists()
    period = {"since": HELD.date(), "until": HELD.date()}
    assert not plans_due(world.manager, **period, now=NOW)
    assert training_session not in sessions_due(world.manager, **period, now=NOW)
    client = Client()
    client.force_login(world.pic)
    page = client.get(reverse("session_detail", args=[training_session.uuid])).content.decode()
    assert "Diarsipkan dua kali." in page and reverse("session_withdraw", args=[training_session.uuid]) not in page
    filed(world)  # and it can be filed anew


@pytest.mark.clause("5.3.2")
def test_before_its_due_time_the_report_is_void_and_after_it_the_breach_stays(world):
    soon = filed(world, now=HELD + 3 * HOUR)
    withdraw_filed(training_session=soon, reason="Keliru.", actor=world.pic, now=HELD + 4 * HOUR)
    assert ReportObligation.objects.get(training_session=soon).state == "void"
    late = filed(world)
    withdraw_filed(training_session=late, reason="Keliru.", actor=world.pic, now=NOW)
    obligation = ReportObligation.objects.get(training_session=late)
    assert (obligation.state, obligation.breached_at) == ("pending", obligation.due_at)
    submitted(Held(late.plan, late, world), now=NOW + HOUR)
    late.plan.refresh_from_db()
    assert late.plan.state == "cancelled"


@pytest.mark.clause("5.3.2")
def test_the_draft_of_a_withdrawn_class_leads_nowhere_and_is_written_no_further(world, client):
    withdrawn = filed(world, now=HELD + 3 * HOUR)
    withdraw_filed(training_session=withdrawn, reason="Keliru.", actor=world.pic, now=HELD + 4 * HOUR)
    report = report_of(Held(withdrawn.plan, withdrawn, world))
    writing = reverse("report_write", args=[report.uuid])
    obligation = reverse("obligation_detail", args=[report.obligation.uuid])
    sign_in(client, world.pic)
    assert client.get(reverse("report_detail", args=[report.uuid])).url == obligation
    for page in (reverse("session_detail", args=[withdrawn.uuid]), obligation, reverse("report_list")):
        assert str(report.uuid) not in client.get(page).content.decode()
    answers = [client.get(writing), client.get(reverse("report_submit", args=[report.uuid]))]
    answers.append(client.post(writing, {"version": 1, "course": "Lancar."}))
    assert {(each.status_code, "Keliru" in each.content.decode()) for each in answers} == {(409, True)}
    assert obligation in answers[0].content.decode()
    with pytest.raises(WrongState, match="Keliru"):
        written(Held(withdrawn.plan, withdrawn, world))


def test_who_may_withdraw_with_what_reason_and_until_when(world, at):
    training_session = filed(world)
    given = {"training_session": training_session, "now": NOW}
    with pytest.raises(NotAllowed):
        withdraw_filed(reason="x", actor=make_user("trainer", site=world.site, line=world.line), **given)
    with pytest.raises(Refused) as refused:
        withdraw_filed(reason=" ", actor=world.pic, **given)
    assert refused.value.field == "reason"
    client, url = Client(), reverse("session_withdraw", args=[training_session.uuid])
    client.force_login(world.pic)
    assert client.get(url).status_code == 200
    assert client.post(url, {"reason": "Keliru."}).status_code == 302
    training_session.refresh_from_db()
    assert training_session.is_withdrawn
    with pytest.raises(WrongState):
        withdraw_filed(reason="Lagi.", actor=world.pic, **given)
    cell = RollCell(training_session.enrolments.order_by("pk")[0].pk, "absent", version=1, reason="sick")
    with pytest.raises(WrongState):
        correct_attendance(meeting=training_session.meetings.get(), cell=cell, why="Salah.", actor=world.pic, now=NOW)
    assert client.get(url).status_code == 302


@pytest.mark.clause("5.2")
def test_a_withdrawn_class_says_so_wherever_it_is_read_and_gets_no_plan_that_it_never_had(world, at):
    training_session = filed(world)
    withdraw_filed(training_session=training_session, reason="Keliru.", actor=world.pic, now=NOW)
    training_session = with_day(TrainingSession.objects.filter(pk=training_session.pk), world.pic).get()
    shown = compared(training_session, [training_session.meetings.get()], [])
    assert {each.planned for each in shown} == {""} and all(each.actual for each in shown)
    meeting, client = training_session.meetings.get(), Client()
    person = training_session.enrolments.order_by("pk")[0].person
    urls = [(world.pic, "meeting_roll", meeting), (world.pic, "session_scores", training_session)]
    for user, name, of in [*urls, (make_user("agent", person=person), "check_in_done", meeting)]:
        client.force_login(user)
        page = client.get(reverse(name, args=[of.uuid])).content.decode()
        assert "Kelas ini ditarik" in page and "catat" not in page.split("Kelas ini ditarik")[0]


@pytest.mark.point("ATT-5")
def test_no_correction_is_offered_of_a_withdrawn_class_and_the_refusal_says_why(world, at):
    training_session = filed(world)
    enrolment, meeting = training_session.enrolments.order_by("pk")[0], training_session.meetings.get()
    participant, client = make_user("agent", person=enrolment.person), Client()
    urls = {
        participant: ("correction_new", [meeting.uuid], "check_in_done"),
        world.pic: ("attendance_correct", [meeting.uuid, enrolment.pk], "meeting_roll"),
    }

    def offered():
        for user, (name, args, leads) in urls.items():
            client.force_login(user)
            url = reverse(name, args=args)
            page = client.get(reverse(leads, args=[meeting.uuid])).content.decode()
            yield url in page, client.get(url, follow=True).content.decode()

    assert [is_there for is_there, _page in offered()] == [True, True]
    withdraw_filed(training_session=training_session, reason="Keliru.", actor=world.pic, now=NOW)
    for is_there, page in offered():
        assert not is_there and "Kelas ini ditarik" in page


@pytest.mark.parametrize(("left_on", "is_refused"), [(HELD.date() - timedelta(days=1), True), (HELD.date(), False)])
def test_who_had_left_by_then_is_in_no_class_whichever_door_is_taken(world, left_on, is_refused):
    other = concluded(lambda people: absent(people[0]), starts_at=HELD)
    gone = other.enrolments[0].person
    gone.employment, gone.left_on = "left", left_on
    gone.save(update_fields=["employment", "left_on"])
    cell = RollCell(other.enrolments[0].pk, "present", version=1)
    guest = Guest(make_agent(world.site, world.line), "Ikut.")
    guest.person.employment, guest.person.left_on = "left", left_on
    guest.person.save(update_fields=["employment", "left_on"])
    running = opened(starts_at=HELD)
    doors = {
        "people": lambda: filed(world, people=[Came(guest.person)]),
        "status": lambda: correct_attendance(
            meeting=other.meeting, cell=cell, why="Ia hadir.", actor=other.pic, now=NOW
        ),
        "person": lambda: add_guest(
            training_session=running.training_session, guest=guest, actor=running.pic, now=HELD
        ),
    }
    for field, door in doors.items():
        if not is_refused:
            door()
            continue
        with pytest.raises(Refused, match=r"Orang \d+") as refused:
            door()
        assert (refused.value.field, refused.value.code) == (field, "left")


def test_after_the_report_the_class_stands(world):
    training_session = filed(world)
    held = Held(training_session.plan, training_session, world)
    submitted(held, now=NOW)
    with pytest.raises(WrongState, match=training_session.number):
        withdraw_filed(training_session=training_session, reason="Keliru.", actor=world.pic, now=NOW + HOUR)


@pytest.mark.clause("4.3")
def test_no_correction_puts_anybody_into_two_classes_at_once(world):
    """Absent there, filed here: whichever of the two is corrected, the other is named first."""
    other = concluded(lambda people: absent(people[0]), starts_at=HELD + HOUR)
    missed = other.enrolments[0]
    training_session = filed(world, people=[Came(missed.person)])
    came = RollCell(missed.pk, "present", version=1)
    given = {"meeting": other.meeting, "cell": came, "why": "Ia hadir.", "now": NOW}
    person = make_user("agent", person=missed.person)
    for propose, actor in ((correct_attendance, other.pic), (ask_correction, person)):
        with pytest.raises(HeldElsewhere, match=missed.person.name) as refused:
            propose(**given, actor=actor)
        assert (refused.value.field, refused.value.sessions) == ("status", {training_session.pk})
    (here,) = training_session.enrolments.all()
    gone = RollCell(here.pk, "absent", version=1, reason="sick")
    filed_one = {"meeting": training_session.meetings.get(), "why": "Salah orang.", "actor": world.pic, "now": NOW}
    correct_attendance(cell=gone, **filed_one)
    asked = ask_correction(**given, actor=person)
    correct_attendance(cell=RollCell(here.pk, "present", version=2), **filed_one)
    with pytest.raises(HeldElsewhere):
        approve_correction(correction=asked, version=1, actor=other.pic, now=NOW)


def test_a_class_concluded_late_takes_nobody_out_of_the_next_one(world):
    other = concluded(starts_at=HELD + 2 * HOUR)
    other.training_session.meetings.update(actual_starts_at=HELD + HOUR + 50 * HOUR / 60)
    person = other.enrolments[0].person
    filed(world, people=[Came(person)])
