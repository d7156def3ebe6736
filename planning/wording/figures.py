"""Figures, lengths and meetings of a frozen content in words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from django.utils.formats import time_format
from django.utils.translation import ngettext

from planning.difference import Content
from trainingops.ui.figures import format_figure
from trainingops.ui.moments import day_words, moment_words


def figure(value: str, places: int | None = None) -> str:
    """A frozen figure in the reader's language."""
    return format_figure(Decimal(value), places)


def minutes(value: int) -> str:
    """A length in words."""
    return ngettext("%(n)d minute", "%(n)d minutes", value) % {"n": value}


def first_meeting(content: Content) -> datetime | None:
    """When the training begins; None while it has no meeting."""
    starts = [meeting["starts_at"] for each in content.get("sessions", ()) for meeting in each["meetings"]]
    return datetime.fromisoformat(min(starts)) if starts else None


def meeting_words(starts_at: datetime, ends_at: datetime, zone: ZoneInfo) -> str:
    """A meeting in words: ``Thursday, 3 December 2026, 14.00–16.00 WIB``; the date of the end where it is another."""
    starts, ends = starts_at.astimezone(zone), ends_at.astimezone(zone)
    end_style = "time" if starts.date() == ends.date() else "weekday"
    begin = f"{day_words(starts.date(), 'weekday')}, {time_format(starts, 'TIME_FORMAT')}"
    return f"{begin}–{moment_words(ends, zone, end_style)}"


def span(meeting: Mapping[str, str], zone: ZoneInfo) -> str:
    """A meeting of a frozen content in words."""
    starts, ends = (datetime.fromisoformat(meeting[side]) for side in ("starts_at", "ends_at"))
    return meeting_words(starts, ends, zone)
