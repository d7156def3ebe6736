"""Slips on paper: the room of records has the press for PDFs and registers it when the application starts."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from django.conf import settings

#: Beside the common sheet of everything that is printed.
SLIPS = settings.BASE_DIR / "static" / "print" / "slips.css"


class Press(Protocol):
    """Makes a PDF of a page written as XHTML."""

    def __call__(self, page: str, *, stylesheet: Path) -> bytes: ...


_presses: list[Press] = []


def register_press(press: Press) -> None:
    """Make the press known; the last one prints."""
    _presses[:] = [press]


def print_slips(page: str) -> bytes:
    """The PDF of a page of slips. It is made for this one answer and kept nowhere: what it says is shown once."""
    (press,) = _presses
    return press(page, stylesheet=SLIPS)
