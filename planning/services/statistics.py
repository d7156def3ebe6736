"""How questions did in tests: the stage that has the answers says so by a downward call (5.1.1 e)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from planning.models import QuestionStatistics


@dataclass(frozen=True, kw_only=True)
class QuestionUse:
    """A question version in one phase; fields as :class:`planning.models.QuestionStatistics`."""

    question_version_id: int
    phase: str
    attempts: int
    difficulty: Decimal
    discrimination: Decimal | None
    last_used_on: date


def record_question_statistics(uses: Iterable[QuestionUse]) -> None:
    """Put what was computed from the rows in the place of what stood there; one statement.

    Figures are no event: the journal has what changed the answers.
    """
    QuestionStatistics.objects.bulk_create(
        [
            QuestionStatistics(
                question_version_id=each.question_version_id,
                phase=each.phase,
                attempts=each.attempts,
                difficulty=each.difficulty,
                discrimination=each.discrimination,
                last_used_on=each.last_used_on,
            )
            for each in sorted(uses, key=lambda each: (each.question_version_id, each.phase))
        ],
        update_conflicts=True,
        unique_fields=["question_version", "phase"],
        update_fields=["attempts", "difficulty", "discrimination", "last_used_on"],
    )
