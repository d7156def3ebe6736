"""Low intervals (clause 5.1.1 f): the mean week, and what is left out of it."""

from __future__ import annotations

import csv
import json
from datetime import date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.slots import BY_SERVICE_LEVEL, BY_VOLUME, Interval, assess, build_profile, minute_of, recommend
from planning.tests.bank import BANK, EXPECTED, NO_BANK, over_all_days

pytestmark = pytest.mark.clause("5.1.1 f")
MONDAY = date(2026, 11, 2)


def day(volumes: list[float], *, on: date = MONDAY, start: str = "08:00", **staffing) -> list[Interval]:
    """Half hours of one day, one after the other."""
    begin = datetime.combine(on, time.fromisoformat(start))
    return [Interval(begin + timedelta(minutes=30 * n), 30, v, **staffing) for n, v in enumerate(volumes)]


@pytest.fixture(scope="module")
def bank():
    if not BANK.exists():
        pytest.skip(NO_BANK)
    with BANK.open(newline="") as file:
        rows = [
            Interval(datetime.fromisoformat(r["interval_start"]), int(r["interval_minutes"]), int(r["calls_offered"]))
            for r in csv.DictReader(file)
        ]
    return build_profile(rows), json.loads(EXPECTED.read_text()), rows


class TestTheBanksRealCalls:
    def test_mean_calls_of_each_half_hour(self, bank):
        profile, expected, rows = bank
        assert len(rows) == expected["rows"]
        assert sum(r.offered for r in rows) == expected["file_total_calls_days001_120"]
        assert sum(profile.days.values()) == expected["days"]
        assert over_all_days(profile) == expected["mean_calls_per_30min_all_days"]

    def test_the_partial_bucket_at_21_00_is_named_and_left_out(self, bank):
        profile, expected, _rows = bank
        assert [(p.starts_at, p.minutes, p.days) for p in profile.partial] == [(time(21), 5, 120)]
        trap = expected["naive_trap_lowest_if_partial_2100_not_dropped"][0]
        assert minute_of(time.fromisoformat(trap)) not in profile.minutes

    def test_a_missing_weekday_is_named_and_is_no_zero(self, bank):
        profile, expected, rows = bank
        last = max(r.starts_at for r in rows).date().isoformat()
        missing = [d for d in expected["missing_weekdays_full_period"] if d <= last]
        assert [d.isoformat() for d in profile.missing] == missing
        assert profile.weekdays == [0, 1, 2, 3, 4]

    def test_lowest_and_highest_half_hours(self, bank):
        profile, expected, _rows = bank
        ranked = sorted((volume, start) for start, volume in over_all_days(profile).items())
        assert [[t, v] for v, t in ranked[:5]] == expected["lowest5_halfhours_all_days"]
        assert [[t, v] for v, t in ranked[:-4:-1]] == expected["highest3_halfhours_all_days"]
        office = [[t, v] for v, t in ranked if "09:00" <= t < "17:00"][:3]
        assert office == expected["lowest3_halfhours_between_09_and_17"]

    @pytest.mark.parametrize(("weekday", "name"), list(enumerate(["Mon", "Tue", "Wed", "Thu", "Fri"])))
    def test_recommended_windows_of_each_weekday(self, bank, weekday, name):
        profile, expected, _rows = bank
        found = recommend(profile, duration_minutes=30, weekdays=[weekday], limit=3)
        assert found.basis == BY_VOLUME
        shown = [[f"{w.starts_at:%H:%M}", round(w.peak, 4)] for w in found.windows]
        assert shown == expected["lowest3_by_weekday"][name]


def test_a_missing_day_does_not_lower_the_mean():
    two = build_profile(day([10, 20]) + day([30, 40], on=MONDAY + timedelta(weeks=2)))
    assert [h.offered for h in two.of_weekday(0)] == [20, 30]
    assert two.missing == (MONDAY + timedelta(weeks=1),)


