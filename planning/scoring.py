"""Results from scores (clause 5.1.2, DESIGN.md §2 "score"): pure, exact, rounded once and half up.

Every parameter is brought to 0–100 unrounded, weighted, and the weighted mean is rounded once; the rounded figure is
shown, stored and compared with the pass mark. Exact fractions inside, so that a figure on the edge never falls by a
float or by an early rounding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any

SCORED = "scored"
INCOMPLETE = "incomplete"

#: How several assessors' scores of one parameter are settled; the words are those of ``planning.enums.SettledBy``.
ONE, AVERAGE, SECOND = "one", "average", "second"

#: A score as entered; a test's points brought to a parameter's scale may be a fraction that no decimal holds.
Score = Decimal | Fraction


@dataclass(frozen=True)
class Parameter:
    """A weighted parameter in its own scale.

    Attributes:
        weight: share of the result, above 0; weights need not add up to 100.
        minimum: in the parameter's own scale; met by equality; None asks for nothing.
        maximum_score: the end of the scale, which starts at 0.
        settled_by: how the scores of several assessors become one (:func:`settle`).
        assessors: how many of them an average needs at least.
    """

    name: str
    weight: Decimal
    minimum: Decimal | None = None
    maximum_score: Decimal = Decimal(100)
    settled_by: str = ONE
    assessors: int = 1

    @property
    def has_several(self) -> bool:
        """Whether each assessor gives a score of their own."""
        return self.settled_by != ONE


@dataclass(frozen=True)
class Given:
    """A score that one assessor gave; ``by`` says who, in whatever way the caller knows them."""

    by: str
    value: Decimal


@dataclass(frozen=True)
class Assessed:
    """What assessors gave for one parameter, the first one first; ``second`` is who was asked for a second opinion."""

    given: Sequence[Given] = ()
    second: str = ""


@dataclass(frozen=True)
class Scheme:
    """A frozen scoring scheme.

    Attributes:
        pass_mark: 0–100, met by equality.
        decimals: of the result.
        remedial_cap: what a second or later attempt can reach at most; None caps nothing.
    """

    parameters: Sequence[Parameter]
    pass_mark: Decimal
    decimals: int = 2
    remedial_cap: Decimal | None = None


@dataclass(frozen=True)
class Outcome:
    """What a scheme makes of scores.

    Attributes:
        status: ``"scored"``, or ``"incomplete"`` while a score is missing: then there is no figure and no verdict.
        final: rounded half up to the scheme's decimals.
        passed: ``final`` reaches the pass mark and no parameter is below its minimum.
    """

    status: str
    final: Decimal | None
    passed: bool | None
    below_minimum: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


def evaluate(scheme: Scheme, scores: Mapping[str, Score | None], *, attempt: int = 1) -> Outcome:
    """The result of one person in one attempt.

    Args:
        scores: by parameter name, in the parameter's own scale; None or absent is missing, never 0.
        attempt: 1 is the first; later ones are remedial and capped.

    Raises:
        ValueError: the scheme has no parameters, or a score is unknown or outside its scale.
    """
    _check(scheme, scores, attempt)
    missing = [each.name for each in scheme.parameters if scores.get(each.name) is None]
    below = [each.name for each in scheme.parameters if _is_below(each, scores.get(each.name))]
    if missing:
        return Outcome(INCOMPLETE, None, None, below, missing)
    final = round_half_up(_capped(scheme, _weighted_mean(scheme, scores), attempt), scheme.decimals)
    return Outcome(SCORED, final, final >= scheme.pass_mark and not below, below, [])


def settle(parameter: Parameter, assessed: Assessed) -> Score | None:
    """The score that counts for a parameter, in its own scale; None while it waits for an assessor (5.1.2).

    One assessor: what was given. Average: the exact mean of all, once as many as the scheme asks for have scored.
    Second opinion: the score of who was asked for it, and nothing until that is in; without such a request the first.
    """
    given = assessed.given
    if parameter.settled_by == AVERAGE:
        enough = len(given) >= parameter.assessors
        return sum((Fraction(each.value) for each in given), Fraction()) / len(given) if enough else None
    if parameter.settled_by == SECOND and assessed.second:
        given = [each for each in given if each.by == assessed.second]
    return given[0].value if given else None


def explain(
    scheme: Scheme,
    scores: Mapping[str, Score | None],
    *,
    attempt: int = 1,
    assessed: Mapping[str, Assessed] | None = None,
) -> dict[str, Any]:
    """How the result comes about, as plain data for the page and the record; figures as strings.

    Each parameter shows its score, the score on 0–100, its share, and whether its minimum is met; then the weighted
    mean before rounding, the cap where it bites, the rounded figure and the pass mark.

    Args:
        assessed: by parameter name, who gave what where a parameter has several assessors; each is named.
    """
    outcome = evaluate(scheme, scores, attempt=attempt)
    whole = sum((Fraction(each.weight) for each in scheme.parameters), Fraction())
    exact = None if outcome.missing else _weighted_mean(scheme, scores)
    capped = exact is not None and _capped(scheme, exact, attempt) < exact
    return {
        "attempt": attempt,
        "status": outcome.status,
        "parameters": [
            _explain_parameter(each, scores.get(each.name), whole)
            | _explain_assessors(each, (assessed or {}).get(each.name, Assessed()))
            for each in scheme.parameters
        ],
        "exact": None if exact is None else _shown(exact),
        "cap": str(scheme.remedial_cap) if capped else None,
        "decimals": scheme.decimals,
        "final": None if outcome.final is None else str(outcome.final),
        "pass_mark": str(scheme.pass_mark),
        "passed": outcome.passed,
        "below_minimum": outcome.below_minimum,
        "missing": outcome.missing,
    }


def round_half_up(value: Fraction, decimals: int) -> Decimal:
    """``value`` (not negative) to ``decimals`` places, halves away from zero: 74.995 → 75.00."""
    scale = 10**decimals
    whole = (2 * value.numerator * scale + value.denominator) // (2 * value.denominator)
    return Decimal(whole).scaleb(-decimals)


def _check(scheme: Scheme, scores: Mapping[str, Score | None], attempt: int) -> None:
    names = [each.name for each in scheme.parameters]
    if not names or len(set(names)) != len(names):
        raise ValueError("a scheme needs parameters with names of their own")
    if attempt < 1 or scheme.decimals < 0:
        raise ValueError(f"attempt {attempt} and decimals {scheme.decimals}: attempts count from 1, decimals from 0")
    if unknown := sorted(set(scores) - set(names)):
        raise ValueError(f"no parameter named {', '.join(unknown)}")
    for each in scheme.parameters:
        score = scores.get(each.name)
        if each.weight <= 0 or each.maximum_score <= 0:
            raise ValueError(f"{each.name}: weight {each.weight} and maximum {each.maximum_score} must be above 0")
        if score is not None and not 0 <= score <= each.maximum_score:
            raise ValueError(f"{each.name}: {score} is outside 0–{each.maximum_score}")


def _is_below(parameter: Parameter, score: Score | None) -> bool:
    return parameter.minimum is not None and score is not None and score < parameter.minimum


def _on_hundred(parameter: Parameter, score: Score) -> Fraction:
    return Fraction(score) * 100 / Fraction(parameter.maximum_score)


def _weighted_mean(scheme: Scheme, scores: Mapping[str, Score | None]) -> Fraction:
    total = weights = Fraction()
    for each in scheme.parameters:
        score = scores[each.name]
        assert score is not None  # evaluate() has looked for what is missing
        total += Fraction(each.weight) * _on_hundred(each, score)
        weights += Fraction(each.weight)
    return total / weights


def _capped(scheme: Scheme, exact: Fraction, attempt: int) -> Fraction:
    if attempt == 1 or scheme.remedial_cap is None:
        return exact
    return min(exact, Fraction(scheme.remedial_cap))


def _explain_parameter(parameter: Parameter, score: Score | None, whole: Fraction) -> dict[str, Any]:
    given = None if score is None else Fraction(score)
    share = Fraction(parameter.weight) / whole
    return {
        "name": parameter.name,
        "score": None if given is None else _shown(given),
        "maximum": str(parameter.maximum_score),
        "on_hundred": None if score is None else _shown(_on_hundred(parameter, score)),
        "weight": str(parameter.weight),
        "share": _shown(share * 100),
        "contribution": None if score is None else _shown(share * _on_hundred(parameter, score)),
        "minimum": None if parameter.minimum is None else str(parameter.minimum),
        "below_minimum": _is_below(parameter, score),
    }


def _explain_assessors(parameter: Parameter, assessed: Assessed) -> dict[str, Any]:
    """Who gave what, and whose score counts; nothing for a parameter of one assessor."""
    if not parameter.has_several:
        return {}
    counts = parameter.settled_by == AVERAGE or not assessed.second
    return {
        "assessed": {
            "settled_by": parameter.settled_by,
            "wanted": parameter.assessors,
            "second": assessed.second,
            "given": [
                {"by": each.by, "value": _shown(Fraction(each.value)), "counts": counts or each.by == assessed.second}
                for each in assessed.given
            ],
        }
    }


def _shown(value: Fraction) -> str:
    """Four decimals at most: for reading only, nothing is computed from it."""
    text = f"{round_half_up(value, 4):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
