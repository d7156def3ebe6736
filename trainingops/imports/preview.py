"""The dry run: what an import would do, and its stored form that the preview page shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trainingops.imports.reading import Sheet
from trainingops.imports.registry import Batch, Checked, Importer, Problem, Question, Row, RowStatus
from trainingops.imports.subjects import NOWHERE, Origin
from trainingops.imports.values import is_open_day

if TYPE_CHECKING:
    from trainingops.people.models import User

#: Rows of the preview that are kept; the counts are of all rows. Rows with errors come first, up to their own limit.
ROWS_KEPT = 1_000
BAD_ROWS_KEPT = 20_000
TEXTS_KEPT = 100
#: So many rows are checked between two reports of progress.
ROWS_A_LOOK = 100
#: Problems with this code offer a picker (IMP-7).
PERSON_UNKNOWN = "person_unknown"

DAY_FIRST = Question(
    name="day_first",
    text=gettext_lazy("How are dates such as 03/04/2026 meant?"),
    choices=(
        ("yes", gettext_lazy("Day first: 3 April 2026")),
        ("no", gettext_lazy("Month first: 4 March 2026")),
    ),
    asked=lambda _rows: True,
)


@dataclass(frozen=True)
class DryRun:
    """The checked rows of a file, and the questions that it leaves open.

    ``asked``: all that the file left open, those with an answer too; ``own``: those of them that depend on the file.
    """

    checked: list[Checked]
    open_questions: list[Question]
    notices: list[str]
    asked: list[Question]
    own: list[Question]

    @property
    def counts(self) -> dict[str, int]:
        """How many rows are new, changed, unchanged and bad; ``partly``: of those that are not bad, with bad cells."""
        found = Counter(str(checked.status) for checked in self.checked)
        counts = {status.value: found.get(status.value, 0) for status in RowStatus}
        partly = sum(bool(checked.left_out) and not checked.is_bad for checked in self.checked)
        if not counts[RowStatus.ASIDE]:
            del counts[RowStatus.ASIDE]
        return {**counts, "partly": partly} if partly else counts

    @property
    def to_write(self) -> list[Checked]:
        """The rows that an import writes."""
        return [checked for checked in self.checked if checked.status in (RowStatus.NEW, RowStatus.CHANGED)]


class _Watched(list[Row]):
    """Rows that say which of them is looked at, every so often."""

    def __init__(self, rows: Iterable[Row], seen: Callable[[int], None]) -> None:
        super().__init__(rows)
        self._seen = seen

    def __iter__(self) -> Iterator[Row]:
        for at, row in enumerate(super().__iter__()):
            if at % ROWS_A_LOOK == 0:
                self._seen(at)
            yield row


def dry_run(
    importer: Importer,
    sheet: Sheet,
    mapping: dict[str, int],
    *,
    user: User,
    now: datetime,
    options: Mapping[str, Any],
    seen: Callable[[int], None] | None = None,
    origin: Origin = NOWHERE,
) -> DryRun:
    """Check every row of ``sheet``; reads the database, writes nothing.

    Args:
        origin: the file's name, what it is about, and its stored import.
        seen: told the place of the row that is checked, every 100 rows; it may raise to stop the check.
    """
    columns = {column.name: column for column in importer.columns}
    rows = [row.fitting(columns) for row in sheet.data_rows(mapping)]
    proven = _proven_day_order(importer, rows)
    known = {**options, "day_first": proven} if proven in ("yes", "no") else options
    questions = [
        replace(question, choices=list(question.choices_in(rows))) if question.choices_in else question
        for question in importer.questions
        if not (question.fact and sheet.facts.get(question.fact)) and question.asked(rows)
    ]
    if proven == "open":
        questions.append(DAY_FIRST)
    watched = _Watched(rows, seen) if seen else rows
    batch = Batch(
        rows=watched, user=user, now=now, options=known, facts=sheet.facts, system=sheet.system, origin=origin
    )
    own = list(importer.asks(batch)) if importer.asks else []
    checked = importer.check(batch)
    notices = [*_general_notices(sheet), *batch.notices]
    asked = [*questions, *own]
    return DryRun(checked, [each for each in asked if each.name not in options], notices, asked, own)


def as_stored(run: DryRun, headings: Mapping[str, str]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The preview as JSON, and the rows worth a look. ``headings``: column name → the heading of the file."""
    shown = [
        checked
        for checked in run.checked
        if checked.status != RowStatus.SAME or checked.warnings or checked.left_out or checked.said
    ]
    wrong = [checked for checked in shown if checked.problems or checked.left_out][:BAD_ROWS_KEPT]
    others = [checked for checked in shown if not (checked.problems or checked.left_out)][:ROWS_KEPT]
    kept = sorted([*wrong, *others], key=lambda checked: checked.row.number)
    unknown = {
        problem.value: None
        for checked in run.checked
        for problem in (*checked.problems, *checked.warnings)
        if problem.code == PERSON_UNKNOWN and problem.value
    }
    preview = {
        "counts": run.counts,
        "total": len(run.checked),
        "listed": len(kept),
        "hidden": len(shown) - len(kept),
        "unknown_people": list(unknown)[:TEXTS_KEPT],
        "questions": [question.name for question in run.open_questions],
        "asked": [question.name for question in run.asked],
        "choices": {
            question.name: [[value, str(label)] for value, label in question.choices]
            for question in run.asked
            if question.choices_in
        },
        "own": [
            {
                "name": question.name,
                "text": str(question.text),
                "choices": [[value, str(label)] for value, label in question.choices],
                "each_time": question.each_time,
            }
            for question in run.own
        ],
        "notices": run.notices,
    }
    return preview, [_row(checked, headings) for checked in kept]


