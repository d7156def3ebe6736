"""The objectives of a year (ISO 9001 6.2): what is aimed at, by which means, by whom, by when, how judged."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from evaluation.enums import IndicatorKey, ObjectiveState
from trainingops.domain import Identified
from trainingops.people.models import ServiceLine, Signature, Site, User


class ObjectiveQuerySet(models.QuerySet["Objective"]):
    def visible_to(self, user: User) -> ObjectiveQuerySet:
        """Those of places in scope; one of the whole house belongs to everybody who reads indicators."""
        from evaluation.policies import READS_INDICATORS

        inside = user.authority.scope(*READS_INDICATORS, site="site", line="line")
        if user.authority.has(*READS_INDICATORS):
            inside |= Q(site=None, line=None)
        return self.filter(inside)


class Objective(Identified):
    """One indicator of one year at a place; without site and line of the whole house. What it says: its revisions."""

    year = models.PositiveSmallIntegerField(_("year"))
    indicator = models.CharField(_("indicator"), max_length=16, choices=IndicatorKey)
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="+")
    line = models.ForeignKey(ServiceLine, models.PROTECT, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()

    objects = ObjectiveQuerySet.as_manager()

    class Meta:
        ordering = ["-year", "indicator", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["year", "indicator", "site", "line"], nulls_distinct=False, name="objective_once_a_year"
            )
        ]

    def __str__(self) -> str:
        return f"{self.year} {self.indicator}"


class ObjectiveRevision(Identified):
    """What an objective says; frozen with a hash when submitted. The approved one holds until another is approved."""

    objective = models.ForeignKey(Objective, models.PROTECT, related_name="revisions")
    number = models.PositiveSmallIntegerField()
    target = models.DecimalField(_("target"), max_digits=7, decimal_places=2)
    means = models.TextField(_("means"), help_text="what will be done, and what it takes")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("who answers for it")
    )
    due_on = models.DateField(_("by when"))
    judged_by = models.TextField(_("how it is judged"))
    state = models.CharField(max_length=10, choices=ObjectiveState, default=ObjectiveState.DRAFT)
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    content = models.TextField(blank=True, help_text="canonical JSON of what was submitted")
    content_hash = models.CharField(max_length=64, blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.TextField(blank=True)
    signature = models.OneToOneField(Signature, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["objective", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["objective", "number"], name="objective_revision_number_once"),
            models.UniqueConstraint(
                fields=["objective"], condition=Q(state__in=["draft", "submitted"]), name="one_open_objective_revision"
            ),
            models.UniqueConstraint(
                fields=["objective"], condition=Q(state="approved"), name="one_approved_objective_revision"
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("written_by")), name="objective_decided_by_another"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["approved", "superseded"]) | Q(signature__isnull=False),
                name="objective_approved_with_a_signature",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.objective_id} revision {self.number}"
