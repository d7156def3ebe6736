"""Roll call: one page a meeting, saved by a tap or by one button (ATT-4, ATT-5)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from sessions import services
from sessions.clock import minutes_from
from sessions.enums import AttendanceStatus, MeetingState, SessionState
from sessions.models import AbsenceReason, Attendance, Enrolment, SessionMeeting
from sessions.policies import can_run_session
from sessions.queries.corrections import with_pending
from sessions.queries.files import files_about
from sessions.queries.guests import door_of, with_door
from sessions.queries.pages import recorded_at, roll_of
from sessions.queries.visibility import people_shown
from sessions.services import Clash, GridConflict, RollCell
from sessions.services.correcting import why_not_correctable
from sessions.services.elsewhere import doubts, who_was_left_blank
from sessions.sharing import group_text
from sessions.tables import MEETING_STATES
from sessions.views.sessions import visible_meeting, visible_meetings
from sessions.views.sheets import identity, identity_head, places_of
from trainingops.domain import Refused
from trainingops.people.http import SignedInRequest
from trainingops.people.models import User
from trainingops.ui.errors import Line
from trainingops.ui.exports import workbook_response
from trainingops.ui.moments import moment_words
from trainingops.ui.remedies import not_a_choice, too_long

_CLOCK = re.compile(r"(\d{1,2})[.:](\d{2})")
#: Each part of a row: how its control's id begins, and its words.
_CONTROLS = {
    "status": ("p", gettext_lazy("Attendance")),
    "arrived": ("t", gettext_lazy("Arrived at")),
    "left": ("e", gettext_lazy("Left early at")),
    "reason": ("r", gettext_lazy("Reason")),
    "note": ("d", gettext_lazy("Decided by, or what happened")),
}
_PARTS = tuple(_CONTROLS)
_TIMES = {"arrived", "left"}
#: The most characters of a note.
_NOTE = Attendance._meta.get_field("reason_note").max_length or 0

#: The reasons of absence by code.
Reasons = Mapping[str, AbsenceReason]


@dataclass
class RollRow:
    """One person as the page shows them: what is stored, or what was typed and not yet saved."""

    enrolment: Enrolment
    attendance: Attendance | None
    values: dict[str, str]
    version: int
    word: str = ""
    problem: str = ""
    part: str = "status"
    clash: Clash | None = None
    number: int = 0
    was: dict[str, str] = field(default_factory=dict)
    may_write: bool = False
    may_correct: bool = False
    asked: UUID | None = None
    doubt: str = ""

    @property
    def key(self) -> int:
        return self.enrolment.pk

    def line(self, zone_word: str) -> Line:
        """The problem in the summary, in the words of the control that it is about; it leads there."""
        control, word = _CONTROLS[self.part]
        zone = f" ({zone_word})" if self.part in _TIMES else ""
        return Line(f"{self.enrolment.person.name}, {word}{zone}", self.problem, f"{control}{self.key}")

    def refuse(self, part: str, problem: str) -> None:
        """Note what is wrong with one part; the first problem of a row is shown."""
        if problem and not self.problem:
            self.part, self.problem = part, problem

    @property
    def packed(self) -> str:
        """What the page was opened with, so that an untouched row is never written."""
        return "|".join(self.was.get(part, "") for part in _PARTS)


def meeting_roll(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The roll of a meeting; POST saves every row that was touched, all or none."""
    meeting = get_object_or_404(with_door(visible_meetings(request)), uuid=uuid)
    if request.method == "GET" and request.GET.get("export") == "xlsx":
        return _file(meeting, request.user)
    if request.method != "POST":
        return _page(request, meeting, _rows(meeting, request.user))
    rows = _rows(meeting, request.user)
    reasons = _reasons()
    touched = [row for row in rows if _take(row, request.POST, meeting, reasons)]
    cells = [_cell(row, meeting) for row in touched if not row.problem]
    if any(row.problem for row in touched):
        return _page(request, meeting, rows, status=422)
    if cells:
        try:
            services.record_roll(meeting=meeting, cells=cells, reasons=reasons, actor=request.user, now=request.now)
        except GridConflict as conflict:
            _show_clashes(rows, conflict, meeting)
            return _page(request, meeting, rows, refused=conflict, status=409)
        except Refused as refused:
            return _page(request, meeting, rows, refused=_at_its_control(refused, rows), status=422)
    messages.success(request, _("Attendance saved."))
    return redirect("meeting_roll", uuid=uuid)


