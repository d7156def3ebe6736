"""Who answered for a plan before, and why somebody else does now (2.2, 5.1.1 a)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from planning.models.plans import TrainingPlan
from trainingops.domain import Identified


class PlanHandOver(Identified):
    """The manager gave a plan to another PIC; nothing of it is undone or changed."""

    plan = models.ForeignKey(TrainingPlan, models.PROTECT, related_name="hand_overs")
    from_pic = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    to_pic = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.TextField()
    handed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    handed_at = models.DateTimeField()

    class Meta:
        ordering = ["handed_at"]
        constraints = [
            models.CheckConstraint(condition=~Q(from_pic=F("to_pic")), name="plan_handed_to_another"),
            models.CheckConstraint(condition=~Q(handed_by=F("to_pic")), name="plan_handed_by_another"),
            models.CheckConstraint(condition=~Q(reason=""), name="hand_over_has_its_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} to {self.to_pic_id}"
