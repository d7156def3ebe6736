"""What the records about a plan's revision share: the plans that a period expects, and how one is ordered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Min, QuerySet

from planning.enums import PlanState
from planning.models import PlanRevision, TrainingPlan
from planning.queries.plans import local_day
from trainingops.people.models import User
from trainingops.records.models import EvidenceRequest
from trainingops.records.services import request_evidence


def plans_beginning(since: date, until: date, user: User) -> QuerySet[TrainingPlan]:
    """The plans, not cancelled, whose first meeting lies in the period; those that ``user`` may see."""
    plans = TrainingPlan.objects.visible_to(user).exclude(state=PlanState.CANCELLED)
    return plans.annotate(first=Min("planned_sessions__meetings__starts_at")).filter(first__date__range=(since, until))


def order_about_revision(
    kind: str, revision: PlanRevision, payload: Mapping[str, Any], *, actor: User, now: datetime
) -> EvidenceRequest:
    """Order a record about ``revision``: under its plan's number and title, dated today at its site."""
    plan = revision.plan
    return request_evidence(
        kind=kind,
        subject=revision,
        title=f"{plan.number} rev {revision.number}: {plan.title}",
        payload=payload,
        evidence_date=local_day(now, plan.site),
        actor=actor,
        now=now,
        training=plan,
        site=plan.site,
        line=plan.line,
    )
