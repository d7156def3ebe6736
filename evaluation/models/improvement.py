"""Training defects, reviews with their findings, actions (4.4, 5.4)."""

from __future__ import annotations

from collections import Counter

from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, OuterRef, Q, Value
from django.utils.translation import gettext_lazy as _

from evaluation.enums import UNFINISHED, ActionKind, ActionState, Aspect, Presence, ReviewState, TrainingDefectKind
from evaluation.models.defects import TrainingDefect
from planning.models import TrainingPlan
from trainingops.domain import Identified
from trainingops.people.models import ServiceLine, Signature, Site, User


class ReviewQuerySet(models.QuerySet["Review"]):
    def visible_to(self, user: User) -> ReviewQuerySet:
        """Managers and auditors in scope, and who takes part."""
        inside = user.authority.scope("manager", "auditor", site="site", line="line")
        return self.filter(inside | Q(participants__user=user)).distinct()


class Review(Identified):
    """Manager and PICs look at a line's trainings of a period, training defects first (5.4)."""

    number = models.CharField(max_length=30, unique=True)
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    line = models.ForeignKey(ServiceLine, models.PROTECT, related_name="+")
    period_from = models.DateField()
    period_to = models.DateField()
    scheduled_at = models.DateTimeField()
    state = models.CharField(max_length=9, choices=ReviewState, default=ReviewState.SCHEDULED)
    chair = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    secretary = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    plans = models.ManyToManyField(TrainingPlan, related_name="reviews", blank=True)
    late_plans = models.ManyToManyField(
        TrainingPlan,
        related_name="+",
        blank=True,
        help_text="those of ``plans`` that were reported after the invitation",
    )
    shares_period = models.BooleanField(
        default=False, help_text="scheduled before overlapping periods were refused, and overlaps an earlier review"
    )
    held_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["-scheduled_at"]
        constraints = [
            models.CheckConstraint(condition=Q(period_to__gte=F("period_from")), name="review_period_in_order"),
            ExclusionConstraint(
                name="review_period_once",
                expressions=[
                    ("site", RangeOperators.EQUAL),
                    ("line", RangeOperators.EQUAL),
                    (
                        Func(
                            F("period_from"),
                            F("period_to"),
                            Value("[]"),
                            function="daterange",
                            output_field=DateRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(shares_period=False) & ~Q(state="cancelled"),
            ),
        ]

    def __str__(self) -> str:
        return self.number


class ReviewParticipant(models.Model):
    """A PIC of the period, or the manager: present, or excused with a word."""

    review = models.ForeignKey(Review, models.CASCADE, related_name="participants")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    is_required = models.BooleanField(default=True)
    presence = models.CharField(max_length=7, choices=Presence, default=Presence.INVITED)
    excuse = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["review", "user"], name="review_participant_once"),
            models.CheckConstraint(condition=~Q(presence="excused") | ~Q(excuse=""), name="excused_with_a_word"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.presence}"


class Minutes(Identified):
    """Risalah Rapat: written by one secretary, frozen and signed by approval."""

    review = models.OneToOneField(Review, models.PROTECT, related_name="minutes")
    text = models.TextField(_("minutes"), blank=True)
    version = models.PositiveIntegerField(default=1)
    content = models.TextField(blank=True)
    content_hash = models.CharField(max_length=64, blank=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", help_text="the review's secretary"
    )
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)
    signature = models.OneToOneField(Signature, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(approved_by=None) | ~Q(approved_by=F("written_by")), name="minutes_approved_by_another"
            ),
        ]

    def __str__(self) -> str:
        return f"minutes of {self.review_id}"


