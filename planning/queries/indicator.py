"""Indicator 4.1: plans approved complete and before their start ÷ plans whose first session was due or held."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import DateTimeField, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, Least

from planning.enums import Decision, PlanState
from planning.models import ApprovalDecision, PlannedMeeting, PlanRevision, TrainingPlan
from trainingops.people.models import User


@dataclass(frozen=True)
class Counted:
    """How many plans were due, and how many of them were approved before their start."""

    due: int
    met: int

    @property
    def share(self) -> Decimal | None:
        """Unrounded, 0 to 1; None where nothing was due."""
        return Decimal(self.met) / Decimal(self.due) if self.due else None


def plans_due(user: User, *, since: date, until: date, now: datetime) -> QuerySet[Any]:
    """The plans in sight whose first session began in the period and not after ``now``.

    A plan that was cancelled before its start was never due, nor was one filed for a class that was withdrawn.
    Cancelled afterwards any other stays: what passed without an approval cannot be mended by giving it up.

    Each with ``first_at`` (start of its first session: as approved, else as the newest revision says, or of a class
    filed without approval; before all these the start that it missed, though its draft gave it up) and
    ``first_approved_at``. Completeness is what a submission requires, so every approval is of a complete plan. The
    period is wide by a day on both sides here: :func:`in_period` cuts it in each site's zone.
    """
    begin = datetime.combine(since - timedelta(days=1), time(), ZoneInfo("UTC"))
    end = min(datetime.combine(until + timedelta(days=2), time(), ZoneInfo("UTC")), now)
    touched = PlannedMeeting.objects.filter(starts_at__gte=begin, starts_at__lte=end).values("planned_session__plan")
    newest = (
        PlanRevision.objects.filter(plan=OuterRef("pk"), sessions__meetings__isnull=False)
        .order_by("-number")
        .values("pk")[:1]
    )
    return (
        TrainingPlan.objects.visible_to(user)
        .filter(Q(pk__in=touched) | Q(missed_start_at__gte=begin, missed_start_at__lte=end))
        .annotate(spoken=Coalesce(F("approved_revision"), Subquery(newest)))
        .annotate(
            first_at=Least(
                F("missed_start_at"),
                _first(planned_session__revision=OuterRef("spoken")),
                _first(planned_session__plan=OuterRef("pk"), planned_session__revision=None),
            ),
            first_approved_at=Subquery(
                ApprovalDecision.objects.filter(revision__plan=OuterRef("pk"), decision=Decision.APPROVED)
                .order_by()
                .values("revision__plan")
                .annotate(at=Min("decided_at"))
                .values("at")
            ),
        )
        .filter(first_at__gte=begin, first_at__lte=end)
        .exclude(Q(cancelled_at=None) | Q(cancelled_at__lt=F("first_at")) | Q(is_filed=True), state=PlanState.CANCELLED)
    )


def _first(**where: Any) -> Subquery:
    meetings = PlannedMeeting.objects.filter(**where).order_by("starts_at")
    return Subquery(meetings.values("starts_at")[:1], output_field=DateTimeField())


def in_period(plans: Iterable[TrainingPlan], *, since: date, until: date) -> list[TrainingPlan]:
    """Those whose first session began in the period by the day at its site, each with ``day`` and ``is_met``."""
    found = []
    for plan in plans:
        row: Any = plan
        row.day = row.first_at.astimezone(plan.site.zone).date()
        row.is_met = row.first_approved_at is not None and row.first_approved_at < row.first_at
        if since <= row.day <= until:
            found.append(plan)
    return found


def count(rows: Iterable[Any]) -> Counted:
    """The figure of some plans of :func:`in_period`, or of what a later stage counts alike."""
    rows = list(rows)
    return Counted(due=len(rows), met=sum(row.is_met for row in rows))


def by(rows: Iterable[Any], what: str) -> list[tuple[Any, Counted]]:
    """The figure by ``month`` (its first day), ``line`` or ``site``, in order."""
    due: Counter[Any] = Counter()
    good: Counter[Any] = Counter()
    for row in rows:
        key = row.day.replace(day=1) if what == "month" else getattr(row, what)
        due[key] += 1
        good[key] += row.is_met
    ordered = sorted(due) if what == "month" else sorted(due, key=str)
    return [(key, Counted(due[key], good[key])) for key in ordered]
