"""The pattern's rows, with places where a copy differs: keys, ids, days, names, numbers, and the hashes over them.

A copy is then what the services would have written for another team in another quarter.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from operator import itemgetter

from trainingops.local.generate.capture import Row, Table, unescaped

MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)
#: Whose a row, number or id is: a team's, a quarter's, or the review's that all teams of a place share.
TEAM, UNIT, REVIEW = "team", "unit", "review"
#: What differs: (kind, of what …).
Token = tuple[str, ...]
Parts = list[str | Token]

_UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


@dataclass
class Pieces:
    """A text in which every second piece is a place for a token's value."""

    literals: list[str]
    tokens: tuple[int, ...]

    def filled(self, values: Sequence[str]) -> str:
        """The text of a copy."""
        if not self.tokens:
            return "".join(self.literals)
        out = self.literals[:]
        out[1::2] = itemgetter(*self.tokens)(values) if len(self.tokens) > 1 else (values[self.tokens[0]],)
        return "".join(out)


@dataclass
class Block:
    """Rows of one table that are copied together; ``count`` of them."""

    table: Table
    scope: str
    count: int
    pieces: Pieces


@dataclass
class Hashed:
    """A text whose SHA-256 stands elsewhere; ``merged`` may change a copy's text before (minutes of many teams)."""

    pieces: Pieces
    merged: str = ""


@dataclass
class Compiler:
    """Turns rows into blocks; remembers the tokens that it met.

    Attributes:
        keys: (table, key) → (scope, rank in the block) of the rows that are copied.
        uuids: public id → whose it is.
        words: a name or employee number → the same, of the pattern's team.
        numbers: a number such as ``TR-2024-00001`` → whose it is.
        codes: codes of records → whose they are.
        places: (table, key) of site and line, and their public ids.
        window: days outside it stay.
    """

    keys: dict[tuple[str, str], tuple[str, int]]
    uuids: Mapping[str, str]
    words: Sequence[str]
    numbers: Mapping[str, str]
    codes: Mapping[str, str]
    places: Mapping[tuple[str, str], str]
    window: tuple[date, date] | None
    texts: dict[str, str] = field(default_factory=dict)
    tokens: dict[Token, int] = field(default_factory=dict)
    hashed: dict[str, Hashed] = field(default_factory=dict)

    def __post_init__(self) -> None:
        months = "|".join(MONTHS)
        words = "|".join(re.escape(each) for each in sorted(self.words, key=len, reverse=True))
        self._regex = re.compile(
            rf"(?P<uuid>{_UUID})|(?P<hash>(?<![0-9a-f])[0-9a-f]{{64}}(?![0-9a-f]))|(?P<day>\d{{4}}-\d\d-\d\d)"
            rf"|(?P<long>\b\d{{1,2}} (?:{months}) \d{{4}})|(?P<number>\b[A-Z]{{2,3}}-\d{{4}}-\d{{5}})"
            rf"|(?P<code>\b[0-9a-z]{{4}}(?:-[0-9a-z]{{4}}){{3}}\b)|(?<!Asia/)\b(?P<word>{words})\b"
        )

    def index(self, token: Token) -> int:
        """Where the value of a token stands among a copy's values."""
        return self.tokens.setdefault(token, len(self.tokens))

    def block(self, table: Table, scope: str, rows: Sequence[Row]) -> Block:
        """The rows as one text of lines."""
        parts: Parts = []
        for row in rows:
            for place, (column, value) in enumerate(zip(table.columns, row.values, strict=True)):
                if place:
                    parts.append("\t")
                parts += self._merged_text(column, value) or self._value(table, column, value)
            parts.append("\n")
        return Block(table, scope, len(rows), self.pieces(parts))

    def _merged_text(self, column: str, value: str) -> Parts:
        """A text that is written as a whole because copies of it are merged."""
        if column not in ("content", "text"):
            return []
        name = sha(unescaped(value))
        return [("text", name)] if name in self.hashed and self.hashed[name].merged else []

    def _value(self, table: Table, column: str, value: str) -> Parts:
        related = table.name if column == table.key and table.has_own_keys else table.keys.get(column)
        if related is None:
            return self.parts(value)
        key = (related, value)
        if key in self.places:
            return [("place", self.places[key])]
        if key in self.keys:
            scope, rank = self.keys[key]
            return [("key", scope, related, str(rank))]
        return [value]

    def pieces(self, parts: Iterable[str | Token]) -> Pieces:
        """Neighbouring literals as one; the tokens by their index."""
        literals, tokens = [""], []
        for part in parts:
            if isinstance(part, str):
                literals[-1] += part
            else:
                tokens.append(self.index(part))
                literals += ["", ""]
        return Pieces(literals, tuple(tokens))

    def parts(self, text: str) -> Parts:
        """A text, taken apart where copies differ."""
        parts: Parts = []
        end = 0
        for match in self._regex.finditer(text):
            token = self._token(match)
            if token is not None:
                parts += [text[end : match.start()], token]
                end = match.end()
        return [*parts, text[end:]]

    def _token(self, match: re.Match[str]) -> Token | None:
        kind, said = str(match.lastgroup), match.group()
        match kind:
            case "uuid":
                if said in self.uuids:
                    whose = self.uuids[said]
                    return ("uuid", whose, said[:13]) if whose in (TEAM, UNIT, REVIEW) else ("place", whose)
            case "hash":
                return self._hash(said)
            case "day":
                return self._day(kind, *map(int, said.split("-")))
            case "long":
                day, month, year = said.split(" ")
                return self._day(kind, int(year), MONTHS.index(month) + 1, int(day))
            case "number" if said in self.numbers:
                return ("number", self.numbers[said], said)
            case "code" if said in self.codes:
                return ("code", self.codes[said], said)
            case "word":
                return ("word", said)
        return None

    def _day(self, kind: str, year: int, month: int, day: int) -> Token | None:
        try:
            said = date(year, month, day)
        except ValueError:
            return None
        if self.window is None or not self.window[0] <= said <= self.window[1]:
            return None
        return (kind, said.isoformat())

    def _hash(self, said: str) -> Token | None:
        """A hash over a text of the pattern that differs in a copy; others are of what all copies share."""
        if said not in self.texts:
            return None
        if said not in self.hashed:
            text = self.texts.pop(said)  # a text that holds its own hash cannot be
            self.hashed[said] = Hashed(self.pieces(self.parts(text)))
            self.texts[said] = text
        return ("hash", said) if self.hashed[said].pieces.tokens else None


def texts_of(rows: Iterable[Row], more: Iterable[str] = ()) -> dict[str, str]:
    """Every text of the rows by its SHA-256, and what an entry's detail is hashed with."""
    found: dict[str, str] = {}
    for row in rows:
        texts = [unescaped(value) for value in row.values if len(value) > 20]
        if row.table.name == "audit_entrydetail":
            texts.append(row["salt"] + unescaped(row["text"]))
        found.update((sha(text), text) for text in texts)
    found.update((sha(text), text) for text in more)
    return found


def sha(text: str) -> str:
    """SHA-256 of a text in UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
