"""A class held without approval, or filed afterwards from paper: made as concluded (clause 5.2; docs/adr/0020)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, override

from planning.content import scheme_of
from planning.models import PlannedSession, PlanRevision
from planning.queries.plans import local_day
from planning.services.filing import HeldClass, file_plan
from sessions import evidence
from sessions.enums import (
    AttendanceSource,
    AttendanceStatus,
    ClassFileKind,
    DeviationKind,
    MeetingState,
    SessionKind,
    SessionState,
)
from sessions.frozen import write_scheme
from sessions.models import Attendance, ClassFile, Enrolment, SessionMeeting, SessionSummary, TrainingSession
from sessions.services.common import lock_session, refresh_summary, require_reason
from sessions.services.deviations import Difference, write_differences
from sessions.services.elsewhere import require_employed
from sessions.services.filed_history import note_filed
from sessions.services.filing_checks import check_not_held_elsewhere
from sessions.services.gain import note_changed_tests
from sessions.services.scheduling import add_meetings, assignments_on, next_number, place
from sessions.signals import session_concluded, session_scheduled
from trainingops.audit.journal import record, service
from trainingops.domain import Refused
from trainingops.people.models import Person, User
from trainingops.records.documents import keep_document
from trainingops.ui.stored import Stored, stored_word

#: What stands for the approval that was not there, on both sides; read in the reader's language.
APPROVED_BEFORE = stored_word(gettext_noop("approved before it was held"))
WITHOUT_APPROVAL = stored_word(gettext_noop("without prior approval"))


@dataclass(frozen=True)
class Came:
    """Somebody whom the paper shows as present."""

    person: Person
    minutes_late: int = 0


@service
def file_class(
    *,
    held: HeldClass,
    people: Sequence[Came],
    reason: str,
    paper: Any,
    actor: User,
    now: datetime,
    beside: str = "",
) -> TrainingSession:
    """Record a class that was held without approval, from its paper: "tanpa persetujuan sebelumnya" (5.2).

    It has a plan of its own that is never approved, and disturbs no other: nobody was on target, so that no outcome and
    no case follows from it. Who came had the module, and who passes has shown it (7.2); scores are typed afterwards.
    Its report is due on the day after it was held, whatever that day was.

    Args:
        held: what was held, when and by whom.
        people: who came. Whoever did not come was on no approved target and has nothing to make up for.
        reason: why it was not approved first; the manager acknowledges it as a deviation.
        paper: the scan of the attendance list, an uploaded file.
        beside: why it is another class than one of the same trainer at that site and hour; it stands with the reason.

    Raises:
        NotAllowed: no PIC with an appointment in force there.
        HeldElsewhere: it stands already, or somebody was in another class then
            (:mod:`sessions.services.filing_checks`).
        Refused: no reason, paper or people, somebody named twice, who had left by then, or late by more than the class
            lasted, or what :func:`planning.services.filing.file_plan` refuses.
    """
    require_reason(reason)
    if paper is None:
        raise Refused(_("No file is chosen. Attach the scan or photo of the attendance list."), field="paper")
    with override("id"):
        label = _("Without prior approval")
    revision, planned = file_plan(held=held, label=label, actor=actor, now=now)
    _check_people(held, people)
    check_not_held_elsewhere(held, [each.person for each in people], beside=beside, actor=actor)
    reason = "; ".join(filter(None, [reason.strip(), beside.strip()]))
    training_session = _make(revision, planned, actor, now)
    enrolments = _enrol(training_session, people, actor, now)
    _keep_paper(training_session, paper, actor, now)
    training_session = lock_session(training_session)
    lacks: list[tuple[Stored, Stored]] = [(APPROVED_BEFORE, WITHOUT_APPROVAL)]
    (deviation,) = write_differences(
        training_session,
        [Difference(DeviationKind.APPROVAL, lacks)],
        {DeviationKind.APPROVAL: reason},
        actor=actor,
        now=now,
    )
    note_filed(training_session, [each.pk for each in enrolments], actor=actor, now=now)
    refresh_summary(training_session)
    note_changed_tests(training_session, now=now)
    evidence.request_attendance(training_session, actor=actor, now=now)
    record(
        "session.filed",
        subject=training_session,
        actor=actor,
        now=now,
        data={
            "plan": revision.plan.uuid,
            "starts_at": held.starts_at,
            "ends_at": held.ends_at,
            "deviation": deviation.uuid,
            "scheme_hash": training_session.scheme_hash,
            "people": [each.person.uuid for each in people],
        },
        detail={"reason": reason},
    )
    for told in (session_scheduled, session_concluded):
        told.send(sender=TrainingSession, training_session=training_session, actor=actor, now=now)
    return training_session


def _check_people(held: HeldClass, people: Sequence[Came]) -> None:
    if not people:
        raise Refused(_("Nobody is named. Write the employee numbers of those who came, one a line."), field="people")
    lasted = int((held.ends_at - held.starts_at).total_seconds() // 60)
    seen: set[int] = set()
    require_employed([each.person for each in people], [local_day(held.starts_at, held.site)], field="people")
    for each in people:
        if each.person.pk in seen:
            raise Refused(
                _("%(number)s %(name)s is named twice. Leave one of the lines.")
                % {"number": each.person.employee_no, "name": each.person.name},
                field="people",
            )
        seen.add(each.person.pk)
        if not 0 <= each.minutes_late < max(lasted, 1):
            raise Refused(
                _("%(name)s: %(minutes)d minutes late, but the class lasted %(lasted)d minutes. Correct the minutes.")
                % {"name": each.person.name, "minutes": each.minutes_late, "lasted": lasted},
                field="people",
            )


def _make(revision: PlanRevision, planned: PlannedSession, actor: User, now: datetime) -> TrainingSession:
    """The class as concluded; no plan tolerated a lateness, so that nobody who came is short of anything."""
    assert revision.module_version is not None and revision.scheme is not None  # said by file_plan
    scheme, scheme_hash = write_scheme(scheme_of(revision.scheme, revision))
    meeting = planned.meetings.get()
    training_session = TrainingSession.objects.create(
        uuid=planned.uuid,
        number=next_number(revision.plan),
        plan=revision.plan,
        planned=planned,
        kind=SessionKind.FILED,
        state=SessionState.FILED,
        label=planned.label,
        site=planned.host_site,
        line=revision.plan.line,
        module_version=revision.module_version,
        scheme=scheme,
        scheme_hash=scheme_hash,
        tolerance_minutes=int((meeting.ends_at - meeting.starts_at).total_seconds() // 60),
        starts_at=meeting.starts_at,
        ends_at=meeting.ends_at,
        concluded_at=now,
        concluded_by=actor,
    )
    SessionSummary.objects.create(training_session=training_session)
    add_meetings(training_session, planned)
    training_session.meetings.update(
        state=MeetingState.CONCLUDED, actual_starts_at=meeting.starts_at, actual_ends_at=meeting.ends_at
    )
    return training_session


def _enrol(training_session: TrainingSession, people: Sequence[Came], actor: User, now: datetime) -> list[Enrolment]:
    """Those who came, with site, line and team of the day, and their attendance."""
    where = assignments_on([each.person for each in people], training_session)
    rows = [Enrolment(training_session=training_session, person=each.person) for each in people]
    for row in rows:
        place(row, where.get(row.person_id))
    enrolments = Enrolment.objects.bulk_create(rows)
    meeting = SessionMeeting.objects.get(training_session=training_session)
    Attendance.objects.bulk_create(
        Attendance(
            meeting=meeting,
            enrolment=enrolment,
            status=AttendanceStatus.LATE if each.minutes_late else AttendanceStatus.PRESENT,
            minutes_late=each.minutes_late,
            source=AttendanceSource.TRAINER,
            recorded_by=actor,
            recorded_at=now,
            version=1,
        )
        for enrolment, each in zip(enrolments, people, strict=True)
    )
    return enrolments


def _keep_paper(training_session: TrainingSession, paper: Any, actor: User, now: datetime) -> None:
    stored, name = keep_document(paper, now=now)
    ClassFile.objects.create(
        training_session=training_session,
        kind=ClassFileKind.PAPER,
        file=stored,
        file_name=name,
        added_by=actor,
        added_at=now,
    )
