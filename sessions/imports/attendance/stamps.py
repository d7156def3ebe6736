"""Times and durations as reports of online meetings write them: pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from trainingops.imports.registry import Cell
from trainingops.imports.values import as_text

#: Nobody is in one meeting for longer.
MOST_SECONDS = 24 * 3600
_CLOCK = r"(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?:[:.](?P<second>\d{2}))?(?:\.\d+)?\s*(?P<half>[AP]\.?M\.?)?"
_CLOCK_ONLY = re.compile(_CLOCK, re.IGNORECASE)
_STAMP = re.compile(
    rf"(?P<a>\d{{1,4}})[/.-](?P<b>\d{{1,2}})[/.-](?P<c>\d{{1,4}})(?:T|,?\s+|,)\s*{_CLOCK}", re.IGNORECASE
)
_DAY = re.compile(r"(?<!\d)(20\d{2})[-_. ](\d{2})[-_. ](\d{2})(?!\d)")
_SPAN = re.compile(r"(\d+):([0-5]\d):([0-5]\d)")
_PART = re.compile(r"(\d+)\s*([^\W\d]+)\.?[\s,]*")
_UNITS = {
    3600: ("h", "hr", "hrs", "hour", "hours", "jam", "j", "godz"),
    60: ("m", "min", "mins", "minute", "minutes", "menit", "mnt"),
    1: ("s", "sec", "secs", "second", "seconds", "detik", "dtk", "sek"),
}
_SECONDS = {word: seconds for seconds, words in _UNITS.items() for word in words}


def read_stamp(cell: Cell, *, month_first: bool, day: date | None = None) -> datetime | None:
    """The time in a cell, without a zone; ``None`` where there is none that exists.

    Args:
        month_first: whether 11/05/2026 is 5 November; a first number above 12 is a day whatever this says.
        day: of a cell that is a time of day alone, as in Google Meet.
    """
    if isinstance(cell, datetime):
        return cell.replace(tzinfo=None)
    if isinstance(cell, time):
        return datetime.combine(day, cell) if day else None
    text = as_text(cell)
    if match := _STAMP.fullmatch(text):
        parts = _day(int(match["a"]), int(match["b"]), int(match["c"]), len(match["a"]), month_first)
    elif day is not None and (match := _CLOCK_ONLY.fullmatch(text)):
        parts = day.year, day.month, day.day
    else:
        return None
    try:
        return datetime(*parts, *_clock(match))  # noqa: DTZ001 (the file names no zone)
    except ValueError:
        return None


def is_numeric(cell: Cell) -> bool:
    """Whether a cell is a date of numbers, which may begin with the day or the month."""
    return isinstance(cell, str) and (match := _STAMP.fullmatch(as_text(cell))) is not None and len(match["a"]) < 3


def near(cells: Iterable[Cell], day: date) -> dict[bool, bool]:
    """For month first and day first: whether any of the cells, read so, lies within a day of ``day``."""
    cells = list(cells)
    return {order: any(_is_near(read_stamp(cell, month_first=order), day) for cell in cells) for order in (True, False)}


def _is_near(stamp: datetime | None, day: date) -> bool:
    return stamp is not None and abs((stamp.date() - day).days) <= 1


def day_of_name(name: str) -> date | None:
    """The date that begins the name of a file: ``2026-11-05 Refreshment - Attendance Report.csv``."""
    if match := _DAY.search(name):
        try:
            return date(int(match[1]), int(match[2]), int(match[3]))
        except ValueError:
            return None
    return None


def read_duration(cell: Cell) -> int | None:
    """Seconds of ``1h 2m 3s``, ``1 jam 2 menit``, ``2 hr``, ``40 sec``, ``1:00:00``; a number alone is minutes.

    Returns:
        ``None`` for what is no duration between nothing and a day.
    """
    seconds = _seconds(cell)
    return seconds if seconds is not None and 0 <= seconds <= MOST_SECONDS else None


def _seconds(cell: Cell) -> int | None:
    if isinstance(cell, time):
        return cell.hour * 3600 + cell.minute * 60 + cell.second
    if isinstance(cell, (int, Decimal)):
        return int(cell * 60) if -MOST_SECONDS <= cell <= MOST_SECONDS else None
    text = as_text(cell).casefold()
    if re.fullmatch(r"\d{1,4}([.,]\d{1,2})?", text):
        return int(Decimal(text.replace(",", ".")) * 60)
    if match := _SPAN.fullmatch(text):
        return int(match[1][:3]) * 3600 + int(match[2]) * 60 + int(match[3])
    total, at = 0, 0
    while match := _PART.match(text, at):
        if match[2] not in _SECONDS or len(match[1]) > 5:
            return None
        total, at = total + int(match[1]) * _SECONDS[match[2]], match.end()
    return total if at and at == len(text) else None


def _day(a: int, b: int, c: int, digits: int, month_first: bool) -> tuple[int, int, int]:
    if digits == 4:
        return a, b, c
    day, month = (b, a) if (month_first and a <= 12) or b > 12 else (a, b)
    return c + 2000 if c < 100 else c, month, day


def _clock(match: re.Match[str]) -> tuple[int, int, int]:
    hour, half = int(match["hour"]), (match["half"] or "").replace(".", "").upper()
    if half:
        if not 1 <= hour <= 12:
            raise ValueError
        hour = hour % 12 + (12 if half == "PM" else 0)
    return hour, int(match["minute"]), int(match["second"] or 0)


def minutes_of(seconds: int | float | timedelta) -> int:
    """Whole minutes, rounded down."""
    return int((seconds.total_seconds() if isinstance(seconds, timedelta) else seconds) // 60)
