"""Results from scores: the public name of :mod:`planning.scoring`, which this stage and the scheme's page share."""

from planning.scoring import (
    INCOMPLETE,
    SCORED,
    Outcome,
    Parameter,
    Scheme,
    Score,
    evaluate,
    explain,
    round_half_up,
)

__all__ = [
    "INCOMPLETE",
    "SCORED",
    "Outcome",
    "Parameter",
    "Scheme",
    "Score",
    "evaluate",
    "explain",
    "round_half_up",
]
