"""Zoom's participants report: with or without the block about the meeting, one row a join or one a user."""

from __future__ import annotations

from dataclasses import replace

from trainingops.imports.registry import Source
from trainingops.imports.values import as_text, heading_key

ZOOM = "Zoom"
_LINES_SEARCHED = 10
#: The block about the meeting stands above the table; its heading for the host is "User Email", too.
_BLOCKS = ({"meetingid", "topic", "starttime"}, {"topic", "id", "host", "starttime"})
_TIMES = {"jointime", "leavetime"}


def recognise(source: Source) -> Source | None:
    """The table of a participants report with start and end of the meeting as facts; ``None`` for another file."""
    rows = source.rows[:_LINES_SEARCHED]
    keys = [[heading_key(as_text(cell)) for cell in row] for row in rows]
    heading = next((at for at, row in enumerate(keys) if _is_table({*row})), None)
    if heading is None:
        return None
    facts: dict[str, object] = {}
    for at in range(heading - 1):
        if any(block <= {*keys[at]} for block in _BLOCKS):
            said = dict(zip(keys[at], (as_text(cell) for cell in rows[at + 1]), strict=False))
            facts["meeting"] = {"starts": said.get("starttime", ""), "ends": said.get("endtime", "")}
    return replace(source, system=ZOOM, heading=heading + 1, facts=facts)


def _is_table(keys: set[str]) -> bool:
    named = bool(keys & {"nameoriginalname", "name"})
    timed = keys >= _TIMES and "durationminutes" in keys
    return named and (timed or "totaldurationminutes" in keys) and bool(keys & {"useremail", "email"})
