"""Handling times and service levels as the reports write them (5.1.1 f)."""

from __future__ import annotations

import re
from datetime import time
from decimal import Decimal

from django.utils.translation import gettext as _

from trainingops.imports.registry import Cell
from trainingops.imports.values import Unreadable, as_text, read_figure

#: A handling time below this many seconds is rather one in minutes, typed into a column of mm:ss.
SHORTEST_AHT = 10
_MM_SS = re.compile(r"(?:(\d{1,2}):)?(\d{1,3}):(\d{2})")


def read_aht(cell: Cell) -> Decimal:
    """A handling time in seconds: ``04:10``, ``00:04:10``, seconds as a number, or a clock cell of mm:ss.

    A clock cell ``03:52`` was typed as minutes and seconds and kept by the spreadsheet as 3 h 52 min; one whose hour
    is 0 or that has seconds is what it says.

    Raises:
        Unreadable: ``not_mm_ss``.
    """
    wrong = Unreadable("not_mm_ss", _("Write minutes and seconds, for example 04:30, or seconds, for example 270."))
    if isinstance(cell, time):
        if cell.hour == 0 or cell.second:
            return Decimal(cell.hour * 3600 + cell.minute * 60 + cell.second)
        return Decimal(cell.hour * 60 + cell.minute)
    if match := _MM_SS.fullmatch(as_text(cell)):
        return Decimal(int(match[1] or 0) * 3600 + int(match[2]) * 60 + int(match[3]))
    try:
        seconds = read_figure(cell)
    except Unreadable:
        raise wrong from None
    if seconds < SHORTEST_AHT:
        raise wrong
    return seconds.quantize(Decimal("0.01"))


def read_seconds(cell: Cell, scale: int = 1) -> Decimal:
    """A duration in seconds: a number (divided by ``scale``), ``:09``, ``3:52``, ``00:05:14`` or a time cell.

    Raises:
        Unreadable: ``not_mm_ss``.
    """
    if isinstance(cell, time):
        return Decimal(cell.hour * 3600 + cell.minute * 60 + cell.second)
    text = as_text(cell)
    if match := _MM_SS.fullmatch(f"0{text}" if text.startswith(":") else text):
        return Decimal(int(match[1] or 0) * 3600 + int(match[2]) * 60 + int(match[3]))
    try:
        return (read_figure(cell) / scale).quantize(Decimal("0.001"))
    except Unreadable:
        raise Unreadable(
            "not_mm_ss", _("Write minutes and seconds, for example 04:30, or seconds, for example 270.")
        ) from None


def read_share(cell: Cell) -> Decimal:
    """A service level in percent: ``85,3%``, ``85.3`` or a share ``0.853``.

    Raises:
        Unreadable: ``not_a_number`` or ``share_out_of_range``.
    """
    text = as_text(cell)
    value = read_figure(text.rstrip("% ")) if isinstance(cell, str) else read_figure(cell)
    percent = value if text.endswith("%") or value > 1 else value * 100
    if not 0 <= percent <= 100:
        raise Unreadable("share_out_of_range", _("Write a percentage between 0 and 100."))
    return percent.quantize(Decimal("0.01"))
