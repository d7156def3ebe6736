"""A shared PC: employee number and PIN, one person after the other, nothing left (ATT-8)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from sessions import shared_pc
from sessions.models import Attendance, Enrolment, SessionMeeting, TestAttempt
from sessions.services import open_post_test
from sessions.tests.factories import START, attend, opened, scheduled, take_test
from trainingops.audit.models import Entry
from trainingops.domain import Registry
from trainingops.people.models import SignInCode
from trainingops.people.services import CODE_ATTEMPTS, set_own_pin
from trainingops.people.tests.factories import PASSWORD, SiteFactory, make_user, sign_in
from trainingops.tests.counting import counted, shown

pytestmark = [pytest.mark.django_db, pytest.mark.point("ATT-8")]
MINUTE = timedelta(minutes=1)
PIN = "480271"


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(START, tick=False) as traveller:
        yield traveller


def with_pin(held, place=0):
    user = make_user("agent", person=held.enrolments[place].person, language="en")
    set_own_pin(user=user, pin=PIN, now=START - MINUTE)
    return user


def browser(user=None):
    client = Client(headers={"accept-language": "en"})
    if user:
        user.language = "en"
        user.set_password(PASSWORD)
        user.save()
        sign_in(client, user)
    return client


def prepared(held):
    """A browser that the PIC has put into check-in mode."""
    client = browser(held.pic)
    answer = client.post(reverse("shared_pc_start", args=[held.meeting.uuid]))
    assert answer.url == "/pc/"
    return client


def enter(client, user, pin=PIN, **extra):
    return client.post("/pc/", {"login": user.login, "pin": pin}, **extra)


def words(answer):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode()))


def without_tests(held):
    """The pre-test is handed in, so that checking in is all there is to do."""
    for each in held.enrolments:
        take_test(each, phase="pre", right=3, now=START - MINUTE)


def test_turning_it_on_signs_the_trainer_out_and_says_so_in_the_journal():
    held = opened()
    client = browser(held.pic)
    url = reverse("shared_pc_start", args=[held.meeting.uuid])
    assert url in client.get(reverse("meeting_roll", args=[held.meeting.uuid])).content.decode()
    assert "You are signed out" in words(client.get(url))
    assert [client.post(url).url, client.post(url).url] == ["/pc/", "/pc/"], "a second tap leads there too"
    assert client.get(reverse("account")).status_code == 302
    assert Entry.objects.get(verb="shared_pc.started").actor == held.pic.uuid
    page = client.get("/pc/")
    assert held.plan.title in words(page) and "no-store" in page.headers["Cache-Control"]
    assert page.content.decode().count('autocomplete="off"') == 3
    cookie = client.cookies[shared_pc.COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"


def test_it_is_turned_on_by_who_runs_the_class_while_the_meeting_is_under_way():
    held = scheduled()
    url = reverse("shared_pc_start", args=[held.meeting.uuid])
    client = browser(held.pic)
    assert "while the meeting is under way" in words(client.get(url))
    assert client.post(url).status_code == 409
    held = opened()
    url = reverse("shared_pc_start", args=[held.meeting.uuid])
    colleague = make_user("trainer", site=held.training_session.site, line=held.training_session.line)
    assert [browser(colleague).get(url).status_code, browser(colleague).post(url).status_code] == [403, 403]
    assert browser(make_user("trainer", site=SiteFactory())).get(url).status_code == 404
    assert not Entry.objects.filter(verb="shared_pc.started").exists()


def test_one_person_after_the_other_checks_in_and_nobody_stays_signed_in(clock):
    held = opened(people=2)
    users = [with_pin(held), with_pin(held, 1)]
    without_tests(held)
    client = prepared(held)
    for minutes, user in enumerate(users):
        clock.move_to(START + minutes * 5 * MINUTE)
        answer = enter(client, user)
        assert answer.url == "/pc/" and "no-store" in answer.headers["Cache-Control"]
        assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
        assert client.get(reverse("my_trainings")).status_code == 302
        entry = words(client.get("/pc/"))
        assert user.name in entry and "Next person, please" in entry
        assert user.name not in words(client.get("/pc/"))
    rows = [(row.status, row.minutes_late, row.source) for row in Attendance.objects.order_by("recorded_at")]
    assert rows == [("present", 0, "pin"), ("late", 5, "pin")]
    again = enter(client, users[0])
    assert "recorded already at 09.00 WIB" in words(client.get(again.url))
    assert Attendance.objects.count() == 2
    assert "PIN 09.00" in words(browser(held.pic).get(reverse("meeting_roll", args=[held.meeting.uuid])))


def test_with_a_test_open_the_person_chooses_and_is_signed_out_when_it_is_handed_in():
    held = opened()
    user, client = with_pin(held), prepared(held)
    assert enter(client, user).url == "/pc/choice/"
    choice = client.get("/pc/choice/")
    assert "Check in and begin: Pre-test" in words(choice) and choice.headers["Refresh"] == "90; url=/pc/"
    start = client.post("/pc/choice/", {"do": "test"})
    assert start.url == reverse("test_start", args=[held.enrolments[0].uuid, "pre"])
    assert Attendance.objects.get().source == "pin"
    assert "no-store" in client.get(start.url).headers["Cache-Control"]
    first = client.post(start.url).url
    assert client.get(first).status_code == 200
    attempt = TestAttempt.objects.get()
    assert client.get(reverse("test_done", args=[attempt.uuid])).status_code == 302, "not handed in yet"
    client.get("/pc/")
    enter(client, user)
    assert "Go on with: Pre-test" in words(client.get("/pc/choice/"))
    done = client.post(reverse("test_submit", args=[attempt.uuid]))
    receipt = client.get(done.url)
    assert "handed in at 09.00 WIB: 0.00 of 5.00 points" in words(receipt)
    assert receipt.headers["Refresh"] == "20; url=/pc/" and receipt.headers["Clear-Site-Data"]
    assert client.get(first).status_code == 302 and "/sign-in/" in client.get(first).url
    entry = enter(client, user)
    assert entry.url == "/pc/" and "recorded already" in words(client.get("/pc/"))


def test_a_log_in_by_pin_opens_its_test_and_nothing_else():
    held = opened()
    user, client = with_pin(held), prepared(held)
    for path in ("/account/", "/account/pin/", "/inbox/", "/account/password/", "/sign-in/again/", "/search/"):
        enter(client, user)
        answer = client.get(path)
        assert answer.status_code == 302 and answer.url == "/pc/", path
        assert client.get("/pc/choice/").url.startswith("/sign-in/"), f"{path} ended it"
    enter(client, user)
    assert client.get(reverse("my_trainings")).url == "/pc/choice/"
    start = reverse("test_start", args=[held.enrolments[0].uuid, "pre"])
    page = client.get(start).content.decode()
    assert "/inbox/" not in page and "/account/" not in page


def test_leaving_without_anything_signs_out_and_writes_nothing():
    held = opened()
    user, client = with_pin(held), prepared(held)
    enter(client, user)
    assert client.post("/pc/choice/", {"do": ""}).url == "/pc/"
    assert client.get("/pc/choice/").url.startswith("/sign-in/") and not Attendance.objects.exists()
    enter(client, user)
    client.get("/pc/")
    assert client.get("/pc/choice/").url.startswith("/sign-in/"), "the entry signs out whoever was here"


def test_the_choice_checks_in_alone_too():
    held = opened()
    user, client = with_pin(held), prepared(held)
    enter(client, user)
    assert client.post("/pc/choice/", {"do": "check_in"}).url == "/pc/"
    assert Attendance.objects.get().source == "pin" and client.get("/account/").status_code == 302
    enter(client, user)
    again = words(client.get("/pc/choice/"))
    assert "Recorded: present" in again and "Begin: Pre-test" in again


@pytest.mark.parametrize("do", ["check_in", "test"])
def test_a_check_in_that_is_refused_stays_on_the_choice_which_ends_by_itself(do):
    """Somebody recorded in another class at that hour (5.3.1): no page of an error holds them signed in."""
    held, there = opened(), opened(people=1)
    Enrolment.objects.filter(pk=there.enrolments[0].pk).update(person=held.enrolments[0].person)
    attend(there)
    user, client = with_pin(held), prepared(held)
    enter(client, user)
    assert client.post("/pc/choice/", {"do": do}).url == "/pc/choice/"
    choice = client.get("/pc/choice/")
    assert "recorded in" in words(choice) and choice.headers["Refresh"] == "90; url=/pc/"
    assert not Attendance.objects.filter(meeting=held.meeting).exists()


def test_the_post_test_is_offered_when_the_trainer_has_opened_it():
    held = opened()
    user, client = with_pin(held), prepared(held)
    open_post_test(training_session=held.training_session, actor=held.pic, now=START)
    enter(client, user)
    assert "Post-test" in words(client.get("/pc/choice/"))


def test_wrong_pins_are_limited_by_person_and_say_the_same_whatever_is_wrong():
    held = opened(people=2)
    user, other, client = with_pin(held), with_pin(held, 1), prepared(held)
    said = set()
    for _attempt in range(CODE_ATTEMPTS):
        answer = enter(client, user, "000000")
        assert answer.status_code == 422
        said.add(re.search(r"Employee number or PIN is not right[^<]*", answer.content.decode())[0])
    said.add(re.search(r"Employee number or PIN is not right[^<]*", enter(client, user).content.decode())[0])
    unknown = client.post("/pc/", {"login": "CC-NONE", "pin": PIN})
    said.add(re.search(r"Employee number or PIN is not right[^<]*", unknown.content.decode())[0])
    assert len(said) == 1 and not Attendance.objects.exists()
    assert enter(client, other).url == "/pc/choice/"
    for _attempt in range(4):
        answer = enter(client, user, "000000")
    assert "Too many attempts" in words(answer)
    assert SignInCode.objects.get(user=user).attempts == CODE_ATTEMPTS


def test_who_is_not_enrolled_is_told_and_not_signed_in():
    held = opened()
    stranger = make_user("agent", language="en")
    set_own_pin(user=stranger, pin=PIN, now=START)
    client = prepared(held)
    answer = enter(client, stranger)
    assert answer.status_code == 422 and "You are not on the list of this class" in words(answer)
    assert client.get("/pc/choice/").status_code == 302 and not Attendance.objects.exists()


def test_the_pin_and_the_number_do_not_come_back_on_the_page():
    held = opened()
    user, client = with_pin(held), prepared(held)
    assert "000123" not in enter(client, user, "000123").content.decode()


def test_the_mode_ends_with_the_meeting():
    held = opened()
    user, client = with_pin(held), prepared(held)
    enter(client, user)
    SessionMeeting.objects.update(state="concluded", actual_ends_at=START + MINUTE)
    assert client.get("/pc/choice/").status_code == 200
    page = client.get("/pc/")
    assert "The meeting is over" in words(page) and client.cookies[shared_pc.COOKIE].value == ""
    assert "not in check-in mode" in words(client.get("/pc/"))
    assert enter(client, user).status_code == 200 and not Attendance.objects.exists()


def test_the_trainer_ends_it_after_signing_in():
    held = opened()
    client = prepared(held)
    asked = client.get("/pc/end/")
    assert asked.url == "/sign-in/?next=%2Fpc%2Fend%2F"
    held.pic.set_password(PASSWORD)
    held.pic.save()
    assert client.post(asked.url, {"login": held.pic.login, "password": PASSWORD}).url == "/pc/end/"
    assert "End the mode on this PC" in words(client.get("/pc/end/"))
    assert client.post("/pc/end/").url == reverse("meeting_roll", args=[held.meeting.uuid])
    assert Entry.objects.filter(verb="shared_pc.ended").count() == 1
    assert "not in check-in mode" in words(client.get("/pc/"))


def test_nobody_else_ends_it():
    held = opened()
    client = prepared(held)
    sign_in(client, make_user("trainer", language="en"))
    assert [client.get("/pc/end/").status_code, client.post("/pc/end/").status_code] == [403, 403]
    assert client.cookies[shared_pc.COOKIE].value


@pytest.mark.parametrize("planted", ["", "x", "ImFiYyI:1abc:def"])
def test_a_mode_that_we_did_not_sign_is_none(planted):
    client = browser()
    client.cookies[shared_pc.COOKIE] = planted
    assert "not in check-in mode" in words(client.get("/pc/"))
    assert client.post("/pc/", {"login": "CC1", "pin": PIN}).status_code == 200


def test_somebody_signed_in_with_a_password_is_not_signed_out_by_the_entry():
    client = browser(make_user("agent"))
    client.get("/pc/")
    assert client.get("/account/").status_code == 200
    assert client.get("/pc/choice/").url == "/pc/"


def test_a_later_stage_adds_what_it_has_to_do_at_a_shared_pc(monkeypatch):
    """The survey registers a step of its own; here one that leads to the test's pages stands for it."""
    steps = Registry[shared_pc.Step]("step at a shared PC")
    steps.add(
        shared_pc.Step(
            name="survey",
            offer=lambda _meeting, enrolment: shared_pc.Offer(
                "Survei", reverse("test_start", args=[enrolment.uuid, "pre"])
            ),
            pages=frozenset({"test_start"}),
            ends="my_trainings",
            receipt=lambda _request, _kwargs: "Terima kasih.",
        )
    )
    monkeypatch.setattr(shared_pc, "STEPS", steps)
    held = opened()
    user, client = with_pin(held), prepared(held)
    enter(client, user)
    assert "Check in and begin: Survei" in words(client.get("/pc/choice/"))
    page = client.post("/pc/choice/", {"do": "survey"}).url
    assert client.get(page).status_code == 200
    receipt = client.get(reverse("my_trainings"))
    assert "Terima kasih." in words(receipt) and client.get("/account/").url.startswith("/sign-in/")


@pytest.mark.parametrize("people", [3, 30])
def test_checking_in_by_pin_costs_the_same_for_every_class(people):
    held = opened(people=people)
    user = with_pin(held)
    take_test(held.enrolments[0], phase="pre", right=3, now=START - MINUTE)
    client = prepared(held)
    with counted() as queries:
        enter(client, user)
    assert Attendance.objects.exists() and len(queries) <= 16, "\n".join(map(shown, queries))
