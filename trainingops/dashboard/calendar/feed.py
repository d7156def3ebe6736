"""The reader's own calendar as an iCalendar file that applications fetch again and again (CAL-2, CAL-3)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from urllib.parse import urljoin

from django.conf import settings
from django.utils.translation import gettext as _

from trainingops.dashboard.calendar.entries import Entry

if TYPE_CHECKING:
    from icalendar import Event

#: How far back and ahead the file reaches, and how soon an application may ask again.
BACK, AHEAD = timedelta(days=31), timedelta(days=365)
_AGAIN = timedelta(hours=1)


def feed_of(entries: Iterable[Entry], *, at: datetime) -> bytes:
    """The entries as an iCalendar file with their time zones; no participant is named.

    Args:
        at: when the file says this.
    """
    from icalendar import Calendar  # as in sessions.calendar: from the first file on

    calendar = Calendar()
    calendar.add("prodid", "-//Trainingops//ID")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Trainings"))
    calendar.add("refresh-interval", _AGAIN, parameters={"VALUE": "DURATION"})
    for entry in entries:
        calendar.add_component(_event(entry, at))
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def _event(entry: Entry, at: datetime) -> Event:
    from icalendar import Event

    event = Event()
    event.add("uid", entry.uid)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", at)
    starts_at, ends_at = _times(entry)
    event.add("dtstart", starts_at)
    if ends_at:
        event.add("dtend", ends_at)
    event.add("summary", entry.title)
    if entry.note:
        event.add("location", entry.note)
    event.add("url", urljoin(settings.BASE_URL, entry.url))
    event.add("status", "CANCELLED" if entry.is_cancelled else "CONFIRMED")
    return event


def _times(entry: Entry) -> tuple[date | datetime, datetime | None]:
    """A whole day, or from when to when; what has only one time is an instant there."""
    moment = entry.at or entry.ends_at
    if moment is None:
        return entry.day, None
    local = moment.astimezone(entry.zone).replace(second=0, microsecond=0)
    return local, entry.ends_at.astimezone(entry.zone) if entry.at and entry.ends_at else None
