"""From untrusted bytes to the cells of a sheet: limits first, then a child process with memory and time limits."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from trainingops.domain import Refused
from trainingops.imports.registry import Cell, Column, Importer, Row, Source
from trainingops.imports.values import as_text, heading_key

MAX_BYTES = 10 * 1024 * 1024
SECONDS = 60
_HEADING_ROWS = 20
_SAMPLE_ROWS = 20
#: So much is unpacked at a time.
_BLOCK = 1 << 18
_CHILD = Path(__file__).with_name("child.py")
#: First words of rows that add up or count.
_TOTALS = {"total", "totals", "jumlah", "grand", "subtotal", "rata", "ratarata", "average"}
#: Headings of identity-card numbers. Never kept, in no import (UX.md EXP-2).
_IDENTITY = frozenset(
    ("nikktp", "noktp", "nomorktp", "ktp", "ektp", "noidentitas", "nomoridentitas", "nokk", "nomorkk")
)


@dataclass(frozen=True)
class Head:
    """A file without its cells: how many rows stand under the headings, and what the page of its columns shows."""

    rows: int
    heading: int
    headings: list[str]
    #: A first value of each column.
    samples: list[str]
    #: Headings whose cells were thrown away.
    dropped: list[str]
    #: Columns of the importer → places, where the importer knows them without their headings.
    places: dict[str, int] = field(default_factory=dict)
    #: Which application wrote the file, where that was recognised.
    system: str = ""


@dataclass(frozen=True)
class Sheet:
    """The cells of a file; row 1 is the first. ``heading`` is the number of the (last) heading row."""

    rows: list[list[Cell]]
    heading: int
    #: The first of two heading rows, where the upper one groups columns; else the same as ``heading``, or 0.
    heading_from: int = 0
    #: Headings whose cells were thrown away.
    dropped: tuple[str, ...] = ()
    #: Numbers of rows under the headings that are totals or notes.
    footers: tuple[int, ...] = ()
    #: What the importer found outside the table (:class:`~trainingops.imports.registry.Source`).
    facts: Mapping[str, Any] = field(default_factory=dict)
    #: Numbers of rows under the headings that belong to another part of the file.
    skipped: tuple[int, ...] = ()
    places: Mapping[str, int] = field(default_factory=dict)
    system: str = ""

    @property
    def headings(self) -> list[str]:
        """The words of the heading row, else of the row above it; a column without any gets its letter."""
        last = self.rows[self.heading - 1]
        above: list[Cell] = self.rows[self.heading_from - 1] if 0 < self.heading_from < self.heading else []
        width = max(len(last), len(above))
        words = [[as_text(row[at]) if at < len(row) else "" for row in (last, above)] for at in range(width)]
        return [below or over or column_letter(at) for at, (below, over) in enumerate(words)]

    def data_rows(self, mapping: dict[str, int]) -> list[Row]:
        """The rows under the headings with the cells of the mapped columns; blank ones and totals left out."""
        found, beside = [], {*self.footers, *self.skipped}
        for number, cells in enumerate(self.rows[self.heading :], self.heading + 1):
            if number in beside or not any(as_text(cell) for cell in cells):
                continue
            found.append(
                Row(number, {name: cells[at] if at < len(cells) else None for name, at in mapping.items()}),
            )
        return found

    @property
    def head(self) -> Head:
        """What the page of the columns needs."""
        rows = self.rows[self.heading : self.heading + _SAMPLE_ROWS]
        return Head(
            rows=len(self.rows) - self.heading,
            heading=self.heading,
            headings=self.headings,
            samples=[
                next((text[:40] for row in rows if at < len(row) and (text := as_text(row[at]))), "")
                for at in range(len(self.headings))
            ],
            dropped=list(self.dropped),
            places=dict(self.places),
            system=self.system,
        )

    def pack(self) -> bytes:
        """As it is stored: nothing of the file but its cells, without those thrown away; a line of JSON for each row,
        so that :func:`stored_rows` need not hold them all."""
        place = {"heading": self.heading, "heading_from": self.heading_from}
        found = {"facts": self.facts, "skipped": self.skipped, "places": self.places, "system": self.system}
        head = {**place, "dropped": self.dropped, "footers": self.footers, **found}
        pressed = zlib.compressobj(6)
        packed = [pressed.compress(json.dumps(line, default=_typed).encode() + b"\n") for line in (head, *self.rows)]
        return b"".join([*packed, pressed.flush()])

    @classmethod
    def unpack(cls, packed: bytes) -> Sheet:
        head, rows = stored_rows(packed)
        return cls(
            rows=list(rows),
            heading=head["heading"],
            heading_from=head.get("heading_from", 0),
            dropped=tuple(head["dropped"]),
            footers=tuple(head["footers"]),
            facts=head.get("facts", {}),
            skipped=tuple(head.get("skipped", ())),
            places=head.get("places", {}),
            system=head.get("system", ""),
        )


def stored_rows(packed: bytes) -> tuple[dict[str, Any], Iterator[list[Cell]]]:
    """What stands before the rows of a packed sheet, and its rows, one at a time."""
    lines = _lines(packed)
    head = json.loads(next(lines))
    # An upload of the version before is one line.
    rows = iter(head.pop("rows")) if "rows" in head else (json.loads(line) for line in lines)
    return head, ([_cell(cell) for cell in row] for row in rows)


def _lines(packed: bytes) -> Iterator[bytes]:
    stream, rest = zlib.decompressobj(), b""
    while packed:
        *whole, rest = (rest + stream.decompress(packed, _BLOCK)).split(b"\n")
        packed = stream.unconsumed_tail
        yield from whole
    *whole, rest = (rest + stream.flush()).split(b"\n")
    yield from whole
    if rest:
        yield rest


def read_sheet(content: bytes, importer: Importer, *, most: int | None = None) -> Sheet:
    """Read an upload for ``importer``.

    Args:
        most: refuse more rows than these, before they are held in memory; none: what the importer takes.

    Raises:
        Refused: empty, too large, damaged, not a table, too many rows: each with its remedy.
    """
    if not content.strip():
        raise Refused(_("The file is empty. Choose the file that holds the rows."), field="file", code="empty")
    if len(content) > MAX_BYTES:
        raise Refused(_refusal("too_large", importer), field="file", code="too_large")
    most = min(most or importer.max_rows, importer.max_rows)
    source = _parse(content, importer, most)
    if importer.reshape is not None:
        source = importer.reshape(source)
    rows = source.rows
    while rows and not any(as_text(cell) for cell in rows[-1]):
        rows.pop()
    if not rows:
        raise Refused(_("The file is empty. Choose the file that holds the rows."), field="file", code="empty")
    first, heading = (source.heading,) * 2 if source.heading else _heading_rows(rows, importer)
    sheet = Sheet(
        rows=rows,
        heading=heading,
        heading_from=first,
        footers=source.footers if source.heading else _footers(rows, heading),
        facts=source.facts,
        skipped=source.skipped,
        places=source.places,
        system=source.system,
    )
    beside = {*sheet.footers, *sheet.skipped}
    if not any(as_text(cell) for at, row in enumerate(rows, 1) if at > heading and at not in beside for cell in row):
        # A line of text has no heading that anybody knows.
        code = "no_rows" if guess_mapping(sheet, importer) else "not_a_table"
        raise Refused(_refusal(code, importer), field="file", code=code)
    if len(rows) - heading > most:
        raise Refused(_refusal("too_many_rows", importer), field="file", code="too_many_rows")
    return _without_identity_numbers(sheet, importer)


def guess_mapping(sheet: Sheet | Head, importer: Importer) -> dict[str, int]:
    """Columns of the importer → places in the sheet, by label and known headings; the first of two wins."""
    places: dict[str, int] = {}
    for at, heading in enumerate(sheet.headings):
        if heading not in sheet.dropped:
            places.setdefault(heading_key(heading), at)
    mapping: dict[str, int] = dict(sheet.places)
    for column in importer.columns:
        if column.name in mapping:
            continue
        for key in _keys(column):
            if key in places and places[key] not in mapping.values():
                mapping[column.name] = places[key]
                break
    return mapping


def column_letter(index: int) -> str:
    """``A`` for 0, ``AA`` for 26: what a spreadsheet calls a column."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _parse(content: bytes, importer: Importer, most: int) -> Source:
    """The cells as the child found them."""
    command = [sys.executable, "-I", str(_CHILD), str(most)]
    try:
        done = subprocess.run(command, input=content, capture_output=True, timeout=SECONDS, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        raise Refused(_refusal("too_slow", importer), field="file", code="too_slow") from None
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        # Killed by its limits, or by the file.
        raise Refused(_refusal("too_large_unpacked", importer), field="file", code="too_large_unpacked") from None
    if "refused" in answer:
        words = _refusal(answer["refused"], importer, found=answer.get("found", ""))
        raise Refused(words, field="file", code=answer["refused"])
    return Source(
        rows=_cells(answer["rows"]),
        merged=[(first, left, last, right) for first, left, last, right in answer["merged"]],
        others={name: _cells(rows) for name, rows in answer["others"]},
        formats=answer["formats"],
    )


def _cells(rows: list[list[Any]]) -> list[list[Cell]]:
    return [[_cell(cell) for cell in row] for row in rows]


def _refusal(code: str, importer: Importer, *, found: str = "") -> str:
    """The words for each refusal; the file's name stands in front of them."""
    if code == "not_a_table" and found not in ("", "?"):
        return _("This is a file of the type %(type)s, not a table. Choose an .xlsx or .csv file.") % {"type": found}
    if code == "open_quote":
        words = _(
            "Line %(line)s opens a quotation mark that is never closed, so that the rows below fall into its cell. "
            "Close or remove the mark, then choose the file again."
        )
        return words % {"line": found}
    return {
        "too_large": _("The file is larger than 10 MB. Split it, or remove sheets that are not needed."),
        "too_many_rows": _("The file has more than %(rows)d rows. Split it.") % {"rows": importer.max_rows},
        "too_many_columns": _("The file has more than 200 columns. Remove the columns that are not needed."),
        "too_large_unpacked": _("The file is too large once unpacked. Save only the needed rows as a new file."),
        "too_slow": _("Reading the file took longer than a minute. Split it."),
        "damaged": _("The file is damaged. Open it in the spreadsheet program and save it again."),
        "encrypted": _("The file is protected by a password. Save it without one."),
        "old_workbook": _("This is the old Excel format (or protected). Save it as .xlsx without a password."),
        "not_a_workbook": _("This is not an Excel workbook. Save it as .xlsx or .csv."),
        "no_rows": _("The file has headings but no rows. Write the rows below the headings, then choose it again."),
        "not_a_table": _("This is not a table. Choose an .xlsx or .csv file."),
    }[code]


def _keys(column: Column) -> list[str]:
    """The headings that mean ``column``, in every language of the label."""
    from django.utils.translation import override

    keys = [heading_key(str(column.label))]
    for language in ("id", "en"):
        with override(language):
            keys.append(heading_key(str(column.label)))
    return [*dict.fromkeys([*keys, *(heading_key(heading) for heading in column.headings), heading_key(column.name)])]


def _heading_rows(rows: list[list[Cell]], importer: Importer) -> tuple[int, int]:
    """First and last heading row: the row among the first ones with the most known headings, and its neighbour where
    that names two columns more, as under merged groups; without any, the first that is not blank.

    A row of answers "A", "B" below "Opsi A", "Opsi B" has words that may head a column, but names no column more.
    """
    means: dict[str, set[str]] = {}
    for column in importer.columns:
        for key in _keys(column):
            means.setdefault(key, set()).add(column.name)
    found = [
        {heading_key(as_text(cell)) for cell in row if isinstance(cell, str)} & means.keys()
        for row in rows[:_HEADING_ROWS]
    ]
    best = max(range(len(found)), key=lambda at: (len(found[at]), -at))
    if not found[best]:
        first = next(at for at, row in enumerate(rows, 1) if any(as_text(cell) for cell in row))
        return first, first
    named = [{name for key in keys for name in means[key]} for keys in found]
    for other in (best + 1, best - 1):
        if 0 <= other < len(named) and len(named[other] - named[best]) >= 2:
            return min(best, other) + 1, max(best, other) + 1
    return best + 1, best + 1


def _footers(rows: list[list[Cell]], heading: int) -> tuple[int, ...]:
    """Rows of totals: the first text in them is a word for a total."""
    found = []
    for number, row in enumerate(rows[heading:], heading + 1):
        first = next((as_text(cell) for cell in row if as_text(cell)), "")
        if re.split(r"[\s:_-]+", first.casefold())[0] in _TOTALS:
            found.append(number)
    return tuple(found)


def _without_identity_numbers(sheet: Sheet, importer: Importer) -> Sheet:
    """Throw away the cells of identity cards, and what the importer says it never reads.

    "NIK" alone may mean the employee number, unless all its values have the 16 digits of an identity card.
    """
    never = {*_IDENTITY, *(heading_key(heading) for heading in importer.never_read)}
    drop: list[int] = []
    for at, heading in enumerate(sheet.headings):
        key = heading_key(heading)
        cells = [as_text(row[at]) for row in sheet.rows[sheet.heading :] if at < len(row)]
        filled = [cell for cell in cells if cell]
        looks_like_one = bool(filled) and all(len(cell) == 16 and cell.isdigit() for cell in filled)
        if key in never or (key == "nik" and looks_like_one):
            drop.append(at)
    if not drop:
        return sheet
    rows = [
        [None if at in drop and number > sheet.heading else cell for at, cell in enumerate(row)]
        for number, row in enumerate(sheet.rows, 1)
    ]
    return replace(sheet, rows=rows, dropped=tuple(sheet.headings[at] for at in drop))


def _cell(cell: Any) -> Cell:
    """A cell from the JSON of the child or of the store."""
    if isinstance(cell, str):
        # What an export of ours neutralised comes back as it was.
        return cell[1:] if cell[:1] == "'" and cell[1:2] in tuple("=+-@\t\r") else cell
    if not isinstance(cell, list):
        return cell
    kind, text = cell
    readers: dict[str, Any] = {
        "int": int,
        "decimal": Decimal,
        "date": date.fromisoformat,
        "datetime": datetime.fromisoformat,
        "time": time.fromisoformat,
    }
    return readers[kind](text)


def _typed(cell: Any) -> Any:
    """What JSON does not know, as the child writes it. (Whole numbers stay numbers.)"""
    kinds = {Decimal: "decimal", date: "date", datetime: "datetime", time: "time"}
    return [kinds[type(cell)], str(cell) if isinstance(cell, Decimal) else cell.isoformat()]