class Finding(Identified):
    """What the review says of one aspect; ``nothing_found`` is an answer too.

    A withdrawn one stays as a row, because actions that were withdrawn with it name it.
    """

    review = models.ForeignKey(Review, models.PROTECT, related_name="findings")
    aspect = models.CharField(max_length=12, choices=Aspect)
    nothing_found = models.BooleanField(default=False)
    text = models.TextField(blank=True)
    no_action_reason = models.TextField(blank=True)
    training_defects = models.ManyToManyField(TrainingDefect, blank=True, related_name="findings")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.TextField(blank=True)

    class Meta:
        ordering = ["review", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["review", "aspect"],
                condition=Q(nothing_found=True, withdrawn_at=None),
                name="nothing_found_once_an_aspect",
            ),
            models.CheckConstraint(condition=Q(nothing_found=True) | ~Q(text=""), name="finding_has_words"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | ~Q(withdrawn_reason=""), name="finding_withdrawn_with_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.aspect} of {self.review_id}"


class ImprovementActionQuerySet(models.QuerySet["ImprovementAction"]):
    def visible_to(self, user: User) -> ImprovementActionQuerySet:
        """Owner, checkers in scope (manager, QC), auditors, and who takes part in the review."""
        inside = user.authority.scope(
            "manager", "auditor", "qc", site="finding__review__site", line="finding__review__line"
        )
        return self.filter(inside | Q(owner=user) | Q(finding__review__participants__user=user)).distinct()

    def with_kinds(self) -> ImprovementActionQuerySet:
        """With what :attr:`ImprovementAction.removes` counts, so that it asks for nothing more."""
        rows = TrainingDefect.objects.filter(actions=OuterRef("pk")).order_by("kind")
        return self.annotate(kinds=ArraySubquery(rows.values("kind")))


class ImprovementAction(Identified):
    """What is done about a finding; checked by somebody else than its owner."""

    number = models.CharField(max_length=30, unique=True)
    finding = models.ForeignKey(Finding, models.PROTECT, related_name="actions")
    kind = models.CharField(_("kind"), max_length=10, choices=ActionKind)
    text = models.TextField(_("action"))
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="improvement_actions")
    training_defects = models.ManyToManyField(
        TrainingDefect,
        blank=True,
        related_name="actions",
        help_text="those of the finding that it is to remove; their kinds are counted again",
    )
    due_at = models.DateTimeField(_("due"))
    decided_due_at = models.DateTimeField(
        null=True, help_text="what the minutes say, where it opened again with another due time"
    )
    state = models.CharField(_("state"), max_length=11, choices=ActionState, default=ActionState.OPEN)
    done_at = models.DateTimeField(null=True)
    check_from = models.DateTimeField(null=True, help_text="when it was done and the waiting time of then is over")
    reminded_at = models.DateTimeField(null=True, help_text="its owner was told that it falls due soon")
    escalated_at = models.DateTimeField(null=True, help_text="owner and manager were told that it is overdue")
    evidence_note = models.TextField(_("evidence"), blank=True)
    withdrawn_reason = models.TextField(_("why it was withdrawn"), blank=True)
    created_at = models.DateTimeField()

    objects = ImprovementActionQuerySet.as_manager()

    class Meta:
        ordering = ["due_at"]
        indexes = [models.Index(fields=["state", "due_at"])]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="withdrawn") | ~Q(withdrawn_reason=""), name="action_withdrawn_with_a_reason"
            )
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def is_unfinished(self) -> bool:
        """Whether its owner still has to do it: until then it can be finished, or withdrawn."""
        return self.state in UNFINISHED

    @property
    def removes(self) -> str:
        """The kinds of training defects that it is to remove, with how many it names; blank where none."""
        read = getattr(self, "kinds", None)
        kinds = [each.kind for each in self.training_defects.all()] if read is None else read
        named = Counter(str(TrainingDefectKind(kind).label) for kind in kinds)
        return ", ".join(f"{kind} ({number})" for kind, number in sorted(named.items()))


class EffectivenessCheck(Identified):
    """Somebody else looks whether an action worked; not effective reopens it, ``None`` says that data lack."""

    action = models.ForeignKey(ImprovementAction, models.PROTECT, related_name="checks")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    checked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    checked_at = models.DateTimeField()
    effective = models.BooleanField(null=True)
    defects_before = models.PositiveIntegerField(default=0)
    defects_after = models.PositiveIntegerField(default=0)
    before_since = models.DateTimeField(null=True, help_text="none of checks before the periods were kept")
    before_until = models.DateTimeField(null=True)
    after_since = models.DateTimeField(null=True)
    after_until = models.DateTimeField(null=True)
    note = models.TextField()

    class Meta:
        ordering = ["checked_at"]
        constraints = [models.CheckConstraint(condition=~Q(checked_by=F("owner")), name="effect_checked_by_another")]

    def __str__(self) -> str:
        return f"{self.action_id} {self.effective}"
