"""Who sees which sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Q

if TYPE_CHECKING:
    from sessions.models.held import TrainingSessionQuerySet
    from trainingops.people.models import User

OFFICES = (
    "manager",
    "trainer",
    "qc",
    "operations",
    "operation_support",
    "sso_training",
    "team_leader",
    "auditor",
)


def sessions_visible_to(
    training_sessions: TrainingSessionQuerySet, user: User, *, participants: bool = True
) -> TrainingSessionQuerySet:
    """The offices within their scope; PIC and executing trainers their own; participants where they are enrolled."""
    inside = user.authority.scope(*OFFICES, site="site", line="line")
    own = Q(plan__pic=user) | Q(meetings__meeting_trainers__trainer__user=user)
    if participants and user.person_id:
        own |= Q(enrolments__person=user.person_id, enrolments__removed_at=None)
    return training_sessions.filter(pk__in=training_sessions.model.objects.filter(inside | own).values("pk"))
