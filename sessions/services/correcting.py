"""Attendance that turns out to be wrong after its meeting: asked by the participant, decided by who runs it (ATT-5).

Whoever answers for the attendance, the PIC, may write a correction themselves, with the reason; an executing trainer
proposes one to the PIC. Nobody decides over their own attendance. What stood before is kept beside the decision.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from sessions.enums import CORRECTION_TRANSITIONS, HELD, AttendanceStatus, CorrectionState, MeetingState, SessionState
from sessions.models import (
    AbsenceReason,
    Attendance,
    AttendanceCorrection,
    Enrolment,
    SessionMeeting,
)
from sessions.notices import about
from sessions.policies import can_decide_correction, can_run_session
from sessions.queries.pages import recorded_at, roll_of
from sessions.services.attendance import said_of, write_corrected
from sessions.services.common import lock_meeting, lock_plans_touched_by, stands_for, users_of
from sessions.services.elsewhere import require_could_come
from sessions.services.rework import ATTENDANCE, follow_attendance, follow_up, why_training_closed
from sessions.services.roll_checks import RollCell, asks_for, check_cell
from trainingops.audit.journal import record, service
from trainingops.domain import NotAllowed, Refused, StaleVersion, WrongState, require, require_transition
from trainingops.notifications.services import notify
from trainingops.people.days_off import end_of_working_day
from trainingops.people.models import User
from trainingops.records.documents import keep_document
from trainingops.ui.moments import moment_words

#: Of a session whose meetings can be over.
BEGUN = (SessionState.OPEN, *HELD)


def correction_ends(meetings: Iterable[SessionMeeting]) -> dict[int, datetime]:
    """Until when, exclusive, a correction may be asked of each concluded meeting, by its key; one query a site.

    The local midnight that ends the last of the working days that the house gives (``TRAININGOPS_CORRECTION_DAYS``).
    """
    by_site: dict[Any, list[tuple[int, datetime]]] = {}
    for each in meetings:
        if each.state == MeetingState.CONCLUDED and each.actual_ends_at:
            by_site.setdefault(each.training_session.site, []).append((each.pk, each.actual_ends_at))
    found: dict[int, datetime] = {}
    for site, rows in by_site.items():
        ends = end_of_working_day(site, [at for _key, at in rows], settings.ENV.correction_days)
        found |= dict(zip((key for key, _at in rows), ends, strict=True))
    return found


def last_minute(ends_at: datetime | None) -> datetime | None:
    """A midnight that ends a day as people say it: 23.59 of that day."""
    return ends_at - timedelta(minutes=1) if ends_at else None


@service
def ask_correction(
    *, meeting: SessionMeeting, cell: RollCell, why: str, actor: User, now: datetime, file: Any = None
) -> AttendanceCorrection:
    """A participant says what should stand of them at a concluded meeting, and why; the PIC and trainers are told.

    Args:
        cell: of the actor's own enrolment; its version does not count.
        file: a document that shows it.

    Raises:
        NotAllowed: somebody else's attendance.
        WrongState: the meeting is not concluded, the time to ask is over, or the training is closed.
        Refused: no reason, what stands there already, what cannot be, or an earlier request waits.
        HeldElsewhere: they were recorded in another class then.
    """
    meeting, enrolment = _lock(meeting, cell.enrolment)
    require(enrolment.person_id == actor.person_id)
    ends_at = correction_ends([meeting]).get(meeting.pk)
    if ends_at is not None and now >= ends_at:
        raise WrongState(
            _("A correction could be asked for until %(end)s. Speak to your trainer.")
            % {"end": moment_words(ends_at - timedelta(minutes=1), meeting.training_session.site.zone)}
        )
    correction = _propose(meeting, enrolment, cell, why, actor, now)
    if file:
        correction.file, correction.file_name = keep_document(file, now=now)
        correction.save(update_fields=["file", "file_name"])
    _tell_deciders(correction, now)
    return correction


@service
def correct_attendance(
    *, meeting: SessionMeeting, cell: RollCell, why: str, actor: User, now: datetime
) -> AttendanceCorrection:
    """Who runs a session corrects its roll after the meeting: the PIC at once, an executing trainer by asking the PIC.

    Raises as :func:`ask_correction`; also StaleVersion where the cell changed since the page was opened, and
    NotAllowed for the own attendance.
    """
    meeting, enrolment = _lock(meeting, cell.enrolment)
    require(can_run_session(actor, meeting.training_session))
    if enrolment.person_id == actor.person_id:
        raise NotAllowed(_("Nobody corrects their own attendance here. Ask for it on your own page."))
    _require_version(enrolment, cell.version)
    correction = _propose(meeting, enrolment, cell, why, actor, now)
    if meeting.training_session.plan.pic_id != actor.pk:
        _tell_deciders(correction, now)
        return correction
    return _approve(correction, meeting, enrolment, "", actor, now)


@service
def approve_correction(
    *, correction: AttendanceCorrection, version: int, actor: User, now: datetime, note: str = ""
) -> AttendanceCorrection:
    """Write what was asked: the roll gets a new row version, and cases, ledger, figures and records follow.

    Args:
        version: the row version of the attendance that the decider saw; 0 where nothing was recorded.

    Raises:
        NotAllowed: who may not decide on it.
        WrongState: decided already, or the training is closed.
        HeldElsewhere: they were recorded in another class then.
        StaleVersion: the attendance changed since the page was opened.
    """
    correction, meeting, enrolment = _lock_correction(correction, actor)
    _require_version(enrolment, version)
    require_could_come(meeting, enrolment.person, correction.status, actor)
    return _approve(correction, meeting, enrolment, note, actor, now)


@service
def reject_correction(
    *, correction: AttendanceCorrection, note: str, actor: User, now: datetime
) -> AttendanceCorrection:
    """The roll stays as it is, with the reason for who asked.

    Raises: as :func:`approve_correction`; ``Refused`` without a reason.
    """
    correction, _meeting, _enrolment = _lock_correction(correction, actor)
    if not note.strip():
        raise Refused(_("The answer is blank. Write why the attendance stays as it is."), field="note")
    _settle(correction, CorrectionState.REJECTED, note, actor, now)
    _tell_asker(correction, now)
    return correction


@service
def withdraw_correction(*, correction: AttendanceCorrection, actor: User, now: datetime) -> AttendanceCorrection:
    """Who asked takes it back while nobody has decided."""
    meeting, _enrolment = _lock(correction.meeting, correction.enrolment_id)
    correction = _locked(correction, meeting)
    require(correction.requested_by_id == actor.pk)
    require_transition(correction, CorrectionState.WITHDRAWN, CORRECTION_TRANSITIONS)
    _settle(correction, CorrectionState.WITHDRAWN, "", actor, now)
    return correction


# --- Steps -------------------------------------------------------------------------------------------------


def _lock(meeting: SessionMeeting, enrolment: int) -> tuple[SessionMeeting, Enrolment]:
    """Plans, session and meeting, locked in this order, and the place with what is recorded of it."""
    lock_plans_touched_by(meeting.training_session)
    meeting = lock_meeting(meeting)
    found = roll_of(meeting).filter(pk=enrolment).first()
    if found is None:
        raise Refused(_("This person is no longer enrolled. Reload the page."), code="not_enrolled")
    return meeting, found


def _lock_correction(
    correction: AttendanceCorrection, actor: User
) -> tuple[AttendanceCorrection, SessionMeeting, Enrolment]:
    """A correction that ``actor`` may decide on, still pending."""
    meeting, enrolment = _lock(correction.meeting, correction.enrolment_id)
    correction = _locked(correction, meeting)
    require(can_decide_correction(actor, correction))
    require_transition(correction, CorrectionState.APPROVED, CORRECTION_TRANSITIONS)
    return correction, meeting, enrolment


def _locked(correction: AttendanceCorrection, meeting: SessionMeeting) -> AttendanceCorrection:
    rows = AttendanceCorrection.objects.select_for_update(no_key=True, of=("self",))
    found = rows.select_related("enrolment__person", "requested_by", "reason").get(pk=correction.pk)
    found.meeting = meeting
    return found


def _propose(
    meeting: SessionMeeting, enrolment: Enrolment, cell: RollCell, why: str, actor: User, now: datetime
) -> AttendanceCorrection:
    """A pending correction, once nothing stands against it."""
    _require_correctable(meeting)
    reasons = _reasons()
    if cell.status not in AttendanceStatus.values:
        raise Refused(_("Choose what should stand: present, late or absent."), field="status")
    if asks_for(cell, recorded_at(enrolment)):
        raise Refused(_("This is what stands in the roll already. Choose what should stand instead."), field="status")
    check_cell(cell, enrolment, meeting, reasons, now)
    require_could_come(meeting, enrolment.person, cell.status, actor)
    if not why.strip():
        raise Refused(_("The reason is blank. Write why."), field="why")
    waiting = AttendanceCorrection.objects.filter(meeting=meeting, enrolment=enrolment, state=CorrectionState.PENDING)
    if earlier := waiting.first():
        raise Refused(
            _("A correction asked for on %(at)s waits for a decision already. Decide on it, or withdraw it, first.")
            % {"at": moment_words(earlier.requested_at, meeting.training_session.site.zone)},
            code="pending",
        )
    absent = cell.status == AttendanceStatus.ABSENT
    correction = AttendanceCorrection.objects.create(
        meeting=meeting,
        enrolment=enrolment,
        status=cell.status,
        minutes_late=cell.minutes_late if cell.status == AttendanceStatus.LATE else 0,
        minutes_left_early=0 if absent else cell.minutes_left_early,
        reason=reasons[cell.reason] if absent else None,
        reason_note=cell.reason_note.strip() if absent else "",
        why=why.strip(),
        requested_by=actor,
        requested_at=now,
    )
    record(
        "correction.asked",
        subject=correction,
        actor=actor,
        now=now,
        data={"meeting": meeting.uuid, "enrolment": enrolment.uuid},
        detail={"cell": _asked(correction), "why": correction.why},
    )
    return correction


def why_not_correctable(meeting: SessionMeeting) -> str:
    """Why no correction is asked of a meeting, whoever asks; empty while one may be."""
    training_session = meeting.training_session
    if training_session.is_withdrawn:
        return _("This class was withdrawn: what is recorded of it stands, and nothing follows from it.")
    if training_session.state not in BEGUN:
        return _("A correction is asked of a class that began; this one is “%(state)s”.") % {
            "state": training_session.get_state_display()
        }
    if meeting.state != MeetingState.CONCLUDED:
        return _("A correction is asked of a concluded meeting; this one is “%(state)s”.") % {
            "state": meeting.get_state_display()
        }
    return why_training_closed(training_session)


def _require_correctable(meeting: SessionMeeting) -> None:
    if why := why_not_correctable(meeting):
        raise WrongState(why)


def _require_version(enrolment: Enrolment, version: int) -> None:
    old = recorded_at(enrolment)
    if (old.version if old else 0) != version:
        raise StaleVersion(
            _("The attendance of %(name)s changed since this page was opened. Compare what stands now, then decide.")
            % {"name": enrolment.person.name}
        )


def _approve(
    correction: AttendanceCorrection,
    meeting: SessionMeeting,
    enrolment: Enrolment,
    note: str,
    actor: User,
    now: datetime,
) -> AttendanceCorrection:
    """Write it and let everything follow; the roll keeps what stood before beside the decision."""
    _require_correctable(meeting)
    old = recorded_at(enrolment)
    correction.before = said_of(old) if old and old.status else []
    cell = RollCell(
        enrolment.pk,
        correction.status,
        minutes_late=correction.minutes_late,
        minutes_left_early=correction.minutes_left_early,
        reason=correction.reason.code if correction.reason else "",
        reason_note=correction.reason_note,
    )
    row: Attendance = write_corrected(meeting, cell, enrolment, _reasons(), actor=actor, now=now)
    _settle(correction, CorrectionState.APPROVED, note, actor, now, version=row.version, before=correction.before)
    training_session = meeting.training_session
    origins = follow_attendance(meeting, enrolment, row, actor=actor, now=now)
    follow_up(training_session, [enrolment.person_id], what=ATTENDANCE, why=correction.why, also=origins,
              actor=actor, now=now)  # fmt: skip
    _tell_asker(correction, now)
    return correction


def _settle(
    correction: AttendanceCorrection,
    to: str,
    note: str,
    actor: User,
    now: datetime,
    *,
    version: int | None = None,
    before: list[Any] | None = None,
) -> None:
    correction.state, correction.decided_by, correction.decided_at = to, actor, now
    correction.decision_note = note.strip()
    correction.save()
    written = {} if version is None else {"version": version}
    record(
        f"correction.{to}",
        subject=correction,
        actor=actor,
        now=now,
        data={
            "meeting": correction.meeting.uuid,
            "enrolment": correction.enrolment.uuid,
            **written,
            **stands_for(actor, correction.meeting.training_session),
        },
        detail={"before": before, "after": _asked(correction), "note": correction.decision_note},
    )


def _asked(correction: AttendanceCorrection) -> list[Any]:
    """What was asked, as :func:`said_of` says what stands."""
    reason = correction.reason.code if correction.reason else ""
    return [
        correction.status,
        correction.minutes_late,
        correction.minutes_left_early,
        reason,
        correction.reason_note,
    ]


def _reasons() -> dict[str, AbsenceReason]:
    return {each.code: each for each in AbsenceReason.objects.all()}


def _tell_deciders(correction: AttendanceCorrection, now: datetime) -> None:
    """The PIC; of a participant's request also those who teach, as far as they have an account."""
    training_session = correction.meeting.training_session
    keys = {training_session.plan.pic_id}
    if correction.requested_by.person_id == correction.enrolment.person_id:
        keys |= {each["user"] for each in training_session.teachers if each["user"]}  # type: ignore[attr-defined]
    notify(
        kind="correction_asked",
        recipients=User.objects.filter(pk__in=keys - {correction.requested_by_id}, is_active=True),
        subject=correction,
        url=reverse("correction_detail", args=[correction.uuid]),
        params=about(training_session, name=correction.enrolment.person.name),
        now=now,
    )


def _tell_asker(correction: AttendanceCorrection, now: datetime) -> None:
    """The participant what stands now; and who proposed it, what was decided."""
    training_session = correction.meeting.training_session
    participant = users_of([correction.enrolment])
    kind = f"correction_{correction.state}"
    rejected_proposal = correction.state == CorrectionState.REJECTED and correction.requested_by not in participant
    notify(
        kind=kind,
        recipients=[] if rejected_proposal else participant,
        subject=correction,
        url=reverse("check_in_done", args=[correction.meeting.uuid]),
        params=about(training_session),
        now=now,
    )
    if correction.requested_by not in participant and correction.requested_by_id != correction.decided_by_id:
        notify(
            kind=kind,
            recipients=[correction.requested_by],
            subject=correction,
            url=reverse("correction_detail", args=[correction.uuid]),
            params=about(training_session),
            now=now,
        )
