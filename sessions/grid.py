"""The score grid as its page shows it: a row a person, a cell a parameter; and what its form sends back (SCR)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from sessions.enums import HELD, SessionState, Verdict
from sessions.frozen import FrozenParameter, fills_itself, read_scheme
from sessions.models import Enrolment, SessionResult, TrainingSession
from sessions.queries.pages import Presence, remedial_people
from sessions.queries.visibility import EVERYBODY
from sessions.scoring import SECOND
from sessions.services.common import Clash
from sessions.services.reach import Reach
from sessions.services.rework import why_training_closed
from sessions.services.score_checks import SCORE_DECIMALS
from sessions.services.standing import Standing, Stored, from_files, given_scores, is_typed, standing_of
from sessions.verdicts import verdict_for
from trainingops.ui.figures import format_figure, input_figure
from trainingops.ui.remedies import figure_problem

#: A page of the grid holds about so many cells, which keeps it below 150 KB; further parameters are a link away.
CELLS_A_PAGE = 600
_ROW = re.compile(r"row-(\d{1,18})")
_KEPT = re.compile(r"(\d{1,3}):(\d{1,9}):([^|:]*)(:clash)?")
#: What somebody chose of two values in conflict.
MINE, THEIRS = "mine", "theirs"


@dataclass
class Cell:
    """One score of one person.

    Attributes:
        number: which parameter of the scheme, from 1.
        editable: the reader writes here; else ``locked`` says why not.
        text: what stands in the field; ``was`` what stood there when the page was opened.
        clash: somebody else's value since then; until the reader chooses, nothing of the cell is saved.
        others: what other assessors gave; ``waits`` names who was asked for a second opinion and has not scored.
        doubtful: a second opinion can be asked for.
    """

    enrolment: Enrolment
    number: int
    parameter: FrozenParameter
    editable: bool = False
    locked: str = ""
    text: str = ""
    was: str = ""
    version: int = 0
    problem: str = ""
    clash: Clash | None = None
    paper: bool = False
    file: str = ""
    figure: Decimal | None = None
    others: list[Stored] = field(default_factory=list)
    waits: str = ""
    doubtful: bool = False

    @property
    def key(self) -> str:
        return f"{self.enrolment.pk}-{self.number}"

    @property
    def kept(self) -> str:
        """What the form keeps of the cell as it was, for :func:`read_typed`."""
        return f"{self.number}:{self.version}:{self.was}" + (":clash" if self.clash else "")

    @property
    def more(self) -> bool:
        """Whether it shows more than its field."""
        return bool(self.problem or self.clash or self.paper or self.file or self.others or self.waits or self.doubtful)


@dataclass
class Row:
    """One person: their cells and what the scheme makes of them."""

    enrolment: Enrolment
    cells: list[Cell]
    result: SessionResult | None
    presence: Presence

    @property
    def verdict(self) -> Verdict:
        return verdict_for(self.result, self.presence.statuses, trained=self.presence.trained)

    @property
    def total(self) -> str:
        """The result as a figure; a dash while there is none, and of who did not take part."""
        if self.result is None or self.result.final is None or self.verdict == Verdict.ABSENT:
            return "—"
        return format_figure(self.result.final, self.result.explanation["decimals"])

    @property
    def kept(self) -> str:
        """What the form keeps of the cells that the reader may write."""
        absent = self.verdict == Verdict.ABSENT
        return "" if absent else "|".join(cell.kept for cell in self.cells if cell.editable)


@dataclass(frozen=True)
class Column:
    """A parameter of the grid; ``filled`` counts who has a score."""

    number: int
    parameter: FrozenParameter
    filled: int


@dataclass(frozen=True)
class Typed:
    """A cell that came back otherwise than the page was opened with."""

    enrolment: int
    number: int
    text: str
    was: str
    version: int
    clashed: bool
    keep: str

    @property
    def is_given_up(self) -> bool:
        """Whether the other's value was chosen."""
        return self.clashed and self.keep == THEIRS

    def problem(self, parameter: FrozenParameter) -> str:
        """Why it cannot be saved, naming value and limit; empty where it can."""
        if self.is_given_up:
            return ""
        if self.clashed and self.keep != MINE:
            return _("Two values stand here. Choose which one holds.")
        most = parameter.parameter.maximum_score
        return figure_problem(self.text, least=0, most=most, decimals=SCORE_DECIMALS) if self.text else ""


def rows_of(training_session: TrainingSession, attempt: int, reach: Reach | None, *, shown: Q = EVERYBODY) -> list[Row]:
    """Everybody with cells and result: one query, whatever their number.

    Args:
        reach: what the reader may score; None shows the grid to be read.
        shown: the enrolments whose names and scores the reader sees.
    """
    people = remedial_people(training_session) if attempt > 1 else training_session.enrolments.filter(removed_at=None)
    standing = standing_of(people.filter(shown))
    return [row_of(training_session, each, attempt, reach) for each in standing]


