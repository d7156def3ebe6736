"""A block from a spreadsheet laid on the score grid: what it would change, and what it cannot (SCR-2)."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from io import StringIO

from django.utils.translation import gettext as _

from sessions.enums import Verdict
from sessions.grid import Cell, Column, Row
from sessions.services.score_checks import SCORE_DECIMALS
from trainingops.ui.figures import input_figure, parse_figure
from trainingops.ui.remedies import figure_problem

#: More than the largest class with room to spare.
MOST_LINES = 1_000
#: What people write for somebody who was not there; no score, and never 0 (SCR-5).
ABSENT = {"tidak ikut", "tdk ikut", "tidak hadir", "did not take part", "absent"}
#: Headings of the column that says who a line is about.
NUMBERS = {"no. karyawan", "nomor karyawan", "employee number", "employee no."}


@dataclass
class Pasted:
    """One cell of the block: what stands, what would, or why it is left out."""

    text: str
    number: int
    cell: Cell | None = None
    old: str = ""
    new: str = ""
    problem: str = ""

    @property
    def changes(self) -> bool:
        return not self.problem and self.new != "" and self.new != self.old


@dataclass
class Line:
    """One line of the block and whose it is."""

    at: int
    said: str
    row: Row | None = None
    problem: str = ""
    cells: list[Pasted] = field(default_factory=list)

    @property
    def kept(self) -> str:
        """What the confirmation sends of the line, as the grid's own form does (:func:`sessions.grid.read_typed`)."""
        return "|".join(each.cell.kept for each in self.cells if each.cell and each.changes)


@dataclass
class Block:
    """The block as it lies on the grid."""

    columns: list[Column]
    lines: list[Line]
    problem: str = ""
    by_number: bool = False

    @property
    def changed(self) -> int:
        return sum(each.changes for line in self.lines for each in line.cells)

    @property
    def refused(self) -> list[tuple[Line, Pasted | None]]:
        """What is left out: whole lines, and cells one by one."""
        found: list[tuple[Line, Pasted | None]] = []
        for line in self.lines:
            if line.problem:
                found.append((line, None))
            found += [(line, each) for each in line.cells if each.problem]
        return found


def lay(text: str, rows: Sequence[Row], columns: Sequence[Column], *, person: int, parameter: int) -> Block:
    """Lay a block of tabs and newlines on the grid; nothing is written.

    Where its first line names parameters, these are its columns; else they follow each other from ``parameter`` on.
    Where its first column holds employee numbers, its lines belong to them; else they follow each other from
    ``person`` on. A blank cell leaves what stands.

    Args:
        person: key of the enrolment of the first line.
        parameter: number of the parameter of the first column.
    """
    table = [line for line in csv.reader(StringIO(text), delimiter="\t") if any(map(str.strip, line))]
    if not table:
        return Block([], [], _("Nothing was pasted. Copy cells in the spreadsheet first."))
    if len(table) > MOST_LINES:
        said = {"n": len(table), "most": MOST_LINES}
        return Block([], [], _("%(n)d lines were pasted. Paste %(most)d at most.") % said)
    named = {each.parameter.name.casefold(): each for each in columns}
    heads = [each.strip().casefold() for each in table[0]]
    is_headed = any(each in named for each in heads)
    body = table[1:] if is_headed else table
    who = _number_column(heads if is_headed else [], body, rows)
    if is_headed:
        places = {at: named[each] for at, each in enumerate(heads) if each in named}
    else:
        places = _in_order(body, rows, columns, first=parameter, after=who)
    if not places or not body:
        return Block([], [], _("No scores were found beside the names. Copy the columns of scores too."))
    lines = list(_lines(body, rows, who, person))
    for line, cells in zip(lines, body, strict=True):
        if line.row is not None:
            line.cells = [_cell(cells, at, column, line.row) for at, column in places.items()]
    return Block(list(places.values()), lines, by_number=who is not None)


def _number_column(heads: Sequence[str], body: Sequence[Sequence[str]], rows: Sequence[Row]) -> int | None:
    """The column of employee numbers: by its heading, else the first where at least half of it is known here."""
    headed = next((at for at, each in enumerate(heads) if each in NUMBERS), None)
    if headed is not None:
        return headed
    known = {row.enrolment.person.employee_no.upper() for row in rows}
    first = [line[0].strip().upper() for line in body if line and line[0].strip()]
    return 0 if first and sum(each in known for each in first) * 2 >= len(first) else None


def _in_order(
    body: Sequence[Sequence[str]], rows: Sequence[Row], columns: Sequence[Column], *, first: int, after: int | None
) -> dict[int, Column]:
    """Columns without headings: one after the other, past employee numbers and names."""
    names = {row.enrolment.person.name.casefold() for row in rows}
    start = 0 if after is None else after + 1
    while any(start < len(line) and line[start].strip().casefold() in names for line in body):
        start += 1
    return dict(zip(range(start, max(map(len, body), default=0)), columns[first - 1 :], strict=False))


def _lines(body: Sequence[Sequence[str]], rows: Sequence[Row], who: int | None, person: int) -> Iterator[Line]:
    """Whose each line is."""
    if who is None:
        start = next((at for at, row in enumerate(rows) if row.enrolment.pk == person), 0)
        for at in range(len(body)):
            row = rows[start + at] if start + at < len(rows) else None
            name = row.enrolment.person.name if row else ""
            yield Line(at + 1, name, row, "" if row else _("There is no participant left for this line."))
        return
    known = {row.enrolment.person.employee_no.upper(): row for row in rows}
    said = [line[who].strip().upper() if who < len(line) else "" for line in body]
    twice = {number for number, times in Counter(said).items() if times > 1 and number}
    for at, number in enumerate(said, 1):
        row = known.get(number)
        about = {"number": number}
        if not number:
            yield Line(at, "", None, _("The employee number is blank. Write it in the first column."))
        elif row is None:
            yield Line(at, number, None, _("%(number)s is not in this session. Correct the number.") % about)
        elif number in twice:
            yield Line(at, number, None, _("%(number)s stands in several lines. Keep one of them.") % about)
        else:
            yield Line(at, row.enrolment.person.name, row)


def _cell(cells: Sequence[str], at: int, column: Column, row: Row) -> Pasted:
    """One cell of the block against what stands."""
    text = cells[at].strip() if at < len(cells) else ""
    cell = row.cells[column.number - 1]
    pasted = Pasted(text, column.number, cell, old=cell.text)
    if not text or text == "–":
        return pasted
    if text.casefold() in ABSENT:
        if row.verdict != Verdict.ABSENT:
            pasted.problem = _("“%(value)s” is recorded in the attendance list, not as a score.") % {"value": text}
        return pasted
    most = column.parameter.parameter.maximum_score
    pasted.problem = figure_problem(text, least=0, most=most, decimals=SCORE_DECIMALS)
    if pasted.problem:
        return pasted
    value = input_figure(parse_figure(text))
    if cell.figure is not None and input_figure(cell.figure) == value and not cell.editable:
        return pasted
    if row.verdict == Verdict.ABSENT:
        pasted.problem = _("The attendance list says: did not take part. Correct the attendance first.")
    elif not cell.editable:
        pasted.problem = cell.locked
    else:
        pasted.new = value
    return pasted
