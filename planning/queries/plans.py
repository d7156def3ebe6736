"""Reusable reads of plans."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

if TYPE_CHECKING:
    from planning.models.plans import TrainingPlanQuerySet
    from trainingops.people.models import User


def plans_visible_to(plans: TrainingPlanQuerySet, user: User) -> TrainingPlanQuerySet:
    """The offices within their scope; a PIC their own everywhere. Participants see sessions, not plans."""
    inside = user.authority.scope(
        "manager",
        "trainer",
        "qc",
        "operations",
        "operation_support",
        "sso_training",
        "team_leader",
        "auditor",
        site="site",
        line="line",
    )
    return plans.filter(inside | Q(pic=user))
