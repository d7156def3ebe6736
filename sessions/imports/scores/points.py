"""Points as other applications write them, and the score that they are on the scale of a parameter: pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time
from decimal import ROUND_HALF_UP, Decimal

from sessions.imports.attendance.stamps import read_stamp
from trainingops.imports.registry import Cell
from trainingops.imports.values import Unreadable, as_text, heading_key, read_day, read_figure

_OF = re.compile(r"(-?[\d.,]+)\s*/\s*([\d.,]+)")
_ZONE = re.compile(r"\s*\(?(?:GMT|UTC)[+-]?[\d:.]*\)?$", re.IGNORECASE)
_WORDED = re.compile(r"(?P<day>\D*\d{1,2}\D+\d{4}),?\s+(?P<clock>\d{1,2}[:.]\d{2}.*)")
#: What stands where no score is: a test that nobody has marked yet.
_WAITING = {"notyetgraded", "requiresgrading", "belumdinilai", "perludinilai", "menunggupenilaian"}
_FINISHED = {"finished", "selesai", "submitted", "dikirim"}
_CENT = Decimal("0.01")


@dataclass(frozen=True)
class Points:
    """What a row gives: points, and the most there are where the row says it."""

    value: Decimal
    maximum: Decimal | None


def figure(cell: Cell) -> Decimal | None:
    """A figure with comma or point, or ``None``."""
    try:
        return read_figure(cell)
    except Unreadable:
        return None


def read_points(cell: Cell) -> Points | None:
    """``8``, ``8,5``, ``8.00 / 10``; ``None`` for what is none of these."""
    if isinstance(cell, str) and (match := _OF.fullmatch(as_text(cell))):
        value, maximum = figure(match[1]), figure(match[2])
        return Points(value, maximum) if value is not None and maximum is not None else None
    value = figure(cell) if not isinstance(cell, bool) else None
    return None if value is None else Points(value, None)


def waits(cell: Cell) -> bool:
    """Whether a cell says that the test is not marked."""
    return heading_key(as_text(cell)) in _WAITING


def is_finished(state: str) -> bool:
    """Whether an attempt was handed in; a file without states has only such ones."""
    return not state or heading_key(state) in _FINISHED


def scaled(value: Decimal, maximum: Decimal, scale: Decimal) -> Decimal:
    """Points on the scale of a parameter, to two decimals, half up."""
    return (value * scale / maximum).quantize(_CENT, ROUND_HALF_UP)


def read_moment(cell: Cell) -> datetime | None:
    """When an attempt was handed in, by the clock of the file: only to put attempts in their order."""
    text = _ZONE.sub("", as_text(cell))
    stamp = read_stamp(cell if not isinstance(cell, str) else text, month_first=False)
    if stamp is not None or not (match := _WORDED.fullmatch(text)):
        return stamp
    try:
        day = read_day(match["day"].strip())
    except Unreadable:
        return None
    return read_stamp(match["clock"], month_first=False, day=day) or datetime.combine(day, time())
