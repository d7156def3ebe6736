"""What a revision holds: batches, meetings, people on target, recipients (5.1.1 b, c, e; 5.3.2)."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from planning.enums import (
    TargetReason,
)
from planning.models.needs import Defect
from planning.models.plans.plan import PlanRevision, TrainingPlan
from planning.models.resources import Room, TrainerProfile
from planning.reasons import reason_words
from trainingops.domain import Identified
from trainingops.people.enums import Role
from trainingops.people.models import Person, Site


class PlannedSession(models.Model):
    """One class of one group (batch). Its ``uuid`` stays the same through revisions and names the session held.

    ``revision`` is none for make-up classes and for classes filed afterwards.
    """

    uuid = models.UUIDField(default=uuid.uuid4, db_index=True)
    plan = models.ForeignKey(TrainingPlan, models.PROTECT, related_name="planned_sessions")
    revision = models.ForeignKey(PlanRevision, models.PROTECT, null=True, blank=True, related_name="sessions")
    label = models.CharField(_("batch"), max_length=60)
    host_site = models.ForeignKey(Site, models.PROTECT, related_name="+", verbose_name=_("host site"))
    trainers = models.ManyToManyField(TrainerProfile, related_name="planned_sessions", verbose_name=_("trainers"))
    room = models.ForeignKey(Room, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("room"))
    link = models.URLField(_("link"), blank=True)
    place_changed_at = models.DateTimeField(null=True, help_text="last change of room or link without a revision")
    busy_reason = models.TextField(
        blank=True,
        help_text="why people were moved to it although it became busy, written without a revision (5.1.1 f)",
    )

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["revision", "uuid"], name="planned_session_once_a_revision")]

    def __str__(self) -> str:
        return self.label


class PlannedMeeting(models.Model):
    """A meeting of a planned session; its ``uuid`` stays through revisions too."""

    uuid = models.UUIDField(default=uuid.uuid4, db_index=True)
    planned_session = models.ForeignKey(PlannedSession, models.CASCADE, related_name="meetings")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))
    set_at = models.DateTimeField(null=True, help_text="when its start was set; unknown for the oldest")

    class Meta:
        ordering = ["starts_at"]
        indexes = [models.Index(fields=["starts_at"])]
        constraints = [
            models.UniqueConstraint(fields=["planned_session", "uuid"], name="planned_meeting_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="planned_meeting_ends_after_start"),
            models.CheckConstraint(
                condition=Q(ends_at__lte=F("starts_at") + timedelta(hours=24)), name="planned_meeting_within_a_day"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"


class PlanTarget(Identified):
    """A person on target, and why (5.1.1 b, c). The batch is not material; the set of targets is."""

    revision = models.ForeignKey(PlanRevision, models.PROTECT, related_name="targets")
    person = models.ForeignKey(Person, models.PROTECT, related_name="plan_targets")
    planned_session = models.ForeignKey(
        PlannedSession, models.PROTECT, null=True, blank=True, related_name="targets", verbose_name=_("batch")
    )
    reason = models.CharField(_("reason"), max_length=17, choices=TargetReason)
    reason_facts = models.JSONField(default=list, help_text="why, as kinds and values (planning.reasons)")
    reason_note = models.CharField(_("reason in words"), max_length=300, blank=True, help_text="as the PIC wrote it")
    defects = models.ManyToManyField(Defect, blank=True, related_name="targets")
    extra_minutes = models.PositiveSmallIntegerField(
        _("extra time for each test (minutes)"), default=0, help_text="not material: the PIC gives it alone (QUZ-4)"
    )
    moved_at = models.DateTimeField(null=True, help_text="last move to another batch without a revision")
    extra_time_at = models.DateTimeField(null=True, help_text="last change of the extra time without a revision")

    class Meta:
        ordering = ["person__name"]
        constraints = [models.UniqueConstraint(fields=["revision", "person"], name="target_once_a_revision")]

    def __str__(self) -> str:
        return f"{self.person_id} in {self.revision_id}"

    @property
    def reason_words(self) -> str:
        """Why, in the reader's words; nothing more than the kind of reason where nothing more is known."""
        return reason_words(self.reason_facts) or self.reason_note  # before the facts were kept, the note held all


class PlanRecipient(models.Model):
    """Who receives the report: at least one active for each party that 5.3.2 names."""

    revision = models.ForeignKey(PlanRevision, models.CASCADE, related_name="recipients")
    party = models.CharField(_("party"), max_length=20, choices=Role)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+")
    name = models.CharField(_("name"), max_length=120, blank=True)
    email = models.EmailField(_("mail address"), blank=True)
    added_at = models.DateTimeField(null=True, help_text="when added without a revision")

    class Meta:
        ordering = ["party", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(user__isnull=False) | ~Q(email=""), name="recipient_can_be_reached"),
            models.UniqueConstraint(fields=["revision", "party", "user"], name="recipient_once_a_party"),
        ]

    def __str__(self) -> str:
        return f"{self.party} {self.user_id or self.email}"
