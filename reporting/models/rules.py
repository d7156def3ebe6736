"""Rules and days off by which H+1 is counted (5.3.2)."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import get_language

from reporting.enums import DayOffCategory, EscalationStep
from trainingops.domain import Identified
from trainingops.people.models import Site


def in_readers_language(name: str, name_en: str) -> str:
    """The English name for who reads English, if there is one; else the name as it stands."""
    return name_en if name_en and get_language() == "en" else name


def default_reminders() -> list[int]:
    """At 09.00 and 15.00 of a day that ends at midnight."""
    return [15, 9]


class DeadlinePolicy(Identified):
    """How H+1 is counted from a day on, and when it is told; of a site, or of all where ``site`` is none.

    A removed one stays as a row, because due times were counted with it.
    """

    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="+")
    effective_on = models.DateField()
    business_days = models.BooleanField(default=False)
    collective_leave_is_off = models.BooleanField(default=False)
    reminder_hours = ArrayField(
        models.PositiveSmallIntegerField(),
        default=default_reminders,
        help_text="whole hours before the due time at which the PIC is reminded, the longest first",
    )
    manager_hours = models.PositiveSmallIntegerField(
        default=12, null=True, help_text="after the due time: the manager is told again; none: not at all"
    )
    parties_hours = models.PositiveSmallIntegerField(
        default=36, null=True, help_text="after the due time: the parties that wait for the report are told, too"
    )
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-effective_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "effective_on"],
                nulls_distinct=False,
                condition=Q(removed_at=None),
                name="policy_once_a_day",
            )
        ]

    def __str__(self) -> str:
        return f"from {self.effective_on}"

    @property
    def escalation(self) -> list[tuple[EscalationStep, timedelta]]:
        """The steps after a breach in their order, each with how long after the due time."""
        hours = {EscalationStep.MANAGER: self.manager_hours, EscalationStep.PARTIES: self.parties_hours}
        return [(step, timedelta(hours=each)) for step, each in hours.items() if each is not None]

    @property
    def reminder_leads(self) -> list[timedelta]:
        """How long before the due time the PIC is reminded, the longest first."""
        return [timedelta(hours=each) for each in self.reminder_hours]


class DayOff(Identified):
    """A day off; first filled from the ``holidays`` package, then edited by people, because decrees change.

    A removed one stays as a row, so that filling again does not bring it back.
    """

    day = models.DateField()
    name = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200, blank=True, help_text="of a published day; what people typed has none")
    category = models.CharField(max_length=10, choices=DayOffCategory)
    site = models.ForeignKey(Site, models.PROTECT, null=True, blank=True, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["day", "category"]
        constraints = [
            models.UniqueConstraint(
                fields=["day", "category", "site"],
                nulls_distinct=False,
                condition=Q(removed_at=None),
                name="day_off_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"

    @property
    def shown_name(self) -> str:
        """The name in the reader's language, where it has one."""
        return in_readers_language(self.name, self.name_en)
