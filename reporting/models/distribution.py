"""Which parties a version must reach, and how it reached them (4.3, 5.3.2)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q

from reporting.enums import DeliveryChannel
from reporting.models.reports import ReportVersion, TrainingReport
from trainingops.domain import Identified
from trainingops.people.enums import Role
from trainingops.people.models import ServiceLine, Site, User
from trainingops.records.models import StoredFile


class DistributionQuerySet(models.QuerySet["Distribution"]):
    def visible_to(self, user: User) -> DistributionQuerySet:
        return self.filter(user=user)


class Distribution(Identified):
    """A version sent to one recipient of one party: sent, opened, acknowledged (RPT-4)."""

    version = models.ForeignKey(ReportVersion, models.PROTECT, related_name="distributions")
    party = models.CharField(max_length=20, choices=Role)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="distributions"
    )
    name = models.CharField(max_length=120, blank=True)
    address = models.EmailField(blank=True)
    unreachable = models.BooleanField(default=False, help_text="the account was closed when it was sent")
    sent_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True)
    acknowledged_at = models.DateTimeField(null=True)

    objects = DistributionQuerySet.as_manager()

    class Meta:
        ordering = ["party", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "party", "user", "address", "name"],
                nulls_distinct=False,
                name="distribution_once_a_recipient",
            ),
            models.CheckConstraint(
                condition=Q(user__isnull=False) | ~Q(address="") | ~Q(name=""), name="distribution_names_somebody"
            ),
            models.CheckConstraint(
                condition=Q(acknowledged_at=None) | Q(opened_at__isnull=False), name="acknowledged_was_opened"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.version_id} → {self.user_id or self.address}"

    @property
    def words(self) -> str:
        """Who it is."""
        return str(self.user) if self.user else self.name or self.address


class AddedRecipient(Identified):
    """Somebody whom the sender added by hand to a report: every later version goes there too, until taken out."""

    report = models.ForeignKey(TrainingReport, models.PROTECT, related_name="added_recipients")
    party = models.CharField(max_length=20, choices=Role)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    name = models.CharField(max_length=120, blank=True)
    address = models.EmailField(blank=True)
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    taken_out_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["report", "party", "user", "address", "name"], nulls_distinct=False, name="added_recipient_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.report_id} → {self.user_id or self.address or self.name}"


class ReportParty(Identified):
    """A party of 5.3.2 at a place of the class, whom a version must reach, and the recipients who stand for it.

    A place is a site with a line: the class's own, and each other one that participants come from.
    """

    version = models.ForeignKey(ReportVersion, models.PROTECT, related_name="parties")
    party = models.CharField(max_length=20, choices=Role)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    line = models.ForeignKey(ServiceLine, models.PROTECT, related_name="+")
    recipients = models.ManyToManyField(Distribution, related_name="stands_for")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["version", "party", "site", "line"], name="report_party_once_a_place")
        ]

    def __str__(self) -> str:
        return f"{self.version_id} {self.party}"


class ReportDelivery(Identified):
    """The sender notes that a recipient without account was handed the report: how, when, to whom, with its proof."""

    distribution = models.ForeignKey(Distribution, models.PROTECT, related_name="deliveries")
    channel = models.CharField(max_length=9, choices=DeliveryChannel)
    delivered_at = models.DateTimeField()
    received_by = models.CharField(max_length=120)
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+", help_text="the proof")
    file_name = models.CharField(max_length=160, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.distribution_id} {self.channel}"


class ClientNames(Identified):
    """Whether the client reads names and scores of a line; the latest decision holds, without one they do not."""

    line = models.ForeignKey(ServiceLine, models.PROTECT, related_name="+")
    shown = models.BooleanField()
    reason = models.CharField(max_length=300)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        ordering = ["-decided_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.line_id} {self.shown}"
