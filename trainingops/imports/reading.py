"""From untrusted bytes to the cells of a sheet: limits first, then a child process with memory and time limits."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import zlib
from collections.abc import Mapping
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
_CHILD = Path(__file__).with_name("child.py")
#: First words of rows that add up or count.
_TOTALS = {"total", "totals", "jumlah", "grand", "subtotal", "rata", "ratarata", "average"}
#: Headings of identity-card numbers. Never kept, in no import (UX.md EXP-2).
_IDENTITY = frozenset(
    ("nikktp", "noktp", "nomorktp", "ktp", "ektp", "noidentitas", "nomoridentitas", "nokk", "nomorkk")
)


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
        found = []
        for number, cells in enumerate(self.rows[self.heading :], self.heading + 1):
            if number in self.footers or not any(as_text(cell) for cell in cells):
                continue
            found.append(
                Row(number, {name: cells[at] if at < len(cells) else None for name, at in mapping.items()}),
            )
        return found

    def pack(self) -> bytes:
        """As it is stored: nothing of the file but its cells, without those thrown away."""
        place = {"heading": self.heading, "heading_from": self.heading_from}
        body = {"rows": self.rows, **place, "dropped": self.dropped, "footers": self.footers, "facts": self.facts}
        return zlib.compress(json.dumps(body, default=_typed).encode(), 6)

    @classmethod
    def unpack(cls, packed: bytes) -> Sheet:
        body = json.loads(zlib.decompress(packed))
        return cls(
            rows=_cells(body["rows"]),
            heading=body["heading"],
            heading_from=body.get("heading_from", 0),
            dropped=tuple(body["dropped"]),
            footers=tuple(body["footers"]),
            facts=body.get("facts", {}),
        )


def read_sheet(content: bytes, importer: Importer) -> Sheet:
    """Read an upload for ``importer``.

    Raises:
        Refused: empty, too large, damaged, not a table, too many rows: each with its remedy.
    """
    if not content.strip():
        raise Refused(_("The file is empty. Choose the file that holds the rows."), field="file", code="empty")
    if len(content) > MAX_BYTES:
        raise Refused(_refusal("too_large", importer), field="file", code="too_large")
    source = _parse(content, importer)
    if importer.reshape is not None:
        source = importer.reshape(source)
    rows = source.rows
    while rows and not any(as_text(cell) for cell in rows[-1]):
        rows.pop()
    if not rows:
        raise Refused(_("The file is empty. Choose the file that holds the rows."), field="file", code="empty")
    first, heading = _heading_rows(rows, importer)
    sheet = Sheet(rows=rows, heading=heading, heading_from=first, footers=_footers(rows, heading), facts=source.facts)
    if not any(
        as_text(cell) for at, row in enumerate(rows, 1) if at > heading and at not in sheet.footers for cell in row
    ):
        raise Refused(_refusal("no_rows", importer), field="file", code="no_rows")
    if len(rows) - heading > importer.max_rows:
        raise Refused(_refusal("too_many_rows", importer), field="file", code="too_many_rows")
    return _without_identity_numbers(sheet, importer)


def guess_mapping(sheet: Sheet, importer: Importer) -> dict[str, int]:
    """Columns of the importer → places in the sheet, by label and known headings; the first of two wins."""
    places: dict[str, int] = {}
    for at, heading in enumerate(sheet.headings):
        if heading not in sheet.dropped:
            places.setdefault(heading_key(heading), at)
    mapping: dict[str, int] = {}
    for column in importer.columns:
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


def _parse(content: bytes, importer: Importer) -> Source:
    """The cells as the child found them."""
    command = [sys.executable, "-I", str(_CHILD), str(importer.max_rows)]
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
    )


def _cells(rows: list[list[Any]]) -> list[list[Cell]]:
    return [[_cell(cell) for cell in row] for row in rows]


def _refusal(code: str, importer: Importer, *, found: str = "") -> str:
    """The words for each refusal; the file's name stands in front of them."""
    if code == "not_a_table" and found not in ("", "?"):
        return _("This is a file of the type %(type)s, not a table. Choose an .xlsx or .csv file.") % {"type": found}
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
    that knows two more, as under merged groups; without any, the first that is not blank."""
    known = {key for column in importer.columns for key in _keys(column)}
    found = [
        {heading_key(as_text(cell)) for cell in row if isinstance(cell, str)} & known for row in rows[:_HEADING_ROWS]
    ]
    best = max(range(len(found)), key=lambda at: (len(found[at]), -at))
    if not found[best]:
        first = next(at for at, row in enumerate(rows, 1) if any(as_text(cell) for cell in row))
        return first, first
    for other in (best + 1, best - 1):
        if 0 <= other < len(found) and len(found[other] - found[best]) >= 2:
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
