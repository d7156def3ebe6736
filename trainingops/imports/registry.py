"""What a stage says about a file it can import; the pipeline does the rest (docs/imports.md)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trainingops.domain import Registry
from trainingops.imports import values
from trainingops.imports.matching import PeopleMatches, match_people
from trainingops.imports.subjects import NOWHERE, Origin, Subject
from trainingops.ui.bounds import FIRST_DAY, last_day

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from trainingops.people.models import User

#: How many characters a cell may hold where its column names no limit of its own: a long note.
LONGEST_TEXT = 4_000

Text = str | Promise
Cell = str | int | Decimal | bool | date | datetime | time | None


class RowStatus(models.TextChoices):
    """What an import would do with a row (IMP-2)."""

    NEW = "new", gettext_lazy("New")
    CHANGED = "changed", gettext_lazy("Changed")
    SAME = "same", gettext_lazy("Unchanged")
    ASIDE = "aside", gettext_lazy("Not written")
    BAD = "bad", gettext_lazy("With errors")


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column that an importer knows.

    Args:
        name: the key of the cell in :class:`Row`.
        label: the heading of the template and the word in messages.
        required: the file must have this column.
        headings: other headings seen in files; case, blanks and punctuation do not count.
        example: what the template shows in its example row.
        is_day: holds dates, so that the pipeline asks for day or month first where the file leaves it open.
        longest: how many characters fit (:func:`longest_of` the field that keeps it); longer cells are refused.
    """

    name: str
    label: Text
    required: bool = False
    headings: tuple[str, ...] = ()
    example: Any = ""
    is_day: bool = False
    longest: int = LONGEST_TEXT


def longest_of(model: type[models.Model], field: str) -> int:
    """How many characters a field of a model keeps."""
    return int(model._meta.get_field(field).max_length or LONGEST_TEXT)  # type: ignore[union-attr]


@dataclass(frozen=True)
class Row:
    """One row of the file: its number there (from 1) and the cells of the mapped columns.

    A cell that fits nowhere (:meth:`fitting`) is blank here, and stands in ``misfits`` with what is wrong with it.
    """

    number: int
    cells: Mapping[str, Cell]
    misfits: tuple[Problem, ...] = ()

    def fitting(self, columns: Mapping[str, Column]) -> Row:
        """The row without cells that are too long for their column or hold control characters."""
        wrong = {}
        for name, cell in self.cells.items():
            if not isinstance(cell, str) or (len(cell) <= columns[name].longest and not values.HIDDEN.search(cell)):
                continue
            text = values.as_text(cell)
            if why := values.misfit(text, columns[name].longest):
                wrong[name] = Problem(name, values.shortened(text), why.code, str(why))
        if not wrong:
            return self
        return replace(self, cells={**self.cells, **dict.fromkeys(wrong)}, misfits=tuple(wrong.values()))

    def text(self, name: str) -> str:
        """The cell as trimmed text, a whole number without decimals; blank or unmapped is ``""``."""
        return values.as_text(self.cells.get(name))


@dataclass(frozen=True)
class Source:
    """A file as it was read, before its headings are looked for: what an importer's ``reshape`` may turn into a table.

    Args:
        rows: the cells of the first sheet, or of the text.
        merged: its merged cells as (first row, first column, last row, last column), from 0.
        others: small sheets beside it by name, such as a legend.
        facts: what stands outside the table (a month in the title), as JSON; read by ``check`` as ``batch.facts``.
        formats: number formats of its own that the workbook names, such as ``0" / 10"``.
        system: which application wrote it, as the pages name it; set by ``reshape``.
        heading: number of the heading row where ``reshape`` knows it; then it names the rows of totals, too.
        footers: numbers of rows under the headings that are totals.
        skipped: numbers of rows under the headings that belong to another part of the file.
        places: columns of the importer → places, where headings do not tell.
    """

    rows: list[list[Cell]]
    merged: Sequence[tuple[int, int, int, int]] = ()
    others: Mapping[str, list[list[Cell]]] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    formats: Sequence[str] = ()
    system: str = ""
    heading: int = 0
    footers: tuple[int, ...] = ()
    skipped: tuple[int, ...] = ()
    places: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """Why a row cannot be applied, or what to know about it: the column, the value found, and the remedy."""

    column: str
    value: str
    code: str
    message: str


@dataclass(frozen=True)
class Change:
    """A cell that would change, as it will be shown."""

    column: str
    old: str
    new: str


