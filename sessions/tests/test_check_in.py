"""Checking in oneself, through the roll's own path (ATT-1, ATT-2, ATT-6, ATT-7)."""

from __future__ import annotations

import json
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils.translation import override

from sessions.models import Attendance, RecoveryCase, SessionMeeting, TrainingSession
from sessions.services import (
    RollCell,
    check_in,
    conclude_meeting,
    mark_rest_present,
    open_session,
    record_attendance,
    undo_mark_rest,
)
from sessions.tests.factories import START, absent, concluded, end_session, make_up_for, opened, scheduled
from trainingops.audit.models import Entry
from trainingops.domain import Refused, WrongState
from trainingops.people.tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def in_english():
    with override("en"):
        yield


def participant(held, place=0):
    person = held.enrolments[place].person
    return getattr(person, "user", None) or make_user("agent", person=person)


def scan(held, *, minutes, place=0, now=None, source="qr", meeting=None):
    at = (meeting or held.meeting).starts_at + timedelta(minutes=minutes)
    return check_in(
        meeting=meeting or held.meeting, at=at, source=source, actor=participant(held, place), now=now or at
    )


@pytest.mark.point("ATT-2")
def test_attendance_has_the_time_of_the_scan_also_when_the_log_in_took_three_minutes():
    held = opened()
    at = START - timedelta(seconds=30)
    done = check_in(
        meeting=held.meeting, at=at, source="qr", actor=participant(held), now=START + timedelta(minutes=2, seconds=30)
    )
    row = Attendance.objects.get()
    assert done.is_new and (row.status, row.minutes_late, row.recorded_at) == ("present", 0, at)
    assert (row.source, row.recorded_by) == ("qr", participant(held))
    assert held.fresh().summary.present == 1


@pytest.mark.point("ATT-2")
@pytest.mark.parametrize(
    ("seconds", "status", "late"), [(-600, "present", 0), (59, "present", 0), (60, "late", 1), (1259, "late", 20)]
)
def test_a_scan_is_on_time_or_late_by_whole_minutes_from_the_planned_start(seconds, status, late):
    held = opened()
    at = START + timedelta(seconds=seconds)
    row = check_in(meeting=held.meeting, at=at, source="qr", actor=participant(held), now=at).attendance
    assert (row.status, row.minutes_late) == (status, late)


def test_5_3_1_nobody_is_late_for_a_meeting_that_began_late_and_its_times_hold_at_the_end():
    """The class was opened 10 minutes late: who waited at the door is on time, who came 14 minutes late is not."""
    held = opened()
    SessionMeeting.objects.update(actual_starts_at=START + timedelta(minutes=10, seconds=20))
    assert scan(held, minutes=10.5).attendance.status == "present"
    late = scan(held, minutes=14, place=1).attendance
    assert (late.status, late.minutes_late) == ("late", 14)
    record_attendance(
        meeting=held.meeting,
        cell=absent(held.enrolments[2]),
        actor=held.pic,
        now=START + timedelta(minutes=20),
    )
    conclude_meeting(meeting=held.meeting, actor=held.pic, now=held.meeting.ends_at)
    assert RecoveryCase.objects.get().cause == "absent"


def test_5_3_1_a_scan_beyond_the_tolerance_opens_a_case_by_the_same_rule_as_the_roll():
    held = opened(people=2)
    scan(held, minutes=held.training_session.tolerance_minutes)
    scan(held, minutes=held.training_session.tolerance_minutes + 1, place=1)
    conclude_meeting(meeting=held.meeting, actor=held.pic, now=held.meeting.ends_at)
    case = RecoveryCase.objects.get()
    assert (case.enrolment, case.cause, case.minutes) == (held.enrolments[1], "late", 16)


@pytest.mark.point("ATT-6")
@pytest.mark.parametrize("source", ["qr", "typed", "pin"])
def test_the_journal_holds_source_and_time_of_the_scan_and_for_nobody_else(source):
    held = opened()
    scan(held, minutes=0, source=source, now=START + timedelta(minutes=3))
    data = json.loads(Entry.objects.get(verb="attendance.recorded").text)["data"]
    assert data["source"] == source and data["scanned_at"].startswith("2026-11-24T02:00:00")
    assert list(data["cells"]) == [str(held.enrolments[0].uuid)] and "for" not in data


