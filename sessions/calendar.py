"""A session as entries of a calendar: one for each meeting, under an id that stays (CAL-2)."""

from __future__ import annotations

from datetime import datetime
from email.mime.text import MIMEText
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.urls import reverse

from sessions.enums import MeetingState, SessionState
from sessions.models import Enrolment, MeetingTrainer, SessionMeeting, TrainingSession

if TYPE_CHECKING:
    from icalendar import Event, vCalAddress

    from trainingops.notifications.models import OutboxMessage

#: What a file does to a calendar: put the entries in, invite somebody to them, take them out.
PUBLISH, REQUEST, CANCEL = "PUBLISH", "REQUEST", "CANCEL"
#: The kind of notice to who is taken out of a class: their entry goes while the others' stay.
LEFT = "session_left"


def calendar_of(training_session: TrainingSession, *, method: str, at: datetime, attendee: str = "") -> bytes:
    """The meetings of a session as an iCalendar file, with their time zone and without anybody's name but the PIC's.

    Args:
        training_session: with ``plan__pic``, ``site`` and ``planned__room``; its meetings are read.
        method: :data:`PUBLISH`, :data:`REQUEST` or :data:`CANCEL`.
        at: when the file says this; a later file of one sequence replaces an earlier one.
        attendee: the mail address that is invited, for a file in a mail.
    """
    from icalendar import Calendar  # six megabytes that a web process carries from its first calendar on

    calendar = Calendar()
    calendar.add("prodid", "-//Trainingops//ID")
    calendar.add("version", "2.0")
    calendar.add("method", method)
    for meeting in training_session.meetings.all():
        calendar.add_component(_event(training_session, meeting, at=at, attendee=attendee, cancels=method == CANCEL))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def uid_of(meeting: SessionMeeting) -> str:
    """Under which every calendar keeps a meeting, whatever brings it there."""
    return f"{meeting.uuid}@trainingops"


def _event(
    training_session: TrainingSession, meeting: SessionMeeting, *, at: datetime, attendee: str, cancels: bool
) -> Event:
    from icalendar import Event

    zone, room, link = training_session.site.zone, training_session.planned.room, training_session.planned.link
    own_page = urljoin(settings.BASE_URL, reverse("my_trainings"))
    gone = cancels or meeting.state == MeetingState.CANCELLED or training_session.state == SessionState.CANCELLED
    event = Event()
    event.add("uid", uid_of(meeting))
    event.add("sequence", training_session.calendar_sequence)
    event.add("dtstamp", at)
    event.add("dtstart", meeting.starts_at.astimezone(zone))
    event.add("dtend", meeting.ends_at.astimezone(zone))
    event.add("summary", training_session.plan.title)
    event.add("location", ", ".join(filter(None, [room.name if room else "", training_session.site.name])))
    lines = [f"{training_session.number}, {training_session.label}", link, own_page]
    event.add("description", "\n".join(filter(None, lines)))
    event.add("url", own_page)
    event.add("status", "CANCELLED" if gone else "CONFIRMED")
    event.add("organizer", _organizer(training_session))
    if attendee:
        event.add("attendee", _address(attendee))
    return event


def _organizer(training_session: TrainingSession) -> vCalAddress:
    """The PIC; their answer box is the house's where they have no address."""
    pic = training_session.plan.pic
    address = _address(pic.email or settings.DEFAULT_FROM_EMAIL)
    address.params["cn"] = pic.name
    return address


def _address(mail: str) -> vCalAddress:
    from icalendar import vCalAddress

    return vCalAddress(f"mailto:{mail}")


def attached_calendar(message: OutboxMessage) -> MIMEText | None:
    """What a mail about a session carries, as things stand when it is sent; nothing where it is not true any more."""
    training_session = _entered_in(message) or (_taught_by(message) if message.kind != LEFT else None)
    if training_session is None:
        return None
    is_over = message.kind == LEFT or training_session.state == SessionState.CANCELLED
    method = CANCEL if is_over else REQUEST
    text = calendar_of(training_session, method=method, at=message.created_at, attendee=message.address).decode()
    part = MIMEText(text, "calendar", "utf-8")
    part.set_param("method", method)
    part.add_header("Content-Disposition", "attachment", filename=f"{training_session.number}.ics")
    return part


_SAID = ("plan__pic", "site", "planned__room")


def _entered_in(message: OutboxMessage) -> TrainingSession | None:
    """The session in whose list the recipient is, or was when the mail says that they left it."""
    enrolled = Enrolment.objects.filter(training_session__uuid=message.subject, person__user=message.recipient_id)
    enrolment = enrolled.select_related(*(f"training_session__{each}" for each in _SAID)).first()
    if enrolment is None or (enrolment.removed_at is not None) != (message.kind == LEFT):
        return None
    return enrolment.training_session


def _taught_by(message: OutboxMessage) -> TrainingSession | None:
    """The session that the recipient teaches."""
    taught = MeetingTrainer.objects.filter(trainer__user=message.recipient_id, meeting__training_session=OuterRef("pk"))
    rows = TrainingSession.objects.filter(Exists(taught), uuid=message.subject)
    return rows.select_related(*_SAID).first()
