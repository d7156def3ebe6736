"""Dates, times and due times in words. Every time names its zone (UX.md, Conventions)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def as_zone(zone: tzinfo | str | None) -> tzinfo:
    """A zone from itself, its name (``Asia/Makassar``) or nothing (the reader's own zone)."""
    if zone is None or zone == "":
        return timezone.get_current_timezone()
    return ZoneInfo(zone) if isinstance(zone, str) else zone


def zone_word(moment: datetime) -> str:
    """WIB, WITA, WIT, or the zone's own abbreviation; zones that have only a number read ``UTC+8``."""
    word = moment.tzname() or ""
    if word[:1] in "+-":
        hours = (moment.utcoffset() or timedelta()).total_seconds() / 3600
        return f"UTC{hours:+g}"
    return word


def moment_words(moment: datetime, zone: tzinfo | str | None = None, style: str = "full") -> str:
    """``moment`` in words, in ``zone``: ``24 November 2026 10.05 WIB``.

    Args:
        moment: an aware time.
        zone: where it is read; the reader's zone if missing.
        style: ``full``, ``short`` (``24 Nov 10.05 WIB``), ``dated`` (with the year), ``weekday`` or ``time``.
    """
    local = moment.astimezone(as_zone(zone))
    day_format = {"full": "j F Y", "short": "j M", "dated": "j M Y", "weekday": "l, j F Y", "time": ""}[style]
    parts = [date_format(local, day_format)] if day_format else []
    return " ".join([*parts, date_format(local, "TIME_FORMAT"), zone_word(local)])


def hours_words(start: datetime, end: datetime, zone: tzinfo | str | None = None) -> str:
    """From when to when on one day, the zone named once: ``09.00–11.00 WIB``."""
    return f"{date_format(start.astimezone(as_zone(zone)), 'TIME_FORMAT')}–{moment_words(end, zone, 'time')}"


def day_words(day: date, style: str = "full") -> str:
    """``day`` in words: ``24 November 2026``; style ``short`` (``24 Nov``), ``dated`` (``24 Nov 2026``), ``weekday`` or
    ``month``."""
    formats = {"full": "j F Y", "short": "j M", "dated": "j M Y", "weekday": "l, j F Y", "month": "F Y"}
    return date_format(day, formats[style])


@dataclass(frozen=True)
class DueWord:
    """How near a due time is: the status kind, its icon and the relative word."""

    kind: str
    icon: str
    word: str


def due_word(due_at: datetime, now: datetime, zone: tzinfo | str | None = None) -> DueWord:
    """The relative word of a due time, computed from ``due_at`` itself and never from a flag (DESIGN.md §5.1).

    "Today" and "days" are counted by the calendar of ``zone``.
    """
    if now >= due_at:
        return DueWord("late", "late", _("Late by %(span)s") % {"span": span_words(now - due_at)})
    place = as_zone(zone)
    days = (due_at.astimezone(place).date() - now.astimezone(place).date()).days
    if days == 0:
        return DueWord("warn", "clock", _("Today"))
    if days == 1:
        return DueWord("idle", "calendar", _("Tomorrow"))
    return DueWord("idle", "calendar", ngettext("In %(days)d day", "In %(days)d days", days) % {"days": days})


def span_words(span: timedelta) -> str:
    """A span in one unit: minutes below an hour, hours below two days, then days; rounded down."""
    minutes = int(span.total_seconds() // 60)
    if minutes < 1:
        return _("less than a minute")
    if minutes < 60:
        return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}
    hours = minutes // 60
    if hours < 48:
        return ngettext("%(n)d hour", "%(n)d hours", hours) % {"n": hours}
    days = hours // 24
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
