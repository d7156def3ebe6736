"""The way of a participant from the screen to the roll, by the real views (ATT-1, ATT-2, ATT-3, ATT-6, ATT-7)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from django.urls import reverse

from sessions import claims
from sessions.claims import LIFETIME
from sessions.codes import WINDOW, code_at
from sessions.models import Attendance, SessionMeeting
from sessions.queries.check_in import code_key
from sessions.services import record_attendance
from sessions.tests.factories import START, absent, opened, scheduled
from sessions.wrong_codes import FROM_ADDRESS, OF_STRANGERS
from trainingops.audit.models import Entry
from trainingops.people.tests.factories import PASSWORD, make_user, sign_in
from trainingops.tests.counting import counted, shown

pytestmark = pytest.mark.django_db
CONFIRM = "/check-in/"
MINUTE = timedelta(minutes=1)


def account(held, place=0, **fields):
    person = held.enrolments[place].person
    return getattr(person, "user", None) or make_user("agent", person=person, **fields)


def words(answer):
    """What a page says."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.content.decode()))


def code_of(held, at):
    return code_at(code_key(), held.meeting.uuid, at)


def visitor(user=None):
    client = Client(headers={"accept-language": "en"})
    if user:
        user.language = "en"
        user.save()
        with time_machine.travel(START - 15 * MINUTE, tick=False):
            sign_in(client, user)
    return client


def scan(client, held, at, code=None):
    with time_machine.travel(at, tick=False):
        return client.get(reverse("check_in_scan", args=[code or code_of(held, at)]))


def confirm(client, at, **given):
    with time_machine.travel(at, tick=False):
        return client.post(CONFIRM, given)


def read(client, at, path=CONFIRM):
    with time_machine.travel(at, tick=False):
        return client.get(path)


@pytest.mark.point("ATT-2")
def test_a_scan_before_signing_in_counts_with_its_own_time_after_a_log_in_of_three_minutes():
    held, client = opened(), visitor()
    user, at = account(held, password=PASSWORD), START - MINUTE
    answer = scan(client, held, at)
    assert answer.status_code == 302 and answer.url == CONFIRM
    to_sign_in = read(client, at)
    assert to_sign_in.url == "/sign-in/?next=%2Fcheck-in%2F"
    with time_machine.travel(at + 3 * MINUTE, tick=False):
        signed = client.post(to_sign_in.url, {"login": user.login, "password": PASSWORD, "next": CONFIRM})
    assert signed.url == CONFIRM and not Attendance.objects.exists()
    page = read(client, at + 3 * MINUTE).content.decode()
    assert held.plan.title in page and "08.59" in page
    assert not Entry.objects.filter(verb="attendance.recorded").exists()
    done = confirm(client, at + 4 * MINUTE)
    assert done.url == reverse("check_in_done", args=[held.meeting.uuid])
    row = Attendance.objects.get()
    assert (row.status, row.source, row.recorded_at, row.recorded_by) == ("present", "qr", at, user)
    assert "08.59" in read(client, at + 4 * MINUTE, done.url).content.decode()


@pytest.mark.point("ATT-2")
def test_no_get_writes_attendance():
    held = opened()
    client = visitor(account(held))
    for _time in range(2):
        scan(client, held, START)
        assert read(client, START).status_code == 200
    assert not Attendance.objects.exists()


@pytest.mark.point("ATT-1")
def test_the_code_before_still_holds_and_an_older_one_says_that_it_is_over():
    held, shown_at = opened(), START.replace(second=10)
    code = code_of(held, shown_at)
    user = account(held)
    assert scan(visitor(user), held, shown_at + WINDOW, code).url == CONFIRM
    late = scan(visitor(user), held, shown_at + 2 * WINDOW, code)
    assert late.status_code == 410 and f"The code {code} is over" in late.content.decode()
    assert scan(visitor(user), held, shown_at, "ACDEFG").status_code == 404


@pytest.mark.point("ATT-2")
def test_an_expired_claim_says_when_the_scan_was_and_a_second_scan_keeps_the_first_time():
    held = opened()
    client = visitor(account(held))
    scan(client, held, START)
    over = read(client, START + LIFETIME)
    assert over.status_code == 200 and "Your scan of 09.00 WIB was kept for 10 minutes" in words(over)
    assert confirm(client, START + LIFETIME).status_code == 409 and not Attendance.objects.exists()
    other = visitor(client_user := account(held, 1))
    scan(other, held, START)
    scan(other, held, START + 5 * MINUTE)
    confirm(other, START + 6 * MINUTE)
    row = Attendance.objects.get(enrolment__person=client_user.person)
    assert (row.status, row.recorded_at) == ("present", START)


