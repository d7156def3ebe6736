"""Indicator 4.3a: targets trained ÷ targeted (CLAUSES 4.3)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.db.models.functions import TruncMonth

from planning.enums import PlanState
from sessions.enums import OutcomeState, SessionState
from sessions.models import TargetOutcome
from trainingops.people.models import User
from trainingops.people.queries import day_there, midnight

_SESSION = "enrolment__training_session__"


@dataclass(frozen=True)
class Reach:
    """How many people were on target, and what became of them; each counts for each plan that targets them.

    Attributes:
        targeted: those waived and those who lapsed after their class began included.
        on_schedule: of those trained, without any recovery.
    """

    targeted: int = 0
    trained: int = 0
    on_schedule: int = 0
    outstanding: int = 0
    waived: int = 0
    lapsed: int = 0

    @property
    def share(self) -> Decimal | None:
        """Trained ÷ targeted, unrounded, 0 to 1; None where nobody was on target."""
        return Decimal(self.trained) / Decimal(self.targeted) if self.targeted else None

    @property
    def share_on_schedule(self) -> Decimal | None:
        """Trained without recovery ÷ targeted, likewise."""
        return Decimal(self.on_schedule) / Decimal(self.targeted) if self.targeted else None

    def __add__(self, other: Reach) -> Reach:
        return Reach(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(Reach)))


def targets_due(user: User, *, since: date, until: date, now: datetime) -> QuerySet[Any]:
    """The targets in sight that :func:`due_among` counts."""
    return due_among(TargetOutcome.objects.visible_to(user), since=since, until=until, now=now)


def due_among(targets: QuerySet[TargetOutcome], *, since: date, until: date, now: datetime) -> QuerySet[Any]:
    """Of ``targets`` those whose class was to end in the period, by the day at its site, and not after ``now``.

    Left out: cancelled plans and classes, and who left or moved before their class began. Each with ``day``.
    """
    near = (midnight(since - timedelta(days=1)), midnight(until + timedelta(days=2)))
    return (
        targets.filter(**{f"{_SESSION}ends_at__range": near})
        .filter(**{f"{_SESSION}ends_at__lte": now})
        .exclude(plan__state=PlanState.CANCELLED)
        .exclude(**{f"{_SESSION}state": SessionState.CANCELLED})
        .exclude(state=OutcomeState.LAPSED, settled_at__lt=F(f"{_SESSION}starts_at"))
        .annotate(day=day_there(f"{_SESSION}ends_at", f"{_SESSION}site__timezone"))
        .filter(day__range=(since, until))
    )


def reach_of(targets: QuerySet[Any]) -> list[dict[str, Any]]:
    """The figure of targets of :func:`targets_due` by month, line and site: one query, a row each with ``reach``."""

    def count(**where: Any) -> Count:
        return Count("pk", filter=Q(**where))

    rows = (
        targets.order_by()
        .annotate(month=TruncMonth("day"), line=F("plan__line__name"), site=F("plan__site__name"))
        .values("month", "line", "site")
        .annotate(
            n_targeted=Count("pk"),
            n_trained=count(state=OutcomeState.TRAINED),
            n_on_schedule=count(state=OutcomeState.TRAINED, on_schedule=True),
            n_outstanding=count(state=OutcomeState.OUTSTANDING),
            n_waived=count(state=OutcomeState.WAIVED),
            n_lapsed=count(state=OutcomeState.LAPSED),
        )
    )
    names = [each.name for each in fields(Reach)]
    return [
        {**{key: row[key] for key in ("month", "line", "site")}, "reach": Reach(*(row[f"n_{name}"] for name in names))}
        for row in rows
    ]


def by(rows: Iterable[dict[str, Any]], what: str) -> list[tuple[Any, Reach]]:
    """The figure by ``month``, ``line`` or ``site``, in order."""
    found: dict[Any, Reach] = {}
    for row in rows:
        found[row[what]] = found.get(row[what], Reach()) + row["reach"]
    return sorted(found.items())


def total(rows: Iterable[dict[str, Any]]) -> Reach:
    """The figure of all of them."""
    return sum((row["reach"] for row in rows), Reach())
