"""What dashboards add up, kept by month, line and site (DESIGN.md §3, "Summaries"); recomputed, never incremented."""

from __future__ import annotations

from django.db import models

from evaluation.enums import ImpactLevel, TrainingDefectKind
from trainingops.people.models import Person, ServiceLine, Site, User


class PlacedQuerySet(models.QuerySet[models.Model]):
    """Rows of a site and a line."""

    def visible_to(self, user: User) -> PlacedQuerySet:
        """The offices that read indicators, within their scope."""
        from evaluation.policies import READS_INDICATORS

        return self.filter(user.authority.scope(*READS_INDICATORS, site="site", line="line"))


class CountedMonth(models.Model):
    """A month of which sums are kept. ``is_due``: something behind them changed since ``counted_at``."""

    month = models.DateField(primary_key=True, help_text="its first day")
    is_due = models.BooleanField(default=True)
    counted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["month"]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class JournalReader(models.Model):
    """How far a reader of the journal has come: the sequence of the last seal whose entry it knows."""

    name = models.CharField(max_length=40, primary_key=True)
    sequence = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} at {self.sequence}"


class Placed(models.Model):
    """A sum of one month at one site of one line."""

    month = models.DateField(help_text="its first day")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    line = models.ForeignKey(ServiceLine, models.PROTECT, related_name="+")

    objects = PlacedQuerySet.as_manager()

    class Meta:
        abstract = True


class IndicatorMonth(Placed):
    """Indicators 4.1 to 4.4 and training hours of a month, by the day at the site; one row a line and site.

    Each pair is what was due and what of it was met, as the queries of the rooms define them
    (:mod:`planning.queries.indicator`, :mod:`sessions.queries.indicator`, :mod:`sessions.queries.reach`,
    :mod:`reporting.punctuality`, :mod:`evaluation.indicator`, :mod:`evaluation.hours`).
    """

    plans_due = models.PositiveIntegerField(default=0)
    plans_met = models.PositiveIntegerField(default=0, help_text="approved complete and before the start (4.1)")
    sessions_due = models.PositiveIntegerField(default=0)
    sessions_met = models.PositiveIntegerField(default=0, help_text="held as approved (4.2)")
    sessions_left_out = models.PositiveIntegerField(default=0, help_text="cancelled before the start")
    targeted = models.PositiveIntegerField(default=0)
    trained = models.PositiveIntegerField(default=0, help_text="indicator 4.3a")
    on_schedule = models.PositiveIntegerField(default=0, help_text="of those trained, without recovery")
    outstanding = models.PositiveIntegerField(default=0)
    waived = models.PositiveIntegerField(default=0)
    lapsed = models.PositiveIntegerField(default=0)
    reports_due = models.PositiveIntegerField(default=0)
    reports_in_time = models.PositiveIntegerField(default=0)
    reports_met = models.PositiveIntegerField(default=0, help_text="in time, and available to every party (4.3b)")
    classes_held = models.PositiveIntegerField(default=0)
    defects = models.PositiveIntegerField(default=0, help_text="training defects (4.4)")
    actions_due = models.PositiveIntegerField(default=0)
    actions_on_time = models.PositiveIntegerField(default=0)
    actions_closed = models.PositiveIntegerField(default=0)
    actions_effective = models.PositiveIntegerField(default=0)
    training_minutes = models.PositiveBigIntegerField(default=0, help_text="attended, of everybody")
    rostered_training_minutes = models.PositiveBigIntegerField(default=0, help_text="of these, of who has a roster")
    shift_minutes = models.PositiveBigIntegerField(default=0, help_text="scheduled by the roster")
    people_without_roster = models.PositiveIntegerField(default=0, help_text="trained, and the roster does not say")

    class Meta:
        ordering = ["month", "line", "site"]
        constraints = [models.UniqueConstraint(fields=["month", "line", "site"], name="indicator_month_once")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.line_id} {self.site_id}"


class DefectMonth(Placed):
    """Training defects of a month by kind and impact (4.4)."""

    kind = models.CharField(max_length=16, choices=TrainingDefectKind)
    impact_level = models.CharField(max_length=8, choices=ImpactLevel, blank=True, help_text="blank: not judged yet")
    number = models.PositiveIntegerField()

    class Meta:
        ordering = ["month", "kind"]
        constraints = [
            models.UniqueConstraint(
                fields=["month", "line", "site", "kind", "impact_level"], name="defect_month_once_a_kind"
            )
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.kind} {self.number}"


class TrainingHours(Placed):
    """How long one person was trained in a month, beside what the roster scheduled; at the site and line of then."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="training_hours")
    training_minutes = models.PositiveIntegerField(default=0)
    shift_minutes = models.PositiveIntegerField(null=True, help_text="none: the roster says nothing of the month")

    class Meta:
        ordering = ["month", "-training_minutes"]
        indexes = [models.Index(fields=["month", "-training_minutes"])]
        constraints = [
            models.UniqueConstraint(fields=["month", "line", "site", "person"], name="training_hours_once_a_month")
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.person_id}"
