"""What is asked of a roll in the demo: a correction that waits for its PIC, and somebody at the door not on it."""

from __future__ import annotations

from datetime import timedelta

from sessions.enums import AttendanceSource, AttendanceStatus
from sessions.models import TrainingSession
from sessions.services import RollCell, ask_correction, ask_to_join
from trainingops.people.enums import Role
from trainingops.people.models import User


def ask_for_a_correction(training_session: TrainingSession) -> None:
    """Who is recorded as late says that they were there in time (ATT-5)."""
    meeting = training_session.meetings.get()
    late = meeting.attendances.filter(status=AttendanceStatus.LATE).select_related("enrolment__person__user")[0]
    ask_correction(
        meeting=meeting,
        cell=RollCell(late.enrolment_id, AttendanceStatus.PRESENT),
        why="Saya sudah di ruangan sebelum mulai; kode QR baru terbaca setelah ponsel saya tersambung.",
        actor=late.enrolment.person.user,
        now=training_session.ends_at + timedelta(minutes=40),
    )


def come_unexpected(training_session: TrainingSession) -> None:
    """An agent of the same site scans the code of a class to which nobody invited them (4.2)."""
    agents = User.objects.filter(
        role_assignments__role=Role.AGENT, person__assignments__site=training_session.site
    ).exclude(person__enrolments__training_session=training_session)
    at = training_session.starts_at + timedelta(minutes=6)
    user = agents.select_related("person").order_by("-login").distinct()[0]
    ask_to_join(meeting=training_session.meetings.get(), at=at, source=AttendanceSource.QR, actor=user, now=at)
