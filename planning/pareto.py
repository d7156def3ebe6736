"""The Pareto of a count: what few causes make up most of it (5.1.1 c). Pure.

Source: J. M. Juran's "vital few"; checked against the example of the R package qcc.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)

#: The share that the vital few make up; reached by equality.
MOST = Fraction(4, 5)


@dataclass(frozen=True)
class Bar(Generic[Key]):
    """One bar: how often, which share of all, and the share of all bars up to and with it; exact, from 0 to 1."""

    key: Key
    count: int
    share: Fraction
    cumulative: Fraction


def pareto(counts: Mapping[Key, int]) -> list[Bar[Key]]:
    """The bars, most first; equal ones stay in the order given, zeros are left out.

    Raises:
        ValueError: a count is negative.
    """
    if any(count < 0 for count in counts.values()):
        raise ValueError("a count is negative")
    total, so_far, bars = sum(counts.values()), 0, []
    for key, count in sorted(counts.items(), key=lambda item: -item[1]):
        if count:
            so_far += count
            bars.append(Bar(key, count, Fraction(count, total), Fraction(so_far, total)))
    return bars


def vital_few(bars: list[Bar[Key]], most: Fraction = MOST) -> list[Bar[Key]]:
    """The first bars that together make up at least ``most`` of all."""
    few: list[Bar[Key]] = []
    for bar in bars:
        few.append(bar)
        if bar.cumulative >= most:
            break
    return few
