"""What a plan of a kind usually says: all of clause 4.1 but who, when and where (4.1, 5.1.1 e)."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from planning.enums import TrainingKind
from planning.models.modules import TrainingModule
from planning.models.outline import Outline
from planning.models.questions import ScoringScheme
from trainingops.domain import Identified
from trainingops.people.enums import Role
from trainingops.people.models import ServiceLine, User

#: Who plans, approves or audits reads templates.
TEMPLATE_READERS = (Role.MANAGER, Role.TRAINER, Role.AUDITOR)


class PlanTemplateQuerySet(models.QuerySet["PlanTemplate"]):
    def visible_to(self, user: User) -> PlanTemplateQuerySet:
        """Those of one's lines and those of every line, for who plans, approves or audits."""
        if not user.authority.has(*TEMPLATE_READERS):
            return self.none()
        return self.filter(Q(line=None) | user.authority.scope(*TEMPLATE_READERS, line="line"))

    def in_use(self) -> PlanTemplateQuerySet:
        return self.filter(is_active=True)


class PlanTemplate(Identified, Outline):
    """A draft begins with these values; each plan may change them, and the manager approves what the plan says.

    It names the module, not its version: a plan takes the version that is approved on the day.
    """

    name = models.CharField(_("name"), max_length=80)
    kind = models.CharField(_("kind"), max_length=11, choices=TrainingKind)
    line = models.ForeignKey(
        ServiceLine, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("service line")
    )
    title = models.CharField(_("title"), max_length=160, blank=True)
    module = models.ForeignKey(
        TrainingModule, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("module")
    )
    minutes = models.PositiveSmallIntegerField(_("minutes of a meeting"))
    meetings = models.PositiveSmallIntegerField(_("meetings, one a day"), default=1)
    scheme = models.ForeignKey(
        ScoringScheme, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("scoring scheme")
    )
    parties = ArrayField(
        models.CharField(max_length=20, choices=Role),
        verbose_name=_("recipients besides the mandatory parties"),
        default=list,
        blank=True,
    )
    is_active = models.BooleanField(default=True)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    objects = PlanTemplateQuerySet.as_manager()

    class Meta:
        ordering = ["kind", "name"]
        constraints = [
            models.UniqueConstraint(Lower("name"), name="plan_template_once"),
            models.CheckConstraint(condition=Q(minutes__gte=5, minutes__lte=720), name="template_minutes_5_720"),
            models.CheckConstraint(condition=Q(meetings__gte=1, meetings__lte=10), name="template_meetings_1_10"),
            models.CheckConstraint(
                condition=Q(pass_mark=None) | Q(pass_mark__gte=0, pass_mark__lte=100), name="template_pass_mark_0_100"
            ),
        ]

    def __str__(self) -> str:
        return self.name