def row_of(training_session: TrainingSession, standing: Standing, attempt: int, reach: Reach | None) -> Row:
    """One person's cells: what is typed as it was typed, what a test fills as the test says."""
    shown = given_scores(training_session, standing, attempt=attempt)
    files = {name: system or file for name, system, file in from_files(training_session, standing, attempt)}
    cells = []
    for number, each in enumerate(read_scheme(training_session.scheme).parameters, 1):
        cell = Cell(standing.enrolment, number, each, file=files.get(each.name, ""))
        cells.append(cell)
        if not is_typed(training_session, each, standing, attempt):
            cell.figure = _figure(shown[each.name])
            cell.text = "" if cell.figure is None else format_figure(cell.figure, 2)
            cell.locked = _("Its test gives this score.")
            continue
        reader = reach.user if reach else 0
        stored = standing.cell(each, attempt, reader)
        _fill(cell, standing, attempt, stored, reader)
        cell.locked = _why_locked(training_session, standing, cell, attempt, stored, reach)
        cell.editable = not cell.locked
        cell.doubtful = _is_doubtful(training_session, standing, cell, attempt, reach)
        if cell.locked and each.parameter.has_several and stored is None and cell.figure is not None:
            cell.text = input_figure(cell.figure)
        cell.paper = stored is not None and fills_itself(training_session, each) and not cell.file
    return Row(standing.enrolment, cells, standing.result, standing.presence)


def columns_of(training_session: TrainingSession, rows: Sequence[Row]) -> list[Column]:
    """Every parameter of the scheme with how many have a score."""
    return [
        Column(number, each, sum(1 for row in rows if row.cells[number - 1].figure is not None))
        for number, each in enumerate(read_scheme(training_session.scheme).parameters, 1)
    ]


def groups_of(columns: Sequence[Column], people: int) -> list[list[Column]]:
    """The parameters in groups, each small enough for a page of the grid."""
    size = max(CELLS_A_PAGE // max(people, 1), 1)
    return [list(columns[at : at + size]) for at in range(0, len(columns), size)]


def read_typed(posted: Mapping[str, Any], parameters: int) -> list[Typed]:
    """The cells of a sent form that differ from what the page was opened with.

    Each row says in one field what its cells held, ``number:version:value``, so that 2,400 cells stay one light form.
    """
    found = []
    for name in posted:
        row = _ROW.fullmatch(name)
        if row is None:
            continue
        for kept in map(_KEPT.fullmatch, str(posted[name]).split("|")):
            key = f"{row[1]}-{kept[1]}" if kept else ""
            if kept is None or f"score-{key}" not in posted or not 1 <= int(kept[1]) <= parameters:
                continue
            text, keep = str(posted[f"score-{key}"]).strip(), str(posted.get(f"keep-{key}", ""))
            typed = Typed(int(row[1]), int(kept[1]), text, kept[3], int(kept[2]), bool(kept[4]), keep)
            if typed.text != typed.was or typed.clashed:
                found.append(typed)
    return found


def put_back(rows: Iterable[Row], typed: Iterable[Typed], clashes: Iterable[Clash] = ()) -> list[Cell]:
    """Show again what was typed, with what is wrong with it and with both values of each conflict (SCR-4)."""
    cells = {(row.enrolment.pk, cell.number): cell for row in rows for cell in row.cells}
    theirs = {(each.mine.enrolment, each.mine.parameter): each for each in clashes}
    shown = []
    for each in typed:
        cell = cells.get((each.enrolment, each.number))
        if cell is None or each.is_given_up:
            continue
        cell.text, cell.problem = each.text, each.problem(cell.parameter)
        cell.clash = theirs.get((each.enrolment, cell.parameter.uuid))
        if cell.clash:
            cell.version = cell.clash.version
            cell.was = "" if cell.clash.theirs is None else input_figure(cell.clash.theirs)
        shown.append(cell)
    return shown


def _is_doubtful(
    training_session: TrainingSession, standing: Standing, cell: Cell, attempt: int, reach: Reach | None
) -> bool:
    """Whether the reader may ask for a second opinion: there is a first score, and its record does not stand."""
    if cell.parameter.parameter.settled_by != SECOND or reach is None or not reach.runs or cell.figure is None:
        return False
    open_still = training_session.state == SessionState.OPEN or attempt > 1
    return open_still and (cell.parameter.uuid, attempt) not in standing.asked


def _why_locked(
    training_session: TrainingSession,
    standing: Standing,
    cell: Cell,
    attempt: int,
    stored: Stored | None,
    reach: Reach | None,
) -> str:
    """Why the reader cannot write a score that somebody types; empty where they can."""
    if training_session.is_withdrawn:
        return _("This class was withdrawn: what is recorded of it stands, and nothing follows from it.")
    if closed := why_training_closed(training_session):
        return closed
    if reach is None:
        return _("You can read these scores; the PIC or the executing trainer records them.")
    concluded = training_session.state in HELD and attempt == 1
    if concluded and stored is not None and stored.value is not None:
        return _("The session is concluded and its record stands; only blanks can be filled.")
    why = reach.why_not(standing, cell.parameter, attempt)
    return f"{why[0].upper()}{why[1:]}." if why else ""


def _fill(cell: Cell, standing: Standing, attempt: int, stored: Stored | None, reader: int) -> None:
    """What the cell holds, and what other assessors gave beside it."""
    cell.version = stored.version if stored else 0
    cell.text = cell.was = "" if stored is None or stored.value is None else input_figure(stored.value)
    cell.figure = _figure(standing.settled(cell.parameter, attempt))
    if not cell.parameter.parameter.has_several:
        return
    place = (cell.parameter.uuid, attempt)
    cell.others = [row for row in standing.rows.get(place, []) if row != stored and row.value is not None]
    asked = standing.asked.get(place)
    scored = {row.assessor_id for row in standing.rows.get(place, []) if row.value is not None}
    if asked and asked.assessor_id not in scored:
        cell.waits = _("you") if reader == asked.assessor_id else asked.name


def _figure(value: Any) -> Decimal | None:
    """A score as a figure; the fraction of a test or of an average with two decimals."""
    if value is None or isinstance(value, Decimal):
        return value
    return round(Decimal(value.numerator) / Decimal(value.denominator), 2)