def test_the_address_scanned_opened_again_goes_on_while_the_claim_holds():
    held, client = opened(), visitor()
    code = code_of(held, START)
    scan(client, held, START, code)
    assert scan(client, held, START + 5 * MINUTE, code).url == CONFIRM
    assert scan(visitor(), held, START + 5 * MINUTE, code).status_code == 410


@pytest.mark.parametrize("planted", ["", "x", "W10:1abc:def", "a:b:c"])
def test_a_claim_that_we_did_not_sign_is_none(planted):
    client = visitor(make_user("agent"))
    client.cookies[claims.COOKIE] = planted
    page = read(client, START)
    assert page.status_code == 200 and "scanned no code" in page.content.decode()
    assert confirm(client, START).status_code == 409


@pytest.mark.point("ATT-3")
@pytest.mark.parametrize("typed", ["{}", " {} ", "lower", "dashed"])
def test_a_typed_code_has_the_same_validity_and_its_own_source(typed):
    held = opened()
    client, code = visitor(account(held)), code_of(held, START)
    given = {"lower": code.lower(), "dashed": f"{code[:3]}-{code[3:]}"}.get(typed, typed.format(code))
    with time_machine.travel(START, tick=False):
        assert client.get("/h/").status_code == 200
        assert client.post("/h/", {"code": given}).url == CONFIRM
    confirm(client, START + 3 * MINUTE)
    row = Attendance.objects.get()
    assert (row.source, row.status, row.recorded_at) == ("typed", "present", START)
    assert "Code 09.00" in words(read(visitor(held.pic), START, reverse("meeting_roll", args=[held.meeting.uuid])))


@pytest.mark.point("ATT-6")
def test_the_roll_shows_the_source_and_the_time_of_a_scan():
    held = opened()
    client = visitor(account(held))
    scan(client, held, START + 2 * MINUTE)
    confirm(client, START + 2 * MINUTE)
    page = read(visitor(held.pic), START + 3 * MINUTE, reverse("meeting_roll", args=[held.meeting.uuid]))
    assert "QR 09.02" in words(page)


def test_a_late_scan_says_so_before_it_is_confirmed():
    held = opened()
    client = visitor(account(held))
    scan(client, held, START + 7 * MINUTE)
    assert "7 minutes" in read(client, START + 7 * MINUTE).content.decode()
    confirm(client, START + 7 * MINUTE)
    assert (Attendance.objects.get().status, Attendance.objects.get().minutes_late) == ("late", 7)


def test_who_is_not_enrolled_gets_a_clear_page_and_nothing_is_written():
    held = opened()
    client = visitor(make_user("agent"))
    scan(client, held, START)
    for answer in (read(client, START), confirm(client, START)):
        assert answer.status_code == 409 and "You are not on the list of this class" in answer.content.decode()
    assert not Attendance.objects.exists()


@pytest.mark.point("ATT-7")
@pytest.mark.parametrize(
    ("meeting", "said"),
    [
        ({"state": "planned"}, "has not begun this meeting"),
        ({"state": "concluded", "actual_starts_at": START, "actual_ends_at": START + MINUTE}, "is concluded"),
        ({"state": "cancelled"}, "was cancelled"),
        ({"ends_at": START + MINUTE}, "The planned end, 09.01 WIB, is over"),
    ],
)
def test_each_meeting_that_takes_no_check_in_says_why_and_what_to_do(meeting, said):
    held = opened()
    SessionMeeting.objects.update(**meeting)
    client, at = visitor(account(held)), START + MINUTE
    scan(client, held, at)
    for answer in (read(client, at), confirm(client, at)):
        assert answer.status_code == 409 and said in words(answer)
    assert not Attendance.objects.exists()


def test_a_meeting_of_a_session_that_is_not_open_says_so_too():
    held = scheduled()
    client = visitor(account(held))
    scan(client, held, START)
    assert "has not begun" in read(client, START).content.decode()


def test_what_the_trainer_recorded_stands_and_the_page_shows_it():
    held = opened()
    record_attendance(meeting=held.meeting, cell=absent(held.enrolments[0]), actor=held.pic, now=START)
    client = visitor(account(held))
    scan(client, held, START)
    done = read(client, START)
    assert done.status_code == 302
    assert confirm(client, START).url == done.url
    page = read(client, START, done.url).content.decode()
    assert "Recorded as absent" in page and "ask the trainer" in page and "nothing has changed" in page
    assert Attendance.objects.get().status == "absent"


def test_after_checking_in_the_open_test_is_offered_and_another_persons_page_is_not_there():
    held = opened()
    user = account(held)
    client = visitor(user)
    scan(client, held, START)
    done = confirm(client, START).url
    assert reverse("test_start", args=[held.enrolments[0].uuid, "pre"]) in read(client, START, done).content.decode()
    assert read(visitor(make_user("agent")), START, done).status_code == 404
    assert read(client, START).status_code == 200, "the claim is used up"
    assert claims.COOKIE not in client.cookies or client.cookies[claims.COOKIE].value == ""