def asked_questions(importer: Importer, preview: Mapping[str, Any]) -> list[Question]:
    """All questions of a stored preview, answered ones too, with the choices that its rows gave."""
    own = [Question(asked=lambda _rows: True, **said) for said in preview.get("own", [])]
    known = {question.name: question for question in (*importer.questions, DAY_FIRST, *own)}
    # A preview of the version before names only the open ones.
    names = preview.get("asked", preview.get("questions", []))
    found = [known[name] for name in names if name in known]
    given = preview.get("choices", {})
    return [replace(each, choices=given[each.name]) if each.name in given else each for each in found]


def open_questions(importer: Importer, preview: Mapping[str, Any]) -> list[Question]:
    """The questions that a stored preview leaves open."""
    names = preview.get("questions", [])
    return [each for each in asked_questions(importer, preview) if each.name in names]


def _row(checked: Checked, headings: Mapping[str, str]) -> dict[str, Any]:
    def problems(found: Sequence[Problem]) -> list[list[str]]:
        return [[headings.get(each.column, ""), each.value, each.message, each.code] for each in found]

    return {
        "number": checked.row.number,
        "key": checked.key,
        "status": str(checked.status),
        "said": checked.said,
        "in_file": bool(checked.row.cells),
        "changes": [[headings.get(each.column, each.column), each.old, each.new] for each in checked.changes],
        "problems": problems([*checked.problems, *checked.left_out]),
        "warnings": problems(checked.warnings),
    }


def _proven_day_order(importer: Importer, rows: Sequence[Row]) -> str:
    """Day first as the dates prove it: ``yes``, ``no``, ``open`` where they do not, ``""`` without such dates."""
    names = [column.name for column in importer.columns if column.is_day]
    first_is_day = second_is_day = found = False
    for row in rows:
        for name in names:
            is_open = is_open_day(row.cells.get(name))
            if is_open is None:
                continue
            found = found or is_open
            first, second = (int(part) for part in _two_numbers(row.text(name)))
            first_is_day = first_is_day or first > 12
            second_is_day = second_is_day or second > 12
    if first_is_day:
        return "yes"
    if second_is_day:
        return "no"
    return "open" if found else ""


def _two_numbers(text: str) -> list[str]:
    for separator in ".-":
        text = text.replace(separator, "/")
    return text.split("/")[:2]


def _general_notices(sheet: Sheet) -> list[str]:
    notices = []
    if sheet.dropped:
        notices.append(
            _("Identity-card numbers are never kept: the column %(columns)s was thrown away when the file was read.")
            % {"columns": ", ".join(f"“{heading}”" for heading in sheet.dropped)}
        )
    if sheet.footers:
        notices.append(
            _("Rows with totals are left out: row %(rows)s.") % {"rows": ", ".join(str(n) for n in sheet.footers)}
        )
    return notices
