"""Google Meet's attendance report: one row a person, times of day; the date stands in the name of the file only."""

from __future__ import annotations

from dataclasses import replace

from trainingops.imports.registry import Source
from trainingops.imports.values import as_text, heading_key

MEET = "Google Meet"
_SIGNS = {"duration", "timejoined", "timeexited"}


def recognise(source: Source) -> Source | None:
    """The table; ``Duration`` is net of absences and wins over the times."""
    if not source.rows or not {heading_key(as_text(cell)) for cell in source.rows[0]} >= _SIGNS:
        return None
    return replace(source, system=MEET, heading=1, facts={"duration_wins": True, "times_only": True})
