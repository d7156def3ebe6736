"""What an answer earns (5.1.1 e, 5.1.2): pure, without Django. Points are exact until they are rounded once, half up.

A single choice, and true or false, is right or not. A multiple choice follows the rule of its paper. A short answer
that says a model answer is right without anybody's judgement; any other waits for the trainer and is never 0 by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from fractions import Fraction

from planning.scoring import round_half_up

SHORT, MULTIPLE = "short", "multiple"
#: All right options and no other, or nothing.
WHOLE = "whole"
#: Each right option counts, each wrong one takes as much away; never below nothing.
PARTIAL = "partial"


def earned(*, kind: str, correct: Iterable[object], choice: Sequence[str], rule: str = WHOLE) -> Fraction | None:
    """The part of a question's points, 0 to 1; None when somebody has to mark the answer.

    Args:
        kind: as ``planning.enums.QuestionKind``.
        correct: keys of the right options, or the model answers of a short one.
        choice: the keys chosen, or one text; nothing chosen earns nothing.
        rule: of a multiple choice, ``WHOLE`` or ``PARTIAL``.
    """
    right = {str(each) for each in correct}
    if kind == SHORT:
        given = _plain(choice[0]) if choice else ""
        if not given:
            return Fraction(0)
        return Fraction(1) if given in {_plain(each) for each in right} else None
    chosen = set(choice)
    if kind == MULTIPLE and rule == PARTIAL:
        return max(Fraction(len(chosen & right) - len(chosen - right), len(right)), Fraction(0))
    return Fraction(int(bool(chosen) and chosen == right))


def points_for(part: Fraction, points: Decimal) -> Decimal:
    """``part`` of a question's points, to two decimals as a trainer would write them."""
    return round_half_up(part * Fraction(points), 2)


def _plain(text: str) -> str:
    """Capitals and blanks do not count."""
    return " ".join(text.split()).casefold()
