"""What became of everybody on target of a training (4.3, 5.3.1)."""

from __future__ import annotations

from django.db import models

from planning.models import TrainingPlan
from trainingops.domain import Identified
from trainingops.people.models import User


class TrainingRecapQuerySet(models.QuerySet["TrainingRecap"]):
    def visible_to(self, user: User) -> TrainingRecapQuerySet:
        """The offices within their scope, who ran the training, and everybody who received a report on it."""
        from reporting.queries import recaps_visible_to

        return recaps_visible_to(self, user)


class TrainingRecap(Identified):
    """What became of everybody on target of a training, drafted when its last case closed; not under H+1 (4.3, 5.3.1).

    Counts only. A correction may open a case again: its closing drafts the next number, and those before it stay.
    """

    plan = models.ForeignKey(TrainingPlan, models.PROTECT, related_name="recaps")
    number = models.PositiveSmallIntegerField()
    figures = models.JSONField(help_text="as reporting.recap.Recap, by name")
    closed_at = models.DateTimeField()

    objects = TrainingRecapQuerySet.as_manager()

    class Meta:
        ordering = ["plan", "-number"]
        constraints = [models.UniqueConstraint(fields=["plan", "number"], name="recap_number_once")]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.number}"
