"""The roster's file before it is a table: where its days, its month and the legend of its codes stand (5.1.1 f)."""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, time
from typing import Any

from trainingops.imports.reading import column_letter
from trainingops.imports.registry import Cell, Source
from trainingops.imports.values import Unreadable, as_text, heading_key, read_clock, read_day, read_month
from trainingops.people.enums import ShiftKind
from trainingops.people.services import ShiftEntry

#: Fewer day headings side by side than this are no roster.
_FEWEST_DAYS = 5
_LINES_SEARCHED = 25
_LEGEND_CODE = {"kode", "kodeshift", "code", "shift", "shiftcode"}
_LEGEND_START = {"jammasuk", "masuk", "mulai", "start", "jammulai", "in"}
_LEGEND_END = {"jampulang", "pulang", "selesai", "end", "jamselesai", "jamkeluar", "out"}
_LEGEND_NAME = {"keterangan", "ket", "nama", "namashift", "name", "description", "arti"}
_IN_LINE = re.compile(r"(\w{1,12})\s*=\s*([^,;=]*?)\s*(\d{1,2}[.:]\d{2})\s*[-–]\s*(\d{1,2}[.:]\d{2})")
_ABSENT_WORDS = (
    (ShiftKind.LEAVE, ("cuti", "leave", "annual")),
    (ShiftKind.SICK, ("sakit", "sick")),
    (ShiftKind.PERMIT, ("izin", "ijin", "permit", "excused")),
    (ShiftKind.DUTY, ("dinas", "duty", "travel", "sppd")),
    (ShiftKind.OFF, ("libur", "off", "rest", "istirahat")),
)
_WEEKDAYS = tuple(
    zip(
        ("sen", "sel", "rab", "kam", "jum", "sab", "min"),
        ("mon", "tue", "wed", "thu", "fri", "sat", "sun"),
        strict=True,
    )
)


def reshape_roster(source: Source) -> Source:
    """Day headings as numbers, and what stands outside the table: month, legend, texts merged over several days."""
    rows = source.rows
    place = _day_row(rows)
    if place is None:
        return source
    at, days = place
    month = _month(rows, at, days)
    heading = [str(days[index].day) if index in days else cell for index, cell in enumerate(rows[at])]
    legend = [*_legend_of_sheets(source.others), *_legend_of_lines(rows)]
    facts = {
        "month": month.isoformat()[:7] if month and _weekdays_agree(rows, at, days, month) else "",
        "titled": month.isoformat()[:7] if month else "",
        "legend": [[e.code, e.name, e.kind, _iso(e.starts_at), _iso(e.ends_at)] for e in legend],
        "merged": _merged(source, at, days),
        "letters": {str(number.day): column_letter(index) for index, number in days.items()},
    }
    return replace(source, rows=[*rows[:at], heading, *rows[at + 1 :]], facts=facts)


@dataclass(frozen=True)
class _Heading:
    """A day heading: the number of the day, and the month where it is a whole date."""

    day: int
    month: date | None = None


def _day_row(rows: Sequence[Sequence[Cell]]) -> tuple[int, dict[int, _Heading]] | None:
    """The row of the day headings and the days by column: the longest run of days that follow each other."""
    best: tuple[int, dict[int, _Heading]] | None = None
    for at, row in enumerate(rows[:_LINES_SEARCHED]):
        run: dict[int, _Heading] = {}
        longest: dict[int, _Heading] = {}
        for index, cell in enumerate(row):
            heading = _heading(cell)
            if heading is None or (run and heading.day != next(reversed(run.values())).day + 1):
                run = {}
            if heading is not None:
                run[index] = heading
            if len(run) > len(longest):
                longest = dict(run)
        if len(longest) >= _FEWEST_DAYS and (best is None or len(longest) > len(best[1])):
            best = at, longest
    return best


def _heading(cell: Cell) -> _Heading | None:
    if isinstance(cell, date):
        return _Heading(cell.day, date(cell.year, cell.month, 1))
    text = as_text(cell)
    if re.fullmatch(r"0?[1-9]|[12]\d|3[01]", text):
        return _Heading(int(text))
    try:
        day = read_day(text) if isinstance(cell, str) and len(text) >= 6 else None
    except Unreadable:
        return None
    return _Heading(day.day, day.replace(day=1)) if day else None


