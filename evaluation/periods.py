"""The periods of which a line owes a review: parts of the calendar year, by the rule of the house (5.4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo

from evaluation.models import ReviewPolicy
from planning.months import Month


@dataclass(frozen=True)
class Period:
    """Both days inclusive, with the rule that it follows."""

    since: date
    until: date
    policy: ReviewPolicy

    def due_at(self, zone: tzinfo) -> datetime:
        """The midnight, at the site, that ends the last day on which the review can be held in time."""
        last = self.until + timedelta(days=self.policy.due_days + 1)
        return datetime.combine(last, time(), zone)


def policies() -> list[ReviewPolicy]:
    """The rules of the house, the latest first; one query."""
    return list(ReviewPolicy.objects.filter(removed_at=None).order_by("-effective_on"))


def policy_on(day: date, rules: Iterable[ReviewPolicy]) -> ReviewPolicy | None:
    """The rule in force on a day; none before the first."""
    return next((each for each in rules if each.effective_on <= day), None)


def period_of(day: date, rules: Sequence[ReviewPolicy]) -> Period | None:
    """The period in which a day lies; none before the first rule.

    A rule that begins within a period cuts it: what lies before follows the old rule, the rest the new one.
    """
    policy = policy_on(day, rules)
    if policy is None:
        return None
    first = Month.of(date(day.year, (day.month - 1) // policy.months * policy.months + 1, 1))
    since, until = first.first, first.moved(policy.months).first - timedelta(days=1)
    last_days = [each.effective_on - timedelta(days=1) for each in rules if each.effective_on > day]
    return Period(since=max(since, policy.effective_on), until=min([until, *last_days]), policy=policy)
