"""Whether a training changed how often contacts go wrong (2.3, 4.4, 5.4). Pure.

Participants of an improvement training are those who had many defects in a window. Much of that is chance, so they do
better in the next window without any training (regression to the mean): their selecting window against a later one
proves nothing. :func:`compare_agents` therefore compares, in the same later window, those who were trained with those
who met the same rule in the same selecting window and were not (yet) trained; both regress alike. Contacts of one
agent are alike, so the agent is what is permuted, not the contact: :func:`compare_proportions` takes contacts as
independent and only describes.

Sources: R. A. Fisher, exact test, two-sided by probability; R. G. Newcombe, *Statistics in Medicine* 17 (1998)
873–890, method 10; E. J. G. Pitman (1937) for permutation tests; B. Phipson & G. K. Smyth (2010), *Permutation
P-values Should Never Be Zero*, for (b + 1) ÷ (m + 1).
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

#: The share of false claims that is accepted where nothing changed.
LEVEL = 0.05
#: An expected count below this says that the data do not suffice.
FEWEST_EXPECTED = 5
#: Up to so many ways to divide the agents all of them are looked at; beyond, so many are drawn.
EXACT, DRAWN = 20_000, 9_999
#: The two-sided 95 % point of the normal distribution.
_Z = 1.959963984540054


class Verdict(StrEnum):
    """What may be said."""

    TOO_FEW = "too few data"
    NO_COMPARISON = "not to be told from regression to the mean"
    NOT_DIFFERENT = "no difference shown"
    LOWER = "lower"
    HIGHER = "higher"


@dataclass(frozen=True)
class Comparison:
    """Group 1 beside group 2, in contacts.

    Attributes:
        difference: part of group 1 − part of group 2, −1 … 1; None where a group has no contacts.
        interval: Newcombe's 95 % interval of it.
        p_value: Fisher's exact test, two-sided.
        verdict: of group 1 against group 2.
    """

    difference: float | None
    interval: tuple[float, float] | None
    p_value: float | None
    verdict: Verdict


@dataclass(frozen=True)
class Agent:
    """Random samples of one agent in the later window: contacts with a defect of the class, of those inspected."""

    defective: int
    inspected: int


@dataclass(frozen=True)
class AgentComparison:
    """Those trained beside those who met the same rule and were not (yet).

    Attributes:
        trained, compared: agents with samples in the window; without_samples: those of both groups who have none.
        rate_trained, rate_compared: their pooled part of defective contacts, 0 … 1; None for a group without samples.
        difference: trained − compared; below 0 is better.
        p_value: of the permutation over agents, two-sided; None where there is nothing to permute.
        divisions: how many ways to divide the agents were looked at; exact: whether these were all.
    """

    trained: int
    compared: int
    without_samples: int
    rate_trained: float | None
    rate_compared: float | None
    difference: float | None
    p_value: float | None
    divisions: int
    exact: bool
    verdict: Verdict


def compare_proportions(x1: int, n1: int, x2: int, n2: int) -> Comparison:
    """Describe ``x1`` of ``n1`` beside ``x2`` of ``n2``.

    Raises:
        ValueError: a count that cannot be.
    """
    _check_count("x1", x1, "n1", n1)
    _check_count("x2", x2, "n2", n2)
    if not n1 or not n2:
        return Comparison(None, None, None, Verdict.TOO_FEW)
    from scipy.stats import fisher_exact

    p1, p2 = x1 / n1, x2 / n2
    p_value = min(1.0, float(fisher_exact([[x1, n1 - x1], [x2, n2 - x2]]).pvalue))
    whole, found = n1 + n2, x1 + x2
    expected = min(n1, n2) * min(found, whole - found) / whole
    verdict = Verdict.TOO_FEW if expected < FEWEST_EXPECTED else _verdict(p1 - p2, p_value)
    return Comparison(p1 - p2, _newcombe(p1, n1, p2, n2), p_value, verdict)


def compare_agents(trained: Sequence[Agent], compared: Sequence[Agent], *, seed: int = 0) -> AgentComparison:
    """Decide whether those trained differ from ``compared``, who met the same rule in the same window, untrained.

    Under the hypothesis that the training changes nothing, who of those selected was trained first is as good as drawn:
    the difference of the pooled parts is compared with that of every other way to divide the same agents, or with
    :data:`DRAWN` drawn ones. The same agents and ``seed`` give the same answer, in whatever order.

    Raises:
        ValueError: a count that cannot be.
    """
    for name, group in (("trained", trained), ("compared", compared)):
        for place, each in enumerate(group):
            _check_count(f"{name}[{place}].defective", each.defective, "inspected", each.inspected)
    one = sorted((each.inspected, each.defective) for each in trained if each.inspected)
    other = sorted((each.inspected, each.defective) for each in compared if each.inspected)
    rate_trained, rate_compared = (_rate(group) if group else None for group in (one, other))
    difference = None if rate_trained is None or rate_compared is None else rate_trained - rate_compared
    p_value, divisions, exact = (None, 0, True) if difference is None else _permute(one, other, seed)
    return AgentComparison(
        trained=len(one),
        compared=len(other),
        without_samples=len(trained) + len(compared) - len(one) - len(other),
        rate_trained=rate_trained,
        rate_compared=rate_compared,
        difference=difference,
        p_value=p_value,
        divisions=divisions,
        exact=exact,
        verdict=_decide(one, other, difference, p_value),
    )


Counts = Sequence[tuple[int, int]]


def _decide(one: Counts, other: Counts, difference: float | None, p_value: float | None) -> Verdict:
    if not other:
        return Verdict.NO_COMPARISON if one else Verdict.TOO_FEW
    if difference is None or p_value is None:
        return Verdict.TOO_FEW
    inspected = [sum(n for n, _x in group) for group in (one, other)]
    found = sum(x for _n, x in (*one, *other))
    expected = min(inspected) * min(found, sum(inspected) - found) / sum(inspected)
    reachable = math.comb(len(one) + len(other), len(one)) * LEVEL >= 1
    if expected < FEWEST_EXPECTED or not reachable:
        return Verdict.TOO_FEW
    return _verdict(difference, p_value)


def _verdict(difference: float, p_value: float) -> Verdict:
    if p_value > LEVEL:
        return Verdict.NOT_DIFFERENT
    return Verdict.LOWER if difference < 0 else Verdict.HIGHER


def _permute(one: Counts, other: Counts, seed: int) -> tuple[float, int, bool]:
    """The p-value, how many divisions it rests on, and whether these are all."""
    import numpy as np

    pool = np.array(sorted([*one, *other]), dtype=float)
    whole, observed = pool.sum(axis=0), abs(_rate(one) - _rate(other))
    ways = math.comb(len(pool), len(one))
    exact = ways <= EXACT
    as_far = 0
    for sides in _every_side(len(pool), len(one)) if exact else _drawn_sides(len(pool), len(one), seed):
        inside = sides @ pool
        outside = whole - inside
        found = np.abs(inside[:, 1] / inside[:, 0] - outside[:, 1] / outside[:, 0])
        as_far += int((found >= observed - 1e-12).sum())
    return (as_far / ways, ways, True) if exact else ((as_far + 1) / (DRAWN + 1), DRAWN, False)


def _rate(group: Counts) -> float:
    """The pooled part of defective contacts."""
    return sum(x for _n, x in group) / sum(n for n, _x in group)


def _every_side(agents: int, chosen: int) -> Iterator[Any]:
    """Each way to choose ``chosen`` of ``agents``, as rows of 0 and 1 in blocks."""
    import numpy as np

    ways = itertools.combinations(range(agents), chosen)
    while places := list(itertools.islice(ways, _rows_at_once(agents))):
        rows = np.zeros((len(places), agents))
        np.put_along_axis(rows, np.array(places), 1, axis=1)
        yield rows


def _drawn_sides(agents: int, chosen: int, seed: int) -> Iterator[Any]:
    """:data:`DRAWN` ways drawn at random, likewise: the places of the smallest of independent draws."""
    import numpy as np

    generator = np.random.default_rng(seed)
    for begin in range(0, DRAWN, _rows_at_once(agents)):
        count = min(_rows_at_once(agents), DRAWN - begin)
        nearest = np.argpartition(generator.random((count, agents)), chosen - 1, axis=1)[:, :chosen]
        rows = np.zeros((count, agents))
        np.put_along_axis(rows, nearest, 1, axis=1)
        yield rows


def _rows_at_once(agents: int) -> int:
    """So many that a block stays at some megabytes."""
    return max(1, 1_000_000 // agents)


def _newcombe(p1: float, n1: int, p2: float, n2: int) -> tuple[float, float]:
    low1, high1 = wilson(p1, n1)
    low2, high2 = wilson(p2, n2)
    difference = p1 - p2
    return (
        max(-1.0, difference - math.hypot(p1 - low1, high2 - p2)),
        min(1.0, difference + math.hypot(high1 - p1, p2 - low2)),
    )


def wilson(part: float, size: int) -> tuple[float, float]:
    """Wilson's 95 % interval of a part, within 0 … 1 and around it."""
    square = _Z * _Z
    middle = (part + square / (2 * size)) / (1 + square / size)
    reach = _Z / (1 + square / size) * math.sqrt(part * (1 - part) / size + square / (4 * size * size))
    return max(0.0, min(part, middle - reach)), min(1.0, max(part, middle + reach))


def _check_count(name: str, found: int, size_name: str, size: int) -> None:
    if size < 0:
        raise ValueError(f"{size_name} is {size!r}: write how many contacts were inspected, 0 or more")
    if not 0 <= found <= size:
        raise ValueError(f"{name} is {found!r}: write a count from 0 to {size}, the contacts inspected")
