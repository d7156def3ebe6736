"""Kahoot's report: the sheet of final scores. Points reward speed and are not read; right answers are the score."""

from __future__ import annotations

from dataclasses import replace

from trainingops.imports.registry import Source
from trainingops.imports.values import as_text, heading_key

KAHOOT = "Kahoot"
_LINES_SEARCHED = 10
_SIGNS = {"player", "correctanswers"}


def recognise(source: Source) -> Source | None:
    """The sheet of final scores, wherever it stands in the workbook."""
    for rows in (source.rows, *source.others.values()):
        for at, row in enumerate(rows[:_LINES_SEARCHED]):
            if {heading_key(as_text(cell)) for cell in row} >= _SIGNS:
                return replace(source, rows=rows, system=KAHOOT, heading=at + 1)
    return None
