"""What a class learned from pre-test to post-test (5.4). Pure.

Two figures bear the name gain and may differ a lot, so both are named: the gain **of the class**, ⟨g⟩ = (mean post −
mean pre) ÷ (maximum − mean pre), and the **mean of the individual gains** (post − pre) ÷ (maximum − pre), which few
low scores after high ones pull far down. A rise also occurs without any training, when people take a like test again
(retest effect): no figure here proves that the training was the cause.

Source: R. R. Hake, *American Journal of Physics* 66 (1998) 64–74; paired t test of Student (1908).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

Score = Decimal | float | int


@dataclass(frozen=True)
class Gain:
    """Matched pairs only.

    Attributes:
        n: pairs: people with both scores.
        class_gain: ⟨g⟩; None without pairs, or where every pre-score is the maximum.
        mean_individual_gain: over the pairs whose pre-score is below the maximum; None where there is none.
        t, p_value: paired t test of post − pre against no change, two-sided, n − 1 degrees of freedom; None for fewer
            than two pairs or where every difference is the same.
        at_maximum: pairs whose pre-score is the maximum already: they have no individual gain.
        mean_pre, mean_post: in the unit of the scores.
        unmatched: people with one score only; left out.
    """

    n: int
    class_gain: float | None
    mean_individual_gain: float | None
    t: float | None
    p_value: float | None
    at_maximum: int
    mean_pre: float | None
    mean_post: float | None
    unmatched: int


def learning_gain(pre: Sequence[Score | None], post: Sequence[Score | None], *, maximum: Score) -> Gain:
    """The gain of a class whose scores stand at the same place in ``pre`` and ``post``; None where there is none.

    Raises:
        ValueError: lists of different lengths, a maximum that is not above 0, a score outside 0 … maximum.
    """
    if not float(maximum) > 0 or not math.isfinite(maximum):
        raise ValueError(f"maximum is {maximum!r}: give the points of a test without a mistake, above 0")
    if len(pre) != len(post):
        raise ValueError(
            f"pre has {len(pre)} scores and post {len(post)}: give both of each person at the same place, None for none"
        )
    top = float(maximum)
    before, after = _scores("pre", pre, top), _scores("post", post, top)
    both = [(b, a) for b, a in zip(before, after, strict=True) if b is not None and a is not None]
    unmatched = sum((b is None) != (a is None) for b, a in zip(before, after, strict=True))
    if not both:
        return Gain(0, None, None, None, None, 0, None, None, unmatched)
    mean_pre, mean_post = (math.fsum(each) / len(both) for each in zip(*both, strict=True))
    single = [(a - b) / (top - b) for b, a in both if b < top]
    t, p_value = _paired_t([a - b for b, a in both])
    return Gain(
        n=len(both),
        class_gain=(mean_post - mean_pre) / (top - mean_pre) if single else None,
        mean_individual_gain=math.fsum(single) / len(single) if single else None,
        t=t,
        p_value=p_value,
        at_maximum=len(both) - len(single),
        mean_pre=mean_pre,
        mean_post=mean_post,
        unmatched=unmatched,
    )


def _scores(name: str, given: Sequence[Score | None], maximum: float) -> list[float | None]:
    scores = [None if each is None else float(each) for each in given]
    for place, each in enumerate(scores):
        if each is not None and not 0 <= each <= maximum:
            raise ValueError(
                f"{name}[{place}] is {given[place]!r}: write a score from 0 to {maximum:g}, None where there is none"
            )
    return scores


def _paired_t(differences: Sequence[float]) -> tuple[float | None, float | None]:
    """t and its two-sided p; the distribution alone is of scipy, whose lighter half is enough for it."""
    count = len(differences)
    mean = math.fsum(differences) / count
    if count < 2 or max(differences) - min(differences) < 1e-9:
        return None, None
    deviation = math.sqrt(math.fsum((each - mean) ** 2 for each in differences) / (count - 1))
    from scipy.special import stdtr

    t = mean / (deviation / math.sqrt(count))
    return t, float(2 * stdtr(count - 1, -abs(t)))
