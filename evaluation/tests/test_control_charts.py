"""The p-chart against the published examples, and what holds for any samples (5.4)."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.control_charts import p_chart

pytestmark = pytest.mark.clause("5.4")

#: Orange juice cans, Montgomery (1991): 30 samples of 50 before the adjustment of the machine, 24 after it.
BEFORE = "12 15 8 10 4 7 16 9 14 10 5 6 17 12 22 8 10 5 13 11 20 18 24 15 9 12 7 13 9 6"
AFTER = "9 6 12 5 6 4 6 3 7 6 2 4 3 6 5 4 8 5 6 7 5 6 3 5"
#: Purchase orders, Montgomery: wrong ones of those issued, 25 weeks.
ORDERS = "12 8 6 9 10 12 11 16 10 6 20 15 9 8 6 8 10 7 5 8 5 8 10 6 9"
ISSUED = "100 80 80 100 110 110 100 100 90 90 110 120 120 120 110 80 80 80 90 100 100 100 100 90 90"


def counts(text: str) -> list[int]:
    return [int(each) for each in text.split()]


def near(figure):
    return pytest.approx(figure, abs=5e-7)


def test_trial_limits_of_the_first_thirty():
    found = p_chart(counts(BEFORE), [50] * 30)
    assert found.center == near(0.2313333)
    assert (found.lower[0], found.upper[0]) == (near(0.052428), near(0.410239))
    assert [place + 1 for place in found.signals] == [15, 23]


def test_revised_limits_set_by_the_first_ones_and_the_good_signal_after():
    kept = [each for place, each in enumerate(counts(BEFORE), 1) if place not in (15, 23)]
    numbers = [*(place for place in range(1, 31) if place not in (15, 23)), *range(31, 55)]
    found = p_chart([*kept, *counts(AFTER)], [50] * 52, baseline=28)
    assert found.center == near(0.215)
    assert (found.lower[-1], found.upper[-1]) == (near(0.040703), near(0.389297))
    assert [numbers[place] for place in found.signals] == [21, 41], "41 lies below: good news, and a signal"


def test_limits_are_those_of_each_sample():
    found = p_chart(counts(ORDERS), counts(ISSUED))
    assert found.center == near(0.0955102)
    assert [place + 1 for place in found.signals] == [11], "limits of the mean size would miss it"
    assert (found.lower[1], found.upper[1]) == (0, near(0.194093))
    assert (found.lower[10], found.upper[10]) == (near(0.011438), near(0.179582))
    assert (found.lower[11], found.upper[11]) == (near(0.015017), near(0.176003))


def test_a_sample_without_inspections_is_a_gap():
    found = p_chart([5, 0, 4], [50, 0, 40])
    assert (found.lower[1], found.upper[1]) == (None, None)
    assert found.center == near(0.1)
    for empty in (p_chart([], []), p_chart([0, 0], [0, 0])):
        assert (empty.center, empty.signals) == (None, ())
    assert p_chart([1], [2], baseline=1).signals == ()


@pytest.mark.parametrize(
    ("found", "sizes", "baseline", "words"),
    [
        ([1], [1, 2], None, "defectives has 1 samples and sizes 2"),
        ([3], [2], None, r"defectives\[0\] is 3: write a count from 0 to 2"),
        ([-1], [2], None, r"defectives\[0\] is -1"),
        ([0], [-2], None, r"sizes\[0\] is -2"),
        ([1], [2], 0, "baseline is 0"),
        ([1], [2], 2, "baseline is 2: write how many first samples set the centre, 1 to 1"),
    ],
)
def test_what_cannot_be_says_where_and_what_to_write(found, sizes, baseline, words):
    with pytest.raises(ValueError, match=words):
        p_chart(found, sizes, baseline=baseline)


SAMPLES = st.lists(
    st.integers(0, 60).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size))), min_size=1, max_size=20
)


@settings(max_examples=60)
@given(SAMPLES, st.randoms())
def test_limits_hold_the_centre_and_move_with_their_samples(samples, chance):
    found = p_chart(*zip(*samples, strict=True))
    order = chance.sample(range(len(samples)), len(samples))
    mixed = p_chart(*zip(*(samples[place] for place in order), strict=True))
    assert sorted(order[place] for place in mixed.signals) == list(found.signals)
    for low, high, (_defective, size) in zip(found.lower, found.upper, samples, strict=True):
        assert (low is None) == (size == 0 or found.center is None)
        if low is not None:
            assert 0 <= low <= found.center <= high <= 1
