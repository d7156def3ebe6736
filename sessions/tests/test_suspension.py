"""The due date of a case waits for a long absence (5.3.1): the calculation alone."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest

from sessions.suspension import Absence, clock_of, long_absences
from sessions.tests.factories import START

pytestmark = pytest.mark.clause("5.3.1")
DAY = timedelta(days=1)
ZONE = ZoneInfo("Asia/Jakarta")
#: The day on which the case of these tests opens: a Tuesday.
OPENED = date(2026, 11, 24)


def days(*kinds: str, first: date = OPENED) -> dict[date, str]:
    """A roster from a day on."""
    return {first + step * DAY: kind for step, kind in enumerate(kinds) if kind}


def clock(absences, *, now=START):
    return clock_of(opened_at=START, first_due_at=START + 7 * DAY, absences=absences, zone=ZONE, now=now)


def test_three_days_in_a_row_are_long_and_days_off_between_do_not_break_them():
    assert long_absences(days("leave", "leave", "work", "leave"), ()) == []
    (friday_to_monday,) = long_absences(days("leave", "off", "off", "leave"), ())
    assert (friday_to_monday.first, friday_to_monday.last) == (OPENED, OPENED + 3 * DAY)
    (sick,) = long_absences(days("work", "sick", "sick", "sick", "work"), ())
    assert (sick.kind, sick.first, sick.last) == ("sick", OPENED + DAY, OPENED + 3 * DAY)


def test_a_recorded_leave_is_long_from_three_days_on_too():
    leaves = [(OPENED, OPENED), (OPENED + 4 * DAY, OPENED + 6 * DAY), (OPENED + 9 * DAY, None)]
    assert [each.first for each in long_absences({}, leaves)] == [OPENED + 4 * DAY, OPENED + 9 * DAY]


def test_a_day_that_nobody_rostered_ends_the_absence():
    assert long_absences(days("leave", "leave", "", "leave", "leave"), ()) == []


def test_days_off_alone_are_no_absence():
    assert long_absences(days("off", "off", "off", "off"), ()) == []


def test_each_day_of_a_long_absence_before_the_due_date_moves_it_by_a_day():
    found = clock([Absence(OPENED + 2 * DAY, OPENED + 4 * DAY, "leave")])
    assert found.due_at == START + 10 * DAY
    assert found.absence is not None
    assert found.absence.last == OPENED + 4 * DAY


def test_an_absence_across_the_due_date_counts_in_full():
    found = clock([Absence(OPENED + 5 * DAY, OPENED + 14 * DAY, "leave")])
    assert found.due_at == START + 17 * DAY


def test_an_absence_before_the_case_or_after_its_due_date_moves_nothing():
    for first in (OPENED - 10 * DAY, OPENED + 8 * DAY):
        found = clock([Absence(first, first + 4 * DAY, "leave")])
        assert (found.due_at, found.absence) == (START + 7 * DAY, None)


def test_a_second_absence_that_begins_before_the_moved_due_date_counts_too():
    first = Absence(OPENED + DAY, OPENED + 3 * DAY, "sick")
    second = Absence(OPENED + 9 * DAY, OPENED + 11 * DAY, "leave")
    found = clock([first, second])
    assert found.due_at == START + 13 * DAY
    assert found.absence == first
    assert clock([first, second], now=START + 5 * DAY).absence == second


def test_a_leave_without_end_is_counted_as_if_it_ended_today():
    leave = Absence(OPENED + 2 * DAY, None, "long_leave")
    assert clock([leave]).due_at == START + 7 * DAY
    assert clock([leave], now=START + 4 * DAY).due_at == START + 10 * DAY
    assert clock([leave], now=START + 40 * DAY).due_at == START + 46 * DAY
    assert clock([leave], now=START + 40 * DAY).absence == leave


def test_a_day_in_two_absences_counts_once():
    leave, long = Absence(OPENED, OPENED + 4 * DAY, "leave"), Absence(OPENED + 2 * DAY, OPENED + 6 * DAY, "long_leave")
    assert clock([leave, long]).due_at == START + 14 * DAY