def _month(rows: Sequence[Sequence[Cell]], at: int, days: Mapping[int, _Heading]) -> date | None:
    """The month of the headings, else of the first title that names one."""
    months = {heading.month for heading in days.values() if heading.month}
    if len(months) == 1:
        return months.pop()
    for row in rows[: at + 1]:
        for cell in row:
            if isinstance(cell, str) and (found := read_month(cell)):
                return date(*found, 1)
            if isinstance(cell, date):
                return date(cell.year, cell.month, 1)
    return None


def _weekdays_agree(rows: Sequence[Sequence[Cell]], at: int, days: Mapping[int, _Heading], month: date) -> bool:
    """Whether names of weekdays beside the headings belong to the month: a copied title does not."""
    for row in (rows[at - 1] if at else [], rows[at + 1] if at + 1 < len(rows) else []):
        named = {
            index: weekday
            for index in days
            if index < len(row) and (weekday := _weekday(row[index])) is not None and days[index].day <= days_in(month)
        }
        if len(named) >= _FEWEST_DAYS:
            return all(month.replace(day=days[index].day).weekday() == weekday for index, weekday in named.items())
    return True


def _weekday(cell: Cell) -> int | None:
    word = heading_key(cell)[:3] if isinstance(cell, str) else ""
    return next((number for number, words in enumerate(_WEEKDAYS) if word and word in words), None)


def _legend_of_sheets(others: Mapping[str, list[list[Cell]]]) -> Iterator[ShiftEntry]:
    """The codes of a sheet with a heading for the code and one for its start."""
    for rows in others.values():
        for at, row in enumerate(rows[:_LINES_SEARCHED]):
            keys = [heading_key(as_text(cell)) for cell in row]
            places = [
                next((index for index, key in enumerate(keys) if key in words), None)
                for words in (_LEGEND_CODE, _LEGEND_NAME, _LEGEND_START, _LEGEND_END)
            ]
            if places[0] is not None and places[2] is not None:
                for line in rows[at + 1 :]:
                    cells = [line[place] if place is not None and place < len(line) else None for place in places]
                    if entry := _entry(*cells):
                        yield entry
                break


def _legend_of_lines(rows: Sequence[Sequence[Cell]]) -> Iterator[ShiftEntry]:
    """``Ket: P=Pagi 07.00-15.00, S=Siang 14.00-22.00`` in any cell."""
    for row in rows:
        for cell in row:
            if isinstance(cell, str) and "=" in cell:
                for code, name, start, end in _IN_LINE.findall(cell):
                    if entry := _entry(code, name, start, end):
                        yield entry


def _entry(code: Cell, name: Cell, start: Cell, end: Cell) -> ShiftEntry | None:
    key = code_of(code)
    if not key:
        return None
    words = as_text(name) or key
    try:
        return ShiftEntry(key[:12], words[:80], ShiftKind.WORK, read_clock(start), read_clock(end))
    except Unreadable:
        return ShiftEntry(key[:12], words[:80], _absence(words))


def _absence(words: str) -> ShiftKind:
    text = words.casefold()
    return next((kind for kind, known in _ABSENT_WORDS if any(word in text for word in known)), ShiftKind.LEAVE)


def _merged(source: Source, at: int, days: Mapping[int, _Heading]) -> dict[str, list[list[Any]]]:
    """Row number → first day, last day, text and cells of what is merged over several days below the headings."""
    found: dict[str, list[list[Any]]] = {}
    for first, left, last, right in source.merged:
        inside = [days[index].day for index in range(left, right + 1) if index in days]
        if first > at and len(inside) > 1:
            text = as_text(source.rows[first][left]) if left < len(source.rows[first]) else ""
            cells = f"{column_letter(left)}{first + 1}:{column_letter(right)}{last + 1}"
            found.setdefault(str(first + 1), []).append([inside[0], inside[-1], text, cells])
    return found


def _iso(moment: time | None) -> str:
    return moment.isoformat() if moment else ""


def code_of(cell: Cell) -> str:
    return as_text(cell).upper()


def days_in(month: date) -> int:
    return monthrange(month.year, month.month)[1]
