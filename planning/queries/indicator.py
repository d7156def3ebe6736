"""Indicator 4.1: plans approved complete and before their start ÷ plans whose first session was due or held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, DateTimeField, F, Min, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, Least, TruncMonth

from planning.enums import Decision, PlanState
from planning.models import ApprovalDecision, PlannedMeeting, PlanRevision, TrainingPlan
from trainingops.people.models import User
from trainingops.people.queries import day_there


@dataclass(frozen=True)
class Counted:
    """How many plans were due, and how many of them were approved before their start."""

    due: int
    met: int

    @property
    def share(self) -> Decimal | None:
        """Unrounded, 0 to 1; None where nothing was due."""
        return Decimal(self.met) / Decimal(self.due) if self.due else None

    def __add__(self, other: Counted) -> Counted:
        return Counted(self.due + other.due, self.met + other.met)


def plans_due(user: User, *, since: date, until: date, now: datetime) -> QuerySet[Any]:
    """The plans in sight that :func:`due_among` counts."""
    return due_among(TrainingPlan.objects.visible_to(user), since=since, until=until, now=now)


def due_among(plans: QuerySet[TrainingPlan], *, since: date, until: date, now: datetime) -> QuerySet[Any]:
    """Of ``plans`` those whose first session began in the period, by the day at their site, and not after ``now``.

    A plan that was cancelled before its start was never due, nor was one filed for a class that was withdrawn.
    Cancelled afterwards any other stays: what passed without an approval cannot be mended by giving it up.

    Each with ``first_at`` (start of its first session: as approved, else as the newest revision says, or of a class
    filed without approval; before all these the start that it missed, though its draft gave it up),
    ``first_approved_at``, ``day`` and ``is_met``. Completeness is what a submission requires, so every approval is of
    a complete plan.
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
        plans.filter(Q(pk__in=touched) | Q(missed_start_at__gte=begin, missed_start_at__lte=end))
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
        .annotate(
            day=day_there("first_at", "site__timezone"),
            is_met=met_where(Q(first_approved_at__lt=F("first_at"))),
        )
        .filter(day__range=(since, until))
    )


def met_where(condition: Q) -> Case:
    """For an annotation: true where the condition holds, else false; never unknown."""
    return Case(When(condition, then=True), default=False)


def _first(**where: Any) -> Subquery:
    meetings = PlannedMeeting.objects.filter(**where).order_by("starts_at")
    return Subquery(meetings.values("starts_at")[:1], output_field=DateTimeField())


def by_place(rows: QuerySet[Any], *, of: str = "") -> list[dict[str, Any]]:
    """The figure of rows with ``day`` and ``is_met`` by ``month``, ``line`` and ``site``: one query, with ``figure``.

    Args:
        of: the path to what has line and site, such as ``plan__``.
    """
    places = {"month": TruncMonth("day"), "line": F(f"{of}line__name"), "site": F(f"{of}site__name")}
    counts = {"n_due": Count("pk", distinct=True), "n_met": Count("pk", filter=Q(is_met=True), distinct=True)}
    found = rows.order_by().annotate(**{f"at_{name}": place for name, place in places.items()})
    return [
        {**{name: row[f"at_{name}"] for name in places}, "figure": Counted(row["n_due"], row["n_met"])}
        for row in found.values(*(f"at_{name}" for name in places)).annotate(**counts)
    ]


def total(rows: Iterable[Mapping[str, Any]]) -> Counted:
    """The figure of all of them."""
    return sum((row["figure"] for row in rows), Counted(0, 0))


def by(rows: Iterable[Mapping[str, Any]], what: str) -> list[tuple[Any, Counted]]:
    """The figure by ``month`` (its first day), ``line`` or ``site``, in order."""
    found: dict[Any, Counted] = {}
    for row in rows:
        found[row[what]] = found.get(row[what], Counted(0, 0)) + row["figure"]
    return sorted(found.items())
