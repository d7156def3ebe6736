"""A training from need to closure, and the revisions that say what it is (4.1)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from planning.enums import (
    PlanState,
    RevisionState,
    TrainingKind,
)
from planning.models.effect import EffectPlan
from planning.models.modules import ModuleVersion
from planning.models.needs import NeedSource
from planning.models.outline import Outline
from planning.models.questions import ScoringScheme
from planning.models.templates import PlanTemplate
from trainingops.domain import Identified
from trainingops.people.models import ServiceLine, Site, User


class TrainingPlanQuerySet(models.QuerySet["TrainingPlan"]):
    def visible_to(self, user: User) -> TrainingPlanQuerySet:
        """The offices within their scope, the PIC their own, participants what was approved for them."""
        from planning.queries import plans_visible_to

        return plans_visible_to(self, user)


class TrainingPlan(Identified):
    """One training from need to closure. What it says stands in its revisions."""

    number = models.CharField(_("number"), max_length=30, unique=True)
    kind = models.CharField(_("kind"), max_length=11, choices=TrainingKind)
    title = models.CharField(_("title"), max_length=160)
    site = models.ForeignKey(Site, models.PROTECT, related_name="plans", verbose_name=_("site"))
    line = models.ForeignKey(ServiceLine, models.PROTECT, related_name="plans", verbose_name=_("service line"))
    pic = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="plans", verbose_name="PIC")
    state = models.CharField(_("state"), max_length=14, choices=PlanState, default=PlanState.IN_PREPARATION)
    approved_revision = models.OneToOneField(
        "PlanRevision", models.PROTECT, null=True, blank=True, related_name="approved_for"
    )
    template = models.ForeignKey(
        PlanTemplate,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="plans",
        help_text="what its first draft began with",
    )
    is_filed = models.BooleanField(default=False, help_text="made afterwards for a class held without approval (5.2)")
    missed_start_at = models.DateTimeField(
        null=True, help_text="first start that passed before any approval and was given up since (4.1)"
    )
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    cancelled_at = models.DateTimeField(null=True)

    objects = TrainingPlanQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]
        indexes = [models.Index(fields=["state", "line"])]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_filed=False) | Q(approved_revision=None), name="filed_plan_is_never_approved"
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def get_state_display(self) -> str:  # type: ignore[no-redef]
        """The state in words, wherever it is shown; a plan filed afterwards never looks approved (5.2)."""
        word = str(PlanState(self.state).label)
        return gettext("%(state)s, without prior approval") % {"state": word} if self.is_filed else word


class PlanRevision(Identified, Outline, EffectPlan):
    """Rows while a draft; submission freezes ``content`` (canonical JSON, persons by uuid) and its hash."""

    plan = models.ForeignKey(TrainingPlan, models.PROTECT, related_name="revisions")
    number = models.PositiveSmallIntegerField()
    state = models.CharField(_("state"), max_length=10, choices=RevisionState, default=RevisionState.DRAFT)
    needs = models.ManyToManyField(
        NeedSource, blank=True, related_name="revisions", verbose_name=_("sources of the need")
    )
    module_version = models.ForeignKey(
        ModuleVersion, models.PROTECT, null=True, blank=True, related_name="revisions", verbose_name=_("module")
    )
    scheme = models.ForeignKey(
        ScoringScheme, models.PROTECT, null=True, blank=True, related_name="revisions", verbose_name=_("scoring scheme")
    )
    busy_reason = models.TextField(_("reason for a busy interval"), blank=True)
    trainer_reason = models.TextField(_("reason for a trainer without qualification"), blank=True)
    seats_reason = models.TextField(_("reason for more people than seats"), blank=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    submitted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    submitted_at = models.DateTimeField(null=True)
    content = models.TextField(blank=True)
    content_hash = models.CharField(max_length=64, blank=True)

    class Meta:
        ordering = ["plan", "-number"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "number"], name="revision_number_once"),
            models.UniqueConstraint(
                fields=["plan"], condition=Q(state__in=["draft", "submitted"]), name="one_open_revision_a_plan"
            ),
            models.UniqueConstraint(
                fields=["plan"], condition=Q(state="approved"), name="one_approved_revision_a_plan"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["draft", "withdrawn"])
                | (~Q(content_hash="") & Q(submitted_at__isnull=False) & Q(pass_mark__isnull=False)),
                name="submitted_revision_is_frozen",
            ),
            models.CheckConstraint(
                condition=Q(pass_mark=None) | Q(pass_mark__gte=0, pass_mark__lte=100), name="revision_pass_mark_0_100"
            ),
            models.CheckConstraint(
                condition=Q(before_until__gte=F("before_from")), name="revision_window_before_in_order"
            ),
            models.CheckConstraint(
                condition=Q(after_until__gte=F("after_from")), name="revision_window_after_in_order"
            ),
            models.CheckConstraint(
                condition=Q(after_from__gt=F("before_until")), name="revision_window_after_is_later"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.plan.number} rev {self.number}"
