"""What the page of a session shows of its day: tests, licences, what was planned and what was (4.2, 5.2)."""

from sessions.queries.day.comparing import Compared, compared
from sessions.queries.day.missing import Lacking, lacking
from sessions.queries.day.reading import (
    Kept,
    Phase,
    Taken,
    away_then,
    deviations_in,
    files_in,
    move_awaiting,
    phases_in_order,
    runs_it,
    with_day,
)

__all__ = [
    "Compared",
    "Kept",
    "Lacking",
    "Phase",
    "Taken",
    "away_then",
    "compared",
    "deviations_in",
    "files_in",
    "lacking",
    "move_awaiting",
    "phases_in_order",
    "runs_it",
    "with_day",
]
