"""The measured effect of a training on service defects: what is to be measured, and every measurement (2.3, 5.4)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from evaluation.enums import EffectVerdict, StudyState
from planning.effect_windows import class_word
from planning.models import PlanRevision, TrainingPlan
from planning.models.effect import EffectPlan
from trainingops.domain import Identified
from trainingops.people.models import User

#: Roles that read measured effects, within their scope.
READS_EFFECTS = ("manager", "trainer", "auditor", "qc", "operations", "operation_support")


class EffectStudyQuerySet(models.QuerySet["EffectStudy"]):
    def visible_to(self, user: User) -> EffectStudyQuerySet:
        """The offices that run, watch or audit trainings, within their scope."""
        return self.filter(user.authority.scope(*READS_EFFECTS, site="plan__site", line="plan__line"))


class Windowed(EffectPlan):
    """What is measured: never without its windows (``study_has_its_windows``)."""

    if TYPE_CHECKING:
        before_from: date
        before_until: date
        after_from: date
        after_until: date

    class Meta(EffectPlan.Meta):
        abstract = True


class EffectStudy(Identified, Windowed):
    """One training to be judged as its approved revision says: the class of defects and both windows.

    ``selected_from`` to ``selected_until`` are the days whose defects chose the participants: never the window before.
    """

    plan = models.OneToOneField(TrainingPlan, models.PROTECT, related_name="effect_study")
    revision = models.ForeignKey(PlanRevision, models.PROTECT, related_name="+")
    selected_from = models.DateField(null=True)
    selected_until = models.DateField(null=True)
    state = models.CharField(_("state"), max_length=8, choices=StudyState, default=StudyState.WAITING)
    due_at = models.DateTimeField(help_text="the local midnight that ends the window after")
    wanted_at = models.DateTimeField(null=True, help_text="somebody asked for another measurement")
    wanted_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    checked_at = models.DateTimeField(null=True, help_text="when the counts were last read, changed or not")
    latest = models.OneToOneField("EffectMeasurement", models.PROTECT, null=True, related_name="+")
    created_at = models.DateTimeField()

    objects = EffectStudyQuerySet.as_manager()

    class Meta:
        ordering = ["-due_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    before_from__isnull=False,
                    before_until__gte=F("before_from"),
                    after_from__gt=F("before_until"),
                    after_until__gte=F("after_from"),
                )
                & ~Q(effect_class=""),
                name="study_has_its_windows",
            ),
            models.CheckConstraint(
                condition=Q(selected_from=None, selected_until=None)
                | Q(selected_until__gte=F("selected_from"), before_until__lt=F("selected_from")),
                name="study_before_is_not_what_selected",
            ),
            models.CheckConstraint(
                condition=~Q(state="measured") | Q(latest__isnull=False), name="measured_study_has_a_measurement"
            ),
            models.CheckConstraint(
                condition=Q(wanted_at=None, wanted_by=None) | Q(wanted_at__isnull=False, wanted_by__isnull=False),
                name="study_wanted_by_somebody",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="study_to_measure"),
            models.Index(fields=["wanted_at"], condition=Q(wanted_at__isnull=False), name="study_to_measure_again"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.effect_class}"

    @property
    def class_word(self) -> str:
        """The class of defects by which it is judged."""
        return class_word(self.effect_class)

    @property
    def last_minute(self) -> datetime:
        """The end of the window after as people say it: 23.59 of its last day."""
        return self.due_at - timedelta(minutes=1)

    @property
    def is_being_measured(self) -> bool:
        """Whether a worker is to measure it again."""
        return self.wanted_at is not None


class EffectMeasurement(Identified, Windowed):
    """What one measurement found, with the windows that it measured. Never changed: a later one stands beside it.

    ``result`` is the whole of it (:mod:`evaluation.measuring`); the columns are what lists show. Rates are 0 … 1.
    """

    study = models.ForeignKey(EffectStudy, models.PROTECT, related_name="measurements")
    number = models.PositiveSmallIntegerField()
    measured_at = models.DateTimeField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    verdict = models.CharField(_("verdict"), max_length=13, choices=EffectVerdict)
    trained = models.PositiveIntegerField(help_text="agents trained, with samples in the window after")
    compared = models.PositiveIntegerField(help_text="agents compared with, likewise")
    rate_trained = models.DecimalField(max_digits=7, decimal_places=6, null=True)
    rate_compared = models.DecimalField(max_digits=7, decimal_places=6, null=True)
    rests_on = models.CharField(max_length=64, help_text="SHA-256 of the counts it rests on")
    result = models.JSONField()

    class Meta:
        ordering = ["study", "-number"]
        constraints = [models.UniqueConstraint(fields=["study", "number"], name="measurement_number_once")]

    def __str__(self) -> str:
        return f"{self.study_id} {self.number}"

    @property
    def difference(self) -> Decimal | None:
        """Trained − compared with; below 0 is better."""
        if self.rate_trained is None or self.rate_compared is None:
            return None
        return self.rate_trained - self.rate_compared
