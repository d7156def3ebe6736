"""How a meeting stands to a roster, and overtime above PP 35/2021 (5.1.1 f)."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from trainingops.people.enums import Presence, ShiftKind
from trainingops.people.shifts import Shift, span, stand, too_much_overtime

pytestmark = pytest.mark.clause("5.1.1 f")
WIB, WITA = ZoneInfo("Asia/Jakarta"), ZoneInfo("Asia/Makassar")
DAY = date(2026, 11, 25)
HOURS = {"P": (time(7), time(15)), "S": (time(14), time(22)), "M": (time(22), time(6))}


def shift(code, day=DAY, kind=ShiftKind.WORK):
    start, end = span(day, *HOURS[code], WIB) if code in HOURS else (None, None)
    return Shift(day=day, kind=kind, starts_at=start, ends_at=end, code=code)


def at(hour, minutes=120, day=DAY):
    start = datetime.combine(day, time(hour), tzinfo=WIB)
    return start, start + timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("shifts", "hour", "presence", "overtime", "on_floor"),
    [
        ([shift("P")], 10, Presence.ON_SHIFT, 0, 120),
        ([shift("P")], 13, Presence.ON_SHIFT, 0, 120),
        ([shift("P")], 14, Presence.AFTER_SHIFT, 60, 60),
        ([shift("P")], 15, Presence.AFTER_SHIFT, 120, 0),
        ([shift("S")], 13, Presence.BEFORE_SHIFT, 60, 60),
        ([shift("S")], 9, Presence.BEFORE_SHIFT, 120, 0),
        ([shift("OFF", kind=ShiftKind.OFF)], 10, Presence.OFF, 120, 0),
        ([shift("CT", kind=ShiftKind.LEAVE)], 10, Presence.LEAVE, 0, 0),
        ([shift("SKT", kind=ShiftKind.SICK)], 10, Presence.SICK, 0, 0),
        ([shift("IZ", kind=ShiftKind.PERMIT)], 10, Presence.PERMIT, 0, 0),
        ([shift("DL", kind=ShiftKind.DUTY)], 10, Presence.DUTY, 0, 0),
        ([], 10, Presence.UNKNOWN, 0, 120),
        ([shift("M", DAY - timedelta(days=1)), shift("OFF", kind=ShiftKind.OFF)], 8, Presence.AFTER_NIGHT, 120, 0),
        ([shift("M", DAY - timedelta(days=1)), shift("M")], 8, Presence.AFTER_NIGHT, 120, 0),
        ([shift("M", DAY - timedelta(days=1)), shift("CT", kind=ShiftKind.LEAVE)], 8, Presence.LEAVE, 0, 0),
        ([shift("M", DAY - timedelta(days=1))], 4, Presence.ON_SHIFT, 0, 120),
        ([shift("M", DAY - timedelta(days=1))], 5, Presence.AFTER_SHIFT, 60, 60),
    ],
)
def test_every_way_a_roster_stands_to_a_meeting(shifts, hour, presence, overtime, on_floor):
    found = stand(*at(hour), shifts, WIB)
    assert (found.presence, found.overtime_minutes, found.on_floor_minutes) == (presence, overtime, on_floor)


def test_absent_people_need_no_order_and_somebody_off_does():
    assert stand(*at(10), [shift("CT", kind=ShiftKind.LEAVE)], WIB).is_absent
    assert not stand(*at(10), [shift("CT", kind=ShiftKind.LEAVE)], WIB).needs_order
    assert stand(*at(10), [shift("OFF", kind=ShiftKind.OFF)], WIB).needs_order


def test_shifts_are_instants_in_the_zone_of_the_site():
    start, end = span(DAY, time(7), time(15), WITA)
    there = Shift(day=DAY, kind=ShiftKind.WORK, starts_at=start, ends_at=end)
    assert stand(*at(6, 60), [there], WITA).presence == Presence.ON_SHIFT
    assert stand(*at(14, 60), [there], WITA).presence == Presence.AFTER_SHIFT


def test_a_night_shift_ends_on_the_next_day_also_out_of_the_month():
    _start, end = span(date(2026, 11, 30), time(22), time(6), WIB)
    assert (end.month, end.day, end.hour) == (12, 1, 6)


def test_overtime_warns_beyond_four_hours_a_day_and_eighteen_a_week():
    monday = date(2026, 11, 23)
    assert too_much_overtime({monday: 240}) == ([], [])
    assert too_much_overtime({monday: 241}) == ([monday], [])
    week = {monday + timedelta(days=step): 216 for step in range(5)}
    assert too_much_overtime(week) == ([], [])
    assert too_much_overtime({**week, monday + timedelta(days=5): 1}) == ([], [monday])
    assert too_much_overtime({**week, monday + timedelta(days=7): 240}) == ([], [])
