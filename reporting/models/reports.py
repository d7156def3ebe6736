"""The report on a session and its versions (5.3.2)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from reporting.enums import ReportState
from reporting.models.obligations import ReportObligation
from trainingops.domain import Identified
from trainingops.people.models import Signature, User


class TrainingReportQuerySet(models.QuerySet["TrainingReport"]):
    def visible_to(self, user: User) -> TrainingReportQuerySet:
        """Trainer and PIC, the offices in scope, and everybody it was distributed to."""
        from reporting.queries import reports_visible_to

        return reports_visible_to(self, user)


class TrainingReport(Identified):
    """The report on a session; its narrative while a draft, its versions once submitted."""

    number = models.CharField(max_length=30, unique=True)
    obligation = models.OneToOneField(ReportObligation, models.PROTECT, related_name="report")
    state = models.CharField(max_length=9, choices=ReportState, default=ReportState.DRAFT)
    course = models.TextField(_("how the training went"), blank=True)
    obstacles = models.TextField(_("obstacles"), blank=True)
    follow_up = models.TextField(_("follow-up"), blank=True)
    version = models.PositiveIntegerField(default=1, help_text="row version of the draft")
    updated_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    updated_at = models.DateTimeField(null=True)
    changed_at = models.DateTimeField(null=True, help_text="facts changed since the last version: the next one is owed")
    changed_what = models.JSONField(default=list, help_text="what of them: attendance, scores, participants")

    objects = TrainingReportQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.number


class ReportVersion(Identified):
    """What was submitted: canonical JSON with persons by uuid, its hash, its signature. Never changes."""

    report = models.ForeignKey(TrainingReport, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    content = models.TextField()
    content_hash = models.CharField(max_length=64)
    reason = models.TextField(blank=True, help_text="of an amendment")
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    signature = models.OneToOneField(Signature, models.PROTECT, related_name="+")

    class Meta:
        ordering = ["report", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["report", "number"], name="report_version_once"),
            models.CheckConstraint(condition=Q(number=1) | ~Q(reason=""), name="amendment_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.report_id} v{self.number}"


class ReportShare(Identified):
    """The sender notes where the summary was shared by hand (RPT-6); no messaging service is called."""

    version = models.ForeignKey(ReportVersion, models.PROTECT, related_name="shares")
    group = models.CharField(max_length=80)
    shared_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    shared_at = models.DateTimeField()

    class Meta:
        ordering = ["-shared_at"]

    def __str__(self) -> str:
        return self.group
