"""Effect against the published tables, what holds for any groups, and a year in which half the trainings do nothing
(2.3, 4.4, 5.4)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluation.effect import Agent, Verdict, compare_agents, compare_proportions

pytestmark = [pytest.mark.clause("5.4"), pytest.mark.clause("2.3")]


def test_the_lady_tasting_tea():
    found = compare_proportions(3, 4, 1, 4)
    assert (found.difference, found.verdict) == (0.5, Verdict.TOO_FEW)
    assert found.p_value == pytest.approx(0.4857143, abs=5e-8)
    assert found.interval == pytest.approx((-0.1355, 0.7891), abs=5e-5)
    assert found.verdict == "too few data"


def test_orange_juice_before_and_after_the_adjustment():
    found = compare_proportions(301, 1400, 133, 1200)
    assert found.p_value == pytest.approx(7.6284e-13, rel=1e-4)
    assert found.interval == pytest.approx((0.0760, 0.1319), abs=5e-5)
    assert found.verdict == Verdict.HIGHER
    assert compare_proportions(133, 1200, 301, 1400).verdict == Verdict.LOWER
    assert compare_proportions(20, 100, 22, 100).verdict == Verdict.NOT_DIFFERENT


@pytest.mark.parametrize("counts", [(0, 0, 3, 10), (3, 10, 0, 0), (0, 0, 0, 0)])
def test_without_contacts_nothing_is_said(counts):
    found = compare_proportions(*counts)
    assert (found.difference, found.interval, found.p_value, found.verdict) == (None, None, None, Verdict.TOO_FEW)


@pytest.mark.parametrize(
    ("counts", "words"),
    [((5, 4, 1, 4), "x1 is 5: write a count from 0 to 4"), ((1, 4, -1, 4), "x2 is -1"), ((0, -1, 1, 4), "n1 is -1")],
)
def test_what_cannot_be_says_where_and_what_to_write(counts, words):
    with pytest.raises(ValueError, match=words):
        compare_proportions(*counts)
    with pytest.raises(ValueError, match=r"trained\[0\].defective is 3: write a count from 0 to 2"):
        compare_agents([Agent(3, 2)], [])


GROUP = st.integers(1, 300).flatmap(lambda size: st.tuples(st.integers(0, size), st.just(size)))


@settings(max_examples=60)
@given(GROUP, GROUP)
def test_the_interval_holds_the_difference_and_swapping_flips_it(one, other):
    found, swapped = compare_proportions(*one, *other), compare_proportions(*other, *one)
    low, high = found.interval
    assert -1 <= low <= found.difference + 1e-12
    assert found.difference - 1e-12 <= high <= 1
    assert swapped.difference == pytest.approx(-found.difference)
    assert swapped.interval == pytest.approx((-high, -low))
    assert swapped.p_value == pytest.approx(found.p_value)
    assert 0 < found.p_value <= 1


def test_few_agents_are_divided_in_every_way():
    found = compare_agents([Agent(1, 20), Agent(2, 20), Agent(1, 20), Agent(2, 20)], [Agent(9, 20)] * 4)
    assert (found.divisions, found.exact) == (70, True)
    assert found.p_value == pytest.approx(2 / 70)
    assert found.verdict == Verdict.LOWER
    assert found.difference == pytest.approx(6 / 80 - 36 / 80)


def test_many_agents_are_divided_by_drawing_and_p_is_never_zero():
    found = compare_agents([Agent(0, 20)] * 15, [Agent(12, 20)] * 15, seed=3)
    assert (found.divisions, found.exact, found.p_value) == (9_999, False, 1 / 10_000)
    assert found == compare_agents([Agent(0, 20)] * 15, [Agent(12, 20)] * 15, seed=3)


def test_without_untrained_agents_who_met_the_rule_it_may_be_regression_to_the_mean():
    alone = compare_agents([Agent(1, 20)] * 12, [Agent(0, 0)] * 3)
    assert (alone.trained, alone.compared, alone.without_samples) == (12, 0, 3)
    assert (alone.verdict, alone.p_value, alone.difference) == (Verdict.NO_COMPARISON, None, None)


@pytest.mark.parametrize(
    ("trained", "compared"),
    [
        ([], []),
        ([], [Agent(3, 20)] * 4),
        ([Agent(0, 0)], [Agent(3, 20)] * 4),
        ([Agent(0, 50)] * 2, [Agent(40, 50)] * 2),  # two against two can never reach the level
        ([Agent(0, 3)] * 6, [Agent(1, 3)] * 6),  # 3 expected each
    ],
)
def test_too_few_agents_or_contacts_are_called_so(trained, compared):
    assert compare_agents(trained, compared).verdict == Verdict.TOO_FEW


AGENTS = st.lists(
    st.integers(0, 30).flatmap(lambda size: st.builds(Agent, st.integers(0, size), st.just(size))), max_size=6
)


@settings(max_examples=40)
@given(AGENTS, AGENTS, st.randoms())
def test_the_order_of_agents_changes_nothing_and_swapping_flips_the_sign(one, other, chance):
    found = compare_agents(one, other)
    assert compare_agents(chance.sample(one, len(one)), chance.sample(other, len(other))) == found
    swapped = compare_agents(other, one)
    assert swapped.p_value == pytest.approx(found.p_value)
    if found.difference is not None:
        assert swapped.difference == pytest.approx(-found.difference)
        assert found == replace(found, p_value=pytest.approx(found.p_value))
        assert 0 < found.p_value <= 1


LINES, MONTHS, PEOPLE = 20, 12, 300
TAPPED, TAPPED_AFTER, RULE = 12, 30, 3


def test_a_year_of_trainings_half_of_them_without_effect():
    """Agents differ in their true rate and are selected by what was counted; a class takes half of those selected.

    Beside the untrained half the studies find the real effects and claim no more false ones than the nominal 5 %; the
    selecting window against the next one claims an effect of almost every training that has none.
    """
    chance = np.random.default_rng(20261123)
    rates = chance.beta(2, 18, size=(LINES, PEOPLE))
    works = np.arange(LINES) % 2 == 0
    studies: dict[bool, list[Verdict]] = {True: [], False: []}
    naive: dict[bool, list[Verdict]] = {True: [], False: []}
    for month in range(MONTHS):
        counted = chance.binomial(TAPPED, rates)
        for line in range(LINES):
            selected = chance.permutation(np.flatnonzero(counted[line] >= RULE))
            trained, waiting = np.array_split(selected, 2)
            if works[line]:
                rates[line, trained] *= 0.35
            after = chance.binomial(TAPPED_AFTER, rates[line])
            groups = [[Agent(int(after[each]), TAPPED_AFTER) for each in half] for half in (trained, waiting)]
            studies[bool(works[line])].append(compare_agents(*groups, seed=month).verdict)
            sums = int(after[trained].sum()), TAPPED_AFTER * len(trained)
            before = int(counted[line, trained].sum()), TAPPED * len(trained)
            naive[bool(works[line])].append(compare_proportions(*sums, *before).verdict)
    share = {name: np.mean([each == Verdict.LOWER for each in found]) for name, found in studies.items()}
    assert len(studies[False]) == len(studies[True]) == LINES * MONTHS // 2
    assert share[False] <= 0.05, "false claims"
    assert share[True] >= 0.8, "real effects found"
    assert np.mean([each == Verdict.LOWER for each in naive[False]]) >= 0.9, "what regression to the mean looks like"
