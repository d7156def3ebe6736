"""One shape for every report: who was there from when to when, as stays; minutes are the union of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sessions.imports.attendance.stamps import minutes_of, read_duration, read_stamp
from trainingops.imports.registry import Cell, Row
from trainingops.imports.values import as_text, heading_key

_YES = {"yes", "ya", "true", "y", "1"}
_JOINED = ("joined", "bergabung", "masuk")
_LEFT = ("left", "keluar", "meninggalkan")
_EARLIER = ("before", "sebelum")


@dataclass(frozen=True)
class Reading:
    """How the times of a file are meant: the order of its dates, and the day of those that are times only."""

    month_first: bool
    day: date | None = None

    def stamp(self, cell: Cell) -> datetime | None:
        return read_stamp(cell, month_first=self.month_first, day=self.day)


@dataclass(frozen=True)
class Stay:
    """From joining to leaving, without a zone; ``left`` is ``None`` where the file does not say it.

    ``since``: the report only knows that they were there by then.
    """

    joined: datetime
    left: datetime | None
    since: bool = False


@dataclass
class Line:
    """What one row of a file says: the stays, or only how long, or that it was the waiting room.

    ``problems``: (column, code) of cells that cannot be read.
    """

    row: Row
    stays: list[Stay] = field(default_factory=list)
    seconds: int | None = None
    waiting: bool = False
    event: str = ""
    problems: list[tuple[str, str]] = field(default_factory=list)

    @property
    def same(self) -> tuple[object, ...]:
        """What makes two rows of one person identical."""
        return (self.waiting, self.event, *self.stays, self.seconds if not self.stays else None)


@dataclass
class Presence:
    """All rows of one person in a file.

    Attributes:
        seconds: how long they were there; ``None`` while a stay has no end.
        known: as far as the stays with an end tell.
        repeated: rows that say what another row of them says.
        may_overlap: several rows without times, whose sum may count time twice.
    """

    lines: list[Line]
    stays: list[Stay]
    seconds: int | None
    known: int
    repeated: list[Line] = field(default_factory=list)
    may_overlap: bool = False
    stated: bool = False

    @property
    def joined(self) -> datetime | None:
        """When they first joined; ``None`` without times, or where the report begins later."""
        first = min(self.stays, key=lambda stay: stay.joined, default=None)
        return first.joined if first and not first.since else None

    @property
    def left(self) -> datetime | None:
        """When they last left; ``None`` where the file does not say it."""
        if not self.stays or any(stay.left is None for stay in self.stays):
            return None
        return max(stay.left for stay in self.stays if stay.left)

    @property
    def minutes(self) -> int | None:
        return None if self.seconds is None else minutes_of(self.seconds)

    def inside(self, starts: datetime, ends: datetime) -> int:
        """Seconds of the meeting in which they were there, as far as the file tells."""
        length = int((ends - starts).total_seconds())
        if not self.stays:
            return min(self.known, length)
        shared = union([(max(s.joined, starts), min(s.left, ends)) for s in self.stays if s.left])
        return min(shared, self.known) if self.stated else shared


def union(spans: Iterable[tuple[datetime, datetime]]) -> int:
    """Seconds covered by the spans; what several cover counts once."""
    total, reached = timedelta(), datetime.min  # noqa: DTZ901 (times of the file have no zone)
    for start, end in sorted(spans):
        begins = max(start, reached)
        if end > begins:
            total, reached = total + (end - begins), end
    return int(total.total_seconds())


def line_of(row: Row, reading: Reading, facts: Mapping[str, Any]) -> Line:
    """Read a row of a report; cells that cannot be read stand in its ``problems``."""
    line = Line(row, waiting=heading_key(row.text("waiting")) in _YES)
    if row.text("minutes"):
        line.seconds = read_duration(row.cells.get("minutes"))
        if line.seconds is None:
            line.problems.append(("minutes", "not_a_duration"))
    if row.text("action"):
        _event(line, reading)
    elif stays := facts.get("stays", {}).get(str(row.number)):
        for joined, left in stays:
            _stay(line, joined, left, reading)
    elif row.text("joined"):
        _stay(line, row.cells.get("joined"), row.cells.get("left"), reading)
    elif row.text("left"):
        line.problems.append(("joined", "joined_blank"))
    return line


def _stay(line: Line, joined: Cell, left: Cell, reading: Reading) -> None:
    start = reading.stamp(joined)
    end = reading.stamp(left) if as_text(left) else None
    if start is None or (as_text(left) and end is None):
        line.problems.append(("joined" if start is None else "left", "not_a_time"))
        return
    if end is not None and end < start and reading.day is not None:
        end += timedelta(days=1)  # times of day only: past midnight
    if end is not None and end < start:
        line.problems.append(("left", "left_before_joined"))
        return
    line.stays.append(Stay(start, end))


def _event(line: Line, reading: Reading) -> None:
    """A row of the list of events: one end of a stay."""
    stamp, words = reading.stamp(line.row.cells.get("joined")), line.row.text("action").casefold()
    if stamp is None:
        line.problems.append(("joined", "not_a_time"))
    elif words.startswith(_JOINED):
        line.event = "joined"
        line.stays.append(Stay(stamp, None, since=any(word in words for word in _EARLIER)))
    elif words.startswith(_LEFT):
        line.event = "left"
        line.stays.append(Stay(stamp, stamp))
    else:
        line.problems.append(("action", "action_unknown"))


def gather(
    lines: Sequence[Line], *, ends: datetime | None = None, wins: bool = False, most: int | None = None
) -> Presence:
    """Add up the rows of one person: identical ones once, the waiting room never.

    Args:
        ends: when who never left was there until; without it their time stays unknown.
        wins: the duration of a row is net of absences and counts instead of its times.
        most: length of the meeting by the file, in seconds; rows without times add up to no more.
    """
    repeated, counted, seen = [], [], set()
    for line in lines:
        if line.problems or line.waiting:
            continue
        if line.same in seen:
            repeated.append(line)
            continue
        seen.add(line.same)
        counted.append(line)
    stays = _paired(counted) if any(line.event for line in counted) else [s for line in counted for s in line.stays]
    if ends is not None:
        stays = [Stay(s.joined, max(ends, s.joined), s.since) if s.left is None else s for s in stays]
    presence = Presence(list(lines), stays, None, 0, repeated)
    stated = [line.seconds for line in counted if line.seconds is not None]
    if stays and not (wins and stated):
        presence.known = union((stay.joined, stay.left) for stay in stays if stay.left)
        presence.seconds = None if any(stay.left is None for stay in stays) else presence.known
        return presence
    total = sum(stated)
    presence.may_overlap = not stays and len(stated) > 1
    presence.known = min(total, most) if presence.may_overlap and most else total
    presence.seconds, presence.stated = presence.known, True
    return presence


def _paired(lines: Sequence[Line]) -> list[Stay]:
    """Events as stays: each leaving ends the joining before it; one without another stays open, or is nothing."""
    found: list[Stay] = []
    open_stay: Stay | None = None
    for line in sorted(lines, key=lambda each: each.stays[0].joined):
        event = line.stays[0]
        if line.event == "joined":
            if open_stay is None:
                open_stay = event
        elif open_stay is not None:
            found.append(Stay(open_stay.joined, event.joined, open_stay.since))
            open_stay = None
    return [*found, open_stay] if open_stay else found
