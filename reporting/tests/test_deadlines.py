"""H+1 exactly (clause 5.3.2; DESIGN.md §2, §6)."""

from __future__ import annotations

import csv
import itertools
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.deadlines import explain, report_due_at

DATA = Path(__file__).parent / "data"
WIB, WITA, WIT = ZoneInfo("Asia/Jakarta"), ZoneInfo("Asia/Makassar"), ZoneInfo("Asia/Jayapura")


def published_days_off(*, collective_leave: bool) -> dict[date, str]:
    with (DATA / "id_holidays_2025_2027.csv").open(encoding="utf-8-sig") as file:
        return {
            date.fromisoformat(row["date"]): row["name_id"]
            for row in csv.DictReader(file)
            if collective_leave or row["kind"] == "libur_nasional"
        }


def cases() -> list[dict[str, str]]:
    with (DATA / "deadline_cases.csv").open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


@pytest.mark.clause("5.3.2")
@pytest.mark.parametrize("case", cases(), ids=lambda case: case["case"])
def test_published_cases(case):
    days_off = published_days_off(collective_leave=case["cuti_bersama_is_off"] == "True")
    due = report_due_at(
        datetime.fromisoformat(case["session_last_end"]),
        timezone=ZoneInfo(case["site_timezone"]),
        business_days=case["rule"] == "business",
        days_off=days_off,
    )
    for column in ("due_local", "due_wib", "due_utc"):
        assert due == datetime.fromisoformat(case[column]) + timedelta(seconds=1)
    assert due.isoformat() == (datetime.fromisoformat(case["due_local"]) + timedelta(seconds=1)).isoformat()


def test_collective_leave_counts_as_business_day_unless_the_policy_says_it_is_off():
    end = datetime(2026, 3, 17, 15, tzinfo=WIB)
    working = report_due_at(
        end, timezone=WIB, business_days=True, days_off=published_days_off(collective_leave=False).keys()
    )
    assert working == datetime(2026, 3, 19, tzinfo=WIB)  # 18 March is collective leave: a working day here


def test_an_end_at_exactly_midnight_belongs_to_the_day_before():
    due = report_due_at(datetime(2026, 1, 15, 0, 0, tzinfo=WIB), timezone=WIB, business_days=False, days_off=())
    assert due == datetime(2026, 1, 16, tzinfo=WIB)
    moment_later = report_due_at(
        datetime(2026, 1, 15, 0, 0, 0, 1, tzinfo=WIB), timezone=WIB, business_days=False, days_off=()
    )
    assert moment_later == datetime(2026, 1, 17, tzinfo=WIB)


def test_a_meeting_across_midnight_counts_from_the_date_it_ended():
    due = report_due_at(datetime(2026, 1, 15, 1, 30, tzinfo=WITA), timezone=WITA, business_days=False, days_off=())
    assert due == datetime(2026, 1, 17, tzinfo=WITA)


def test_the_same_instant_is_due_at_another_instant_in_another_zone():
    end = datetime(2026, 1, 14, 16, 30, tzinfo=UTC)  # 23.30 WIB, 00.30 WITA, 01.30 WIT
    dues = [report_due_at(end, timezone=zone, business_days=False, days_off=()) for zone in (WIB, WITA, WIT)]
    assert [due.date() for due in dues] == [date(2026, 1, 16), date(2026, 1, 17), date(2026, 1, 17)]


def test_weekdays_off_do_not_move_calendar_days():
    end = datetime(2026, 1, 15, 17, tzinfo=WIB)
    due = report_due_at(end, timezone=WIB, business_days=False, days_off={date(2026, 1, 16)})
    assert due == datetime(2026, 1, 17, tzinfo=WIB)


def test_a_naive_end_is_refused():
    with pytest.raises(ValueError, match="has no time zone"):
        report_due_at(datetime(2026, 1, 15, 17), timezone=WIB, business_days=False, days_off=())


@pytest.mark.point("DLN-2")
def test_the_explanation_names_start_rule_and_skipped_days():
    found = explain(
        datetime(2026, 3, 17, 15, tzinfo=WIB),
        timezone=WIB,
        business_days=True,
        days_off=published_days_off(collective_leave=True),
    )
    assert found.counted_from == date(2026, 3, 17)
    assert not found.ended_at_midnight
    assert [each.day for each in found.skipped] == [date(2026, 3, day) for day in range(18, 25)]
    names = {each.day: each.name for each in found.skipped}
    assert "Nyepi" in names[date(2026, 3, 19)]
    assert found.due_day == date(2026, 3, 25)
    assert found.due_at == datetime(2026, 3, 26, tzinfo=WIB)


def test_the_explanation_says_that_midnight_belongs_to_the_day_before():
    found = explain(datetime(2026, 1, 15, tzinfo=WIT), timezone=WIT, business_days=False, days_off={})
    assert found.ended_at_midnight
    assert (found.counted_from, found.due_day, found.skipped) == (date(2026, 1, 14), date(2026, 1, 15), ())


ends = st.datetimes(datetime(2024, 1, 1), datetime(2030, 12, 31), timezones=st.just(UTC))
zones = st.sampled_from([WIB, WITA, WIT, ZoneInfo("UTC"), ZoneInfo("Asia/Kolkata"), ZoneInfo("Europe/Amsterdam")])
off = st.sets(st.dates(date(2024, 1, 1), date(2031, 1, 31)), max_size=200)


@given(end=ends, zone=zones, business=st.booleans(), days_off=off)
def test_due_is_always_the_local_midnight_that_ends_a_counting_day(end, zone, business, days_off):
    due = report_due_at(end, timezone=zone, business_days=business, days_off=days_off)
    assert due.tzinfo is zone
    assert due.time() == time.min
    due_day = due.date() - timedelta(days=1)
    if business:
        assert due_day.weekday() < 5
        assert due_day not in days_off


@given(end=ends, zone=zones, business=st.booleans(), days_off=off)
def test_due_is_a_full_local_day_after_the_end_and_business_is_never_earlier(end, zone, business, days_off):
    due = report_due_at(end, timezone=zone, business_days=business, days_off=days_off)
    calendar = report_due_at(end, timezone=zone, business_days=False, days_off=days_off)
    assert due >= calendar
    wall = calendar.replace(tzinfo=None) - end.astimezone(zone).replace(tzinfo=None)
    assert timedelta(days=1) <= wall < timedelta(days=2)


@given(first=ends, second=ends, zone=zones, business=st.booleans(), days_off=off)
def test_a_later_end_is_never_due_earlier(first, second, zone, business, days_off):
    first, second = sorted((first, second))
    how = {"timezone": zone, "business_days": business, "days_off": days_off}
    assert report_due_at(first, **how) <= report_due_at(second, **how)


@given(end=ends, zone=zones, business=st.booleans(), days_off=off, more=off)
def test_another_day_off_never_makes_a_report_due_earlier(end, zone, business, days_off, more):
    few = report_due_at(end, timezone=zone, business_days=business, days_off=days_off)
    many = report_due_at(end, timezone=zone, business_days=business, days_off=days_off | more)
    assert few <= many


@given(end=ends, zone=zones, business=st.booleans(), days_off=off)
def test_explanation_and_due_time_agree(end, zone, business, days_off):
    names = {day: f"off {day}" for day in days_off}
    found = explain(end, timezone=zone, business_days=business, days_off=names)
    assert found.due_at == report_due_at(end, timezone=zone, business_days=business, days_off=days_off)
    days = [found.counted_from, *(each.day for each in found.skipped), found.due_day]
    assert all(b - a == timedelta(days=1) for a, b in itertools.pairwise(days))
    assert business or not found.skipped
