"""A review that may still be written."""

from __future__ import annotations

from evaluation.enums import ReviewState
from evaluation.models import Review
from trainingops.domain import require_state


def locked_review(review: Review) -> Review:
    """The review as it is now, locked until the transaction ends."""
    return Review.objects.select_for_update(no_key=True, of=("self",)).select_related("site", "line").get(pk=review.pk)


def require_open(review: Review) -> None:
    """Refuse, naming the state found, once the minutes are approved."""
    require_state(review, ReviewState.SCHEDULED, ReviewState.HELD)
