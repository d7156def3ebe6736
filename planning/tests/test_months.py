"""Months and where a training lies in another one: pure arithmetic of the calendar (4.1)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.months import Month, place_in_month, same_weekday, shift

DAYS = st.dates(date(2001, 1, 1), date(2098, 12, 31))
MONTHS = st.builds(Month, st.integers(2001, 2098), st.integers(1, 12))


@given(DAYS, MONTHS)
def test_a_day_keeps_its_weekday_and_where_it_exists_its_place(day, month):
    """4.1: the first Tuesday becomes the first Tuesday; a fifth one that does not exist becomes the last."""
    new = same_weekday(day, month)
    assert new in month
    assert new.weekday() == day.weekday()
    if place_in_month(new) != place_in_month(day):
        assert (place_in_month(day), place_in_month(new)) == (5, 4)
        assert new + timedelta(days=7) not in month


@given(DAYS, st.lists(st.integers(0, 40), max_size=3), MONTHS, st.sets(st.integers(0, 75), max_size=20))
def test_a_training_moves_as_a_whole_by_weeks_and_avoids_days_off_where_it_can(first, gaps, month, holidays):
    """4.1: every meeting keeps its weekday and its distance; a day off is met only when every week of the month is."""
    days = [first, *(first + timedelta(days=gap) for gap in gaps)]
    off = {month.first + timedelta(days=number) for number in holidays}
    found = shift(days, month, off=off)
    assert found.new in month
    assert found.by.days % 7 == 0
    assert found.aimed == same_weekday(min(days), month)
    assert found.is_last == (place_in_month(found.aimed) != place_in_month(found.old))
    moved = {day + found.by for day in days}
    assert set(found.hits) == moved & off
    if found.hits:
        weeks = [found.new + timedelta(days=7 * step) for step in range(-5, 6)]
        assert all({day + (week - found.old) for day in days} & off for week in weeks if week in month)
    if found.new != found.aimed:
        assert found.avoided and len(set(found.avoided)) == len(found.avoided)
        assert {day + (found.aimed - found.old) for day in days} & off


def test_the_next_same_weekday_is_taken_before_an_earlier_one():
    """4.1: Friday 25 December is a day off: there is no later Friday in the month, so the one before is taken."""
    found = shift([date(2026, 11, 27)], Month(2026, 12), off={date(2026, 12, 25)})
    assert (found.aimed, found.new, found.avoided) == (date(2026, 12, 25), date(2026, 12, 18), (date(2026, 12, 25),))
    found = shift([date(2026, 11, 3)], Month(2026, 12), off={date(2026, 12, 1)})
    assert found.new == date(2026, 12, 8)


def test_the_fifth_monday_of_november_becomes_the_last_one_of_december():
    found = shift([date(2026, 11, 30)], Month(2026, 12), off=())
    assert (found.new, found.is_last) == (date(2026, 12, 28), True)


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "2026-00", "1999-01", "2101-01", "2026-1", "x", "2026-12-01"])
def test_an_address_names_a_month_or_nothing(text):
    assert Month.read(text) is None
    assert Month.read("2026-12") == Month(2026, 12)
    assert Month(2026, 12).key == "2026-12"


@given(MONTHS, st.integers(-600, 600))
def test_months_are_counted_over_the_years(month, step):
    assert month.moved(step).moved(-step) == month
    assert month.until == month.moved(1).first
    assert month.first in month
    assert month.until not in month
