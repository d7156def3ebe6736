"""How large the organisation is, and who of it does what when: teams by place, quarters by team."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from trainingops.local.demo.cast import DATA
from trainingops.local.generate.planning import quarter_end, quarter_start
from trainingops.local.generate.teams import AGENTS

#: Classes of a pattern: one with tests, two batches, one with its make-up class.
SESSIONS = 5
#: The review of a quarter, its minutes and records are over by then.
_AFTER = timedelta(days=15)


@dataclass(frozen=True)
class Size:
    """What was asked for."""

    agents: int
    sessions: int
    years: int

    @property
    def teams(self) -> int:
        """Teams of 24 agents."""
        return max(1, round(self.agents / AGENTS))

    @property
    def units(self) -> int:
        """Quarters of trainings of one team."""
        return max(1, round(self.sessions / SESSIONS))

    def quarters(self, today: date) -> list[date]:
        """The quarters that are over and reviewed, oldest first."""
        found: list[date] = []
        first = quarter_start(today)
        while len(found) < 4 * self.years:
            first = quarter_start(first - timedelta(days=1))
            if quarter_end(first) + _AFTER <= today:
                found.append(first)
        return found[::-1]

    @property
    def most_sessions(self) -> int:
        """A team has one such quarter in three months."""
        return self.teams * 4 * self.years * SESSIONS


def schedule(size: Size, quarters: list[date]) -> Iterator[tuple[date, list[int]]]:
    """For each quarter the numbers of the teams that have trainings in it; all of them as evenly as it goes."""
    at, teams = 0, size.teams
    for place, first in enumerate(quarters):
        until = size.units * (place + 1) // len(quarters)
        yield first, sorted(number % teams for number in range(at, until))
        at = until


class Names:
    """Names of people, put together from the demo's list: the same for the same seed, nobody's of the house."""

    def __init__(self, seed: int, taken: set[str]) -> None:
        with (DATA / "people_id.csv").open(encoding="utf-8", newline="") as file:
            parts = [row["name"].split() for row in csv.DictReader(file)]
        self._given = sorted({each[0] for each in parts})
        self._family = sorted({each[-1] for each in parts if len(each) > 1})
        self._taken = taken
        self._dice = random.Random(seed)  # noqa: S311 (no secret)

    def team(self) -> list[str]:
        """Of the leader, the trainer and the agents; no two alike."""
        found: dict[str, None] = {}
        while len(found) < AGENTS + 2:
            name = f"{self._dice.choice(self._given)} {self._dice.choice(self._family)}"
            if name not in self._taken:
                found[name] = None
        return list(found)
