"""Scoring (clause 5.1.2): every case of the data, and what holds for any scores."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sessions.scoring import Parameter, Scheme, evaluate, explain, round_half_up

CASES = json.loads((Path(__file__).parent / "data" / "weighted_cases.json").read_text())


def _decimal(text):
    return None if text is None else Decimal(text)


def _scheme(case):
    return Scheme(
        tuple(Parameter(p["name"], Decimal(p["weight"]), _decimal(p["minimum"])) for p in case["parameters"]),
        pass_mark=Decimal(case["pass_threshold"]),
        decimals=case["decimal_places"],
        remedial_cap=_decimal(case["remedial_cap"]),
    )


@pytest.mark.clause("5.1.2")
@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_each_case_of_the_data(case):
    scores = {name: _decimal(score) for name, score in case["scores"].items()}
    outcome = evaluate(_scheme(case), scores, attempt=case["attempt"])
    expected = case["expected"]
    assert outcome.status == expected["status"].lower()
    assert outcome.missing == expected.get("missing", [])
    assert outcome.below_minimum == expected.get("below_minimum", [])
    if outcome.status == "scored":
        assert str(outcome.final) == expected["rounded_half_up"]
        assert outcome.passed is expected["passed_if_decided_on_half_up_rounded"]
    else:
        assert (outcome.final, outcome.passed) == (None, None)


ONE = Scheme((Parameter("A", Decimal(1), minimum=Decimal(60), maximum_score=Decimal(80)),), pass_mark=Decimal(75))


def test_a_parameter_is_brought_to_a_hundred_and_its_minimum_stays_in_its_own_scale():
    outcome = evaluate(ONE, {"A": Decimal(60)})
    assert (outcome.final, outcome.passed, outcome.below_minimum) == (Decimal("75.00"), True, [])
    assert evaluate(ONE, {"A": Decimal("59.99")}).below_minimum == ["A"]


def test_a_remedial_attempt_is_capped_and_the_capped_figure_is_compared():
    scheme = Scheme((Parameter("A", Decimal(1)),), pass_mark=Decimal(80), remedial_cap=Decimal(80))
    assert evaluate(scheme, {"A": Decimal(95)}).final == Decimal("95.00")
    again = evaluate(scheme, {"A": Decimal(95)}, attempt=2)
    assert (again.final, again.passed) == (Decimal("80.00"), True)
    assert explain(scheme, {"A": Decimal(95)}, attempt=2)["cap"] == "80"
    assert evaluate(scheme, {"A": Decimal(40)}, attempt=2).final == Decimal("40.00")


def test_points_of_a_test_are_never_rounded_on_the_way():
    """1 of 3 points at a weight of 30 beside 0 is exactly 10, and 9.995 rounds up to 10.00."""
    scheme = Scheme((Parameter("A", Decimal(30)), Parameter("B", Decimal(70))), pass_mark=Decimal(10))
    assert evaluate(scheme, {"A": Fraction(100, 3), "B": Decimal(0)}).final == Decimal("10.00")
    assert round_half_up(Fraction(1999, 200), 2) == Decimal("10.00")


@pytest.mark.parametrize(
    ("scores", "said"),
    [
        ({"A": Decimal(81)}, "outside 0–80"),
        ({"A": Decimal(-1)}, "outside"),
        ({"B": Decimal(1)}, "no parameter named B"),
    ],
)
def test_it_refuses_scores_that_the_scheme_does_not_know(scores, said):
    with pytest.raises(ValueError, match=said):
        evaluate(ONE, scores)


def test_the_explanation_says_each_step():
    said = explain(ONE, {"A": Decimal("70.5")})
    assert said["parameters"][0] | {} == {
        "name": "A",
        "score": "70.5",
        "maximum": "80",
        "on_hundred": "88.125",
        "weight": "1",
        "share": "100",
        "contribution": "88.125",
        "minimum": "60",
        "below_minimum": False,
    }
    assert (said["exact"], said["final"], said["pass_mark"], said["passed"]) == ("88.125", "88.13", "75", True)


_scores = st.decimals(0, 100, places=2)
_weights = st.decimals("0.001", 1000, places=3)
_rows = st.lists(st.tuples(_weights, _scores), min_size=1, max_size=8)


def _build(rows, **kwargs):
    parameters = tuple(Parameter(f"p{i}", weight) for i, (weight, _score) in enumerate(rows))
    scores = {f"p{i}": score for i, (_weight, score) in enumerate(rows)}
    return Scheme(parameters, pass_mark=Decimal(75), **kwargs), scores


@given(_rows)
def test_the_result_lies_between_the_lowest_and_the_highest_score_and_ignores_the_order(rows):
    scheme, scores = _build(rows)
    final = evaluate(scheme, scores).final
    assert min(scores.values()) <= final <= max(scores.values())
    turned, same = _build(rows[::-1])
    assert evaluate(turned, same).final == final


@given(_rows, st.integers(2, 50))
def test_only_the_proportion_of_weights_counts(rows, factor):
    scheme, scores = _build(rows)
    scaled, _ = _build([(weight * factor, score) for weight, score in rows])
    assert evaluate(scheme, scores) == evaluate(scaled, scores)


@given(_rows, st.data())
def test_any_missing_score_makes_it_incomplete_and_never_zero(rows, data):
    scheme, scores = _build(rows)
    name = data.draw(st.sampled_from(sorted(scores)))
    outcome = evaluate(scheme, scores | {name: None})
    assert (outcome.status, outcome.final, outcome.passed, outcome.missing) == ("incomplete", None, None, [name])


@given(_rows, st.integers(0, 4))
def test_the_rounding_is_half_up_once(rows, decimals):
    scheme, scores = _build(rows, decimals=decimals)
    weight = sum(Fraction(w) for w, _s in rows)
    exact = sum(Fraction(w) * Fraction(s) for w, s in rows) / weight
    final = Fraction(evaluate(scheme, scores).final)
    half = Fraction(1, 2 * 10**decimals)
    assert exact - half < final <= exact + half
