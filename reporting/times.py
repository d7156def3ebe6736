"""When a class was held, in words: on page, paper, in mail and messenger the same (5.3.2, RPT-5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from trainingops.ui.moments import day_words, hours_words, moment_words

#: A line names as many days; of a longer class the first and the last, with how many meetings.
MOST_DAYS = 3


def spans(data: Mapping[str, Any]) -> list[tuple[datetime, datetime]]:
    """From when to when each meeting of a content really was, else as planned; without meetings, the session."""
    meetings = [
        (each["actual_starts_at"] or each["starts_at"], each["actual_ends_at"] or each["ends_at"])
        for each in data["meetings"]
    ] or [(data["session"]["starts_at"], data["session"]["ends_at"])]
    zone = ZoneInfo(data["session"]["timezone"])
    return sorted(
        (datetime.fromisoformat(start).astimezone(zone), datetime.fromisoformat(end).astimezone(zone))
        for start, end in meetings
    )


def days_held(data: Mapping[str, Any]) -> dict[str, str]:
    """The days of a class in words, each with the hours of its meetings."""
    hours: dict[str, list[str]] = {}
    for start, end in spans(data):
        hours.setdefault(day_words(start.date(), "weekday"), []).append(_hours(start, end))
    return {day: ", ".join(each) for day, each in hours.items()}


def times_held(data: Mapping[str, Any]) -> list[str]:
    """A line for each day of a class: "Minggu, 22 November 2026 09.00–11.00 WIB"."""
    return [f"{day} {hours}" for day, hours in days_held(data).items()]


def times_words(data: Mapping[str, Any]) -> str:
    """The same in one line; of a class of many days the first and the last."""
    lines = times_held(data)
    return "; ".join(lines) if len(lines) <= MOST_DAYS else _from_to(data, "weekday")


def days_words(data: Mapping[str, Any]) -> str:
    """The days alone, as short as they can be told apart: "22 Nov 2026, 23 Nov 2026"."""
    days = list(dict.fromkeys(day_words(start.date(), "dated") for start, _end in spans(data)))
    return ", ".join(days) if len(days) <= MOST_DAYS else _from_to(data, "dated")


def _from_to(data: Mapping[str, Any], style: str) -> str:
    found = spans(data)
    words = ngettext("%(first)s to %(last)s, %(n)d meeting", "%(first)s to %(last)s, %(n)d meetings", len(found))
    return words % {
        "first": day_words(found[0][0].date(), style),
        "last": day_words(found[-1][1].date(), style),
        "n": len(found),
    }


def _hours(start: datetime, end: datetime) -> str:
    """A meeting that ends on another day names it."""
    if start.date() == end.date():
        return hours_words(start, end, start.tzinfo)
    return _("%(start)s to %(end)s") % {
        "start": moment_words(start, start.tzinfo, "time"),
        "end": moment_words(end, end.tzinfo, "short"),
    }
