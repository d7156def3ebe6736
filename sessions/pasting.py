"""A block from a spreadsheet laid on the score grid: what it would change, and what it cannot (SCR-2)."""

from __future__ import annotations

import csv
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
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
#: Headings of the columns that say who a line is about.
NUMBERS = {"no. karyawan", "nomor karyawan", "employee number", "employee no."}
RUNNING = {"no", "no.", "nr", "nomor", "#"}
NAMES = {"nama", "nama karyawan", "nama peserta", "peserta", "name", "employee name", "participant"}


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
    """One line of the block and whose it is.

    Attributes:
        choices: who may be meant where the name alone does not say it: a question that the reader answers.
    """

    at: int
    said: str
    row: Row | None = None
    problem: str = ""
    choices: Sequence[Row] = ()
    cells: list[Pasted] = field(default_factory=list)

    @property
    def kept(self) -> str:
        """What the confirmation sends of the line, as the grid's own form does (:func:`sessions.grid.read_typed`)."""
        return "|".join(each.cell.kept for each in self.cells if each.cell and each.changes)


@dataclass
class Block:
    """The block as it lies on the grid.

    Attributes:
        dropped: whole columns of it that lie on no parameter, each in words.
    """

    columns: list[Column]
    lines: list[Line]
    problem: str = ""
    by_number: bool = False
    by_name: bool = False
    dropped: Sequence[str] = ()

    @property
    def changed(self) -> int:
        return sum(each.changes for line in self.lines for each in line.cells)

    @property
    def questions(self) -> list[Line]:
        """Lines of which the reader says whose they are."""
        return [line for line in self.lines if line.choices]

    @property
    def refused(self) -> list[tuple[Line, Pasted | None]]:
        """What is left out: whole lines, and cells one by one."""
        found: list[tuple[Line, Pasted | None]] = []
        for line in self.lines:
            if line.problem:
                found.append((line, None))
            found += [(line, each) for each in line.cells if each.problem]
        return found

    @property
    def left_out(self) -> int:
        """How many lines, cells and columns are not taken."""
        return len(self.refused) + len(self.dropped)


