"""What a copy of the pattern says in the places where copies differ: its keys, ids, days, names, numbers and hashes."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from trainingops.audit.journal import canonical
from trainingops.local.generate.blocks import MONTHS, REVIEW, TEAM, UNIT, Hashed, Token, sha
from trainingops.local.generate.capture import escaped
from trainingops.local.generate.planning import first_monday, quarter_end

_LETTERS = "0123456789abcdefghjkmnpqrstvwxyz"


@dataclass
class Counters:
    """The next key of every table, and the last number of every prefix and year."""

    keys: dict[str, int]
    numbers: dict[tuple[str, int], int]

    def draw_keys(self, table: str, count: int) -> int:
        """The first of ``count`` keys in a row."""
        first = self.keys[table]
        self.keys[table] = first + count
        return first

    def draw_number(self, prefix: str, year: int) -> str:
        """The next number, as :func:`trainingops.records.numbers.next_number` writes it."""
        last = self.numbers.get((prefix, year), 0) + 1
        self.numbers[prefix, year] = last
        return f"{prefix}-{year}-{last:05d}"


@dataclass
class Place:
    """A line at a site: keys and public ids."""

    site: str
    line: str
    site_uuid: str
    line_uuid: str


@dataclass
class TeamCopy:
    """A team of the organisation: the pattern's own, or a copy of it."""

    index: int
    place: Place
    words: dict[str, str]
    starts: dict[str, Callable[[int], str]]
    suffix: str
    numbers: dict[str, str] = field(default_factory=dict)
    #: Of the pattern's own team: public ids by their first half, which it keeps.
    uuids: dict[str, str] = field(default_factory=dict)


@dataclass
class UnitCopy:
    """A quarter of a team."""

    team: TeamCopy
    first: date
    suffix: str
    starts: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)


@dataclass
class ReviewCopy:
    """The review of a place and quarter, written with its first team's rows."""

    suffix: str
    starts: dict[str, int] = field(default_factory=dict)
    numbers: dict[str, str] = field(default_factory=dict)
    #: Uuids of the PICs and numbers of the plans of the other teams.
    pics: list[str] = field(default_factory=list)
    plans: list[str] = field(default_factory=list)


def suffix_of(*what: object) -> str:
    """The second half of the public ids of one copy: random, but the same for the same seed."""
    digest = hashlib.sha256(":".join(map(str, what)).encode()).hexdigest()
    return f"-4{digest[:3]}-{'89ab'[int(digest[3], 16) % 4]}{digest[4:7]}-{digest[8:20]}"


