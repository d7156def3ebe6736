"""Checking in oneself: by the code on the screen, or by a PIN on a shared PC (ATT-1, ATT-2, ATT-8)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from sessions.enums import AttendanceStatus, MeetingState, SessionState
from sessions.lateness import minutes_late
from sessions.models import Attendance, SessionMeeting
from sessions.policies import can_run_session
from sessions.queries.pages import recorded_at, roll_of
from sessions.services.attendance import write_own
from sessions.services.common import lock_meeting
from sessions.services.elsewhere import require_not_elsewhere, with_other_class
from sessions.services.roll_checks import RollCell
from trainingops.audit.journal import record, service
from trainingops.domain import Refused, WrongState, require
from trainingops.people.models import User
from trainingops.ui.moments import moment_words


@dataclass(frozen=True)
class CheckedIn:
    """What stands in the roll for the person; ``is_new`` unless it stood there already."""

    attendance: Attendance
    is_new: bool


@service
def check_in(*, meeting: SessionMeeting, at: datetime, source: str, actor: User, now: datetime) -> CheckedIn:
    """Write that ``actor`` was there ``at`` the moment of their scan, through the roll's own path.

    What is recorded already stays, whoever recorded it: checking in twice is checking in once, and what the trainer
    wrote holds.

    Args:
        at: when the code was scanned or typed, or the PIN entered; ``now`` may be later by a log-in.
        source: an :class:`~sessions.enums.AttendanceSource`.

    Raises:
        Refused: not enrolled (``not_enrolled``), or scanned after the planned end (``over``).
        WrongState: the meeting has not begun, or is over; the message says what to do.
        HeldElsewhere: they are recorded in another class then.
    """
    meeting = lock_meeting(meeting)
    places = with_other_class(roll_of(meeting), meeting).filter(person=actor.person_id)
    enrolment = places.first() if actor.person_id else None
    if enrolment is None:
        raise Refused(not_enrolled(), code="not_enrolled")
    standing = recorded_at(enrolment)
    if standing is not None and standing.status:
        return CheckedIn(standing, is_new=False)
    if why := why_closed(meeting, at):
        raise WrongState(why, code="closed")
    require_not_elsewhere([enrolment], actor=actor, remedy=_("If you are here, tell the trainer."))
    status, minutes = arrival(meeting, at)
    cell = RollCell(enrolment.pk, status, minutes_late=minutes)
    return CheckedIn(write_own(meeting, cell, enrolment, actor=actor, at=at, now=now, source=source), is_new=True)


def not_enrolled() -> str:
    """What somebody reads who is not on the list of the class."""
    return _("You are not on the list of this class, so nothing was recorded. Ask the trainer to add you.")


def asked_to_join() -> str:
    """What they read at a shared PC, where the PIN itself tells the trainer."""
    return _("You are not on the list of this class. The trainer sees that you are here and can add you.")


def arrival(meeting: SessionMeeting, at: datetime) -> tuple[str, int]:
    """How a scan counts: the status, and minutes after the planned start (:func:`sessions.lateness.minutes_late`)."""
    minutes = minutes_late(meeting, at)
    return (AttendanceStatus.LATE if minutes else AttendanceStatus.PRESENT), minutes


def why_closed(meeting: SessionMeeting, at: datetime) -> str:
    """Why nobody checks in to this meeting with a scan of ``at``, and what helps; empty while they can."""
    zone = meeting.training_session.site.zone
    said = {"start": moment_words(meeting.starts_at, zone), "end": moment_words(meeting.ends_at, zone, "time")}
    cancelled = (MeetingState.CANCELLED, SessionState.CANCELLED)
    if meeting.state in cancelled or meeting.training_session.state in cancelled:
        return _("This meeting was cancelled. Ask the trainer when the class is held.")
    if meeting.state == MeetingState.CONCLUDED or meeting.training_session.state == SessionState.CONCLUDED:
        return _("This meeting is concluded. If you were there, ask the trainer to record it.")
    if meeting.state != MeetingState.OPEN:
        return _("The trainer has not begun this meeting, planned for %(start)s. Try again when it has begun.") % said
    if at >= meeting.ends_at:
        return _("The planned end, %(end)s, is over. If you were there, ask the trainer to record it.") % said
    return ""


@service
def start_shared_pc(*, meeting: SessionMeeting, actor: User, now: datetime) -> None:
    """Note that a browser is now in check-in mode for a meeting under way (ATT-8).

    Raises:
        NotAllowed: neither the PIC nor an executing trainer.
        WrongState: the meeting is not under way.
    """
    meeting = lock_meeting(meeting)
    require(can_run_session(actor, meeting.training_session))
    if why := why_closed(meeting, now):
        raise WrongState(why, code="closed")
    record("shared_pc.started", subject=meeting, actor=actor, now=now)


@service
def end_shared_pc(*, meeting: SessionMeeting, actor: User, now: datetime) -> None:
    """Note that a browser has left check-in mode."""
    require(can_run_session(actor, meeting.training_session))
    record("shared_pc.ended", subject=meeting, actor=actor, now=now)
