"""Moodle's grades report of a quiz: an attempt a row, the maximum in the heading, a last row of means."""

from __future__ import annotations

import re
from dataclasses import replace

from sessions.imports.scores.points import figure
from trainingops.imports.registry import Source
from trainingops.imports.values import as_text, heading_key

MOODLE = "Moodle"
_GRADE = re.compile(r"(?:grade|nilai)\s*/\s*(\d+(?:[.,]\d+)?)", re.IGNORECASE)
_MEANS = ("overallaverage", "ratarata")


def recognise(source: Source) -> Source | None:
    """The table with the maximum of its heading as a fact; the means are a footer."""
    if not source.rows:
        return None
    heading = [as_text(cell) for cell in source.rows[0]]
    grade = next(((at, match[1]) for at, text in enumerate(heading) if (match := _GRADE.fullmatch(text))), None)
    if grade is None or not {heading_key(text) for text in heading} & {"state", "status"}:
        return None
    place, maximum = grade
    footers = tuple(
        number
        for number, row in enumerate(source.rows[1:], 2)
        if row and heading_key(as_text(row[0])).startswith(_MEANS)
    )
    facts = {"maximum": str(figure(maximum) or "")}
    return replace(source, system=MOODLE, heading=1, footers=footers, places={"score": place}, facts=facts)