def test_five_minutes_and_quarters_sum_to_half_hours_and_hours_are_spread():
    begin = datetime.combine(MONDAY, time(8))
    five = [Interval(begin + timedelta(minutes=5 * n), 5, 2) for n in range(6)]
    hour = [Interval(begin + timedelta(minutes=30), 60, 10)]
    profile = build_profile(five + hour)
    assert [h.offered for h in profile.of_weekday(0)] == [12, 5, 5]


def test_a_half_hour_covered_twice_is_refused():
    with pytest.raises(ValueError, match="2026-11-02 08:00"):
        build_profile(day([10]) + day([10]))


def test_a_window_never_touches_closed_half_hours():
    morning, evening = day([1, 1]), day([1, 1], start="13:00")
    found = recommend(build_profile(morning + evening), duration_minutes=90)
    assert found.windows == ()
    assert {w.starts_at for w in recommend(build_profile(morning + evening), duration_minutes=60).windows} == {
        time(8),
        time(13),
    }


def test_ranks_by_the_worst_half_hour_of_the_window_not_by_its_mean():
    profile = build_profile(day([100, 10, 60, 55]))
    best = recommend(profile, duration_minutes=60).windows[0]
    assert (best.starts_at, best.peak) == (time(8, 30), 60)


def test_with_staffing_ranks_by_service_level_with_those_on_shift_off_the_floor():
    """36 agents carry 250 calls at .917; two off the floor leave .8151 (Erlang C table)."""
    profile = build_profile(
        day([250], aht_seconds=210, agents=36) + day([100], start="10:00", aht_seconds=210, agents=13)
    )
    found = recommend(profile, duration_minutes=30, leaving=2)
    assert found.basis == BY_SERVICE_LEVEL
    best, other = found.windows
    assert best.starts_at == time(8) and best.service_level == pytest.approx(0.8150798728561863)
    assert best.unaffected == pytest.approx(0.9170311812797517)
    assert other.service_level == 0  # 11 agents cannot carry 11.7 erlangs


def test_where_any_staffing_is_unknown_it_ranks_by_volume_and_says_so():
    profile = build_profile(day([250], aht_seconds=210, agents=36) + day([100], start="10:00"))
    found = recommend(profile, duration_minutes=30)
    assert found.basis == BY_VOLUME
    assert [w.starts_at for w in found.windows] == [time(10), time(8)]
    assert found.windows[0].service_level is None and found.windows[1].service_level is not None


def test_between_clock_times_and_limit():
    profile = build_profile(day([5, 1, 2, 3]))
    found = recommend(profile, duration_minutes=30, earliest=time(9), latest=time(10), limit=1)
    assert [w.starts_at for w in found.windows] == [time(9)]


def test_a_busy_window_is_neither_low_nor_falling():
    profile = build_profile(day([10, 50, 40, 20, 60, 10]))
    assert assess(profile, weekday=0, minute=9 * 60, duration_minutes=30).falling
    assert not assess(profile, weekday=0, minute=9 * 60, duration_minutes=30).is_busy(0.8)
    assert assess(profile, weekday=0, minute=10 * 60, duration_minutes=30).is_busy(0.8)
    assert assess(profile, weekday=0, minute=9 * 60 + 45, duration_minutes=30).worst.minute == 10 * 60
    assert assess(profile, weekday=0, minute=23 * 60, duration_minutes=30) is None


def test_nothing_known_recommends_nothing():
    profile = build_profile([])
    assert recommend(profile, duration_minutes=60).windows == ()


@pytest.mark.parametrize("wrong", [{"duration_minutes": 0}, {"duration_minutes": 30, "leaving": -1}])
def test_impossible_questions_are_refused(wrong):
    with pytest.raises(ValueError):
        recommend(build_profile([]), **wrong)


@given(st.lists(st.integers(0, 500), min_size=2, max_size=20), st.integers(1, 4))
def test_the_first_window_is_never_worse_than_another(volumes, halves):
    found = recommend(build_profile(day(volumes, start="06:00")), duration_minutes=30 * halves, limit=100).windows
    assert [w.peak for w in found] == sorted(w.peak for w in found)
    assert len(found) == max(len(volumes) - halves + 1, 0)
