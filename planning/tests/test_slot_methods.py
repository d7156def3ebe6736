"""Windows by method, on real days with a roster, and batches where one window cannot hold all (5.1.1 f)."""

from __future__ import annotations

import json
import math
import time as clock
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from planning.slots import (
    BY_CAPACITY,
    BY_CONTACT_RATE,
    BY_SERVICE_LEVEL,
    BY_VOLUME,
    Interval,
    Target,
    assess,
    build_profile,
    floor_of,
    load_of,
    may_leave,
    propose_batches,
    recommend,
    windows_on,
)

pytestmark = pytest.mark.clause("5.1.1 f")
MONDAY = date(2026, 11, 2)
WIB = ZoneInfo("Asia/Jakarta")
LEAVING = Path(__file__).parent / "data" / "erlang" / "agents_leaving_floor.json"


def profile(*volumes, start=8, days=1, **figures):
    """Half hours from ``start``, the same on each of ``days``."""
    return build_profile(
        Interval(
            datetime.combine(MONDAY + timedelta(days=day), time(start)) + timedelta(minutes=30 * at),
            30,
            volume,
            **figures,
        )
        for day in range(days)
        for at, volume in enumerate(volumes)
    )


CASES = [(0, 0.9170311812797517, 4.888073038635423), (2, 0.8150798728561863, 12.731221188989316), (7, 0, math.inf)]


@pytest.mark.parametrize(("leaving", "level", "asa"), CASES)
def test_agents_who_leave_the_floor_change_service_level_waiting_and_occupancy(leaving, level, asa):
    found = assess(
        profile(250, aht_seconds=210, agents=36), weekday=0, minute=480, duration_minutes=30, leaving=leaving,
        target=Target(),
    )  # fmt: skip
    assert found.during.service_level == pytest.approx(level)
    assert found.during.asa_seconds == pytest.approx(asa)
    assert found.during.occupancy == pytest.approx(250 * 210 / 1800 / (36 - leaving))
    assert found.before.service_level == pytest.approx(CASES[0][1])
    assert found.during.queue_grows == (leaving == 7)
    assert found.may_leave == 2


def test_shared_cases_of_agents_leaving_the_floor():
    for case in json.loads(LEAVING.read_text()):
        half = profile(case["calls"], aht_seconds=case["aht_s"], agents=case["agents_before"]).of_weekday(0)[0]
        found = load_of(half, Target(answer_seconds=case["target_s"]), leaving=case["agents_leaving"])
        assert found.service_level == pytest.approx(case["sl"], abs=1e-12)
        assert found.occupancy == pytest.approx(case["occupancy"])
        assert found.queue_grows != case["stable"]
        if case["stable"]:
            assert found.asa_seconds == pytest.approx(case["asa_s"])


def test_what_is_called_busy_is_never_ranked_first_while_another_window_holds():
    """The quiet first half hour cannot lose two agents; the busier second one can."""
    quiet = Interval(datetime.combine(MONDAY, time(8)), 30, 10, aht_seconds=240, agents=3)
    busy = Interval(datetime.combine(MONDAY, time(9)), 30, 100, aht_seconds=240, agents=30)
    found = recommend(build_profile([quiet, busy]), duration_minutes=30, leaving=2, target=Target())
    assert [window.starts_at for window in found.windows] == [time(9), time(8)]
    assert [window.is_busy(0.8) for window in found.windows] == [False, True]


def test_by_volume_too_a_busy_window_comes_last():
    found = recommend(profile(10, 50, 40, 20), duration_minutes=60, target=Target())
    assert found.basis == BY_VOLUME
    busy = [window.is_busy(0.8) for window in found.windows]
    assert busy == sorted(busy) and not busy[0]


def test_chat_uses_the_stated_concurrency_and_never_erlang():
    target = Target(basis=BY_CAPACITY, goal=0.85, concurrency=3)
    half = profile(60, aht_seconds=600, agents=10).of_weekday(0)[0]
    found = load_of(half, target, leaving=2)
    assert found.occupancy == pytest.approx(60 * 600 / 1800 / (8 * 3))
    assert found.service_level is None and found.asa_seconds is None
    assert may_leave(half, target) == 10 - math.ceil(20 / (3 * 0.85))
    window = recommend(profile(60, 20, aht_seconds=600, agents=10), duration_minutes=30, leaving=2, target=target)
    assert window.basis == BY_CAPACITY and window.windows[0].starts_at == time(8, 30)


def test_mail_and_social_media_go_by_volume():
    found = recommend(
        profile(60, 20, aht_seconds=600, agents=10), duration_minutes=30, leaving=5, target=Target(basis=BY_VOLUME)
    )
    assert found.basis == BY_VOLUME
    assert found.windows[0].service_level is None and found.windows[0].peak == 20


def test_outbound_goes_by_contact_rate():
    def tried(hour, reached):
        return Interval(datetime.combine(MONDAY, time(hour)), 30, 100, answered=reached)

    found = recommend(
        build_profile([tried(8, 40), tried(9, 10), tried(10, 30)]),
        duration_minutes=30,
        target=Target(basis=BY_CONTACT_RATE),
    )
    assert found.basis == BY_CONTACT_RATE
    assert [window.starts_at for window in found.windows] == [time(9), time(10), time(8)]
    assert [window.is_busy(0.8) for window in found.windows] == [False, False, True]


