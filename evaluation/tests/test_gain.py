"""The gain of a class against the published retest, and what holds for any scores (5.4)."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evaluation.gain import Gain, learning_gain

pytestmark = pytest.mark.clause("5.4")

#: Homeostasis Concept Inventory, 45 students twice without teaching between (McFarland et al. 2017): scores of 20.
FIRST = (
    "13 12 15 16 13 17 10 13 15 13 11 4 13 16 8 17 7 17 15 14 8 13 17 9 10 14 17 16 14 17 16 11 7 16 8 7 11 17 12 12 "
    "13 9 12 15 18"
)
AGAIN = (
    "17 10 16 15 14 16 14 15 14 14 12 6 13 15 14 16 9 16 14 12 11 13 17 11 8 14 14 14 12 19 18 12 9 15 11 11 14 18 14 "
    "14 12 13 18 13 18"
)


def test_a_retest_without_teaching_rises_and_both_gains_differ():
    found = learning_gain([int(each) for each in FIRST.split()], [int(each) for each in AGAIN.split()], maximum=20)
    assert (found.n, found.at_maximum, found.unmatched) == (45, 0, 0)
    for name, expected in {
        "mean_pre": 12.8444,
        "mean_post": 13.6667,
        "t": 2.4861,
        "p_value": 0.016785,
        "class_gain": 0.114907,
        "mean_individual_gain": 0.044994,
    }.items():
        assert getattr(found, name) == pytest.approx(expected, abs=5e-5 if expected > 1 else 5e-7), name


def test_a_score_at_the_maximum_has_no_individual_gain_and_is_counted():
    found = learning_gain([20, 10, 10], [10, 15, 20], maximum=Decimal(20))
    assert (found.n, found.at_maximum) == (3, 1)
    assert found.mean_individual_gain == pytest.approx(0.75)
    assert found.class_gain == pytest.approx((15 - 40 / 3) / (20 - 40 / 3))
    top = learning_gain([20, 20], [20, 18], maximum=20)
    assert (top.class_gain, top.mean_individual_gain, top.at_maximum) == (None, None, 2)


def test_only_matched_pairs_count():
    nothing = Gain(0, None, None, None, None, 0, None, None, 2)
    assert learning_gain([], [], maximum=10) == Gain(0, None, None, None, None, 0, None, None, 0)
    assert learning_gain([None, 4, None], [5, None, None], maximum=10) == nothing
    one = learning_gain([4, 5], [6, None], maximum=10)
    assert (one.n, one.unmatched, one.t, one.p_value) == (1, 1, None, None)
    alike = learning_gain([4, 5], [6, 7], maximum=10)
    assert (alike.t, alike.p_value) == (None, None), "no variance of the differences"


@pytest.mark.parametrize(
    ("pre", "post", "maximum", "words"),
    [
        ([1], [1, 2], 10, "pre has 1 scores and post 2"),
        ([11], [1], 10, r"pre\[0\] is 11: write a score from 0 to 10"),
        ([1], [-1], 10, r"post\[0\] is -1"),
        ([1], [1], 0, "maximum is 0: give the points"),
        ([1], [1], float("nan"), "maximum is nan"),
    ],
)
def test_what_cannot_be_says_where_and_what_to_write(pre, post, maximum, words):
    with pytest.raises(ValueError, match=words):
        learning_gain(pre, post, maximum=maximum)


@settings(max_examples=60)
@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=2, max_size=30), st.randoms())
def test_order_and_unit_change_nothing_and_swapping_flips_the_sign_of_t(pairs, chance):
    pre, post = zip(*pairs, strict=True)
    found = learning_gain(pre, post, maximum=20)
    mixed = learning_gain(*zip(*chance.sample(pairs, len(pairs)), strict=True), maximum=20)
    percent = learning_gain([each * 5 for each in pre], [each * 5 for each in post], maximum=100)
    for name in ("class_gain", "mean_individual_gain", "t", "p_value", "n", "at_maximum"):
        assert getattr(mixed, name) == pytest.approx(getattr(found, name))
        assert getattr(percent, name) == pytest.approx(getattr(found, name))
    assume(found.t is not None)
    swapped = learning_gain(post, pre, maximum=20)
    assert (swapped.t, swapped.p_value) == pytest.approx((-found.t, found.p_value))
    assert 0 <= found.p_value <= 1