@pytest.mark.point("ATT-2")
def test_checking_in_twice_is_checking_in_once():
    held = opened()
    assert scan(held, minutes=0).is_new
    entries = Entry.objects.count()
    again = scan(held, minutes=9)
    assert not again.is_new and (again.attendance.status, again.attendance.version) == ("present", 1)
    assert Entry.objects.count() == entries


def test_what_the_trainer_recorded_holds_also_when_they_marked_the_rest():
    held = opened(people=2)
    record_attendance(meeting=held.meeting, cell=absent(held.enrolments[0]), actor=held.pic, now=START)
    fill = mark_rest_present(meeting=held.meeting, actor=held.pic, now=START)
    for place, status in enumerate(("absent", "present")):
        found = scan(held, minutes=5, place=place)
        assert not found.is_new and (found.attendance.status, found.attendance.source) == (status, "trainer")
    undo_mark_rest(meeting=held.meeting, fill=fill, actor=held.pic, now=START)
    blank = scan(held, minutes=5, place=1)
    assert blank.is_new and (blank.attendance.status, blank.attendance.version) == ("late", 3)


def test_the_trainer_may_still_correct_what_somebody_checked_in():
    held = opened()
    scan(held, minutes=0)
    late = RollCell(held.enrolments[0].pk, "late", version=1, minutes_late=5)
    row = record_attendance(meeting=held.meeting, cell=late, actor=held.pic, now=START + timedelta(minutes=6))
    assert (row.status, row.source) == ("late", "trainer")


def test_who_is_not_enrolled_is_told_and_nothing_is_written():
    held = opened()
    for stranger in (make_user("agent"), held.pic):
        with pytest.raises(Refused, match="not on the list") as refused:
            check_in(meeting=held.meeting, at=START, source="qr", actor=stranger, now=START)
        assert refused.value.code == "not_enrolled"
    held.enrolments[0].removed_at = START
    held.enrolments[0].save()
    with pytest.raises(Refused, match="not on the list"):
        scan(held, minutes=0)
    assert not Attendance.objects.exists() and not Entry.objects.filter(verb="attendance.recorded").exists()


@pytest.mark.point("ATT-7")
def test_illegal_states_are_refused_each_with_its_remedy():
    held = scheduled()
    with pytest.raises(WrongState, match="has not begun this meeting, planned for"):
        scan(held, minutes=0)
    TrainingSession.objects.update(state="open")
    with pytest.raises(WrongState, match="has not begun"):
        scan(held, minutes=0)
    SessionMeeting.objects.update(state="open", actual_starts_at=START)
    with pytest.raises(WrongState, match="planned end"):
        scan(held, minutes=120)
    SessionMeeting.objects.update(state="concluded", actual_ends_at=held.meeting.ends_at)
    with pytest.raises(WrongState, match="concluded"):
        scan(held, minutes=5)
    SessionMeeting.objects.update(state="cancelled")
    with pytest.raises(WrongState, match="cancelled"):
        scan(held, minutes=5)
    assert not Attendance.objects.exists()


def test_5_3_1_a_guest_who_makes_up_for_something_checks_in_as_everybody_and_the_case_is_settled():
    held = concluded(lambda people: absent(people[0]))
    susulan = make_up_for(held)
    open_session(training_session=susulan.training_session, actor=held.pic, now=susulan.training_session.starts_at)
    assert scan(susulan, minutes=-1).attendance.status == "present"
    end_session(susulan)
    assert RecoveryCase.objects.get(enrolment=held.enrolments[0], kind="recovery").state == "resolved"


def check_in_at_once(held, users):
    """Everybody confirms at the same moment; how it came out, and what went wrong."""
    start, told = threading.Barrier(len(users)), []

    def confirm(user):
        try:
            start.wait(timeout=10)
            told.append(check_in(meeting=held.meeting, at=START, source="qr", actor=user, now=START).is_new)
        except Exception as problem:
            told.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=confirm, args=(user,)) for user in users]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return told


def test_two_confirmations_of_one_person_at_once_are_one(committed_db):
    held = opened(people=2)
    user = participant(held)
    assert sorted(check_in_at_once(held, [user, user])) == [False, True]
    assert Attendance.objects.get().version == 1


@pytest.mark.point("ATT-6")
def test_a_class_that_confirms_at_once_is_all_recorded(committed_db):
    held = opened(people=12)
    assert check_in_at_once(held, [participant(held, place) for place in range(12)]) == [True] * 12
    assert held.fresh().summary.present == 12
