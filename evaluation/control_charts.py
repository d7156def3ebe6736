"""The p-chart: whether a rate moves more than chance moves it (5.4). Pure.

Limits are those of each sample, centre ± 3·√(centre·(1 − centre) ÷ size): with one pair of limits for the mean size a
signal of a small or large sample is missed or made up.

Source: W. A. Shewhart (1931); D. C. Montgomery, *Introduction to Statistical Quality Control*, on fraction
nonconforming.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

#: Half the width of the limits, in standard errors.
WIDTH = 3


@dataclass(frozen=True)
class PChart:
    """Parts are 0 … 1.

    Attributes:
        center: the pooled part of the samples that set it; None where these inspected nothing.
        lower, upper: the limits of each sample, within 0 … 1; None for a sample without inspections, which is a gap.
        signals: places (from 0) of samples outside their limits, above or below: a sudden good one is a signal too.
    """

    center: float | None
    lower: tuple[float | None, ...]
    upper: tuple[float | None, ...]
    signals: tuple[int, ...]


def p_chart(defectives: Sequence[int], sizes: Sequence[int], *, baseline: int | None = None) -> PChart:
    """The chart of ``defectives`` among ``sizes`` inspected, sample by sample.

    Args:
        baseline: how many first samples set the centre; all of them unless said otherwise.

    Raises:
        ValueError: lists of different lengths, a count that cannot be, a baseline beyond the samples.
    """
    _check(defectives, sizes, baseline)
    inspected = sum(sizes[:baseline])
    if not inspected:
        nothing = (None,) * len(sizes)
        return PChart(None, nothing, nothing, ())
    center = sum(defectives[:baseline]) / inspected
    lower: list[float | None] = []
    upper: list[float | None] = []
    signals = []
    for place, (found, size) in enumerate(zip(defectives, sizes, strict=True)):
        if not size:
            lower.append(None)
            upper.append(None)
            continue
        reach = WIDTH * math.sqrt(center * (1 - center) / size)
        low, high = max(0.0, center - reach), min(1.0, center + reach)
        lower.append(low)
        upper.append(high)
        if not low - 1e-12 <= found / size <= high + 1e-12:
            signals.append(place)
    return PChart(center, tuple(lower), tuple(upper), tuple(signals))


def _check(defectives: Sequence[int], sizes: Sequence[int], baseline: int | None) -> None:
    if len(defectives) != len(sizes):
        raise ValueError(f"defectives has {len(defectives)} samples and sizes {len(sizes)}: give both of each sample")
    for place, (found, size) in enumerate(zip(defectives, sizes, strict=True)):
        if size < 0:
            raise ValueError(f"sizes[{place}] is {size!r}: write how many were inspected, 0 or more")
        if not 0 <= found <= size:
            raise ValueError(
                f"defectives[{place}] is {found!r}: write a count from 0 to {size}, the size of its sample"
            )
    if baseline is not None and not 1 <= baseline <= max(len(sizes), 1):
        raise ValueError(f"baseline is {baseline!r}: write how many first samples set the centre, 1 to {len(sizes)}")
