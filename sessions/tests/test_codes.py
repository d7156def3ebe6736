"""The code on the screen: computed, never stored; the server's clock alone decides (ATT-1, ATT-3)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.codes import ALPHABET, LENGTH, REMEMBERED, WINDOW, code_at, is_over, is_valid, remaining, tidy

KEY = b"k" * 32
MOMENTS = st.datetimes(min_value=datetime(2020, 1, 1), max_value=datetime(2100, 1, 1), timezones=st.just(UTC))
MEETINGS = st.uuids(version=4)


@pytest.mark.point("ATT-1")
@given(MEETINGS, MOMENTS, st.integers(0, 200))
def test_a_code_holds_in_its_window_and_the_next_and_never_longer(meeting: UUID, shown: datetime, seconds: int):
    code, later = code_at(KEY, meeting, shown), shown + timedelta(seconds=seconds)
    left = timedelta(seconds=remaining(shown)) - timedelta(microseconds=shown.microsecond)
    assert is_valid(KEY, meeting, code, later) == (later < shown + left + WINDOW)
    assert is_over(KEY, meeting, code, later) == (not is_valid(KEY, meeting, code, later))


@pytest.mark.point("ATT-1")
@given(MEETINGS, MOMENTS)
def test_a_code_of_the_future_or_of_long_ago_is_unknown(meeting: UUID, now: datetime):
    ahead, past = code_at(KEY, meeting, now + WINDOW), code_at(KEY, meeting, now - WINDOW * (REMEMBERED + 1))
    for code in (ahead, past):
        assert not is_valid(KEY, meeting, code, now) and not is_over(KEY, meeting, code, now)


@given(MEETINGS, MEETINGS, MOMENTS)
def test_a_code_holds_for_its_meeting_and_its_key_only(meeting: UUID, other: UUID, now: datetime):
    code = code_at(KEY, meeting, now)
    assert meeting == other or not is_valid(KEY, other, code, now)
    assert not is_valid(b"x" * 32, meeting, code, now)


@pytest.mark.point("ATT-3")
@given(MEETINGS, MOMENTS)
def test_a_code_is_six_signs_without_look_alikes_however_it_is_typed(meeting: UUID, now: datetime):
    code = code_at(KEY, meeting, now)
    assert len(code) == LENGTH == 6 and not set(code) & set("0O1IL5S2Z8B")
    assert tidy(f" {code[:3].lower()}-{code[3:]} ") == code


@given(st.text(max_size=20))
def test_whatever_is_typed_is_a_possible_code_or_nothing(typed: str):
    found = tidy(typed)
    assert found == "" or (len(found) == LENGTH and set(found) <= set(ALPHABET))
