"""Cells as values."""

from __future__ import annotations

from datetime import date, datetime, time
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trainingops.imports import values

WITA = ZoneInfo("Asia/Makassar")


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (date(2026, 5, 12), date(2026, 5, 12)),
        (datetime(2026, 5, 12, 10, 0), date(2026, 5, 12)),
        ("2026-05-12", date(2026, 5, 12)),
        ("12/05/2026", date(2026, 5, 12)),
        ("12-05-26", date(2026, 5, 12)),
        ("12.5.2026", date(2026, 5, 12)),
        ("12 Mei 2026", date(2026, 5, 12)),
        ("12 May 2026", date(2026, 5, 12)),
        ("1 Agustus 2026", date(2026, 8, 1)),
        ("29 Februari 2028", date(2028, 2, 29)),
    ],
)
def test_dates_in_the_notations_of_real_files(cell, expected):
    assert values.read_day(cell) == expected


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("30 Februari 2024", "no_such_date"),
        ("31/11/2026", "no_such_date"),
        ("29 Februari 2027", "no_such_date"),
        ("kemarin", "not_a_date"),
        ("12 Mai 2026", "not_a_date"),
        (45000, "not_a_date"),
        ("45000", "not_a_date"),
    ],
)
def test_what_is_no_date_says_why(cell, code):
    with pytest.raises(values.Unreadable) as error:
        values.read_day(cell)
    assert error.value.code == code and str(error.value)


def test_month_first_only_when_somebody_said_so():
    assert values.read_day("03/04/2026") == date(2026, 4, 3)
    assert values.read_day("03/04/2026", day_first=False) == date(2026, 3, 4)
    assert values.is_open_day("03/04/2026") is True
    assert values.is_open_day("25/04/2026") is False
    assert values.is_open_day("12 Mei 2026") is None


@pytest.mark.parametrize(
    "cell",
    [
        datetime(2026, 5, 12, 10, 30),
        "2026-05-12 10:30",
        "2026-05-12T10:30:00",
        "12/05/2026 10.30",
        "12 Mei 2026, 10.30 WITA",
    ],
)
def test_moments_are_read_in_the_zone_given(cell):
    assert values.read_moment(cell, WITA) == datetime(2026, 5, 12, 10, 30, tzinfo=WITA)


def test_a_time_that_does_not_exist_is_refused():
    with pytest.raises(values.Unreadable) as error:
        values.read_moment("12/05/2026 25.00", WITA)
    assert error.value.code == "not_a_time"


@pytest.mark.parametrize(("cell", "expected"), [("120", 120), (120, 120), ("120,0", 120), ("-3", -3)])
def test_whole_numbers(cell, expected):
    assert values.read_whole(cell) == expected


@pytest.mark.parametrize("cell", ["1.000", "1,5", "dua", True, Decimal("1.5")])
def test_what_could_be_read_two_ways_is_no_whole_number(cell):
    with pytest.raises(values.Unreadable):
        values.read_whole(cell)


@pytest.mark.parametrize(
    ("cell", "expected"),
    [("87,5", "87.5"), ("87.5", "87.5"), ("87.125", "87.125"), (88, "88"), (Decimal("1.5"), "1.5")],
)
def test_figures_with_comma_or_point(cell, expected):
    assert values.read_figure(cell) == Decimal(expected)


def test_text_keeps_what_matters():
    assert values.as_text(416) == "416"
    assert values.as_text("  00416 ") == "00416"
    assert values.as_text(Decimal("0.50")) == "0.50"
    assert values.as_text(time(10, 5)) == "10:05:00"
    assert values.as_text(None) == ""


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31)))
def test_every_day_is_read_back_in_each_notation(day):
    assert values.read_day(day.isoformat()) == day
    assert values.read_day(f"{day:%d/%m/%Y}") == day
    assert values.read_day(f"{day:%m/%d/%Y}", day_first=False) == day


@given(st.text(max_size=40))
def test_no_text_breaks_the_readers(text):
    for reader in (values.read_day, values.read_whole, values.read_figure):
        try:
            reader(text)
        except values.Unreadable as error:
            assert str(error)
