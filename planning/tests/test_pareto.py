"""The Pareto against the published example of the R package qcc (5.1.1 c)."""

from __future__ import annotations

import csv
import json
from fractions import Fraction
from pathlib import Path

import pytest

from planning.pareto import pareto, vital_few

DATA = Path(__file__).parent / "samples"


@pytest.mark.clause("5.1.1 c")
@pytest.mark.point("CHT-4")
def test_the_pareto_of_the_published_example():
    """94 80 66 33 27: cumulative 31.3333 58 80 91 100 %; exactly 80 % after three is enough."""
    expected = json.loads((DATA / "expected_pareto_qcc.json").read_text())
    with (DATA / "pareto_qcc_defects.csv").open() as file:
        bars = pareto({row["category"]: int(row["count"]) for row in csv.DictReader(file)})
    so_far = [sum(bar.count for bar in bars[: place + 1]) for place in range(len(bars))]
    found = [
        [bar.key, bar.count, total, round(float(bar.share * 100), 4), round(float(bar.cumulative * 100), 4)]
        for bar, total in zip(bars, so_far, strict=True)
    ]
    assert found == expected["rows"]
    assert [bar.key for bar in vital_few(bars)] == expected["vital_few_to_80pct"]


def test_zeros_are_left_out_and_equals_keep_their_order():
    assert [bar.key for bar in pareto({"b": 2, "none": 0, "a": 2})] == ["b", "a"]
    assert pareto({}) == [] and vital_few([]) == []
    assert pareto({"one": 3})[0].cumulative == Fraction(1)


def test_a_negative_count_is_an_error():
    with pytest.raises(ValueError, match="negative"):
        pareto({"a": -1})
