"""What lies on somebody's desk: what waits for them, what they wait for, and today (DSH-1 to DSH-5)."""

from __future__ import annotations

from trainingops.dashboard.desk import (  # noqa: F401 (each registers its providers)
    administration,
    evaluation,
    planning,
    reporting,
    sessions,
)
from trainingops.dashboard.desk.items import AWAITED, EVENTS, ITEMS, Event, Line, collect, line
from trainingops.dashboard.desk.reading import Desk

__all__ = ["Desk", "Event", "Line", "awaited", "today", "waiting"]


def waiting(desk: Desk) -> list[Line]:
    """What waits for the reader, one list over all their roles, the nearest due time first (DSH-1, DSH-5)."""
    return [line(item, desk.now) for item in collect(ITEMS, desk)]


def awaited(desk: Desk) -> list[Line]:
    """What the reader waits for, and from whom (DSH-2)."""
    return [line(item, desk.now) for item in collect(AWAITED, desk)]


def today(desk: Desk) -> list[Event]:
    """What happens today, by the clock."""
    return collect(EVENTS, desk)
