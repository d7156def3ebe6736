"""For which days the PIC of a plan holds an appointment there (5.1.1 a)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, QuerySet
from django.db.models.functions import JSONObject

from planning.models.plans import PlanRevision, TrainingPlan
from planning.models.resources import Appointment
from trainingops.people.models import User

#: First and last day of an appointment.
Term = tuple[date, date]


def with_terms(revisions: QuerySet[PlanRevision]) -> QuerySet[PlanRevision]:
    """Revisions with the terms of their PIC, which :func:`terms_of` reads: no query more."""
    held = Appointment.objects.filter(
        user=OuterRef("plan__pic"), site=OuterRef("plan__site"), line=OuterRef("plan__line"), revoked_at=None
    )
    rows = held.order_by("starts_on").values(row=JSONObject(first="starts_on", last="ends_on"))
    return revisions.annotate(listed_terms=ArraySubquery(rows))


def terms_of(revision: PlanRevision) -> list[Term]:
    """The appointments of the plan's PIC at its site and line that are not revoked."""
    rows: Any = getattr(revision, "listed_terms", None)
    if rows is not None:
        return [(date.fromisoformat(row["first"]), date.fromisoformat(row["last"])) for row in rows]
    return terms_held(revision.plan.pic, revision.plan)


def terms_held(user: User, plan: TrainingPlan) -> list[Term]:
    """The same of somebody who might become PIC of the plan; one query."""
    held = Appointment.objects.filter(user=user, site=plan.site_id, line=plan.line_id, revoked_at=None)
    return list(held.order_by("starts_on").values_list("starts_on", "ends_on"))


def first_day_outside(terms: Iterable[Term], days: Iterable[date]) -> date | None:
    """The first of ``days`` on which no term is in force, if any."""
    known = list(terms)
    return next((day for day in sorted(days) if not any(first <= day <= last for first, last in known)), None)
