"""Comparing groups of classes fairly: a mean with an interval, and whether it differs from all the others (5.4).

The unit is the class: people of one class share its day, room and trainer, so that twenty of them say less than twenty
of as many classes. The mean is x ÷ n over all classes of a group; its variance is that of a ratio of sums over classes
(Cochran, *Sampling Techniques*, 3rd ed. 1977, §6.3). For a share it is never taken smaller than the binomial one with
two more of either kind (Agresti and Coull 1998), so that a group without a single failure is not held to be certain.
A group is set against all other classes, and the level is divided by the number of groups that are looked at at once
(Bonferroni), so that with many groups a difference is not found by chance alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

#: Fewer classes or people are shown, but not compared.
FEWEST_CLASSES, FEWEST_PEOPLE = 5, 30
_LEVEL = 0.05


class Reading(StrEnum):
    """What a comparison with all other classes says."""

    HIGHER = "higher"
    LOWER = "lower"
    ALIKE = "alike"
    TOO_FEW = "too_few"
    ALONE = "alone"


@dataclass(frozen=True)
class Sums:
    """Sums over classes with n people and a total of x each; those of several groups can be added and taken away."""

    classes: int = 0
    n: float = 0.0
    x: float = 0.0
    nn: float = 0.0
    nx: float = 0.0
    xx: float = 0.0

    def __add__(self, other: Sums) -> Sums:
        return Sums(*(mine + theirs for mine, theirs in zip(self.parts, other.parts, strict=True)))  # type: ignore[arg-type]

    def __sub__(self, other: Sums) -> Sums:
        return Sums(*(mine - theirs for mine, theirs in zip(self.parts, other.parts, strict=True)))  # type: ignore[arg-type]

    @property
    def parts(self) -> tuple[float, ...]:
        return (self.classes, self.n, self.x, self.nn, self.nx, self.xx)

    @property
    def mean(self) -> float | None:
        """x ÷ n; None without anybody."""
        return self.x / self.n if self.n else None

    @property
    def is_enough(self) -> bool:
        """Whether the group may be compared at all."""
        return self.classes >= FEWEST_CLASSES and self.n >= FEWEST_PEOPLE

    def variance(self, *, is_share: bool) -> float:
        """Of the mean; infinite with fewer than two classes."""
        if self.classes < 2 or not self.n:
            return math.inf
        mean = self.x / self.n
        spread = max(0.0, self.xx - 2 * mean * self.nx + mean * mean * self.nn)
        between = self.classes / (self.classes - 1) * spread / self.n**2
        if not is_share:
            return between
        likely = (self.x + 2) / (self.n + 4)
        return max(between, likely * (1 - likely) / (self.n + 4))


@dataclass(frozen=True)
class Compared:
    """A group: its mean, the 95 % interval (none where there are too few), and what the comparison says."""

    sums: Sums
    mean: float | None
    interval: tuple[float, float] | None
    reading: Reading


def compare_groups(groups: Mapping[str, Sums], *, bounds: tuple[float, float] | None) -> dict[str, Compared]:
    """Each group against all other classes.

    Args:
        bounds: within which means and intervals lie; ``(0, 1)`` makes the figure a share of people.
    """
    is_share = bounds == (0, 1)
    everything = sum(groups.values(), Sums())
    comparable = [name for name, sums in groups.items() if sums.is_enough and (everything - sums).is_enough]
    return {
        name: Compared(
            sums=sums,
            mean=sums.mean,
            interval=_interval(sums, bounds, is_share=is_share) if sums.is_enough else None,
            reading=_reading(sums, everything - sums, len(comparable), is_share=is_share),
        )
        for name, sums in groups.items()
    }


def _interval(sums: Sums, bounds: tuple[float, float] | None, *, is_share: bool) -> tuple[float, float]:
    mean = sums.x / sums.n
    half = _quantile(1 - _LEVEL / 2, sums.classes - 1) * math.sqrt(sums.variance(is_share=is_share))
    low, high = bounds or (-math.inf, math.inf)
    return max(low, mean - half), min(high, mean + half)


def _reading(sums: Sums, rest: Sums, looked_at: int, *, is_share: bool) -> Reading:
    if not sums.is_enough:
        return Reading.TOO_FEW
    if not rest.is_enough:
        return Reading.ALONE
    difference = sums.x / sums.n - rest.x / rest.n
    error = math.sqrt(sums.variance(is_share=is_share) + rest.variance(is_share=is_share))
    freedom = min(sums.classes, rest.classes) - 1
    if abs(difference) <= _quantile(1 - _LEVEL / 2 / looked_at, freedom) * error:
        return Reading.ALIKE
    return Reading.HIGHER if difference > 0 else Reading.LOWER


def _quantile(probability: float, freedom: int) -> float:
    """Of Student's t."""
    from scipy.stats import t  # slow to import, and only this page needs it

    return float(t.ppf(probability, freedom))


def summed(rows: Sequence[tuple[str, Sums]]) -> dict[str, Sums]:
    """The sums of every key."""
    found: dict[str, Sums] = {}
    for key, sums in rows:
        found[key] = found.get(key, Sums()) + sums
    return found
