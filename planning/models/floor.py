"""What the floor must hold while people train: the target of a line, days that are no reference, overtime ordered."""

from __future__ import annotations

from decimal import Decimal

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from planning.enums import Consent, LoadMethod
from planning.models.plans import TrainingPlan
from trainingops.domain import Identified
from trainingops.people.models import Person, ServiceLine, Site, User


class LineTarget(models.Model):
    """How the load of a line is judged, and what it must hold (5.1.1 f); without a row the channel's default."""

    line = models.OneToOneField(ServiceLine, models.PROTECT, related_name="target")
    method = models.CharField(_("method"), max_length=12, choices=LoadMethod)
    goal_percent = models.DecimalField(_("target (%)"), max_digits=5, decimal_places=2, default=Decimal(80))
    answer_seconds = models.PositiveSmallIntegerField(_("answered within (seconds)"), default=20)
    concurrency = models.PositiveSmallIntegerField(_("chats at the same time"), default=1)
    set_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(goal_percent__gt=0, goal_percent__lte=100), name="line_target_goal_0_100"
            ),
            models.CheckConstraint(condition=Q(concurrency__gte=1), name="line_target_concurrency_at_least_1"),
        ]

    def __str__(self) -> str:
        return f"{self.line_id} {self.method}"


class MarkedDayQuerySet(models.QuerySet["MarkedDay"]):
    def visible_to(self, user: User) -> MarkedDayQuerySet:
        """Days marked for the sites and lines in scope."""
        return self.filter(
            user.authority.scope(
                "manager", "trainer", "operations", "operation_support", "auditor", site="site", line="line"
            )
        )


class MarkedDay(Identified):
    """A day that is no reference: a campaign, an outage, a move (5.1.1 f). Holidays need no mark."""

    site = models.ForeignKey(Site, models.PROTECT, related_name="+", verbose_name=_("site"))
    line = models.ForeignKey(ServiceLine, models.PROTECT, related_name="+", verbose_name=_("service line"))
    day = models.DateField(_("day"))
    reason = models.CharField(_("reason"), max_length=160)
    marked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    marked_at = models.DateTimeField()

    objects = MarkedDayQuerySet.as_manager()

    class Meta:
        ordering = ["-day"]
        constraints = [models.UniqueConstraint(fields=["site", "line", "day"], name="marked_day_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.reason}"


class OvertimeOrder(Identified):
    """A meeting outside somebody's shift: why, who ordered it, and whether the agent consents (PP 35/2021, art. 28).

    Bound to the meeting's uuid, which stays through revisions; a meeting that moved needs a new order.
    """

    plan = models.ForeignKey(TrainingPlan, models.PROTECT, related_name="overtime_orders")
    person = models.ForeignKey(Person, models.PROTECT, related_name="overtime_orders")
    meeting = models.UUIDField(help_text="uuid of the planned meeting")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    minutes = models.PositiveSmallIntegerField(help_text="of the meeting, outside the shift")
    reason = models.TextField(_("reason"))
    ordered_by = models.CharField(_("ordered by"), max_length=120)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    consent = models.CharField(_("consent"), max_length=7, choices=Consent, default=Consent.ASKED)
    consent_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    consent_at = models.DateTimeField(null=True)
    consent_note = models.CharField(_("note"), max_length=200, blank=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["starts_at", "person"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "person", "meeting"], condition=Q(withdrawn_at=None), name="one_live_order_a_meeting"
            ),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at"), minutes__gt=0), name="overtime_has_length"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(ordered_by=""), name="overtime_says_why_and_who"),
            models.CheckConstraint(
                condition=Q(consent="asked", consent_at=None, consent_by=None)
                | (~Q(consent="asked") & Q(consent_at__isnull=False, consent_by__isnull=False)),
                name="consent_names_who_and_when",
            ),
        ]
        indexes = [models.Index(fields=["person", "starts_at"])]

    def __str__(self) -> str:
        return f"{self.person_id} {self.starts_at:%Y-%m-%d %H:%M}"
