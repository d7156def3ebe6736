"""Erlang C: how a queue with patient callers behaves (clause 5.1.1 f).

The recursion of Erlang B is used throughout, so that no factorial overflows at large loads.

Source: A. K. Erlang (1917); the recursion B(n) = a·B(n−1) ÷ (n + a·B(n−1)) and C = B ÷ (1 − ρ·(1 − B)) as in
Cooper, *Introduction to Queueing Theory* (1981), chapter 3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass


@dataclass(frozen=True)
class QueueOutcome:
    """What callers and agents meet in one interval.

    Attributes:
        service_level: share of calls answered within the target, 0 … 1.
        asa_seconds: mean time to answer over all calls; infinity when the queue only grows.
        occupancy: offered load per agent; above 1 when the load exceeds the agents, infinity without agents.
        wait_probability: share of calls that wait at all, 0 … 1.
        stable: whether the agents can carry the load (load < agents).
    """

    service_level: float
    asa_seconds: float
    occupancy: float
    wait_probability: float
    stable: bool


def _load(calls: float, aht_seconds: float, interval_seconds: float) -> float:
    """The offered load in erlangs: agents' hours asked for in each hour."""
    for name, value, lowest_allowed in (
        ("calls", calls, True),
        ("aht_seconds", aht_seconds, False),
        ("interval_seconds", interval_seconds, False),
    ):
        if not math.isfinite(value) or value < 0 or (value == 0 and not lowest_allowed):
            raise ValueError(f"{name} must be a finite number {'≥' if lowest_allowed else '>'} 0, not {value!r}")
    return calls * aht_seconds / interval_seconds


def _check_target(target_seconds: float) -> None:
    if not math.isfinite(target_seconds) or target_seconds < 0:
        raise ValueError(f"target_seconds must be a finite number ≥ 0, not {target_seconds!r}")


def _next_blocking(blocking: float, load: float, agents: int) -> float:
    """Erlang B for ``agents`` from Erlang B for one agent less."""
    return load * blocking / (agents + load * blocking)


def _outcome(blocking: float, *, load: float, aht_seconds: float, agents: int, target_seconds: float) -> QueueOutcome:
    """The outcome for a stable queue whose Erlang B is ``blocking``."""
    occupancy = load / agents
    waiting = blocking / (1 - occupancy * (1 - blocking))
    spare = agents - load
    return QueueOutcome(
        service_level=1 - waiting * math.exp(-spare * target_seconds / aht_seconds),
        asa_seconds=waiting * aht_seconds / spare,
        occupancy=occupancy,
        wait_probability=waiting,
        stable=True,
    )


def erlang_c(
    *, calls: float, aht_seconds: float, interval_seconds: float, agents: int, target_seconds: float
) -> QueueOutcome:
    """Service level, mean time to answer and occupancy of one interval.

    Callers are patient, calls come at random, and the queue is in its steady state: real queues with people who
    hang up do better than this says.

    Args:
        calls: calls offered in the interval (a mean may be a fraction).
        aht_seconds: mean handling time, talking and after-call work, seconds.
        interval_seconds: length of the interval, seconds.
        agents: people who answer.
        target_seconds: within how many seconds a call should be answered.

    Returns:
        No calls: service level 1, no waiting. Load ≥ agents: service level 0, waiting certain, ASA infinite.

    Raises:
        ValueError: a negative or endless figure, no handling time, no interval; the message names it.

    Source: Call Centre Helper's worked example; clause 5.1.1 f.
    """
    load = _load(calls, aht_seconds, interval_seconds)
    _check_target(target_seconds)
    if agents < 0 or agents != int(agents):
        raise ValueError(f"agents must be a whole number ≥ 0, not {agents!r}")
    if load == 0:
        return QueueOutcome(1.0, 0.0, 0.0, 0.0, True)
    if load >= agents:
        return QueueOutcome(0.0, math.inf, load / agents if agents else math.inf, 1.0, False)
    blocking = 1.0
    for n in range(1, int(agents) + 1):
        blocking = _next_blocking(blocking, load, n)
    return _outcome(blocking, load=load, aht_seconds=aht_seconds, agents=int(agents), target_seconds=target_seconds)


def required_agents(
    *,
    calls: float,
    aht_seconds: float,
    interval_seconds: float,
    target_seconds: float,
    service_level: float,
    max_occupancy: float = 1.0,
) -> int:
    """The fewest agents who reach the service level without being busier than ``max_occupancy``.

    Shrinkage is the caller's: ``ceil(n / (1 - shrinkage))``. The comparison is with the exact figure: 79.56 %
    does not meet 80 %, whatever it shows after rounding.

    Args:
        calls, aht_seconds, interval_seconds, target_seconds: as in :func:`erlang_c`.
        service_level: share to be answered within the target, 0 ≤ … < 1.
        max_occupancy: highest load per agent, 0 < … ≤ 1.

    Returns:
        0 for no calls.

    Raises:
        ValueError: a figure out of its range; the message names it.

    Source: Call Centre Helper's worked example; clause 5.1.1 f.
    """
    load = _load(calls, aht_seconds, interval_seconds)
    _check_target(target_seconds)
    if not 0 <= service_level < 1:
        raise ValueError(f"service_level must be at least 0 and below 1, not {service_level!r}")
    if not 0 < max_occupancy <= 1:
        raise ValueError(f"max_occupancy must be above 0 and at most 1, not {max_occupancy!r}")
    if load == 0:
        return 0
    agents, blocking = 0, 1.0
    while True:
        agents += 1
        blocking = _next_blocking(blocking, load, agents)
        if load >= agents or load / agents > max_occupancy:
            continue
        outcome = _outcome(blocking, load=load, aht_seconds=aht_seconds, agents=agents, target_seconds=target_seconds)
        if outcome.service_level >= service_level:
            return agents
