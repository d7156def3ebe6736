"""What is asked of a roll: another attendance after the meeting, a place for who came untargeted (ATT-5)."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from sessions.enums import AttendanceSource, AttendanceStatus, CorrectionState
from sessions.models.attendance import AbsenceReason
from sessions.models.held import Enrolment, SessionMeeting, TrainingSession
from trainingops.domain import Identified
from trainingops.people.models import Person, User
from trainingops.records.models import StoredFile


class AttendanceCorrectionQuerySet(models.QuerySet["AttendanceCorrection"]):
    def visible_to(self, user: User) -> AttendanceCorrectionQuerySet:
        """Those of the sessions that the user sees as staff, and their own as a participant."""
        visible = Q(enrolment__training_session__in=TrainingSession.objects.visible_to_staff(user))
        if user.person_id:
            visible |= Q(enrolment__person=user.person_id)
        return self.filter(visible)


class AttendanceCorrection(Identified):
    """What should stand in the roll of a concluded meeting instead, why, and who decided (5.3.1).

    ``before`` keeps what stood there when it was decided, as :func:`sessions.services.attendance.said` writes it.
    """

    meeting = models.ForeignKey(SessionMeeting, models.PROTECT, related_name="corrections")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="corrections")
    state = models.CharField(_("state"), max_length=9, choices=CorrectionState, default=CorrectionState.PENDING)
    status = models.CharField(_("attendance"), max_length=7, choices=AttendanceStatus)
    minutes_late = models.PositiveSmallIntegerField(default=0)
    minutes_left_early = models.PositiveSmallIntegerField(default=0)
    reason = models.ForeignKey(AbsenceReason, models.PROTECT, null=True, related_name="+")
    reason_note = models.CharField(max_length=200, blank=True)
    before = models.JSONField(default=list, help_text="what stood there when it was decided")
    why = models.TextField(_("why"))
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    file_name = models.CharField(max_length=160, blank=True)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    requested_at = models.DateTimeField(_("asked at"))
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decision_note = models.TextField(blank=True)

    objects = AttendanceCorrectionQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "enrolment"], condition=Q(state="pending"), name="one_pending_correction"
            ),
            models.CheckConstraint(
                condition=Q(state="pending", decided_at=None, decided_by=None)
                | Q(~Q(state="pending"), decided_at__isnull=False, decided_by__isnull=False),
                name="settled_correction_has_its_decision",
            ),
            models.CheckConstraint(
                condition=~Q(state="rejected") | ~Q(decision_note=""), name="rejected_correction_says_why"
            ),
            models.CheckConstraint(
                condition=~Q(status="absent") | Q(reason__isnull=False), name="corrected_absence_has_a_reason"
            ),
        ]
        indexes = [models.Index(fields=["state", "requested_at"])]

    def __str__(self) -> str:
        return f"{self.enrolment_id} at {self.meeting_id}: {self.status}"


class JoinRequest(Identified):
    """Somebody who is not enrolled stood at the door with a valid code or PIN and asks the trainer to be added."""

    meeting = models.ForeignKey(SessionMeeting, models.PROTECT, related_name="join_requests")
    person = models.ForeignKey(Person, models.PROTECT, related_name="join_requests")
    at = models.DateTimeField(help_text="when the code was scanned or typed, or the PIN entered")
    source = models.CharField(max_length=7, choices=AttendanceSource)
    declined_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    declined_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["meeting", "person"], name="join_request_once")]

    def __str__(self) -> str:
        return f"{self.person_id} at {self.meeting_id}"