def meeting_cell(request: SignedInRequest, uuid: UUID, enrolment: int) -> HttpResponse:
    """A tap: save one row and show its state; without JavaScript the button of the page does it."""
    meeting = visible_meeting(request, uuid)
    rows = _rows(meeting, request.user)
    row = next((each for each in rows if each.key == enrolment), None)
    if row is None:
        return redirect("meeting_roll", uuid=uuid)
    reasons = _reasons()
    _take(row, request.POST, meeting, reasons)
    _help(row, meeting, request.now)
    status = 200
    if not row.problem:
        try:
            saved = services.record_attendance(
                meeting=meeting,
                cell=_cell(row, meeting),
                reasons=reasons,
                actor=request.user,
                now=request.now,
            )
            place = rows.index(row)
            rows[place] = row = _row(row.enrolment, saved, meeting, row.number)
        except GridConflict as conflict:
            _show_clashes([row], conflict, meeting)
            status = 409
        except Refused as refused:
            row.problem, status = str(refused), 422
    if not request.htmx:  # type: ignore[attr-defined]
        return redirect("meeting_roll", uuid=uuid)
    context = _context(request, meeting, rows, reasons) | {"row": row, "with_bar": True}
    return render(request, "sessions/roll_row.html", context, status=status)


def meeting_rest(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """“Tandai sisanya hadir”: blanks only; who cannot be there is named and stays blank."""
    meeting = visible_meeting(request, uuid)
    try:
        fill = services.mark_rest_present(meeting=meeting, actor=request.user, now=request.now)
        left_out = who_was_left_blank(meeting, request.user)
        if fill or not left_out:
            messages.success(request, _("The rest is marked present and saved.") if fill else _("No blank was left."))
        if left_out:
            messages.warning(request, _("Still blank: %(who)s") % {"who": " ".join(left_out)})
    except Refused as refused:
        messages.error(request, _("Not saved: %(why)s") % {"why": refused})
    return redirect("meeting_roll", uuid=uuid)


def meeting_rest_undo(request: SignedInRequest, uuid: UUID, fill: UUID) -> HttpResponse:
    """Blank again what the last “mark the rest” filled."""
    meeting = visible_meeting(request, uuid)
    try:
        services.undo_mark_rest(meeting=meeting, fill=fill, actor=request.user, now=request.now)
        messages.success(request, _("What was marked is blank again, and that is saved."))
    except Refused as refused:
        messages.error(request, _("Not saved: %(why)s") % {"why": refused})
    return redirect("meeting_roll", uuid=uuid)


def _file(meeting: SessionMeeting, reader: User) -> HttpResponse:
    """The roll as a workbook; what is not recorded stays blank (EXP-1)."""
    places = places_of(meeting.training_session)
    lines = []
    for row in _rows(meeting, reader):
        kept, values = row.attendance, row.values
        is_recorded = kept is not None and kept.status
        lines.append(
            [
                *identity(row.enrolment, places),
                kept.get_status_display() if kept and is_recorded else "",
                values["arrived"],
                values["left"],
                str(kept.reason or "") if kept and is_recorded else "",
                values["note"],
                str(kept.source_word) if kept and is_recorded else "",
                kept.recorded_at if kept and is_recorded else None,
            ]
        )
    parts = [str(word) for _control, word in _CONTROLS.values()]
    head = [*identity_head(), *parts, _("Source"), _("Recorded at")]
    return workbook_response(head, lines, name=f"daftar-hadir-{meeting.training_session.number}")


def _rows(meeting: SessionMeeting, reader: User) -> list[RollRow]:
    """Everybody enrolled whom the reader sees, with what is stored and what is asked of it (one query)."""
    seen = people_shown(reader, meeting.training_session)
    places = with_pending(roll_of(meeting).filter(seen), meeting)
    return [_row(each, recorded_at(each), meeting, number) for number, each in enumerate(places, start=1)]


def _row(enrolment: Enrolment, attendance: Attendance | None, meeting: SessionMeeting, number: int) -> RollRow:
    values = _stored_values(attendance, meeting)
    return RollRow(
        enrolment=enrolment,
        attendance=attendance,
        values=values,
        was=dict(values),
        version=attendance.version if attendance else 0,
        number=number,
        asked=getattr(enrolment, "asked", None),
    )


def _stored_values(attendance: Attendance | None, meeting: SessionMeeting) -> dict[str, str]:
    if attendance is None:
        return dict.fromkeys(_PARTS, "")
    arrived = meeting.starts_at + timedelta(minutes=attendance.minutes_late)
    left = meeting.ends_at - timedelta(minutes=attendance.minutes_left_early)
    return {
        "status": attendance.status,
        "arrived": _clock(arrived, meeting) if attendance.minutes_late else "",
        "left": _clock(left, meeting) if attendance.minutes_left_early else "",
        "reason": attendance.reason.code if attendance.reason else "",
        "note": attendance.reason_note,
    }


def _reasons() -> Reasons:
    """The reasons of absence by code, those no longer chosen too; one query."""
    return {each.code: each for each in AbsenceReason.objects.all()}


def _take(row: RollRow, posted: Mapping[str, Any], meeting: SessionMeeting, reasons: Reasons) -> bool:
    """Read what was posted for a row; whether it differs from what the page was opened with."""
    values = {part: str(posted.get(f"{part}-{row.key}", "")).strip() for part in _PARTS}
    was = str(posted.get(f"was-{row.key}", row.packed))
    if f"version-{row.key}" not in posted or "|".join(values.values()) == was:
        return False
    version = str(posted[f"version-{row.key}"])
    row.values, row.version = values, int(version) if version.isdecimal() else 0
    row.word = _("not saved")
    for part, edge in (("arrived", meeting.starts_at), ("left", meeting.ends_at)):
        if values[part] and _minutes(values[part], edge, meeting) is None:
            row.refuse(part, _("“%(value)s” is no time. Write it as 09.12.") % {"value": values[part]})
    for part, choices in (("status", {*AttendanceStatus.values}), ("reason", reasons)):
        if values[part] and values[part] not in choices:
            row.refuse(part, not_a_choice(values[part]))
    row.refuse("note", too_long(values["note"], _NOTE))
    return True


def _help(row: RollRow, meeting: SessionMeeting, now: datetime) -> None:
    """A tap on "late" takes the time of now; a tap on "absent" waits for its reason."""
    if row.values["status"] == AttendanceStatus.LATE and not row.values["arrived"]:
        if meeting.starts_at < now <= meeting.ends_at:
            row.values["arrived"] = _clock(now, meeting)
        else:
            row.refuse("arrived", _("Give the time of arrival."))
    if row.values["status"] == AttendanceStatus.ABSENT and not row.values["reason"]:
        row.refuse("reason", _("Choose the reason."))


def _cell(row: RollRow, meeting: SessionMeeting) -> RollCell:
    late = _minutes(row.values["arrived"], meeting.starts_at, meeting) or 0
    here = row.values["status"] in (AttendanceStatus.PRESENT, AttendanceStatus.LATE)
    left = _minutes(row.values["left"], meeting.ends_at, meeting) or 0
    return RollCell(
        enrolment=row.key,
        status=row.values["status"],
        version=row.version,
        minutes_late=late,
        minutes_left_early=-left if here else 0,
        reason=row.values["reason"],
        reason_note=row.values["note"],
    )


def _minutes(text: str, edge: datetime, meeting: SessionMeeting) -> int | None:
    """Minutes from ``edge`` to a time of day at the site, on the day nearest to it; None for what is no time."""
    match = _CLOCK.fullmatch(text)
    if match is None or int(match[1]) > 23 or int(match[2]) > 59:
        return None
    return minutes_from(edge, time(int(match[1]), int(match[2])), meeting.training_session.site.zone)


def _clock(moment: datetime, meeting: SessionMeeting) -> str:
    return moment.astimezone(meeting.training_session.site.zone).strftime("%H.%M")


def _show_clashes(rows: list[RollRow], conflict: GridConflict, meeting: SessionMeeting) -> None:
    """Both values stand on the page; saving again, knowingly, replaces theirs."""
    clashes = {clash.enrolment.pk: clash for clash in conflict.clashes}
    for row in rows:
        clash = clashes.get(row.key)
        if clash is None:
            continue
        theirs = clash.theirs
        row.clash, row.version, row.was = clash, clash.version, _stored_values(theirs, meeting)
        row.word = _("conflict")


def _at_its_control(refused: Refused, rows: list[RollRow]) -> Refused | Line:
    """The service's refusal as a line that leads to the control that it names."""
    part, _dash, key = refused.field.partition("-")
    if part in _CONTROLS and key in {str(row.key) for row in rows}:
        return Line("", str(refused), f"{_CONTROLS[part][0]}{key}")
    return refused


def _page(
    request: SignedInRequest,
    meeting: SessionMeeting,
    rows: list[RollRow],
    *,
    refused: Refused | Line | None = None,
    status: int = 200,
) -> HttpResponse:
    context = _context(request, meeting, rows, _reasons())
    problems = [row.line(context["zone_word"]) for row in rows if row.problem]
    context["errors"] = [*([refused] if refused else []), *problems]
    return render(request, "sessions/roll.html", context, status=status)


def _context(
    request: SignedInRequest, meeting: SessionMeeting, rows: list[RollRow], reasons: Reasons
) -> dict[str, Any]:
    training_session = meeting.training_session
    counts = dict.fromkeys(AttendanceStatus.values, 0)
    for row in rows:
        if row.attendance and row.attendance.status:
            counts[row.attendance.status] += 1
    fills = [row.attendance.fill for row in rows if row.attendance and row.attendance.fill]
    runs = can_run_session(request.user, training_session)
    may_record = (
        runs
        and training_session.state == SessionState.OPEN
        and meeting.state in (MeetingState.OPEN, MeetingState.CONCLUDED)
    )
    is_over = meeting.state == MeetingState.CONCLUDED
    corrects = runs and not why_not_correctable(meeting)
    said = doubts(meeting, [row.enrolment.person for row in rows], request.user) if runs else {}
    for row in rows:
        row.doubt = "" if row.values["status"] == AttendanceStatus.ABSENT else said.get(row.enrolment.person_id, "")
        row.may_write = may_record and not (is_over and row.attendance and row.attendance.status)
        row.may_correct = corrects and not row.may_write
    blank = [row.enrolment.person.name for row in rows if not (row.attendance and row.attendance.status)]
    return {
        "meeting": meeting,
        "training_session": training_session,
        "group_text": group_text(meeting, blank) if runs else "",
        "status": MEETING_STATES[meeting.state],
        "rows": rows,
        "tally": counts,
        "filled": sum(counts.values()),
        "blank": len(blank),
        "fill": fills[0] if fills and meeting.state == MeetingState.OPEN else None,
        "reasons": [each for each in reasons.values() if each.is_active],
        "files": files_about([meeting.uuid]),
        "may_record": may_record,
        "may_save": any(row.may_write for row in rows),
        "guests": [row for row in rows if row.enrolment.is_beyond_target],
        "door": door_of(meeting) if may_record else [],
        "is_over": is_over,
        "zone": training_session.site.zone,
        "zone_word": moment_words(meeting.starts_at, training_session.site.zone, "time").rsplit(" ", 1)[-1],
    }
