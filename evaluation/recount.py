"""The training defects that an action was to remove, counted again (4.4, 5.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from evaluation.models import ImprovementAction, TrainingDefect


@dataclass(frozen=True)
class Recount:
    """Training defects of ``kinds`` at the place of the review, in two spans of one length (ends inclusive)."""

    kinds: list[str]
    before: int
    after: int
    before_since: datetime
    before_until: datetime
    after_since: datetime
    after_until: datetime


def kinds_of(action: ImprovementAction) -> list[str]:
    """The kinds that it is to remove: of the training defects that it names, else of those behind its finding."""
    own = action.training_defects.order_by("kind").values_list("kind", flat=True).distinct()
    return list(own) or list(action.finding.training_defects.order_by("kind").values_list("kind", flat=True).distinct())


def recount(action: ImprovementAction, now: datetime) -> Recount:
    """Counted from the moment it was done until ``now``, and in the same span up to its review; four queries at most.

    Same site and line as the review. A span is a day at least.
    """
    review = action.finding.review
    kinds = kinds_of(action)
    done_at = action.done_at or now
    end = review.held_at or review.scheduled_at
    since = end - max(now - done_at, timedelta(days=1))
    alike = TrainingDefect.objects.filter(kind__in=kinds, site=review.site_id, line=review.line_id)
    return Recount(
        kinds=kinds,
        before=alike.filter(occurred_at__gt=since, occurred_at__lte=end).count(),
        after=alike.filter(occurred_at__gt=done_at, occurred_at__lte=now).count(),
        before_since=since,
        before_until=end,
        after_since=done_at,
        after_until=now,
    )
