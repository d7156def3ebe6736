"""Which modules agents must hold, by line and segment, in revisions that a manager approves (ISO 9001 7.2)."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib.postgres.aggregates import ArrayAgg
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from planning.enums import RequirementState
from planning.models.modules import TrainingModule
from trainingops.domain import Identified
from trainingops.people.models import Segment, ServiceLine

if TYPE_CHECKING:
    from trainingops.people.models import User


class CompetenceRequirementQuerySet(models.QuerySet["CompetenceRequirement"]):
    def visible_to(self, user: User) -> CompetenceRequirementQuerySet:
        """The lists of the lines in the user's scope; those of the offices that see people read them."""
        from trainingops.people.queries import SEES_PEOPLE

        return self.filter(user.authority.scope(*SEES_PEOPLE, line="line"))

    def in_force(self, day: date) -> CompetenceRequirementQuerySet:
        """Of each line and segment the approved revision that holds on ``day``: the latest that has begun."""
        begun = self.filter(state=RequirementState.APPROVED, effective_on__lte=day)
        latest = begun.order_by("line_id", "segment_id", "-effective_on", "-revision").distinct("line_id", "segment_id")
        return self.filter(pk__in=latest.values("pk"))

    def with_module_codes(self) -> CompetenceRequirementQuerySet:
        """Each with the codes of its modules, for lists."""
        return self.annotate(module_codes=ArrayAgg("modules__module__code", order_by="modules__module__code"))


class CompetenceRequirement(Identified):
    """The modules that agents of a line, or of one segment of it, must hold from a day on: one revision of the list.

    A revision that was decided on never changes; the next one follows it.
    """

    line = models.ForeignKey(ServiceLine, models.PROTECT, related_name="requirements", verbose_name=_("service line"))
    segment = models.ForeignKey(
        Segment,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="requirements",
        verbose_name=_("segment"),
        help_text="none: every agent of the line",
    )
    revision = models.PositiveSmallIntegerField(_("revision"))
    state = models.CharField(_("state"), max_length=9, choices=RequirementState, default=RequirementState.SUBMITTED)
    effective_on = models.DateField(_("in force from"))
    expiring_days = models.PositiveSmallIntegerField(_("days before the end that it counts as expiring"), default=60)
    grace_days = models.PositiveSmallIntegerField(_("days that new agents have"), default=30)
    reason = models.TextField(_("why the list is like this"))
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    decision_note = models.TextField(blank=True)

    objects = CompetenceRequirementQuerySet.as_manager()

    class Meta:
        ordering = ["line__name", F("segment__name").asc(nulls_first=True), "-revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["line", "segment", "revision"], name="requirement_revision_once", nulls_distinct=False
            ),
            models.UniqueConstraint(
                fields=["line", "segment"],
                condition=Q(state="submitted"),
                name="one_submitted_requirement",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(decided_by=None) | ~Q(decided_by=F("submitted_by")) | Q(state="withdrawn"),
                name="requirement_decided_by_another",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.segment or ''}".strip() + f" rev {self.revision}"


class RequiredModule(models.Model):
    """One module of a list, and how many months it holds after somebody passed it."""

    requirement = models.ForeignKey(CompetenceRequirement, models.CASCADE, related_name="modules")
    module = models.ForeignKey(TrainingModule, models.PROTECT, related_name="required_by")
    valid_months = models.PositiveSmallIntegerField(_("holds for (months)"), null=True, blank=True)

    class Meta:
        ordering = ["module__code"]
        constraints = [models.UniqueConstraint(fields=["requirement", "module"], name="required_module_once")]

    def __str__(self) -> str:
        return f"{self.requirement_id} {self.module_id}"