def lay(
    text: str,
    rows: Sequence[Row],
    columns: Sequence[Column],
    *,
    person: int,
    parameter: int,
    answers: Mapping[int, int] | None = None,
) -> Block:
    """Lay a block of tabs and newlines on the grid; nothing is written.

    Where its first line names parameters, these are its columns; else they follow each other from ``parameter`` on.
    Where one of its columns holds employee numbers or names, its lines belong to them and never to anybody by order;
    else they follow each other from ``person`` on. A blank cell leaves what stands. What lies on no parameter is named,
    and so are running numbers, which would push the scores off the grid.

    Args:
        person: key of the enrolment of the first line.
        parameter: number of the parameter of the first column.
        answers: by line, the enrolment that the reader chose where a name may mean several, or is not whole.
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
    places = {at: named[each] for at, each in enumerate(heads) if each in named} if is_headed else {}
    people = _people(rows)
    who, is_number = _who_column(heads if is_headed else [], body, rows, scores=places)
    runs = False
    if not is_headed:
        runs = who is None and _begins_with_running_numbers(body, room=len(columns) - parameter + 1)
        places = _in_order(body, people, columns, first=parameter, after=0 if runs else who)
    if not places or not body:
        return Block([], [], _no_scores(body, who))
    lines = list(_following(body, rows, person) if who is None else _named(body, people, who, answers or {}))
    for line, cells in zip(lines, body, strict=True):
        if line.row is not None:
            line.cells = [_cell(cells, at, column, line.row) for at, column in places.items()]
    dropped = _dropped(heads if is_headed else [], body, places, runs=runs)
    return Block(list(places.values()), lines, "", is_number, who is not None and not is_number, dropped)


def _no_scores(body: Sequence[Sequence[str]], who: int | None) -> str:
    """Why nothing can be laid: a column of words says whose the lines are, and no scores follow it."""
    name = next((line[who].strip() for line in body if _said(line, who)), "") if who is not None else ""
    if not name:
        return _("No scores were found beside the names. Copy the columns of scores too.")
    said = _(
        "“%(name)s” says whose its line is, and no scores stand to the right of it. Copy the names first, then scores."
    )
    return said % {"name": name}


def _dropped(
    heads: Sequence[str], body: Sequence[Sequence[str]], places: Mapping[int, Column], *, runs: bool
) -> list[str]:
    """The columns that are not taken: to the right of the last parameter, or under a heading that names none; and
    running numbers, where ``runs`` says that the block begins with them.
    """
    found = []
    for at in range(max(map(len, body), default=0)):
        head = heads[at] if at < len(heads) else ""
        value = next((line[at].strip() for line in body if _said(line, at)), "")
        about = {"column": head or at + 1, "value": value}
        if not heads and at < min(places) and runs:
            found.append(_("Column %(column)s (“%(value)s” …) counts the lines and is no score.") % about)
            continue
        if at in places or not value or head in NUMBERS | NAMES | RUNNING or (not heads and at < min(places)):
            continue
        found.append(_("Column %(column)s (“%(value)s” …) lies on no parameter of this class.") % about)
    return found


def _said(line: Sequence[str], at: int) -> str:
    """What a line has in a column, however it is spaced and spelled large or small."""
    return " ".join(line[at].split()).casefold() if at < len(line) else ""


def _people(rows: Sequence[Row]) -> dict[str, list[Row]]:
    """Whom a number or a name may mean."""
    people: dict[str, list[Row]] = {}
    for row in rows:
        person = row.enrolment.person
        for said in {_said([person.employee_no], 0), _said([person.name], 0)}:
            people.setdefault(said, []).append(row)
    return people


def _who_column(
    heads: Sequence[str], body: Sequence[Sequence[str]], rows: Sequence[Row], *, scores: Collection[int]
) -> tuple[int | None, bool]:
    """The column that says whose a line is, and whether it holds employee numbers; None where none does.

    By its heading; else where at least half are numbers known here, else where a name known here stands, else the first
    one that holds words: parts of names, or people who are not here.
    """
    for headings, is_number in ((NUMBERS, True), (NAMES, False)):
        for at, each in enumerate(heads):
            if each in headings and at not in scores:
                return at, is_number
    found = {at: [each for line in body if (each := _said(line, at))] for at in range(max(map(len, body), default=0))}
    filled = [(at, each) for at, each in found.items() if each and at not in scores]
    numbers = {_said([row.enrolment.person.employee_no], 0) for row in rows}
    names = {_said([row.enrolment.person.name], 0) for row in rows}
    for at, said in filled:
        if sum(each in numbers for each in said) * 2 >= len(said):
            return at, True
    for at, said in filled:
        if any(each in names for each in said):
            return at, False
    for at, said in filled:
        if sum(any(map(str.isalpha, each)) and each not in ABSENT for each in said) * 2 >= len(said):
            return at, False
    return None, False


def _in_order(
    body: Sequence[Sequence[str]],
    people: Mapping[str, Sequence[Row]],
    columns: Sequence[Column],
    *,
    first: int,
    after: int | None,
) -> dict[int, Column]:
    """Columns without headings: one after the other, past employee numbers, names and parts of names."""
    start = 0 if after is None else after + 1
    while any((said := _said(line, start)) and (said in people or _meant_by(said, people)) for line in body):
        start += 1
    return dict(zip(range(start, max(map(len, body), default=0)), columns[first - 1 :], strict=False))


def _begins_with_running_numbers(body: Sequence[Sequence[str]], *, room: int) -> bool:
    """Whether the first column counts its lines from 1 and the scores beside it would not all have ``room``."""
    counted = [_said(line, 0).rstrip(".") for line in body]
    return max(map(len, body)) > room and counted == [str(at) for at in range(1, len(body) + 1)]


def _following(body: Sequence[Sequence[str]], rows: Sequence[Row], person: int) -> Iterator[Line]:
    """Whose each line is where nobody is named: one after the other."""
    start = next((at for at, row in enumerate(rows) if row.enrolment.pk == person), 0)
    for at in range(len(body)):
        row = rows[start + at] if start + at < len(rows) else None
        name = row.enrolment.person.name if row else ""
        yield Line(at + 1, name, row, "" if row else _("There is no participant left for this line."))


def _named(
    body: Sequence[Sequence[str]], people: Mapping[str, Sequence[Row]], who: int, answers: Mapping[int, int]
) -> Iterator[Line]:
    """Whose each line is by the number or name in it, or by the reader's answer."""
    meant = []
    for at, line in enumerate(body, 1):
        rows = people.get(_said(line, who)) or _meant_by(_said(line, who), people)
        chosen = [row for row in rows if row.enrolment.pk == answers.get(at)]
        is_certain = bool(chosen) or (len(rows) == 1 and _said(line, who) in people)
        meant.append((chosen or rows, is_certain))
    times = Counter(rows[0].enrolment.pk for rows, is_certain in meant if is_certain)
    for at, (line, (rows, is_certain)) in enumerate(zip(body, meant, strict=True), 1):
        said = " ".join(line[who].split()) if who < len(line) else ""
        about, choices = {"person": said}, rows
        if not said:
            problem = _("The line lacks the number or name. Write the employee number.")
        elif not rows:
            problem = _("%(person)s is not in this session. Correct the number or write the whole name.") % about
        elif is_certain and times[rows[0].enrolment.pk] > 1:
            problem, choices = _("%(person)s stands in several lines. Keep one of them.") % about, []
        elif is_certain:
            yield Line(at, rows[0].enrolment.person.name, rows[0])
            continue
        elif _said(line, who) in people:
            problem = _("%(person)s is the name of several people here. Write the employee number.") % about
        else:
            problem = _("%(person)s is not a whole name here. Choose who is meant.") % about
        yield Line(at, said, None, problem, choices)


def _meant_by(said: str, people: Mapping[str, Sequence[Row]]) -> list[Row]:
    """Who may be meant by part of a name, or one spelled with other marks: each of its words begins one of theirs."""
    words = _plain(said).split()
    found = {
        row.enrolment.pk: row
        for rows in people.values()
        for row in rows
        if words
        and all(any(part.startswith(word) for part in _plain(row.enrolment.person.name).split()) for word in words)
    }
    return list(found.values())


def _plain(name: str) -> str:
    """A name without marks over and between its letters, small."""
    letters = unicodedata.normalize("NFKD", name.casefold())
    return "".join(each if each.isalnum() else " " for each in letters if not unicodedata.combining(each))


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
