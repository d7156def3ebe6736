"""The rule of reviews that a new installation begins with (5.4)."""

from __future__ import annotations

from typing import Any

from evaluation.models import ReviewPolicy
from reporting.reference import PROCEDURE_IN_FORCE


def ensure_reference(**_: Any) -> None:
    """At least one review a line and quarter; a rule that is there is never changed."""
    if not ReviewPolicy.objects.exists():
        ReviewPolicy.objects.create(effective_on=PROCEDURE_IN_FORCE)
