"""What somebody wants to stand in the roll, and whether it can be: status, times, a reason (ATT-5)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from sessions.enums import AttendanceStatus
from sessions.models import AbsenceReason, Attendance, Enrolment, ParameterScore, SessionMeeting
from trainingops.domain import Refused
from trainingops.ui.moments import moment_words


@dataclass(frozen=True)
class RollCell:
    """What somebody wants to stand in one cell.

    Attributes:
        version: the version that was on the page; 0 where there was no row.
        reason: code of an :class:`AbsenceReason`; needed for an absence.
        reason_note: who decided, or what happened.
    """

    enrolment: int
    status: str
    version: int = 0
    minutes_late: int = 0
    minutes_left_early: int = 0
    reason: str = ""
    reason_note: str = ""


def asks_for(cell: RollCell, old: Attendance | None) -> bool:
    """Whether the cell asks for what is stored: also when its page is older than that."""
    if old is None or cell.status != old.status:
        return False
    if cell.status == AttendanceStatus.ABSENT:
        reason = old.reason.code if old.reason else ""
        return (cell.reason, cell.reason_note.strip()) == (reason, old.reason_note)
    late = cell.minutes_late if cell.status == AttendanceStatus.LATE else 0
    early = cell.minutes_left_early if cell.status else 0
    return (late, early) == (old.minutes_late, old.minutes_left_early)


def check_cell(
    cell: RollCell, enrolment: Enrolment, meeting: SessionMeeting, reasons: Mapping[str, AbsenceReason], now: datetime
) -> None:
    """Refuse what cannot be, naming person, value and remedy; nothing lies in a minute that has not come."""
    _check(cell, enrolment, meeting, reasons)
    _refuse_future(cell, enrolment, meeting, now)


def _check(cell: RollCell, enrolment: Enrolment, meeting: SessionMeeting, reasons: Mapping[str, AbsenceReason]) -> None:
    """Refuse what cannot be, naming the person, the value and the remedy."""
    who, key = enrolment.person.name, enrolment.pk
    length = int((meeting.ends_at - meeting.starts_at).total_seconds() // 60)
    if cell.status not in ("", *AttendanceStatus.values):
        raise Refused(
            _("%(who)s: “%(value)s” is no attendance.") % {"who": who, "value": cell.status}, field=f"status-{key}"
        )
    if cell.status == AttendanceStatus.ABSENT:
        reason = reasons.get(cell.reason)
        if reason is None:
            raise Refused(_("%(who)s: choose the reason of the absence.") % {"who": who}, field=f"reason-{key}")
        if reason.needs_decider and not cell.reason_note.strip():
            raise Refused(
                _("%(who)s: “%(reason)s” needs the name of who decided.") % {"who": who, "reason": reason},
                field=f"note-{key}",
            )
    if cell.status == AttendanceStatus.LATE and not 0 < cell.minutes_late <= length:
        raise Refused(
            _("%(who)s: arrived at %(at)s does not fit the meeting of %(start)s–%(end)s. Give the time of arrival.")
            % {**_times(meeting), "who": who, "at": _clock(meeting.starts_at, cell.minutes_late, meeting)},
            field=f"arrived-{key}",
        )
    if cell.minutes_left_early < 0:
        raise Refused(
            _("%(who)s: left at %(at)s is not before the end, %(end)s. Empty this time for who stayed to the end.")
            % {**_times(meeting), "who": who, "at": _clock(meeting.ends_at, -cell.minutes_left_early, meeting)},
            field=f"left-{key}",
        )
    if cell.minutes_left_early > length:
        raise Refused(
            _("%(who)s: left at %(at)s does not fit the meeting of %(start)s–%(end)s. Give the time of leaving.")
            % {**_times(meeting), "who": who, "at": _clock(meeting.ends_at, -cell.minutes_left_early, meeting)},
            field=f"left-{key}",
        )
    late = cell.minutes_late if cell.status == AttendanceStatus.LATE else 0
    here = cell.status in (AttendanceStatus.PRESENT, AttendanceStatus.LATE)
    if here and cell.minutes_left_early and late + cell.minutes_left_early >= length:
        raise Refused(
            _("%(who)s: left at %(left)s is not after the arrival at %(at)s. Correct one of the two times.")
            % {
                "who": who,
                "left": _clock(meeting.ends_at, -cell.minutes_left_early, meeting),
                "at": _clock(meeting.starts_at, late, meeting),
            },
            field=f"left-{key}",
        )


def with_score(people: QuerySet[Enrolment], meeting: SessionMeeting) -> QuerySet[Enrolment]:
    """Each with what :func:`require_no_score` asks: a parameter that somebody scored, and whether they came at all."""
    given = ParameterScore.objects.filter(enrolment=OuterRef("pk"), value__isnull=False).order_by("-pk")
    came = Attendance.objects.filter(
        enrolment=OuterRef("pk"), status__in=[AttendanceStatus.PRESENT, AttendanceStatus.LATE]
    )
    return people.annotate(
        scored_in=Subquery(given.values("parameter__name")[:1]), came_otherwise=Exists(came.exclude(meeting=meeting))
    )


def require_no_score(enrolment: Enrolment) -> None:
    """Refuse the absence of somebody of :func:`with_score` whom a score says to have taken part (SCR-5).

    A test that they handed in themselves proves no presence; it does not count while they are absent.
    """
    if enrolment.scored_in and not enrolment.came_otherwise:  # type: ignore[attr-defined]
        raise Refused(
            _("%(who)s: a score for %(parameter)s is recorded. Blank it first, or do not mark them absent.")
            % {"who": enrolment.person.name, "parameter": enrolment.scored_in},  # type: ignore[attr-defined]
            field=f"status-{enrolment.pk}",
        )


def _clock(edge: datetime, minutes: int, meeting: SessionMeeting) -> str:
    return moment_words(edge + timedelta(minutes=minutes), meeting.training_session.site.zone, "time")


def _times(meeting: SessionMeeting) -> dict[str, str]:
    """When the meeting is planned, in words."""
    return {"start": _clock(meeting.starts_at, 0, meeting), "end": _clock(meeting.ends_at, 0, meeting)}


def _refuse_future(cell: RollCell, enrolment: Enrolment, meeting: SessionMeeting, now: datetime) -> None:
    """Nobody has arrived, or left, in a minute that has not come."""
    zone = meeting.training_session.site.zone
    said = {"who": enrolment.person.name, "now": moment_words(now, zone, "time")}
    arrived = (meeting.starts_at + timedelta(minutes=cell.minutes_late)).replace(second=0, microsecond=0)
    if cell.status == AttendanceStatus.LATE and arrived > now:
        raise Refused(
            _("%(who)s: %(at)s has not come yet; it is %(now)s. Give when they arrived, or record it then.")
            % {**said, "at": moment_words(arrived, zone, "time")},
            field=f"arrived-{enrolment.pk}",
        )
    left = (meeting.ends_at - timedelta(minutes=cell.minutes_left_early)).replace(second=0, microsecond=0)
    here = cell.status in (AttendanceStatus.PRESENT, AttendanceStatus.LATE)
    if here and cell.minutes_left_early and left > now:
        raise Refused(
            _("%(who)s: %(at)s has not come yet; it is %(now)s. Give when they left, or record it then.")
            % {**said, "at": moment_words(left, zone, "time")},
            field=f"left-{enrolment.pk}",
        )
