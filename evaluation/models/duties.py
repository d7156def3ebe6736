"""The duty to review each line at least once a quarter, and the rule by which it is counted (5.4)."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q

from evaluation.models.improvement import Review
from trainingops.domain import Identified
from trainingops.people.models import ServiceLine, Site, User


class ReviewPolicy(Identified):
    """How often a line is reviewed from a day on, until when, and who is told when; of the whole house.

    A removed one stays as a row, because due dates were counted with it.
    """

    effective_on = models.DateField()
    months = models.PositiveSmallIntegerField(default=3, help_text="of a period, counted from January")
    due_days = models.PositiveSmallIntegerField(default=30, help_text="after the period, until the review is held")
    reminder_days = models.PositiveSmallIntegerField(default=7, help_text="before the due date the manager is reminded")
    escalation_days = models.PositiveSmallIntegerField(
        default=7, help_text="after the due date QC and Operation are told, too"
    )
    action_reminder_days = models.PositiveSmallIntegerField(
        default=3, help_text="before an action is due its owner is reminded"
    )
    check_days = models.PositiveSmallIntegerField(
        default=14, help_text="after an action is done, until its effect on training defects can be judged"
    )
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-effective_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["effective_on"], condition=Q(removed_at=None), name="review_policy_once_a_day"
            ),
            models.CheckConstraint(condition=Q(months__in=[1, 2, 3, 4, 6, 12]), name="review_policy_divides_the_year"),
        ]

    def __str__(self) -> str:
        return f"from {self.effective_on}"


class ReviewObligationQuerySet(models.QuerySet["ReviewObligation"]):
    def visible_to(self, user: User) -> ReviewObligationQuerySet:
        """Who leads, takes part in or audits reviews of the place."""
        return self.filter(
            user.authority.scope("manager", "trainer", "qc", "operations", "auditor", site="site", line="line")
        )


class ReviewObligation(Identified):
    """A line of a site with trainings in a period owes the review of it by ``due_at`` (exclusive: a midnight).

    Overdue is ``now >= due_at`` and never stored as a state.
    """

    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    line = models.ForeignKey(ServiceLine, models.PROTECT, related_name="+")
    period_from = models.DateField()
    period_to = models.DateField()
    policy = models.ForeignKey(ReviewPolicy, models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    review = models.ForeignKey(
        Review, models.PROTECT, null=True, related_name="obligations", help_text="the first one held that meets it"
    )
    held_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    overdue_told_at = models.DateTimeField(null=True)
    escalated_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    objects = ReviewObligationQuerySet.as_manager()

    class Meta:
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["site", "line", "period_from"], name="review_owed_once_a_period"),
            models.CheckConstraint(
                condition=Q(period_to__gte=F("period_from")), name="review_obligation_period_in_order"
            ),
            models.CheckConstraint(
                condition=Q(review=None, held_at=None) | Q(review__isnull=False, held_at__isnull=False),
                name="review_obligation_met_by_a_review",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(held_at=None), name="review_obligation_open")]

    def __str__(self) -> str:
        return f"{self.line_id} {self.period_from}"

    @property
    def last_minute(self) -> datetime:
        """The due time as people say it: 23.59 of the last day."""
        return self.due_at - timedelta(minutes=1)

    @property
    def is_in_time(self) -> bool:
        """Whether the review was held before the due time."""
        return self.held_at is not None and self.held_at < self.due_at
