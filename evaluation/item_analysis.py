"""Item analysis: what the answers to a test say about the test and each of its questions (5.4). Pure.

Scores are parts of the points of a question, 0 … 1; where every question is right or wrong, alpha is KR-20. Variances
have the divisor n − 1 throughout: mixing it with p·q (divisor n) changes alpha in the third digit. numpy is imported
where it is used, so that a web worker that only shows stored figures does without it.

Sources: L. J. Cronbach (1951) for alpha; the item-rest correlation and alpha without the item as in R's
``psych::alpha`` and ``ltm::descript``; the bounds of a verdict from R. L. Ebel & D. A. Frisbie, *Essentials of
Educational Measurement* (5th ed., 1991), chapter 13.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from numbers import Real
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np

#: Below this number of respondents a figure says more about chance than about the question: none is given.
FEWEST = 10
#: Below this number the figures are an indication.
INDICATION = 30
#: Discrimination: from here on a question is good, acceptable; below, weak.
GOOD, FAIR = 0.30, 0.20
#: Difficulty: from here on, or up to here, nearly everybody answers alike, and little discrimination can be expected.
EASY, HARD = 0.90, 0.20


class Verdict(StrEnum):
    """What the figures of a question ask of its author, the gravest first."""

    NEGATIVE = "negative"
    HARD = "hard"
    WEAK = "weak"
    EASY = "easy"
    NO_VARIANCE = "no_variance"
    FAIR = "fair"
    GOOD = "good"


@dataclass(frozen=True)
class Item:
    """One question.

    Attributes:
        difficulty: the mean part of the points earned, 0 (nobody) … 1 (everybody): the share right.
        discrimination: correlation with the rest of the test, −1 … 1; None where one of both does not vary.
        alpha_if_deleted: alpha of the test without it; None where that has no alpha.
        blanks: how many left it blank; each counts as wrong.
    """

    difficulty: float
    discrimination: float | None
    alpha_if_deleted: float | None
    blanks: int
    verdict: Verdict


@dataclass(frozen=True)
class TestAnalysis:
    """A test.

    Attributes:
        respondents: how many answered it.
        alpha: Cronbach's alpha; None below :data:`FEWEST` respondents, for one question, or where totals do not vary.
        mean: the mean total, in questions; None below :data:`FEWEST` respondents.
        items: in the order of the columns; none below :data:`FEWEST` respondents.
        blanks: answers left blank, over all questions.
        indication: whether there are fewer than :data:`INDICATION` respondents.
    """

    __test__ = False  # no test, whatever pytest makes of its name

    respondents: int
    alpha: float | None
    mean: float | None
    items: tuple[Item, ...]
    blanks: int
    indication: bool


@dataclass(frozen=True)
class Option:
    """One option of a question.

    Attributes:
        chosen: how many chose it; share: of all respondents, those who left the question blank included.
        discrimination: correlation of choosing it with the rest of the test; None where one of both does not vary.
    """

    option: str
    is_right: bool
    chosen: int
    share: float
    discrimination: float | None


def analyse(responses: Sequence[Sequence[float | None]] | np.ndarray) -> TestAnalysis:
    """The analysis of a test.

    Args:
        responses: a row for each respondent, an entry for each question: 1 right, 0 wrong, a part of the points between
            them, None (in an array: NaN) for a blank, which counts as wrong.

    Raises:
        ValueError: rows of different lengths, or an entry that is no part of the points; it says where.
    """
    import numpy as np

    given = _matrix(responses)
    respondents, width = given.shape
    blank = np.isnan(given)
    indication, blanks = respondents < INDICATION, int(blank.sum())
    if respondents < FEWEST:
        return TestAnalysis(respondents, None, None, (), blanks, indication)
    scores = np.where(blank, 0.0, given)
    totals = scores.sum(axis=1)
    variances = scores.var(axis=0, ddof=1)
    items = []
    for place in range(width):
        rest = totals - scores[:, place]
        discrimination = _correlation(scores[:, place], rest)
        difficulty = float(scores[:, place].mean())
        items.append(
            Item(
                difficulty=difficulty,
                discrimination=discrimination,
                alpha_if_deleted=_alpha(variances.sum() - variances[place], width - 1, rest),
                blanks=int(blank[:, place].sum()),
                verdict=verdict_of(difficulty, discrimination),
            )
        )
    mean = float(totals.mean()) if width else None
    return TestAnalysis(respondents, _alpha(variances.sum(), width, totals), mean, tuple(items), blanks, indication)


def verdict_of(difficulty: float, discrimination: float | None) -> Verdict:
    """What difficulty and discrimination say together: easy and hard questions cannot discriminate much."""
    if discrimination is None:
        return Verdict.NO_VARIANCE
    if discrimination < 0:
        return Verdict.NEGATIVE
    if discrimination >= FAIR:
        return Verdict.GOOD if discrimination >= GOOD else Verdict.FAIR
    if difficulty >= EASY:
        return Verdict.EASY
    return Verdict.HARD if difficulty <= HARD else Verdict.WEAK


def distractors(
    choices: Sequence[Iterable[str] | None],
    key: Iterable[str],
    *,
    options: Iterable[str] = (),
    rest: Sequence[float] | None = None,
) -> tuple[Option, ...]:
    """The options of one question in their order, right and wrong ones.

    Args:
        choices: for each respondent the options chosen, such as ``"A"`` or ``("A", "C")``; empty or None for a blank.
        key: the right ones.
        options: those that the question offers, so that one nobody chose is there too.
        rest: for each respondent the score in the other questions; without it nothing is said of discrimination.

    Raises:
        ValueError: ``rest`` does not have one score for each respondent.
    """
    import numpy as np

    if rest is not None and len(rest) != len(choices):
        raise ValueError(f"rest has {len(rest)} scores for {len(choices)} choices: give one for each respondent")
    chosen = [set(each or ()) for each in choices]
    right = set(key)
    scores = None if rest is None or len(rest) < FEWEST else np.asarray(rest, dtype=float)
    found = []
    for option in sorted(set(options) | right | set().union(*chosen)):
        took = np.fromiter((option in each for each in chosen), dtype=float, count=len(chosen))
        found.append(
            Option(
                option=option,
                is_right=option in right,
                chosen=int(took.sum()),
                share=float(took.mean()) if chosen else 0.0,
                discrimination=None if scores is None else _correlation(took, scores),
            )
        )
    return tuple(found)


def suspected_key(options: Iterable[Option]) -> Option | None:
    """The wrong option that the better respondents choose rather than the right one: the key may be wrong.

    It discriminates at least acceptably, and better than every right option (which may not vary at all).
    """
    listed = list(options)
    best = max((each.discrimination or 0.0 for each in listed if each.is_right), default=0.0)
    wrong = [each for each in listed if not each.is_right and (each.discrimination or 0.0) > max(best, FAIR)]
    return max(wrong, key=lambda each: each.discrimination or 0.0, default=None)


def _matrix(responses: Any) -> np.ndarray:
    """``responses`` as numbers, a blank as NaN; refused with the place of what is wrong."""
    import numpy as np

    if not isinstance(responses, np.ndarray):
        rows = [list(row) for row in responses]
        for number, row in enumerate(rows):
            if len(row) != len(rows[0]):
                raise ValueError(
                    f"responses[{number}] has {len(row)} entries where responses[0] has {len(rows[0])}: "
                    "give every respondent one for each question, None for a blank"
                )
        wrong = [(i, j, each) for i, row in enumerate(rows) for j, each in enumerate(row) if not _is_score(each)]
        if wrong:
            raise ValueError(_REMEDY.format(*wrong[0]))
        responses = np.array(rows, dtype=float).reshape(len(rows), len(rows[0]) if rows else 0)
    if responses.ndim != 2:
        raise ValueError(f"responses has {responses.ndim} dimensions: give a row for each respondent")
    outside = np.argwhere((responses < 0) | (responses > 1))
    if len(outside):
        row, column = outside[0]
        raise ValueError(_REMEDY.format(row, column, responses[row, column]))
    return responses


_REMEDY = "responses[{}][{}] is {!r}: write 1 for right, 0 for wrong, a part of the points between, None for a blank"


def _is_score(value: object) -> bool:
    return value is None or (isinstance(value, Real) and 0 <= float(value) <= 1)


def _alpha(variances: float, count: int, totals: np.ndarray) -> float | None:
    """Cronbach's alpha from the sum of the variances of ``count`` questions and the totals over them."""
    if count < 2 or _is_constant(totals):
        return None
    return float(count / (count - 1) * (1 - variances / totals.var(ddof=1)))


def _correlation(one: np.ndarray, other: np.ndarray) -> float | None:
    if _is_constant(one) or _is_constant(other):
        return None
    a, b = one - one.mean(), other - other.mean()
    return max(-1.0, min(1.0, float((a @ b) / ((a @ a) * (b @ b)) ** 0.5)))


def _is_constant(values: np.ndarray) -> bool:
    """Whether all are alike, rounding of sums aside."""
    return len(values) < 2 or float(values.max() - values.min()) < 1e-9
