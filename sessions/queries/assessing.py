"""Who still waits for an assessor (5.1.2)."""

from __future__ import annotations

from django.db.models import Exists, OuterRef, Q, QuerySet

from sessions.enums import HELD, AttendanceStatus, SessionState
from sessions.models import AskedAssessor, Attendance, Enrolment, ParameterScore
from trainingops.people.models import User


def assessments_waiting(user: User) -> QuerySet[AskedAssessor]:
    """Requests to ``user`` that a score would answer now: a second opinion, or anybody present in an average."""
    scored = ParameterScore.objects.filter(
        enrolment=OuterRef("pk"),
        parameter=OuterRef(OuterRef("parameter")),
        attempt=OuterRef(OuterRef("attempt")),
        assessor=user,
        value__isnull=False,
    )
    here = Attendance.objects.filter(
        enrolment=OuterRef("pk"), status__in=[AttendanceStatus.PRESENT, AttendanceStatus.LATE]
    )
    unscored = Enrolment.objects.filter(
        ~Exists(scored), training_session=OuterRef("training_session"), removed_at=None
    ).filter(Q(pk=OuterRef("enrolment")) | Q(Exists(here)))
    of_one = Q(enrolment=None) | Q(Exists(unscored.filter(pk=OuterRef("enrolment"))))
    return AskedAssessor.objects.in_force().filter(
        Exists(unscored), of_one, assessor=user, training_session__state__in=[SessionState.OPEN, *HELD]
    )
