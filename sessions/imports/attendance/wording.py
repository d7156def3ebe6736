"""What the preview of a report of attendance says, in the reader's language."""

from __future__ import annotations

from datetime import datetime

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from sessions.enums import AttendanceStatus
from sessions.imports.attendance.report import Found, Report
from sessions.models import Attendance
from sessions.services import RollCell
from trainingops.ui.moments import moment_words

PROBLEMS = {
    "not_a_time": lambda: _("This is no date and time. Write it as 2026-11-24 09:00:00."),
    "not_a_duration": lambda: _("This is no duration. Write minutes, for example 62, or 1h 2m 3s."),
    "left_before_joined": lambda: _("They left before they joined. Correct one of the two times."),
    "joined_blank": lambda: _("There is a time of leaving but none of joining. Fill it in."),
    "not_yet": lambda: _("This time has not come yet. Check the zone in the answers, or import the file afterwards."),
    "action_unknown": lambda: _("Write Joined or Left."),
}


def recorded_words(row: Attendance | RollCell | None) -> str:
    """An attendance in words: ``Terlambat 25 menit, pulang lebih awal 10 menit``."""
    if row is None or not row.status:
        return _("not recorded")
    words = str(AttendanceStatus(row.status).label)
    if row.status == AttendanceStatus.LATE and row.minutes_late:
        words = ngettext("Late by %(n)d minute", "Late by %(n)d minutes", row.minutes_late) % {"n": row.minutes_late}
    if early := row.minutes_left_early:
        words += ", " + ngettext("left early by %(n)d minute", "left early by %(n)d minutes", early) % {"n": early}
    if isinstance(row, Attendance) and row.reason:
        words += f", {row.reason}"
    return words


def presence_words(report: Report, found: Found) -> str:
    """When somebody joined and left and how long they were there."""
    parts = [part for part in (_times(report, found), _minutes(found)) if part]
    if found.enrolment is not None and report.other_day is None:
        parts.append(_("%(share)d %% of the meeting") % {"share": found.share})
    return capfirst("; ".join(parts))


def _times(report: Report, found: Found) -> str:
    presence = found.presence
    if not presence.stays:
        return "" if all(line.waiting for line in presence.lines) else _("no times in the file")
    said = {"joined": _clock(report, presence.joined or min(stay.joined for stay in presence.stays))}
    if presence.left is None:
        return _("joined %(joined)s, no time of leaving in the file") % said
    said["left"] = _clock(report, presence.left)
    if presence.joined is None:
        return _("there by %(joined)s already, left %(left)s") % said
    return _("joined %(joined)s, left %(left)s") % said


def _clock(report: Report, stamp: datetime) -> str:
    return moment_words(report.moment(stamp), report.meeting.training_session.site.zone, "time")


def _minutes(found: Found) -> str:
    presence = found.presence
    if all(line.waiting for line in presence.lines):
        return _("waiting room only")
    if presence.minutes is None:
        n = presence.known // 60
        return ngettext("at least %(n)d minute", "at least %(n)d minutes", n) % {"n": n} if n else ""
    return ngettext("%(n)d minute", "%(n)d minutes", presence.minutes) % {"n": presence.minutes}