class Shape:
    """The tokens of a pattern by kind, so that a copy's values are filled kind by kind."""

    def __init__(self, tokens: dict[Token, int], hashed: dict[str, Hashed], first: date) -> None:
        self.size, self.hashed, self.first = len(tokens), hashed, first
        self.by_kind: dict[tuple[str, ...], list[tuple[int, Token]]] = defaultdict(list)
        for token, index in tokens.items():
            scoped = token[0] in ("key", "uuid", "number", "code")
            self.by_kind[token[:2] if scoped else token[:1]].append((index, token))
        self.keys = {
            scope: [(index, token[2], int(token[3])) for index, token in self.by_kind["key", scope]]
            for scope in (TEAM, UNIT, REVIEW)
        }
        self.uuids = {
            scope: [(index, token[2]) for index, token in self.by_kind["uuid", scope]] for scope in (TEAM, UNIT, REVIEW)
        }
        self._days: dict[date, list[tuple[int, str]]] = {}

    def values(self, team: TeamCopy, unit: UnitCopy | None = None, review: ReviewCopy | None = None) -> list[str]:
        """The value of every token for a copy of the team alone, or of one of its quarters."""
        values = [""] * self.size
        for index, token in self.by_kind["place",]:
            values[index] = getattr(team.place, token[1])
        for index, token in self.by_kind["word",]:
            values[index] = team.words[token[1]]
        for index, table, rank in self.keys[TEAM]:
            values[index] = team.starts[table](rank)
        self._fill_ids(values, TEAM, team.suffix, team.numbers)
        if team.uuids:
            for index, prefix in self.uuids[TEAM]:
                values[index] = team.uuids[prefix]
        if unit is not None:
            for index, said in self._days_of(unit.first):
                values[index] = said
            self._fill_scope(values, UNIT, unit.starts, unit.suffix, unit.numbers)
        if review is not None:
            self._fill_scope(values, REVIEW, review.starts, review.suffix, review.numbers)
        self._fill_hashes(values, review)
        return values

    def _fill_scope(
        self, values: list[str], scope: str, starts: dict[str, int], suffix: str, numbers: dict[str, str]
    ) -> None:
        for index, table, rank in self.keys[scope]:
            values[index] = str(starts[table] + rank)
        self._fill_ids(values, scope, suffix, numbers)

    def _fill_ids(self, values: list[str], scope: str, suffix: str, numbers: dict[str, str]) -> None:
        for index, prefix in self.uuids[scope]:
            values[index] = prefix + suffix
        for index, token in self.by_kind["number", scope]:
            values[index] = numbers[token[2]]
        for index, token in self.by_kind["code", scope]:
            values[index] = _code(suffix, token[2])

    def _days_of(self, first: date) -> list[tuple[int, str]]:
        """Days of another quarter: whole weeks later, but the quarter's own first and last day stay such."""
        if first not in self._days:
            shift = first_monday(first) - first_monday(self.first)
            exact = {self.first: first, quarter_end(self.first): quarter_end(first)}
            found = []
            for kind in ("day", "long"):
                for index, token in self.by_kind[kind,]:
                    said = date.fromisoformat(token[1])
                    day = exact.get(said, said + shift)
                    shown = f"{day.day} {MONTHS[day.month - 1]} {day.year}" if kind == "long" else day.isoformat()
                    found.append((index, shown))
            self._days[first] = found
        return self._days[first]

    def _fill_hashes(self, values: list[str], review: ReviewCopy | None) -> None:
        """In the order in which they were met: a text is compiled after the texts whose hashes it holds."""
        for kind, index, name in self._hash_order:
            hashed = self.hashed[name]
            text = hashed.pieces.filled(values)
            if hashed.merged and review is not None:
                text = _merged(text, hashed.merged, review)
            values[index] = sha(text) if kind == "hash" else escaped(text)

    @property
    def _hash_order(self) -> list[tuple[str, int, str]]:
        if not hasattr(self, "_order"):
            self._order = _ordered(self)
        return self._order


def _ordered(shape: Shape) -> list[tuple[str, int, str]]:
    """Hashes and merged texts, each after those that stand in its own text."""
    by_index = {index: token for kind in ("hash", "text") for index, token in shape.by_kind[kind,]}
    done: dict[int, tuple[str, int, str]] = {}

    def visit(index: int) -> None:
        if index in done:
            return
        kind, name = by_index[index]
        for inner in shape.hashed[name].pieces.tokens:
            if inner in by_index and inner != index:
                visit(inner)
        done[index] = (kind, index, name)

    for index in by_index:
        visit(index)
    return list(done.values())


def _merged(text: str, how: str, review: ReviewCopy) -> str:
    """The minutes of a review with the PICs and trainings of every team of its place (5.4)."""
    said: dict[str, Any] = json.loads(text)
    content = said["data"] if how == "entry" else said
    content["participants"] = sorted([*content["participants"], *([each, "present"] for each in review.pics)])
    content["plans"] = sorted([*content["plans"], *review.plans])
    return canonical(said)


def _code(suffix: str, code: str) -> str:
    number = int.from_bytes(hashlib.sha256((suffix + code).encode()).digest()[:10], "big")
    letters = "".join(_LETTERS[(number >> 5 * place) & 31] for place in range(16))
    return "-".join(letters[at : at + 4] for at in range(0, 16, 4))


def numbers_of(shape: Shape, scope: str, counters: Counters, years: int) -> dict[str, str]:
    """A new number for each of a scope, ``years`` later than the pattern's."""
    found = {}
    for _index, token in shape.by_kind["number", scope]:
        prefix, year, _last = token[2].split("-")
        found[token[2]] = counters.draw_number(prefix, int(year) + years)
    return found