def test_half_hours_where_nothing_came_and_nobody_was_there_are_closed():
    found = build_profile(
        [
            Interval(datetime.combine(MONDAY, time(7)), 30, 0, agents=0),
            Interval(datetime.combine(MONDAY, time(8)), 30, 0, agents=3),
        ]
    )
    assert found.closed == ((0, 420),) and list(found.half_hours) == [(0, 480)]


def shifts(people, day, hours):
    start = datetime.combine(day, time(hours[0]), tzinfo=WIB)
    return [(person, start, start + timedelta(hours=hours[1] - hours[0])) for person in people]


def test_only_those_on_shift_leave_the_floor():
    week = profile(*[100] * 16, aht_seconds=240, agents=20)
    floor = floor_of(
        shifts([1, 2], MONDAY, (8, 12)) + shifts([3], MONDAY, (12, 16)), unrostered=[9], days=[MONDAY], zone=WIB
    )
    found = windows_on(
        week, days=[MONDAY], duration_minutes=60, people=[1, 2, 3, 9], floor=floor, target=Target(),
        earliest=time(8), latest=time(16),
    )  # fmt: skip
    by_start = {each.window.starts_at: each for each in found}
    assert by_start[time(8)].leaving == 3 and by_start[time(8)].on_shift == {1, 2, 9}
    assert by_start[time(11, 30)].leaving == 4 and by_start[time(11, 30)].on_shift == {9}
    assert by_start[time(13)].leaving == 2
    assert found[0].window.starts_at < time(11, 30)  # most on shift first


def test_a_night_shift_covers_the_half_hours_of_the_next_day():
    night = shifts([1], MONDAY, (22, 30))
    tuesday = MONDAY + timedelta(days=1)
    floor = floor_of(night, unrostered=[], days=[MONDAY, tuesday], zone=WIB)
    assert floor[tuesday, 5 * 60 + 30] == {1} and floor[tuesday, 6 * 60] == set()


def test_batches_hold_the_target_and_take_everybody_who_is_on_shift():
    week = profile(*[100] * 16, aht_seconds=240, agents=20, days=5)
    days = [MONDAY + timedelta(days=step) for step in range(5)]
    people = range(1, 13)
    rows = [row for day in days for row in shifts(people, day, (8, 16))]
    floor = floor_of(rows, unrostered=[], days=days, zone=WIB)
    target = Target()
    found = windows_on(
        week,
        days=days,
        duration_minutes=120,
        people=people,
        floor=floor,
        target=target,
        earliest=time(8),
        latest=time(16),
    )
    assert all(each.window.is_busy(target.goal) for each in found)  # one window cannot hold twelve
    proposal = propose_batches(week, found, people=people, target=target)
    assert not proposal.left
    assert sorted(person for batch in proposal.batches for person in batch.people) == list(people)
    for batch in proposal.batches:
        assert len(batch.people) <= batch.window.may_leave
        assert batch.window.service_level >= target.goal
    starts = [(batch.day, batch.window.minute) for batch in proposal.batches]
    assert len(set(starts)) == len(starts)


def test_who_is_never_on_shift_in_a_window_that_holds_stays_without_a_batch():
    week = profile(*[100] * 4, aht_seconds=240, agents=20)
    floor = floor_of(shifts([1], MONDAY, (8, 10)), unrostered=[], days=[MONDAY], zone=WIB)
    found = windows_on(
        week, days=[MONDAY], duration_minutes=60, people=[1, 2], floor=floor, target=Target(), earliest=time(8),
        latest=time(10),
    )  # fmt: skip
    proposal = propose_batches(week, found, people=[1, 2], target=Target())
    assert [batch.people for batch in proposal.batches] == [(1,)] and proposal.left == (2,)


def test_a_class_takes_no_more_than_its_seats():
    week = profile(*[10] * 8, aht_seconds=60, agents=50)
    floor = floor_of([], unrostered=range(9), days=[MONDAY], zone=WIB)
    found = windows_on(
        week, days=[MONDAY], duration_minutes=60, people=range(9), floor=floor, target=Target(), earliest=time(8),
        latest=time(12),
    )  # fmt: skip
    proposal = propose_batches(week, found, people=range(9), target=Target(), seats=4)
    assert sorted(len(batch.people) for batch in proposal.batches) == [1, 4, 4]


def test_a_thousand_people_and_two_weeks_are_worked_out_in_seconds():
    week = profile(*[900] * 20, aht_seconds=240, agents=160, days=7)
    days = [MONDAY + timedelta(days=step) for step in range(14)]
    people = range(1_000)
    rows = [
        row for day in days for person in people for row in shifts([person], day, (8 + person % 3 * 2, 16 + person % 3))
    ]
    begun = clock.perf_counter()
    floor = floor_of(rows, unrostered=[], days=days, zone=WIB)
    found = windows_on(
        week,
        days=days,
        duration_minutes=120,
        people=people,
        floor=floor,
        target=Target(),
        earliest=time(8),
        latest=time(18),
    )
    propose_batches(week, found, people=people, target=Target())
    assert clock.perf_counter() - begun < 6


@pytest.mark.parametrize("basis", [BY_SERVICE_LEVEL, BY_CAPACITY])
def test_without_staffing_no_method_invents_a_figure(basis):
    half = profile(60).of_weekday(0)[0]
    assert load_of(half, Target(basis=basis), leaving=1) is None and may_leave(half, Target(basis=basis)) is None
