"""Counting what became of targets (clause 4.3)."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Count, Q, QuerySet

from sessions.enums import OutcomeResult, OutcomeState
from sessions.models import TargetOutcome


@dataclass(frozen=True)
class Identity:
    """The two sums that always hold; ``on_schedule`` are those trained without recovery."""

    targeted: int
    trained: int
    outstanding: int
    waived: int
    lapsed: int
    passed: int
    in_remedial: int
    not_passed: int
    not_scored: int
    on_schedule: int

    @property
    def holds(self) -> bool:
        """``targeted = trained + outstanding + waived + lapsed``; ``trained`` = what its results say."""
        return (
            self.targeted == self.trained + self.outstanding + self.waived + self.lapsed
            and self.trained == self.passed + self.in_remedial + self.not_passed + self.not_scored
        )


def identity(outcomes: QuerySet[TargetOutcome]) -> Identity:
    """Count outcomes, of a plan or of any period, by one query."""
    trained = Q(state=OutcomeState.TRAINED)
    return Identity(
        **outcomes.order_by().aggregate(
            targeted=Count("pk"),
            trained=Count("pk", filter=trained),
            outstanding=Count("pk", filter=Q(state=OutcomeState.OUTSTANDING)),
            waived=Count("pk", filter=Q(state=OutcomeState.WAIVED)),
            lapsed=Count("pk", filter=Q(state=OutcomeState.LAPSED)),
            passed=Count("pk", filter=trained & Q(result=OutcomeResult.PASSED)),
            in_remedial=Count("pk", filter=trained & Q(result=OutcomeResult.IN_REMEDIAL)),
            not_passed=Count("pk", filter=trained & Q(result=OutcomeResult.NOT_PASSED)),
            not_scored=Count("pk", filter=trained & Q(result=OutcomeResult.NOT_SCORED)),
            on_schedule=Count("pk", filter=trained & Q(on_schedule=True)),
        )
    )