@dataclass
class Checked:
    """What the dry run found out about a row. ``data`` is the importer's own: what ``apply`` will need."""

    row: Row
    key: str = ""
    status: RowStatus = RowStatus.SAME
    changes: list[Change] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    #: Cells that cannot be applied although the rest of the row can.
    left_out: list[Problem] = field(default_factory=list)
    #: What the row comes to, in words; shown beside it whether or not it is written.
    said: str = ""
    data: Any = None

    def __post_init__(self) -> None:
        if self.row.misfits:
            self.problems, self.status = [*self.row.misfits, *self.problems], RowStatus.BAD

    @property
    def is_bad(self) -> bool:
        return bool(self.problems)

    def refuse(self, column: str, code: str, message: str) -> None:
        """The row cannot be applied; ``message`` says the remedy (row, column and value are shown beside it)."""
        self.status = RowStatus.BAD
        if not self._is_misfit(column):  # it is blank because of that; one reason is enough
            self.problems.append(Problem(column, self.row.text(column) if column else "", code, message))

    def warn(self, column: str, code: str, message: str) -> None:
        """The row can be applied; this stands beside it in the preview."""
        if not self._is_misfit(column):
            self.warnings.append(Problem(column, self.row.text(column) if column else "", code, message))

    def leave(self, said: str = "") -> None:
        """The row is right and nothing of it is written; ``said`` says why."""
        if not self.is_bad:
            self.status, self.said = RowStatus.ASIDE, said or self.said

    def leave_out(self, column: str, code: str, message: str) -> None:
        """This cell cannot be applied; the row is, without it, where only what is valid is written."""
        if not self._is_misfit(column):
            self.left_out.append(Problem(column, self.row.text(column), code, message))

    def _is_misfit(self, column: str) -> bool:
        return any(each.column == column for each in self.row.misfits)

    def compare(self, old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> None:
        """Set status and changes from what is stored (``None``: nothing yet) and what the row says, by column name."""
        if self.is_bad:
            return
        if old is None:
            self.status = RowStatus.NEW
            return
        self.changes = [
            Change(name, values.as_shown(old.get(name)), values.as_shown(value))
            for name, value in new.items()
            if old.get(name) != value
        ]
        self.status = RowStatus.CHANGED if self.changes else RowStatus.SAME


@dataclass(frozen=True)
class Question:
    """Something that a file leaves open; the pipeline asks once and remembers the answer for the layout (IMP-7).

    ``asked`` decides from the rows whether it is open at all; the first choice is the one preset. ``each_time``:
    the answer belongs to one file and is not remembered. ``choices`` is read anew each time, so that it may be lazy;
    ``choices_in`` finds them in the rows instead. ``fact``: not asked when the file itself says it (:class:`Source`).
    """

    name: str
    text: Text
    choices: Iterable[tuple[str, Text]]
    asked: Callable[[Sequence[Row]], bool]
    each_time: bool = False
    choices_in: Callable[[Sequence[Row]], Iterable[tuple[str, Text]]] | None = None
    fact: str = ""


@dataclass(frozen=True)
class Batch:
    """All rows of a file with what is needed to judge them. The readers refuse what they cannot read."""

    rows: Sequence[Row]
    user: User
    now: datetime
    options: Mapping[str, Any] = field(default_factory=dict)
    #: What to know about the file as a whole; shown above the preview.
    notices: list[str] = field(default_factory=list)
    #: What ``reshape`` found outside the table.
    facts: Mapping[str, Any] = field(default_factory=dict)
    #: Which application wrote the file, where it was recognised.
    system: str = ""
    origin: Origin = NOWHERE
    #: What ``asks`` found out, for ``check``.
    kept: dict[str, Any] = field(default_factory=dict)

    def answer(self, question: str) -> str:
        """The answer to a :class:`Question`, or ``""``."""
        return str(self.options.get(question, ""))

    @cached_property
    def day_first(self) -> bool:
        """Whether 3/4/2026 is 3 April; so it is unless somebody said otherwise."""
        return self.answer("day_first") != "no"

    def people(self, texts: Iterable[str]) -> PeopleMatches:
        """Match people by employee number, log-in id, ACD id or mail address, and by what was picked (IMP-7).

        One query, whatever the number of texts. ``matches.get(text)`` is a person or ``None``.
        """
        return match_people(texts, picked=self.options.get("people", {}))

    @cached_property
    def today(self) -> date:
        """The day it is where the user is."""
        return self.now.astimezone(self.user.zone).date()

    def day(
        self,
        checked: Checked,
        name: str,
        *,
        required: bool = False,
        earliest: date = FIRST_DAY,
        may_lie_ahead: bool = True,
    ) -> date | None:
        """The date in a column: date cells, ``2026-05-12``, ``12 Mei 2026``, ``12/05/2026``, ``12-05-26``.

        Days before ``earliest``, too far ahead, or ahead at all where that cannot be, are refused.
        """

        def read(cell: Cell) -> date:
            day = values.read_day(cell, day_first=self.day_first)
            if day > self.today and not may_lie_ahead:
                raise values.Unreadable("day_ahead", _("This day lies ahead. Correct the date."))
            return self._sensible(day, earliest, None if may_lie_ahead else self.today)

        return self._read(checked, name, required, read)

    def _sensible(self, day: date, earliest: date = FIRST_DAY, latest: date | None = None) -> date:
        latest = latest or last_day(self.today)
        if earliest <= day <= latest:
            return day
        words = _("This day cannot be meant. Write one from %(first)s to %(last)s.")
        shown = {"first": values.as_shown(earliest), "last": values.as_shown(latest)}
        raise values.Unreadable("day_out_of_range", words % shown)

    def moment(self, checked: Checked, name: str, zone: ZoneInfo, *, required: bool = False) -> datetime | None:
        """The aware time in a column, read in ``zone``: date-time cells, ISO, ``12/05/2026 10.30``."""

        def read(cell: Cell) -> datetime:
            moment = values.read_moment(cell, zone, day_first=self.day_first)
            self._sensible(moment.date())
            return moment

        return self._read(checked, name, required, read)

    def whole(self, checked: Checked, name: str, *, required: bool = False) -> int | None:
        """The whole number in a column."""
        return self._read(checked, name, required, values.read_whole)

    def figure(self, checked: Checked, name: str, *, required: bool = False) -> Decimal | None:
        """The decimal in a column; ``87,5`` and ``87.5`` are the same."""
        return self._read(checked, name, required, values.read_figure)

    def _read(self, checked: Checked, name: str, required: bool, reader: Callable[[Cell], Any]) -> Any:
        cell = checked.row.cells.get(name)
        if values.as_text(cell) == "":
            if required:
                checked.refuse(name, f"{name}_blank", _("Fill in this cell."))
            return None
        try:
            return reader(cell)
        except values.Unreadable as error:
            checked.refuse(name, error.code, str(error))
            return None


@dataclass(frozen=True, kw_only=True)
class Importer:
    """One kind of file.

    Args:
        name: part of the address and of the stored run; never change it.
        label, about: what it imports, and one sentence on which file is meant.
        columns: what it reads; the order is the template's. Read anew each time, so that it may be lazy.
        roles: who may use it.
        check: the dry run: reads the database in bulk, writes nothing, returns one :class:`Checked` a row, in order.
        apply: a service ``apply(*, rows, actor, now)`` that writes the rows given (none is bad or the same).
            It must give the same end when called in parts and when called again.
        questions: what a file may leave open.
        never_read: headings whose cells are thrown away before anything is stored, beside those of identity cards.
        result_url: the name of the URL (without arguments) where the imported things are seen.
        max_rows: more are refused before anything is read.
        rows_at_once: how many rows one call of ``apply`` gets when only the valid rows are applied.
        reshape: turns a file that is no table yet into one, and notes facts that stand outside it.
        asks: further questions, those that depend on the file and on what it is about.
        subject: what a file is about, where that is chosen before the upload.
        keeps_file: the file itself is kept with the import once it was applied.
    """

    name: str
    label: Text
    about: Text
    columns: Iterable[Column]
    roles: frozenset[str]
    check: Callable[[Batch], list[Checked]]
    apply: Callable[..., None]
    questions: tuple[Question, ...] = ()
    never_read: tuple[str, ...] = ()
    result_url: str = ""
    max_rows: int = 50_000
    rows_at_once: int = 500
    reshape: Callable[[Source], Source] | None = None
    asks: Callable[[Batch], Sequence[Question]] | None = None
    subject: Subject | None = None
    keeps_file: bool = False

    def column(self, name: str) -> Column | None:
        """The column of that name."""
        return next((column for column in self.columns if column.name == name), None)


_importers: Registry[Importer] = Registry("importer")


def register_importer(importer: Importer) -> None:
    """Make an importer known (``AppConfig.ready``). Two of one name are an error."""
    _importers.add(importer)


def get_importer(name: str) -> Importer:
    """The importer of that name.

    Raises:
        LookupError: there is none.
    """
    return _importers.find(name)


def every_importer() -> list[Importer]:
    """All of them, in the order of registration."""
    return list(_importers.values())


def importers_for(user: User) -> list[Importer]:
    """Those that the user may use, in the order of registration."""
    return [importer for importer in _importers.values() if user.authority.has(*importer.roles)]
