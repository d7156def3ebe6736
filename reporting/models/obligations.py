"""The obligation of a session, and how its due time moved (4.3, 5.3.2)."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from reporting.enums import ChangeCause, EscalationStep, ObligationState
from reporting.models.rules import DeadlinePolicy
from sessions.models import TrainingSession
from trainingops.domain import Identified
from trainingops.people.models import User
from trainingops.ui.moments import zone_word


class ReportObligationQuerySet(models.QuerySet["ReportObligation"]):
    def visible_to(self, user: User) -> ReportObligationQuerySet:
        """Those of sessions that concern the user in an office."""
        from reporting.queries import obligations_visible_to

        return obligations_visible_to(self, user)


class ReportObligation(Identified):
    """One a session, from the moment it is scheduled. On time when ``submitted_at < due_at``.

    ``breached_at`` is a fact of time (= ``due_at``) beside the state; nothing undoes it.
    """

    training_session = models.OneToOneField(TrainingSession, models.PROTECT, related_name="obligation")
    state = models.CharField(max_length=9, choices=ObligationState, default=ObligationState.PENDING)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="obligations")
    last_end = models.DateTimeField(help_text="the end from which H+1 counts")
    due_at = models.DateTimeField(db_index=True)
    timezone = models.CharField(max_length=40)
    policy = models.ForeignKey(DeadlinePolicy, models.PROTECT, null=True, related_name="+")
    explanation = models.JSONField(default=dict, help_text="start, days skipped by name, rule (DLN-2)")
    submitted_at = models.DateTimeField(null=True)
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    breached_at = models.DateTimeField(null=True)
    escalated_to = models.CharField(
        max_length=8, choices=EscalationStep, blank=True, help_text="the last step up the line that was told"
    )
    escalate_at = models.DateTimeField(null=True, help_text="when the next step is told, unless the report is in")
    void_reason = models.TextField(blank=True)
    created_at = models.DateTimeField()
    parties_told = models.JSONField(default=list, help_text="those without a recipient, as told")

    objects = ReportObligationQuerySet.as_manager()

    class Meta:
        ordering = ["due_at"]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state="pending", breached_at=None), name="obligation_to_breach"
            ),
            models.Index(fields=["escalate_at"], condition=Q(state="pending"), name="obligation_to_escalate"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(due_at__gt=F("last_end")), name="due_after_last_end"),
            models.CheckConstraint(
                condition=Q(breached_at=None) | Q(breached_at=F("due_at")), name="breach_is_at_the_due_time"
            ),
            models.CheckConstraint(
                condition=Q(state="submitted", submitted_at__isnull=False, submitted_by__isnull=False)
                | (~Q(state="submitted") & Q(submitted_at=None, submitted_by=None)),
                name="submission_has_time_and_person",
            ),
            models.CheckConstraint(
                condition=Q(submitted_at=None)
                | Q(submitted_at__lt=F("due_at"), breached_at=None)
                | Q(submitted_at__gte=F("due_at"), breached_at__isnull=False),
                name="late_submission_is_a_breach",
            ),
            models.CheckConstraint(
                condition=~Q(state="void") | (~Q(void_reason="") & Q(breached_at=None)),
                name="void_has_a_reason_and_no_breach",
            ),
        ]

    def __str__(self) -> str:
        return f"H+1 {self.training_session.number}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)

    @property
    def zone_word(self) -> str:
        """The zone in which its times are said: WIB, WITA or WIT."""
        return zone_word(self.last_minute.astimezone(self.zone))

    @property
    def last_minute(self) -> datetime:
        """The due time as people say it: the midnight that ends a day is read as its 23.59."""
        return self.due_at - timedelta(minutes=1)

    @property
    def known_late_at(self) -> datetime:
        """When it could first be known that the report is late: the due time, or the filing of a class after it.

        Nobody could write before that, so the steps up the line count from there.
        """
        return max(self.due_at, self.created_at)

    @property
    def is_void(self) -> bool:
        """No report is owed any more."""
        return self.state == ObligationState.VOID

    @property
    def is_on_time(self) -> bool:
        """Submitted before the due time."""
        return self.submitted_at is not None and self.submitted_at < self.due_at


class ObligationChange(Identified):
    """A due time moved: old, new, why, who, when, how it was counted."""

    obligation = models.ForeignKey(ReportObligation, models.PROTECT, related_name="changes")
    cause = models.CharField(max_length=11, choices=ChangeCause)
    old_due_at = models.DateTimeField(null=True)
    new_due_at = models.DateTimeField()
    old_last_end = models.DateTimeField(null=True)
    new_last_end = models.DateTimeField()
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    reason = models.TextField(blank=True)
    explanation = models.JSONField(default=dict)
    changed_at = models.DateTimeField()

    class Meta:
        ordering = ["changed_at", "id"]

    def __str__(self) -> str:
        return f"{self.cause} {self.new_due_at:%Y-%m-%d %H:%M}"

    @property
    def old_last_minute(self) -> datetime | None:
        return self.old_due_at - timedelta(minutes=1) if self.old_due_at else None

    @property
    def new_last_minute(self) -> datetime:
        return self.new_due_at - timedelta(minutes=1)
