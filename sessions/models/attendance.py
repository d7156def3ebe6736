"""Attendance, cell by cell (5.3.1)."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sessions.enums import (
    AttendanceSource,
    AttendanceStatus,
)
from sessions.models.held import Enrolment, SessionMeeting
from trainingops.imports.models import ImportRun

#: The reasons of ATT-5 in the reader's language; reasons added later show the name they were given.
KNOWN_REASONS = {
    "sick": _("Sick"),
    "permit": _("With permission"),
    "leave": _("On leave"),
    "day_off": _("Day off"),
    "duty": _("On duty elsewhere"),
    "not_released": _("Not released (high traffic)"),
    "technical": _("Technical trouble"),
    "unexcused": _("Unexcused"),
}


_SHORT_SOURCES: dict[str, Any] = {AttendanceSource.TYPED: _("Code"), AttendanceSource.PIN: "PIN"}


def absence_reason_name(code: str, name: str = "") -> str:
    """The reason in the reader's language."""
    return str(KNOWN_REASONS.get(code, name or code))


class AbsenceReason(models.Model):
    """Why somebody was absent (ATT-5); extendable. Some are charged to Operation and not to the agent."""

    code = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=80)
    charged_to_operation = models.BooleanField(default=False)
    needs_decider = models.BooleanField(default=False)
    order = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["order", "name"]

    def __str__(self) -> str:
        return absence_reason_name(self.code, self.name)


class Attendance(models.Model):
    """Attendance of one person at one meeting; no row, or a blank status, is "not recorded"."""

    meeting = models.ForeignKey(SessionMeeting, models.PROTECT, related_name="attendances")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="attendances")
    status = models.CharField(max_length=7, choices=AttendanceStatus, blank=True)
    minutes_late = models.PositiveSmallIntegerField(default=0)
    minutes_left_early = models.PositiveSmallIntegerField(default=0)
    reason = models.ForeignKey(AbsenceReason, models.PROTECT, null=True, blank=True, related_name="+")
    reason_note = models.CharField(max_length=200, blank=True, help_text="who decided, or what happened")
    source = models.CharField(max_length=7, choices=AttendanceSource, default=AttendanceSource.TRAINER)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    recorded_at = models.DateTimeField(null=True)
    imported = models.ForeignKey(
        ImportRun, models.PROTECT, null=True, related_name="+", help_text="the import of the file that says so"
    )
    fill = models.UUIDField(
        null=True, help_text="the “mark the rest present” that filled this blank, until it is edited"
    )
    version = models.PositiveIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "enrolment"], name="attendance_once"),
            models.CheckConstraint(
                condition=~Q(status="absent") | Q(reason__isnull=False), name="absence_has_a_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id} {self.status}"

    @property
    def source_word(self) -> str:
        """Where it comes from, short enough to stand before its time."""
        return str(_SHORT_SOURCES.get(self.source, self.get_source_display()))
