"""What the windows of a measured effect lie around: who was chosen by which defects, and when the class is (5.4)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import Count, Max, Min, QuerySet
from django.db.models.fields.json import KeyTextTransform, KeyTransform

from planning.effect_windows import Around, propose, selected_span
from planning.enums import TargetReason
from planning.models import Defect, PlannedMeeting, PlanRevision, PlanTarget


def selecting(targets: QuerySet[PlanTarget]) -> QuerySet[Any]:
    """Those of ``targets`` chosen by their defects, with ``since`` and ``until`` of the window that did (ISO days)."""
    fact = KeyTransform(0, "reason_facts")
    return (
        targets.filter(reason=TargetReason.DEFECTS)
        .order_by()
        .annotate(since=KeyTextTransform("since", fact), until=KeyTextTransform("until", fact))
    )


def around(revision: PlanRevision) -> Around:
    """What the windows of ``revision`` lie around, as its rows say now; two queries."""
    spans = selecting(revision.targets.all()).values_list("since", "until").distinct()
    meetings = PlannedMeeting.objects.filter(planned_session__revision=revision)
    times: dict[str, datetime | None] = meetings.order_by().aggregate(first=Min("starts_at"), last=Max("ends_at"))
    zone = revision.plan.site.zone
    first, last = (moment and moment.astimezone(zone).date() for moment in (times["first"], times["last"]))
    return Around(selected_span(spans), first, last)


def proposal(revision: PlanRevision) -> dict[str, Any]:
    """What the form proposes: the class most frequent among the defects of the targets, and the windows."""
    classes = (
        Defect.objects.counting()
        .filter(targets__revision=revision)
        .order_by()
        .values_list("error_class")
        .annotate(n=Count("pk"))
        .order_by("-n", "error_class")
    )
    most = classes.first()
    return {**({"effect_class": most[0]} if most else {}), **propose(around(revision))}
