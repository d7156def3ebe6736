"""Results from scores: the public name of :mod:`planning.scoring`, which this stage and the scheme's page share."""

from planning.scoring import (
    AVERAGE,
    INCOMPLETE,
    ONE,
    SCORED,
    SECOND,
    Assessed,
    Given,
    Outcome,
    Parameter,
    Scheme,
    Score,
    evaluate,
    explain,
    round_half_up,
    settle,
)

__all__ = [
    "AVERAGE",
    "INCOMPLETE",
    "ONE",
    "SCORED",
    "SECOND",
    "Assessed",
    "Given",
    "Outcome",
    "Parameter",
    "Scheme",
    "Score",
    "evaluate",
    "explain",
    "round_half_up",
    "settle",
]
