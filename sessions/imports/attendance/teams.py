"""Microsoft Teams' attendance report: sections found by their number, columns by their place, whatever the language.

The older list of events has one row for each "Joined" and "Left", and no identifiers.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from trainingops.imports.registry import Cell, Source
from trainingops.imports.values import as_text, heading_key

TEAMS = "Microsoft Teams"
_LINES_SEARCHED = 40
_SECTION = re.compile(r"([1-9])\.\s+\S")
#: Columns of the section of participants, in their order.
_PLACES = {"name": 0, "joined": 1, "left": 2, "minutes": 3, "email": 4, "upn": 5}
_EVENTS = ["fullname", "useraction", "timestamp"]


def recognise(source: Source) -> Source | None:
    """The participants as the table, and as facts the stays of each from the section of activities."""
    if source.rows and [heading_key(as_text(cell)) for cell in source.rows[0][:3]] == _EVENTS:
        return replace(source, system=TEAMS, heading=1, places={"name": 0, "action": 1, "joined": 2})
    sections = _sections(source.rows)
    if not {1, 2} <= sections.keys():
        return None
    heading = sections[2] + 1
    rows = source.rows
    if heading >= len(rows) or len([cell for cell in rows[heading] if as_text(cell)]) < len(_PLACES) - 1:
        return None
    people = _until_blank(rows, heading + 1)
    stays = _stays(rows, sections[3] + 2) if 3 in sections else {}
    facts = {
        "stays": {str(at + 1): stays.get(_who(rows[at], 4), []) for at in people},
        "duration_wins": 3 not in sections,
        "meeting": {"starts": _second(rows, sections[1] + 3), "ends": _second(rows, sections[1] + 4)},
    }
    skipped = tuple(range((people[-1] if people else heading) + 2, len(rows) + 1))
    return replace(source, system=TEAMS, heading=heading + 1, skipped=skipped, places=_PLACES, facts=facts)


def _sections(rows: Sequence[Sequence[Cell]]) -> dict[int, int]:
    """Number of each section → place of its title, a line of one cell."""
    found: dict[int, int] = {}
    for at, row in enumerate(rows):
        filled = [text for cell in row if (text := as_text(cell))]
        if len(filled) == 1 and (match := _SECTION.match(filled[0])) and (at < _LINES_SEARCHED or found):
            found.setdefault(int(match[1]), at)
    return found


def _until_blank(rows: Sequence[Sequence[Cell]], start: int) -> list[int]:
    found = []
    for at in range(start, len(rows)):
        if not any(as_text(cell) for cell in rows[at]) or (_SECTION.match(as_text(rows[at][0])) and len(rows[at]) == 1):
            break
        found.append(at)
    return found


def _stays(rows: Sequence[Sequence[Cell]], start: int) -> dict[tuple[str, str], list[list[str]]]:
    """Name and mail → join and leave of each stay, as texts."""
    found: dict[tuple[str, str], list[list[str]]] = {}
    for at in _until_blank(rows, start):
        cells = [as_text(cell) for cell in [*rows[at], "", "", ""]]
        found.setdefault(_who(rows[at], 4), []).append(cells[1:3])
    return found


def _who(row: Sequence[Cell], mail: int) -> tuple[str, str]:
    return as_text(row[0]).casefold(), (as_text(row[mail]).casefold() if mail < len(row) else "")


def _second(rows: Sequence[Sequence[Cell]], at: int) -> str:
    """The value beside a label of the summary."""
    return as_text(rows[at][1]) if at < len(rows) and len(rows[at]) > 1 else ""
