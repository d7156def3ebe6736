"""Cells of other people's files as values: pure, no Django models."""

from __future__ import annotations

import re
from datetime import date, datetime, time
from decimal import Decimal
from enum import Enum
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from trainingops.ui.figures import format_figure, parse_figure
from trainingops.ui.moments import day_words, moment_words

#: Figures from here on fit no column; none of this trade is so large.
TOO_LARGE = 1_000_000_000
#: Signs that no text has: control characters but tab and line ends, and halves of a sign.
HIDDEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
#: So much of a cell is read at all (``child.CELL_CHARACTERS``).
_READ = 5_000
#: How many characters of a cell a message repeats.
_REPEATED = 60
_MONTHS = (
    ("jan", "januari", "january"),
    ("feb", "februari", "february", "peb", "pebruari"),
    ("mar", "maret", "march", "mrt"),
    ("apr", "april"),
    ("mei", "may"),
    ("jun", "juni", "june"),
    ("jul", "juli", "july"),
    ("agu", "agt", "ags", "agustus", "aug", "august"),
    ("sep", "sept", "september"),
    ("okt", "oktober", "oct", "october"),
    ("nov", "november", "nop", "nopember"),
    ("des", "desember", "dec", "december"),
)
_MONTH_NUMBERS = {word: number for number, words in enumerate(_MONTHS, 1) for word in words}
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_NUMBERS = re.compile(r"(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})")
_WORDS = re.compile(r"(\d{1,2})[ .-]+([A-Za-z]+)\.?,?[ .-]+(\d{4}|\d{2})")
_CLOCK = re.compile(r"(\d{1,2})[.:](\d{2})(?:[.:](\d{2})(?:\.\d+)?)?(?:\s*(?:WIB|WITA|WIT))?", re.IGNORECASE)


