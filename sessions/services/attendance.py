"""Roll call: cell by cell or the whole page, never over somebody else's change (ATT-4, ATT-5, ATT-7)."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import F, Q
from django.utils.translation import gettext as _

from planning.queries.plans import local_day
from sessions.enums import AttendanceSource, AttendanceStatus, MeetingState, SessionState
from sessions.models import AbsenceReason, Attendance, Enrolment, SessionMeeting, TrainingSession
from sessions.policies import can_run_session
from sessions.queries.pages import recorded_at, roll_of
from sessions.services.common import Clash, GridConflict, lock_meeting, refresh_summary, stands_for
from sessions.services.elsewhere import CAME, require_not_elsewhere, why_not_employed, with_other_class
from sessions.services.roll_checks import RollCell, asks_for, check_cell, require_no_score, with_score
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require
from trainingops.imports.models import ImportRun
from trainingops.people.models import User

_FIELDS = (
    "status",
    "minutes_late",
    "minutes_left_early",
    "reason",
    "reason_note",
    "source",
    "recorded_by",
    "recorded_at",
    "imported",
    "fill",
    "version",
)


@service
def record_attendance(
    *,
    meeting: SessionMeeting,
    cell: RollCell,
    actor: User,
    now: datetime,
    source: str = AttendanceSource.TRAINER,
    reasons: Mapping[str, AbsenceReason] | None = None,
) -> Attendance:
    """Save one cell. Raises as :func:`record_roll`; the update holds only for the version that was read."""
    written = record_roll(meeting=meeting, cells=[cell], actor=actor, now=now, source=source, reasons=reasons)
    return written[0] if written else Attendance.objects.get(meeting=meeting, enrolment=cell.enrolment)


@service
def record_roll(
    *,
    meeting: SessionMeeting,
    cells: Sequence[RollCell],
    actor: User,
    now: datetime,
    source: str = AttendanceSource.TRAINER,
    reasons: Mapping[str, AbsenceReason] | None = None,
    imported: ImportRun | None = None,
) -> list[Attendance]:
    """Save cells of a meeting: all or none, one upsert, one journal entry (DESIGN.md §5.8).

    In a concluded meeting of an open session only blanks may be filled: changing what was recorded is a correction.
    A cell that asks for what stands there already is left as it is, whatever its version: there is nothing to decide.

    Args:
        reasons: every reason of absence by code, where the caller has read them.
        imported: the import of the file that the cells come from.

    Returns:
        the rows that were written.

    Raises:
        NotAllowed: neither the PIC nor an executing trainer.
        WrongState: the meeting has not begun, or the session is over.
        GridConflict: something else stands in a cell since the page was opened; nothing was written.
        Refused: a status, reason or number that cannot be, or an absence of somebody whom a score says to have taken
            part; the message names the person.
        HeldElsewhere: somebody said to have come is recorded in another class then, which the message names.
    """
    meeting = _lock_open(meeting, actor)
    enrolments, standing = _standing(meeting, {cell.enrolment for cell in cells})
    cells = [cell for cell in cells if not _stands(cell, standing.get(cell.enrolment))]
    if not cells:
        return []
    _refuse_clashes(cells, standing, enrolments)
    _require_here([enrolments[each.enrolment] for each in cells if _comes(each, standing.get(each.enrolment))], actor)
    for cell in cells:
        if cell.status == AttendanceStatus.ABSENT:
            require_no_score(enrolments[cell.enrolment])
    if reasons is None:
        reasons = {each.code: each for each in AbsenceReason.objects.all()}
    rows = [
        _row(cell, standing.get(cell.enrolment), meeting, enrolments[cell.enrolment], reasons, actor, now, source)
        for cell in cells
    ]
    data: dict[str, Any] = {"source": source, **stands_for(actor, meeting.training_session)}
    if imported:
        data["import"] = imported.uuid
    for row in rows:
        row.imported = imported
    return _write(meeting, rows, enrolments, actor, now, data)


def write_own(
    meeting: SessionMeeting,
    cell: RollCell,
    enrolment: Enrolment,
    *,
    actor: User,
    at: datetime,
    now: datetime,
    source: str,
) -> Attendance:
    """Write the cell of somebody who checked in ``at`` a moment: the meeting is locked, the cell blank.

    Refuses a time that cannot be, as :func:`record_roll`.
    """
    row = _row(cell, recorded_at(enrolment), meeting, enrolment, {}, actor, now, source)
    row.recorded_at = at
    (written,) = _write(meeting, [row], {enrolment.pk: enrolment}, actor, now, {"source": source, "scanned_at": at})
    return written


def write_corrected(
    meeting: SessionMeeting,
    cell: RollCell,
    enrolment: Enrolment,
    reasons: Mapping[str, AbsenceReason],
    *,
    actor: User,
    now: datetime,
) -> Attendance:
    """Write the cell of an approved correction over what stands, with a new version; cases follow in the caller.

    Refuses what cannot be, as :func:`record_roll`.
    """
    row = _row(cell, recorded_at(enrolment), meeting, enrolment, reasons, actor, now, AttendanceSource.CORRECTION)
    (written,) = _upsert([row])
    return written


def _write(
    meeting: SessionMeeting,
    rows: list[Attendance],
    enrolments: Mapping[int, Enrolment],
    actor: User,
    now: datetime,
    data: Mapping[str, Any],
) -> list[Attendance]:
    """One upsert, the cases and the summary that follow from it, one journal entry."""
    rows = _upsert(rows)
    _after(meeting.training_session, meeting, actor, now)
    record(
        "attendance.recorded",
        subject=meeting,
        actor=actor,
        now=now,
        data={**data, "cells": {str(enrolments[row.enrolment_id].uuid): row.version for row in rows}},
        detail={"cells": {str(enrolments[row.enrolment_id].uuid): said_of(row) for row in rows}},
    )
    return rows


def said_of(row: Attendance) -> list[Any]:
    """What a cell says, for the journal: status, minutes late, minutes left early, code of the reason, note."""
    reason = row.reason.code if row.reason else ""
    return [row.status, row.minutes_late, row.minutes_left_early, reason, row.reason_note]


@service
def mark_rest_present(*, meeting: SessionMeeting, actor: User, now: datetime) -> uuid.UUID | None:
    """“Tandai sisanya hadir”: fill blanks only (ATT-4). Returns what undoes it; None where none could be filled.

    Who is in another class then, or does not work here that day, stays blank
    (:func:`~sessions.services.elsewhere.who_was_left_blank`): the trainer looks and says so, or not.
    """
    meeting = _lock_open(meeting, actor)
    training_session = meeting.training_session
    day = local_day(meeting.starts_at, training_session.site)
    unrecorded = roll_of(meeting).filter(Q(recorded=None) | Q(recorded__status=""))
    blank = [
        each
        for each in with_other_class(unrecorded, meeting)
        if not each.other and not why_not_employed(each.person, day)  # type: ignore[attr-defined]
    ]
    if not blank:
        return None
    fill = uuid.uuid4()
    rows = []
    for enrolment in blank:
        row = recorded_at(enrolment) or Attendance(meeting=meeting, enrolment=enrolment, version=0)
        row.status, row.fill, row.version = AttendanceStatus.PRESENT, fill, row.version + 1
        row.source, row.recorded_by, row.recorded_at, row.imported = AttendanceSource.TRAINER, actor, now, None
        rows.append(row)
    _upsert(rows)
    _after(training_session, meeting, actor, now)
    record(
        "attendance.rest_marked_present",
        subject=meeting,
        actor=actor,
        now=now,
        data={
            "fill": fill,
            "enrolments": [each.uuid for each in blank],
            **stands_for(actor, training_session),
        },
    )
    return fill


@service
def undo_mark_rest(*, meeting: SessionMeeting, fill: uuid.UUID, actor: User, now: datetime) -> int:
    """Blank again what “mark the rest present” filled and nobody has edited since; returns how many."""
    meeting = _lock_open(meeting, actor)
    training_session = meeting.training_session
    if meeting.state == MeetingState.CONCLUDED:
        raise WrongState(_("This meeting is concluded. What is recorded can only be changed by a correction."))
    blanked = meeting.attendances.filter(fill=fill).update(
        status="", fill=None, recorded_by=actor, recorded_at=now, version=F("version") + 1
    )
    if blanked:
        refresh_summary(training_session)
        record(
            "attendance.rest_undone",
            subject=meeting,
            actor=actor,
            now=now,
            data={"fill": fill, "blanked": blanked, **stands_for(actor, training_session)},
        )
    return blanked


def _lock_open(meeting: SessionMeeting, actor: User) -> SessionMeeting:
    """The meeting and its session, locked, in a state that takes attendance from ``actor``."""
    meeting = lock_meeting(meeting)
    training_session = meeting.training_session
    require(can_run_session(actor, training_session))
    if training_session.state != SessionState.OPEN or meeting.state not in (MeetingState.OPEN, MeetingState.CONCLUDED):
        raise WrongState(
            _("Attendance cannot be recorded: the session is “%(session)s” and the meeting “%(meeting)s”.")
            % {"session": training_session.get_state_display(), "meeting": meeting.get_state_display()},
            code="wrong_state",
        )
    return meeting


def _standing(meeting: SessionMeeting, wanted: set[int]) -> tuple[dict[int, Enrolment], dict[int, Attendance]]:
    """Those of the cells, and what is recorded of them."""
    found = with_other_class(with_score(roll_of(meeting), meeting), meeting).filter(pk__in=wanted)
    enrolments = {each.pk: each for each in found}
    if len(enrolments) != len(wanted):
        raise Refused(_("Somebody on the page is no longer enrolled. Reload the page."), code="not_enrolled")
    recorded = {key: recorded_at(each) for key, each in enrolments.items()}
    return enrolments, {key: each for key, each in recorded.items() if each is not None}


def _stands(cell: RollCell, old: Attendance | None) -> bool:
    """Whether there is nothing to write. Saving by hand what “mark the rest” filled takes it out of the undo."""
    return asks_for(cell, old) and (old is None or old.fill is None)


def _comes(cell: RollCell, old: Attendance | None) -> bool:
    """Whether a cell says of somebody to have come whom the roll did not say it of before."""
    return cell.status in CAME and (old is None or old.status not in CAME)


def _require_here(people: Iterable[Enrolment], actor: User) -> None:
    """Nobody is in two classes at once."""
    require_not_elsewhere(
        people,
        actor=actor,
        remedy=_("Have the attendance there corrected first, or do not mark them present here."),
    )


def _refuse_clashes(
    cells: Sequence[RollCell], standing: dict[int, Attendance], enrolments: dict[int, Enrolment]
) -> None:
    clashes = []
    for cell in cells:
        old = standing.get(cell.enrolment)
        if (old.version if old else 0) == cell.version or asks_for(cell, old):
            continue
        clashes.append(
            Clash(
                enrolment=enrolments[cell.enrolment],
                mine=cell,
                theirs=old,
                by=str(old.recorded_by) if old and old.recorded_by else "",
                at=old.recorded_at if old else None,
                version=old.version if old else 0,
            )
        )
    if clashes:
        raise GridConflict(clashes)


def _row(
    cell: RollCell,
    old: Attendance | None,
    meeting: SessionMeeting,
    enrolment: Enrolment,
    reasons: Mapping[str, AbsenceReason],
    actor: User,
    now: datetime,
    source: str,
) -> Attendance:
    closed = meeting.state == MeetingState.CONCLUDED and source != AttendanceSource.CORRECTION
    if closed and old is not None and old.status:
        raise WrongState(_("This meeting is concluded. What is recorded can only be changed by a correction."))
    check_cell(cell, enrolment, meeting, reasons, now)
    row = old or Attendance(meeting=meeting, enrolment=enrolment, version=0)
    row.status, row.source, row.recorded_by, row.recorded_at = cell.status, source, actor, now
    absent = cell.status == AttendanceStatus.ABSENT
    row.reason = reasons[cell.reason] if absent else None
    row.reason_note = cell.reason_note.strip() if absent else ""
    row.minutes_late = cell.minutes_late if cell.status == AttendanceStatus.LATE else 0
    row.minutes_left_early = cell.minutes_left_early if cell.status and not absent else 0
    row.version, row.fill, row.imported = row.version + 1, None, None
    return row


def _upsert(rows: list[Attendance]) -> list[Attendance]:
    return Attendance.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["meeting", "enrolment"], update_fields=_FIELDS
    )


def _after(training_session: TrainingSession, meeting: SessionMeeting, actor: User, now: datetime) -> None:
    """A blank filled after the meeting was concluded may open a case; then the summary."""
    if meeting.state == MeetingState.CONCLUDED:
        from sessions.services.cases import open_cases_of

        open_cases_of(meeting, training_session, actor=actor, now=now)
    refresh_summary(training_session)
