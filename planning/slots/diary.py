"""Who and what is free when: trainers, rooms and participants, as far as meetings have taken them. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from planning.slots.batches import DayWindow

Span = tuple[datetime, datetime]


@dataclass(frozen=True)
class Resource:
    """A trainer or a room, with the times that meetings have taken (aware); ``seats`` of a room.

    ``elsewhere`` names the site of a trainer who is not of the plan's own.
    """

    key: int
    name: str
    taken: Sequence[Span] = ()
    seats: int | None = None
    elsewhere: str = ""

    def is_free(self, start: datetime, end: datetime) -> bool:
        """Whether nothing of ``start`` to ``end`` is taken; back to back is free."""
        return _is_free(self.taken, start, end)


@dataclass(frozen=True)
class Offer:
    """What a window has: the trainer, the rooms that are free, and who of the participants sits elsewhere."""

    trainer: Resource | None
    rooms: Sequence[Resource]
    busy: frozenset[int]

    @property
    def seats(self) -> int | None:
        """As many as the largest free room takes; None where no room is needed."""
        return max((room.seats or 0 for room in self.rooms), default=None)

    def room_for(self, count: int) -> Resource | None:
        """The smallest free room that holds so many."""
        fitting = [room for room in self.rooms if (room.seats or 0) >= count]
        return min(fitting, key=lambda room: (room.seats or 0, room.name), default=None)


@dataclass(frozen=True)
class Diary:
    """The diaries that a proposal respects.

    Attributes:
        zone: of the windows.
        trainers: who may teach the module, whom to ask first; None where nobody is known, and nobody is asked for.
        rooms: of the site; None where none is needed or known.
        people: participants and the times that meetings have taken.
    """

    zone: ZoneInfo
    trainers: Sequence[Resource] | None = None
    rooms: Sequence[Resource] | None = None
    people: Mapping[int, Sequence[Span]] = field(default_factory=dict)

    def offer(self, each: DayWindow) -> Offer | None:
        """What a window has, or None where no trainer or no room is free."""
        start = datetime.combine(each.day, each.window.starts_at, tzinfo=self.zone)
        return self.offer_at(start, start + timedelta(minutes=each.window.duration_minutes))

    def offer_at(self, start: datetime, end: datetime) -> Offer | None:
        """The same for any time."""
        trainer = next((one for one in self.trainers or () if one.is_free(start, end)), None)
        rooms = [room for room in self.rooms or () if room.is_free(start, end)]
        if (self.trainers is not None and trainer is None) or (self.rooms is not None and not rooms):
            return None
        busy = frozenset(person for person, taken in self.people.items() if not _is_free(taken, start, end))
        return Offer(trainer, rooms, busy)


#: What a window has where nobody asked for diaries.
ANYTHING = Offer(None, (), frozenset())


def _is_free(taken: Sequence[Span], start: datetime, end: datetime) -> bool:
    return not any(begins < end and start < ends for begins, ends in taken)