class Unreadable(ValueError):
    """A cell that cannot be read: a code for tests and error files, a message with the remedy."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


def heading_key(text: str) -> str:
    """A heading without case, blanks and punctuation, so that ``No. Karyawan`` is ``nokaryawan``."""
    return re.sub(r"[^0-9a-z]+", "", text.casefold())


def as_text(cell: Any) -> str:
    """A cell as trimmed text: ``416`` for the number 416, ``""`` for a blank, ISO for dates."""
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    if isinstance(cell, Decimal):
        return f"{cell:f}"
    return " ".join(str(cell).split()) if "\n" not in str(cell) else str(cell).strip()


def misfit(text: str, longest: int) -> Unreadable | None:
    """Why a text cannot be kept as it is: longer than its place, or with signs that nobody can see; else ``None``."""
    if len(text) > longest:
        words = _("%(length)d characters; at most %(longest)d fit. Shorten the text.")
        if len(text) >= _READ:
            words = _("%(length)d characters or more; at most %(longest)d fit. Shorten the text.")
        return Unreadable("too_long", words % {"length": len(text), "longest": longest})
    if hidden := HIDDEN.search(text):
        words = _("Holds a sign that cannot be seen (U+%(code)s). Type the text again.")
        return Unreadable("control_character", words % {"code": f"{ord(hidden[0]):04X}"})
    return None


def shortened(text: str) -> str:
    """A cell as a message repeats it."""
    seen = HIDDEN.sub("\N{REPLACEMENT CHARACTER}", text)
    return seen if len(seen) <= _REPEATED else f"{seen[:_REPEATED]}…"


def as_shown(value: Any) -> str:
    """A stored or read value as the preview shows it; a choice by its label, a figure without idle noughts."""
    if isinstance(value, datetime):
        return moment_words(value)
    if isinstance(value, date):
        return day_words(value)
    if isinstance(value, Enum):
        return str(getattr(value, "label", value))
    if isinstance(value, Decimal):
        return format_figure(Decimal(f"{value.normalize():f}"))
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(str(each) for each in value)
    return "" if value is None else str(value)


def is_open_day(cell: Any) -> bool | None:
    """Whether a date leaves day or month first open; ``None`` where it is no such date, ``False`` where it tells."""
    match = _NUMBERS.match(as_text(cell)) if isinstance(cell, str) else None
    if match is None:
        return None
    first, second = int(match[1]), int(match[2])
    return first <= 12 and second <= 12 and first != second


def read_day(cell: Any, *, day_first: bool = True) -> date:
    """A date cell, ``2026-05-12``, ``12 Mei 2026``, ``12/05/2026`` or ``12-05-26``.

    Raises:
        Unreadable: ``no_such_date`` (30 February) or ``not_a_date``.
    """
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = as_text(cell)
    parts = _day_parts(text, day_first) if isinstance(cell, str) else None
    if parts is None:
        raise Unreadable("not_a_date", _("Write a date, for example 12 Mei 2026 or 12/05/2026."))
    year, month, day = parts
    try:
        return date(year + 2000 if year < 100 else year, month, day)
    except ValueError:
        raise Unreadable("no_such_date", _("This day does not exist in the calendar. Correct the date.")) from None


def read_month(text: str) -> tuple[int, int] | None:
    """Year and month that a title names: ``BULAN : NOVEMBER 2026``, ``Nov 26``, ``2026-11``, ``11/2026``."""
    for word, year in re.findall(r"([A-Za-z]+)[\s.,'-]*(\d{4}|\d{2})(?!\d)", text):
        if number := _MONTH_NUMBERS.get(word.casefold()):
            return int(year) + (2000 if len(year) == 2 else 0), number
    if match := re.search(r"(?<!\d)(20\d{2})[-/](\d{1,2})(?!\d)", text):
        return (int(match[1]), int(match[2])) if 1 <= int(match[2]) <= 12 else None
    if match := re.search(r"(?<!\d)(\d{1,2})[-/](20\d{2})(?!\d)", text):
        return (int(match[2]), int(match[1])) if 1 <= int(match[1]) <= 12 else None
    return None


def read_clock(cell: Any) -> time:
    """A time of the day: a clock cell, ``15.00``, ``07:30`` or ``7.30``; ``24.00`` is midnight.

    Raises:
        Unreadable: ``not_a_time``.
    """
    if isinstance(cell, datetime):
        return cell.time()
    if isinstance(cell, time):
        return cell
    match = _CLOCK.fullmatch(as_text(cell))
    if match is None or int(match[1]) > 24 or int(match[2]) > 59 or (int(match[1]) == 24 and int(match[2])):
        raise Unreadable("not_a_time", _("Write a time between 00.00 and 23.59."))
    return time(int(match[1]) % 24, int(match[2]))


def _day_parts(text: str, day_first: bool) -> tuple[int, int, int] | None:
    if match := _ISO.fullmatch(text):
        return int(match[1]), int(match[2]), int(match[3])
    if match := _NUMBERS.fullmatch(text):
        day, month = (match[1], match[2]) if day_first else (match[2], match[1])
        return int(match[3]), int(month), int(day)
    if (match := _WORDS.fullmatch(text)) and (month_number := _MONTH_NUMBERS.get(match[2].casefold())):
        return int(match[3]), month_number, int(match[1])
    return None


def read_moment(cell: Any, zone: ZoneInfo, *, day_first: bool = True) -> datetime:
    """A date and time in ``zone``, aware: date-time cells, ISO, ``12/05/2026 10.30``; a date alone is its midnight.

    Raises:
        Unreadable: as :func:`read_day`, or ``not_a_time``.
    """
    if isinstance(cell, datetime):
        return cell if cell.tzinfo else cell.replace(tzinfo=zone)
    if isinstance(cell, date):
        return datetime.combine(cell, time(), tzinfo=zone)
    text = as_text(cell)
    day_text, clock = text.replace("T", " ", 1) if _ISO.match(text) else text, time()
    if match := re.search(rf"[ ,]+{_CLOCK.pattern}$", day_text, re.IGNORECASE):
        hour, minute, second = int(match[1]), int(match[2]), int(match[3] or 0)
        if hour > 23 or minute > 59 or second > 59:
            raise Unreadable("not_a_time", _("Write a time between 00.00 and 23.59."))
        day_text, clock = day_text[: match.start()], time(hour, minute, second)
    return datetime.combine(read_day(day_text, day_first=day_first), clock, tzinfo=zone)


def read_whole(cell: Any) -> int:
    """A whole number; ``12`` and ``12,0`` but not ``1.000``.

    Raises:
        Unreadable: ``not_a_whole_number`` or ``number_too_large``.
    """
    if isinstance(cell, int) and not isinstance(cell, bool):
        return int(_within(Decimal(cell)))
    text = as_text(cell)
    if re.fullmatch(r"[+-]?\d+([.,]0)?", text):
        return int(_within(Decimal(re.split("[.,]", text)[0])))
    raise Unreadable("not_a_whole_number", _("Write a whole number without separators, for example 120."))


def read_figure(cell: Any) -> Decimal:
    """A decimal with comma or point.

    Raises:
        Unreadable: ``not_a_number`` or ``number_too_large``.
    """
    if isinstance(cell, (int, Decimal)) and not isinstance(cell, bool):
        return _within(Decimal(cell))
    try:
        return _within(parse_figure(as_text(cell)))
    except Unreadable:
        raise
    except ValueError as error:
        raise Unreadable("not_a_number", str(error)) from None


def _within(figure: Decimal) -> Decimal:
    if not figure.is_finite() or abs(figure) >= TOO_LARGE:
        words = _("Too large. Write a number below %(limit)s.") % {"limit": format_figure(TOO_LARGE)}
        raise Unreadable("number_too_large", words)
    return figure