def test_one_code_of_two_meetings_counts_where_the_person_is_enrolled(monkeypatch):
    """A chance in millions; nobody is sent away for it."""
    one, two = opened(), opened()
    uuids = (one.meeting.uuid, two.meeting.uuid)
    monkeypatch.setattr("sessions.views.check_in.meetings_of_code", lambda _code, _now: (uuids, False))
    client = visitor(account(two))
    scan(client, one, START)
    assert confirm(client, START).url == reverse("check_in_done", args=[two.meeting.uuid])


@pytest.mark.point("ATT-6")
def test_wrong_codes_are_counted_by_person_and_address_and_lock_nobody_else():
    held = opened(people=2)
    client, neighbour, good = visitor(account(held)), visitor(account(held, 1)), code_of(held, START)
    wrong = [code for code in ("ACDEFG", "ACDEFH") if code != good]
    with time_machine.travel(START, tick=False):
        for attempt in range(FROM_ADDRESS):
            answer = client.post("/h/", {"code": wrong[attempt % len(wrong)]})
            assert answer.status_code == 422 and "is not a code that is valid now" in answer.content.decode()
        assert "Too many wrong codes. Wait ten minutes" in client.post("/h/", {"code": good}).content.decode()
        assert "Too many wrong codes" in client.get(f"/h/{good}/").content.decode()
        assert neighbour.post("/h/", {"code": good}).url == CONFIRM
        assert client.post("/h/", {"code": good}, REMOTE_ADDR="10.0.0.9").url == CONFIRM
    with time_machine.travel(START + 11 * MINUTE, tick=False):
        assert client.post("/h/", {"code": code_of(held, START + 11 * MINUTE)}).url == CONFIRM


@pytest.mark.point("ATT-6")
def test_strangers_who_guess_are_asked_to_sign_in_first_and_a_class_behind_their_address_is_not_locked():
    held, stranger, good = opened(), visitor(), code_of(opened(), START)
    with time_machine.travel(START, tick=False):
        for _attempt in range(OF_STRANGERS):
            stranger.get("/h/ACDEFG/")
        asked = stranger.post("/h/", {"code": good})
        assert asked.url == "/sign-in/?next=%2Fh%2F"
        assert visitor(account(held)).post("/h/", {"code": code_of(held, START)}).url == CONFIRM


def test_what_cannot_be_a_code_names_it_and_is_not_counted_as_a_guess():
    client = visitor(make_user("agent"))
    for _attempt in range(FROM_ADDRESS + 1):
        page = client.post("/h/", {"code": "O0I1"})
        assert page.status_code == 422 and "“O0I1” is no code" in page.content.decode()
    assert "Type the six characters" in client.post("/h/", {"code": ""}).content.decode()


@pytest.mark.point("ATT-6")
def test_sixty_people_behind_one_address_check_in_within_a_minute():
    """Scan, log-in and confirmation of each through the views; no limit counts the address alone."""
    held = opened(people=60)
    users = [account(held, place, password=PASSWORD) for place in range(60)]
    for second, user in enumerate(users):
        client, at = visitor(), START - MINUTE + timedelta(seconds=second)
        assert scan(client, held, at).url == CONFIRM
        with time_machine.travel(at, tick=False):
            assert client.post("/sign-in/?next=/check-in/", {"login": user.login, "password": PASSWORD}).url == CONFIRM
            assert client.post(CONFIRM).status_code == 302
    assert Attendance.objects.filter(status="present", source="qr").count() == 60
    assert held.fresh().summary.present == 60


@pytest.mark.parametrize("people", [3, 30])
def test_confirming_costs_at_most_twelve_queries_whatever_the_class(people):
    held = opened(people=people)
    user = account(held)
    client = visitor(user)
    scan(client, held, START)
    with time_machine.travel(START, tick=False), counted() as queries:
        assert client.post(CONFIRM, {"once": "key-1"}).status_code == 302
    assert len(queries) <= 12, "\n".join(map(shown, queries))
    with time_machine.travel(START, tick=False), counted() as again:
        client.get(reverse("check_in_done", args=[held.meeting.uuid]))
    assert len(again) <= 12, "\n".join(map(shown, again))


def test_the_claim_is_a_cookie_that_no_script_reads():
    held, client = opened(), visitor()
    scan(client, held, START)
    cookie = client.cookies[claims.COOKIE]
    assert cookie["httponly"] and cookie["samesite"] == "Lax" and bool(cookie["secure"]) == settings.SECURE_ON
