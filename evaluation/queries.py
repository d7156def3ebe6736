"""Reusable reads of the evaluation stage."""

from __future__ import annotations

from django.db.models import Prefetch, QuerySet

from evaluation.models import Finding, ImprovementAction, Review


def findings_of(review: Review) -> QuerySet[Finding]:
    """The findings by aspect, each with its actions and their owners: two queries."""
    actions = ImprovementAction.objects.select_related("owner")
    return review.findings.prefetch_related(Prefetch("actions", actions)).order_by("aspect", "pk")
