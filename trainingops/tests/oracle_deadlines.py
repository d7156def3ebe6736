"""H+1 told a second time, by arithmetic of its own: what the product's clock is held against (5.3.2; DESIGN.md §2).

Nothing here comes from the product: offsets are hours, days are counted one by one, and a life of an obligation is the
list of what happened to it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

#: Indonesia knows no summer time.
HOURS_AHEAD = {"Asia/Jakarta": 7, "Asia/Makassar": 8, "Asia/Jayapura": 9}
DAY = timedelta(days=1)
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Rule:
    """From ``begins`` on, at ``place`` or everywhere."""

    begins: date
    business: bool = False
    leave_is_off: bool = False
    place: str = ""


@dataclass(frozen=True)
class Off:
    """A day off at ``place`` or everywhere."""

    day: date
    is_leave: bool = False
    place: str = ""


@dataclass
class World:
    """What the house has decided by now."""

    rules: list[Rule]
    off: list[Off]

    def due(self, end: datetime, zone: str, place: str) -> datetime:
        """The first instant at which a report on what ended at ``end`` is late."""
        ahead = timedelta(hours=HOURS_AHEAD[zone])
        wall = end.astimezone(UTC).replace(tzinfo=None) + ahead
        last = (wall - timedelta(microseconds=1)).date()  # an end at 00.00 is of the day before
        begun = [rule for rule in self.rules if rule.begins <= last and rule.place in ("", place)]
        rule = max(begun, key=lambda each: (each.place == place, each.begins), default=Rule(last))
        day = last + DAY
        while rule.business and self._is_off(day, rule, place):
            day += DAY
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC) + DAY
        return midnight - ahead

    def _is_off(self, day: date, rule: Rule, place: str) -> bool:
        if day.isoweekday() in (6, 7):
            return True
        return any(
            each.day == day and each.place in ("", place) and (rule.leave_is_off or not each.is_leave)
            for each in self.off
        )


@dataclass
class Life:
    """One obligation: what happened to it, and what is therefore true of it."""

    zone: str
    place: str
    end: datetime
    due: datetime = NEVER
    is_void: bool = False
    submitted: datetime | None = None
    moves: list[datetime] = field(default_factory=list)

    def begin(self, world: World) -> None:
        """It is scheduled."""
        self.due = world.due(self.end, self.zone, self.place)

    def happen(self, what: str, at: datetime, world: World, end: datetime | None = None) -> Any:
        """Something happened at ``at``: ``moved``, ``ended``, ``cancelled``, ``submitted`` or ``recounted``."""
        if self.is_void or self.submitted:
            return
        if what == "submitted":
            self.submitted = at
        elif what == "cancelled":
            self.is_void = at < self.due
        elif at < self.due and (what != "ended" or (end is not None and end > self.end)):
            self._count(end or self.end, at, world)

    def _count(self, end: datetime, at: datetime, world: World) -> None:
        due = world.due(end, self.zone, self.place)
        if due <= at:  # nobody is made late looking back
            return
        if due != self.due:
            self.moves.append(self.due)
        self.end, self.due = end, due

    def breach(self, at: datetime) -> datetime | None:
        """When it was breached, as seen at ``at``."""
        if self.is_void or at < self.due:
            return None
        in_time = self.submitted is not None and self.submitted < self.due
        return None if in_time else self.due
