"""Form Pembinaan SDM: coaching of one person, from the draft to what was seen on each follow-up date (clause 6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from evaluation.enums import CoachingResult, CoachingState
from evaluation.models.improvement import Finding, Review
from planning.models import Defect, TrainingPlan
from sessions.models import RecoveryCase
from trainingops.domain import Identified
from trainingops.people.models import Person, ServiceLine, Signature, Site

if TYPE_CHECKING:
    from trainingops.people.models import User


class CoachingFormQuerySet(models.QuerySet["CoachingForm"]):
    def visible_to(self, user: User) -> CoachingFormQuerySet:
        """The coach, managers and auditors in scope; the person coached once it is signed."""
        inside = user.authority.scope("manager", "auditor", site="site", line="line")
        about_me = Q(person=user.person_id)
        return self.filter(inside & ~about_me | Q(coach=user) | about_me & ~Q(state__in=UNSIGNED))

    def with_next_follow_up(self) -> models.QuerySet[Any]:
        """Each with ``next_on``: the first follow-up date on which nothing was noted yet; none when all were."""
        waiting = CoachingFollowUp.objects.filter(form=OuterRef("pk"), seen_at=None).order_by("due_on")
        return self.annotate(next_on=Subquery(waiting.values("due_on")[:1]))


#: What only its coach and those who answer for the place may read.
UNSIGNED = (CoachingState.DRAFTED, CoachingState.WITHDRAWN)


class CoachingForm(Identified):
    """Form Pembinaan SDM: problem with data, cause, agreement, follow-up, signatures of both (clause 6)."""

    number = models.CharField(max_length=30, unique=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="coaching_forms", verbose_name=_("agent"))
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    line = models.ForeignKey(ServiceLine, models.PROTECT, related_name="+")
    state = models.CharField(
        _("state"), max_length=12, choices=CoachingState, default=CoachingState.DRAFTED, db_index=True
    )
    review = models.ForeignKey(Review, models.PROTECT, null=True, blank=True, related_name="coaching_forms")
    finding = models.ForeignKey(Finding, models.PROTECT, null=True, blank=True, related_name="coaching_forms")
    plan = models.ForeignKey(TrainingPlan, models.PROTECT, null=True, blank=True, related_name="coaching_forms")
    case = models.ForeignKey(
        RecoveryCase,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="coaching_forms",
        help_text="the remedial that was not passed",
    )
    defects = models.ManyToManyField(Defect, blank=True, related_name="coaching_forms")
    problem = models.TextField(_("problem, with data"))
    cause = models.TextField(_("cause"))
    agreement = models.TextField(_("agreement"))
    follow_up_on = models.DateField(_("follow-up on"), help_text="the first date agreed")
    coach = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    drafted_at = models.DateTimeField(null=True, help_text="none of forms before drafts were kept")
    coached_at = models.DateTimeField(null=True, help_text="when the coach signed")
    signature = models.OneToOneField(Signature, models.PROTECT, null=True, related_name="+")
    content = models.TextField(blank=True, help_text="what the coach signed; blank of forms before it was kept")
    acknowledged_at = models.DateTimeField(null=True)
    agent_signature = models.OneToOneField(Signature, models.PROTECT, null=True, related_name="+")
    comment = models.TextField(_("comment of the agent"), blank=True)
    commented_at = models.DateTimeField(null=True)
    result = models.CharField(_("result"), max_length=12, choices=CoachingResult, blank=True)
    conclusion = models.TextField(_("conclusion"), blank=True)
    unacknowledged_reason = models.TextField(_("why the agent has not signed"), blank=True)
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    record_version = models.PositiveSmallIntegerField(default=0, help_text="of the record that was ordered last")

    objects = CoachingFormQuerySet.as_manager()

    class Meta:
        ordering = [models.F("coached_at").desc(nulls_first=True), "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["drafted", "withdrawn"]) | Q(signature__isnull=False, coached_at__isnull=False),
                name="coaching_signed_by_its_coach",
            ),
            models.CheckConstraint(
                condition=~Q(state="closed") | (~Q(result="") & Q(closed_at__isnull=False)),
                name="coaching_closed_with_a_result",
            ),
        ]

    def __str__(self) -> str:
        return self.number


class CoachingFollowUp(Identified):
    """A date on which the agreement is looked at again, and what was seen then."""

    form = models.ForeignKey(CoachingForm, models.CASCADE, related_name="follow_ups")
    due_on = models.DateField(_("follow-up on"))
    is_agreed = models.BooleanField(default=True, help_text="part of what both signed; not added later")
    seen = models.TextField(_("what was seen"), blank=True)
    seen_on = models.DateField(_("seen on"), null=True)
    seen_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    seen_at = models.DateTimeField(null=True, help_text="when it was noted")

    class Meta:
        ordering = ["due_on"]
        constraints = [
            models.UniqueConstraint(fields=["form", "due_on"], name="coaching_follow_up_once_a_day"),
            models.CheckConstraint(
                condition=Q(seen_at=None) | (~Q(seen="") & Q(seen_on__isnull=False, seen_by__isnull=False)),
                name="coaching_follow_up_says_what_was_seen",
            ),
        ]
        indexes = [models.Index(fields=["due_on"], condition=Q(seen_at=None), name="coaching_follow_ups_open")]

    def __str__(self) -> str:
        return f"{self.form_id} {self.due_on}"
