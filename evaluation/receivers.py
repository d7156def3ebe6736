"""What this stage does when a lower one reports something: it keeps the register of training defects (4.4)."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.dispatch import receiver

from evaluation.enums import TrainingDefectKind
from evaluation.services import register_training_defect
from reporting.models import ReportObligation
from reporting.signals import obligation_breached
from sessions.enums import AttendanceStatus, CaseKind
from sessions.models import Attendance, RecoveryCase, TrainingSession
from sessions.signals import session_concluded
from trainingops.people.models import User


@receiver(obligation_breached)
def register_breach(*, obligation: ReportObligation, now: datetime, **_more: Any) -> None:
    """A report that is not there at its due time is a training defect, at the due time."""
    training_session = obligation.training_session
    register_training_defect(
        kind=TrainingDefectKind.REPORT_BREACH,
        plan=training_session.plan,
        training_session=training_session,
        occurred_at=obligation.due_at,
        source=obligation.uuid,
        now=now,
    )


@receiver(session_concluded)
def register_session_defects(
    *, training_session: TrainingSession, actor: User | None, now: datetime, **_more: Any
) -> None:
    """Deviations, absences and lateness over the tolerance, one each."""
    for deviation in training_session.deviations.all():
        register_training_defect(
            kind=TrainingDefectKind.DEVIATION,
            plan=training_session.plan,
            training_session=training_session,
            occurred_at=deviation.reported_at,
            source=deviation.uuid,
            found={
                "kind": deviation.kind,
                "planned": deviation.planned[:80],
                "actual": deviation.actual[:80],
                "measured": deviation.measured,
            },
            actor=actor,
            now=now,
        )
    for case in RecoveryCase.objects.filter(
        enrolment__training_session=training_session, kind=CaseKind.RECOVERY
    ).select_related("meeting"):
        _register_case(case, training_session, actor, now)


def _register_case(case: RecoveryCase, training_session: TrainingSession, actor: User | None, now: datetime) -> None:
    attendance = Attendance.objects.filter(enrolment=case.enrolment_id, meeting=case.meeting_id).first()
    absent = attendance is not None and attendance.status == AttendanceStatus.ABSENT
    register_training_defect(
        kind=TrainingDefectKind.ABSENCE if absent else TrainingDefectKind.LATENESS,
        plan=training_session.plan,
        training_session=training_session,
        occurred_at=case.meeting.starts_at if case.meeting else case.opened_at,
        source=case.uuid,
        actor=actor,
        now=now,
    )
