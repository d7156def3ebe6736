"""Who is rostered for which hours, and who is away for long."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from trainingops.domain import Identified
from trainingops.people.enums import ShiftKind
from trainingops.people.models.persons import Person
from trainingops.people.models.places import Site


class ShiftCode(Identified):
    """A code of the roster: working time (may cross midnight) or absence. Its times hold where a site has no own."""

    code = models.CharField(max_length=12, unique=True)
    name = models.CharField(max_length=80)
    starts_at = models.TimeField(null=True, blank=True)
    ends_at = models.TimeField(null=True, blank=True)
    is_working = models.BooleanField(default=True)
    kind = models.CharField(_("meaning"), max_length=6, choices=ShiftKind, default=ShiftKind.WORK)

    class Meta:
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_working=False) | Q(starts_at__isnull=False, ends_at__isnull=False),
                name="working_shift_has_times",
            ),
            models.CheckConstraint(
                condition=Q(is_working=True, kind="work") | (Q(is_working=False) & ~Q(kind="work")),
                name="shift_kind_says_whether_it_works",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class ShiftHours(models.Model):
    """When a working code begins and ends at one site, where that differs; rosters imported from then on use it."""

    code = models.ForeignKey(ShiftCode, models.CASCADE, related_name="hours")
    site = models.ForeignKey(Site, models.PROTECT, related_name="+")
    starts_at = models.TimeField()
    ends_at = models.TimeField()

    class Meta:
        ordering = ["site__name"]
        constraints = [models.UniqueConstraint(fields=["code", "site"], name="shift_hours_once_a_site")]

    def __str__(self) -> str:
        return f"{self.code_id} {self.site_id}"


class RosterDay(models.Model):
    """What one person is rostered for on one day; ``shift`` as a range of instants when working."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="roster")
    day = models.DateField()
    code = models.ForeignKey(ShiftCode, models.PROTECT, related_name="+")
    starts_at = models.DateTimeField(null=True)
    ends_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["person", "day"], name="roster_day_once")]
        indexes = [models.Index(fields=["starts_at", "ends_at"]), models.Index(fields=["day"])]

    def __str__(self) -> str:
        return f"{self.person_id} {self.day} {self.code_id}"


class LongLeave(models.Model):
    """Somebody is away for long, from a day until a day (inclusive); without an end until they are back.

    Why is nobody's concern here: the row says only when.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="long_leaves")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to (inclusive)"), null=True, blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        ordering = ["-starts_on"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("starts_on")), name="long_leave_ends_after_start"
            ),
            models.UniqueConstraint(fields=["person"], condition=Q(ends_on=None), name="one_leave_without_end"),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.starts_on}"
