"""How the load of a half hour is judged while people are off the floor: one method for each kind of channel.

Erlang C describes callers who wait in a queue, so it serves inbound voice only. Chats are held side by side, mail and
social media wait for hours, and outbound calls are the centre's own: each has its own figure.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from planning.erlang import required_agents
from planning.slots.profile import SLOT_MINUTES, HalfHour

BY_SERVICE_LEVEL = "service_level"
BY_CAPACITY = "capacity"
BY_CONTACT_RATE = "contact_rate"
BY_VOLUME = "volume"
SLOT_SECONDS = SLOT_MINUTES * 60


@dataclass(frozen=True)
class Target:
    """What a line must hold, and by which figure.

    Attributes:
        basis: :data:`BY_SERVICE_LEVEL` (Erlang C), :data:`BY_CAPACITY` (chat), :data:`BY_CONTACT_RATE` (outbound) or
            :data:`BY_VOLUME`.
        goal: share answered in time at least; for chat the highest share of the capacity in use.
        answer_seconds: within how many seconds a call should be answered.
        concurrency: chats that one agent holds at the same time.
    """

    basis: str = BY_SERVICE_LEVEL
    goal: float = 0.80
    answer_seconds: float = 20
    concurrency: int = 1


@dataclass(frozen=True)
class Load:
    """What a half hour is like with some people off the floor; ``None`` where the method has no such figure."""

    service_level: float | None = None
    asa_seconds: float | None = None
    occupancy: float | None = None
    contact_rate: float | None = None

    @property
    def queue_grows(self) -> bool:
        """Whether more comes than those who stay can handle."""
        return self.asa_seconds is not None and math.isinf(self.asa_seconds)


@lru_cache(maxsize=4_096)
def load_of(half: HalfHour, target: Target, *, leaving: float) -> Load | None:
    """The load of a half hour; ``None`` where what the method needs is not known.

    Args:
        leaving: people off the floor who would answer otherwise.
    """
    if target.basis == BY_SERVICE_LEVEL:
        found = half.outcome(leaving=leaving, target_seconds=target.answer_seconds)
        return Load(found.service_level, found.asa_seconds, found.occupancy) if found else None
    if target.basis == BY_CAPACITY:
        occupancy = _chat_occupancy(half, target, leaving)
        return None if occupancy is None else Load(occupancy=occupancy)
    if target.basis == BY_CONTACT_RATE:
        return None if half.contact_rate is None else Load(contact_rate=half.contact_rate)
    return Load()


@lru_cache(maxsize=4_096)
def may_leave(half: HalfHour, target: Target) -> int | None:
    """How many may leave the floor while the target holds; ``None`` where the method cannot say. Never below 0."""
    if half.agents is None or (half.aht_seconds is None and half.offered):
        return None
    if target.basis == BY_SERVICE_LEVEL:
        needed = required_agents(
            calls=half.offered,
            aht_seconds=half.aht_seconds or 1,
            interval_seconds=SLOT_SECONDS,
            target_seconds=target.answer_seconds,
            service_level=target.goal,
        )
    elif target.basis == BY_CAPACITY:
        chats = half.offered * (half.aht_seconds or 0) / SLOT_SECONDS
        needed = math.ceil(chats / (target.concurrency * target.goal))
    else:
        return None
    return max(math.floor(half.agents) - needed, 0)


def _chat_occupancy(half: HalfHour, target: Target, leaving: float) -> float | None:
    """Chats under way ÷ chats that those who stay can hold at the same time."""
    if half.agents is None or (half.aht_seconds is None and half.offered):
        return None
    chats = half.offered * (half.aht_seconds or 0) / SLOT_SECONDS
    capacity = max(math.floor(half.agents - leaving), 0) * target.concurrency
    return chats / capacity if capacity else (math.inf if chats else 0.0)
