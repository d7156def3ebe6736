"""What is to be made up for in the demo: open cases, one of somebody on long leave, one of who left (5.3.1)."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Exists, OuterRef

from sessions.enums import AttendanceStatus
from sessions.models import Enrolment, RecoveryCase, TrainingSession
from sessions.services import RollCell
from trainingops.local.demo.cycle import Cycle
from trainingops.people.enums import Employment
from trainingops.people.queries import present_assignments
from trainingops.people.services import PersonEntry, record_long_leave, save_people

#: Why those were away who missed the class.
AWAY = ("sick", "leave", "permit", "sick")


def roll_with_absences(training_session: TrainingSession) -> list[RollCell]:
    """The roll of a class that all but the first of its people missed."""
    _first, *rest = training_session.enrolments.order_by("pk")
    return [
        RollCell(enrolment=each.pk, status=AttendanceStatus.ABSENT, reason=reason)
        for each, reason in zip(rest, AWAY, strict=False)
    ]


def load_recovery(cycle: Cycle, training_session: TrainingSession) -> str:
    """One of those who missed the class is on long leave since, one left the house; a line to read."""
    cases = RecoveryCase.objects.filter(enrolment__training_session=training_session, kind="recovery")
    sits_later = Enrolment.objects.filter(
        person=OuterRef("enrolment__person"), training_session__starts_at__gt=training_session.starts_at
    )
    gone = cases.filter(~Exists(sits_later)).select_related("enrolment__person").order_by("pk")
    left, on_leave = [each.enrolment.person for each in gone[:2]]
    today = cycle.now.astimezone(cycle.cast.jakarta.zone).date()
    record_long_leave(
        person=on_leave,
        starts_on=today,
        ends_on=today + timedelta(days=20),
        actor=cycle.cast.administrator,
        now=cycle.now,
    )
    place = present_assignments([left.pk], cycle.now)[left.pk]
    entry = PersonEntry(
        employee_no=left.employee_no,
        name=left.name,
        site=place.site,
        line=place.line,
        login_id=left.login_id,
        acd_id=left.acd_id,
        email=left.email,
        employment=Employment.LEFT,
        joined_on=left.joined_on,
        left_on=today - timedelta(days=1),
    )
    save_people(entries=[entry], actor=cycle.cast.administrator, now=cycle.now)
    return f"{cases.count()} recovery cases: one waits for a long leave, one is of somebody who left"
