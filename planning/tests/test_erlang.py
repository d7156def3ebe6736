"""Erlang C against every published and calculated case, and what holds for all queues (clause 5.1.1 f)."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.erlang import erlang_c, required_agents

DATA = Path(__file__).parent / "data" / "erlang"
pytestmark = pytest.mark.clause("5.1.1 f")


def rows(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def queue(row: dict) -> dict[str, float]:
    return {
        "calls": float(row["calls"]),
        "aht_seconds": float(row["aht_s"]),
        "interval_seconds": float(row["interval_s"]),
        "target_seconds": float(row["target_s"]),
    }


def published(text: str) -> tuple[float, float]:
    """A published figure and half a unit of its last digit, percent read as a fraction."""
    digits = text.rstrip("%")
    places = len(digits.partition(".")[2])
    scale = 100 if text.endswith("%") else 1
    return float(digits) / scale, 0.500001 * 10**-places / scale


@pytest.mark.parametrize("row", rows("erlang_c_table.csv"), ids=lambda r: f"{r['calls']}/{r['agents']}")
def test_matches_the_calculated_and_the_published_figures(row):
    outcome = erlang_c(**queue(row), agents=int(row["agents"]))
    assert outcome.stable
    pairs = {
        "sl": outcome.service_level,
        "asa_s": outcome.asa_seconds,
        "occupancy": outcome.occupancy,
        "pwait": outcome.wait_probability,
    }
    for name, value in pairs.items():
        assert value == pytest.approx(float(row[f"calc_{name}"]), rel=1e-8)
        if row[f"published_{name}"]:
            figure, tolerance = published(row[f"published_{name}"])
            assert value == pytest.approx(figure, abs=tolerance, rel=1e-9)


def test_the_worked_example_that_trainers_know_by_heart():
    """Call Centre Helper: 100 calls in half an hour, 180 s, 14 agents → 88.8 %, 7.8 s, 71.4 %, 17.4 % wait."""
    outcome = erlang_c(calls=100, aht_seconds=180, interval_seconds=1800, agents=14, target_seconds=20)
    assert round(outcome.service_level, 3) == 0.888
    assert round(outcome.asa_seconds, 1) == 7.8
    assert round(outcome.occupancy, 3) == 0.714
    assert round(outcome.wait_probability, 3) == 0.174


@pytest.mark.parametrize("row", rows("required_agents.csv"), ids=lambda r: r["source"])
def test_required_agents_matches_and_shrinkage_is_the_callers(row):
    found = required_agents(
        **queue(row), service_level=float(row["sl_goal"]), max_occupancy=float(row["max_occupancy"] or 1)
    )
    assert found == int(row["calc_agents"]) == int(row["published_agents"])
    assert math.ceil(found / (1 - float(row["shrinkage"]))) == int(row["published_after_shrinkage"])


@pytest.mark.parametrize(
    "case", json.loads((DATA / "agents_leaving_floor.json").read_text()), ids=lambda c: str(c["agents_left"])
)
def test_what_happens_when_agents_leave_the_floor(case):
    outcome = erlang_c(**queue(case), agents=case["agents_left"])
    assert outcome.stable is case["stable"]
    assert outcome.service_level == pytest.approx(case["sl"], rel=1e-9)
    assert outcome.occupancy == pytest.approx(case["occupancy"], rel=1e-9)
    if case["asa_s"] is None:
        assert outcome.asa_seconds == math.inf
    else:
        assert outcome.asa_seconds == pytest.approx(case["asa_s"], rel=1e-9)


def test_79_56_percent_does_not_meet_80():
    goal = {"calls": 100, "aht_seconds": 180, "interval_seconds": 1800, "target_seconds": 20}
    assert round(erlang_c(**goal, agents=13).service_level, 2) == 0.80
    assert required_agents(**goal, service_level=0.8) == 14


def test_no_calls_wait_for_nobody():
    outcome = erlang_c(calls=0, aht_seconds=180, interval_seconds=1800, agents=0, target_seconds=20)
    assert (outcome.service_level, outcome.asa_seconds, outcome.stable) == (1, 0, True)
    assert required_agents(calls=0, aht_seconds=180, interval_seconds=1800, target_seconds=20, service_level=0.8) == 0


def test_a_load_of_thousands_does_not_overflow():
    outcome = erlang_c(calls=30_000, aht_seconds=300, interval_seconds=1800, agents=5_100, target_seconds=20)
    assert 0 < outcome.service_level < 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("calls", -1),
        ("calls", math.nan),
        ("aht_seconds", 0),
        ("interval_seconds", math.inf),
        ("target_seconds", -1),
        ("agents", -1),
        ("agents", 2.5),
    ],
)
def test_a_figure_out_of_range_is_named(name, value):
    figures = {"calls": 10, "aht_seconds": 180, "interval_seconds": 1800, "target_seconds": 20, "agents": 5}
    with pytest.raises(ValueError, match=name):
        erlang_c(**{**figures, name: value})


@pytest.mark.parametrize(("name", "value"), [("service_level", 1), ("service_level", -0.1), ("max_occupancy", 0)])
def test_a_goal_out_of_range_is_named(name, value):
    goal = {"calls": 10, "aht_seconds": 180, "interval_seconds": 1800, "target_seconds": 20, "service_level": 0.8}
    with pytest.raises(ValueError, match=name):
        required_agents(**{**goal, name: value})


queues = st.fixed_dictionaries(
    {
        "calls": st.floats(0, 3_000),
        "aht_seconds": st.floats(10, 900),
        "interval_seconds": st.sampled_from([900.0, 1800.0, 3600.0]),
        "target_seconds": st.floats(0, 120),
    }
)


@given(queue=queues, agents=st.integers(0, 400))
def test_shares_stay_between_0_and_1_and_more_agents_never_hurt(queue, agents):
    one, more = erlang_c(**queue, agents=agents), erlang_c(**queue, agents=agents + 1)
    for outcome in (one, more):
        assert 0 <= outcome.service_level <= 1
        assert 0 <= outcome.wait_probability <= 1 + 1e-12
        assert outcome.asa_seconds >= 0
    assert more.service_level >= one.service_level - 1e-9
    assert more.asa_seconds <= one.asa_seconds + 1e-9 or one.asa_seconds == math.inf


@given(queue=queues, goal=st.floats(0, 0.99), occupancy=st.floats(0.3, 1))
def test_required_agents_is_the_smallest_that_meets_the_goal(queue, goal, occupancy):
    found = required_agents(**queue, service_level=goal, max_occupancy=occupancy)

    def meets(agents: int) -> bool:
        outcome = erlang_c(**queue, agents=agents)
        return outcome.stable and outcome.service_level >= goal and outcome.occupancy <= occupancy

    assert meets(found)
    assert found == 0 or not meets(found - 1)
