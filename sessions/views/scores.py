"""The score grid: a native table, saved by cell or by one button, never over somebody else's change (SCR)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from sessions import services
from sessions.enums import HELD, SessionState, Verdict
from sessions.frozen import FrozenParameter, fills_itself, read_scheme
from sessions.models import Enrolment, SessionResult, TrainingSession
from sessions.policies import can_run_session
from sessions.queries.files import files_about
from sessions.queries.pages import Presence, attendance_of, remedial_people
from sessions.services import Clash, GridConflict, ScoreCell
from sessions.services.results import REMEDIAL_ATTEMPT, SCORE_DECIMALS
from sessions.services.standing import Standing, from_files, given_scores, is_typed, standing_of
from sessions.verdicts import verdict_for
from sessions.views.sessions import visible
from sessions.views.sheets import identity, identity_head, places_of
from trainingops.domain import Refused
from trainingops.people.http import SignedInRequest
from trainingops.ui.errors import Line
from trainingops.ui.exports import workbook_response
from trainingops.ui.figures import format_figure, input_figure, parse_figure
from trainingops.ui.remedies import figure_problem

_CELL = re.compile(r"score-(?P<enrolment>\d{1,18})-(?P<parameter>[0-9a-f-]{36})")


@dataclass
class Cell:
    """One score of one person as the page shows it."""

    enrolment: Enrolment
    parameter: FrozenParameter
    typed: bool
    text: str = ""
    was: str = ""
    version: int = 0
    problem: str = ""
    clash: Clash | None = None
    saved: bool = False
    locked: bool = False
    paper: bool = False
    file: str = ""
    figure: Decimal | None = None

    @property
    def key(self) -> str:
        return f"{self.enrolment.pk}-{self.parameter.uuid}"

    def is_at(self, enrolment: int, parameter: UUID) -> bool:
        return (self.enrolment.pk, self.parameter.uuid) == (enrolment, parameter)


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


def session_scores(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The whole grid; POST saves the cells that were touched, all or none."""
    training_session = visible(request, uuid)
    attempt = _attempt(request)
    if request.method == "GET" and request.GET.get("export") == "xlsx":
        return _file(training_session, _rows(training_session, attempt))
    if request.method != "POST":
        return _page(request, training_session, _rows(training_session, attempt), attempt)
    touched = _touched(training_session, request.POST)
    refused: Refused | None = None
    if touched and not any(cell.problem for cell in touched):
        try:
            _save(request, training_session, touched, attempt)
        except Refused as why:
            refused = why
    if not refused and not any(cell.problem for cell in touched):
        messages.success(request, _("Scores saved."))
        return redirect(request.get_full_path())
    rows = _rows(training_session, attempt)
    again = [cell for row in rows for cell in row.cells if _take(cell, request.POST)]
    if isinstance(refused, GridConflict):
        _show_clashes(again, refused)
        return _page(request, training_session, rows, attempt, refused=refused, status=409)
    return _page(request, training_session, rows, attempt, refused=refused, status=422)


def session_score_cell(request: SignedInRequest, uuid: UUID, enrolment: int, parameter: UUID) -> HttpResponse:
    """Save one cell and answer with that cell and its person's result; it carries the participant's id (SCR-5)."""
    training_session = visible(request, uuid)
    sent = next((each for each in _touched(training_session, request.POST) if each.is_at(enrolment, parameter)), None)
    refused: Refused | None = None
    saved = None
    if sent and not sent.problem:
        try:
            saved = _save(request, training_session, [sent], 1)[enrolment]
        except Refused as why:
            refused = why
    row = _row_of(training_session, enrolment, saved)
    cell = next((each for each in row.cells if each.is_at(enrolment, parameter)), None) if row else None
    if row is None or cell is None or not request.htmx:  # type: ignore[attr-defined]
        return redirect("session_scores", uuid=uuid)
    status = 200
    if saved:
        cell.saved = True
    elif _take(cell, request.POST):
        status = 422
        if isinstance(refused, GridConflict):
            _show_clashes([cell], refused)
            status = 409
        elif refused:
            cell.problem = str(refused)
    context = {
        "training_session": training_session,
        "cell": cell,
        "row": row,
        "with_result": True,
        "may_record": True,
        "attempt": 1,
        "zone": training_session.site.zone,
    }
    return render(request, "sessions/score_cell.html", context, status=status)


def _file(training_session: TrainingSession, rows: list[Row]) -> HttpResponse:
    """The grid as a workbook in the shape in which it is typed: a row a person, a column a parameter (EXP-1)."""
    names = [each.name for each in read_scheme(training_session.scheme).parameters]
    places = places_of(training_session)
    lines = [
        [
            *identity(row.enrolment, places),
            *(cell.figure for cell in row.cells),
            row.result.final if row.result else None,
            row.verdict.label,
        ]
        for row in rows
    ]
    head = [*identity_head(), *names, _("Final"), _("Result")]
    return workbook_response(head, lines, name=f"nilai-{training_session.number}")


def _attempt(request: SignedInRequest) -> int:
    return REMEDIAL_ATTEMPT if request.GET.get("attempt") == str(REMEDIAL_ATTEMPT) else 1


def _on_phone(request: SignedInRequest, rows: list[Row], parameters: list[UUID]) -> UUID | None:
    """The one parameter that a phone shows: where something is wrong, else the one asked for, else the first typed."""
    wrong = next((cell for row in rows for cell in row.cells if cell.problem or cell.clash), None)
    if wrong is not None:
        return wrong.parameter.uuid
    asked = next((each for each in parameters if str(each) == request.GET.get("parameter")), None)
    typed = next((cell.parameter.uuid for row in rows[:1] for cell in row.cells if cell.typed), None)
    return asked or typed or next(iter(parameters), None)


def _rows(training_session: TrainingSession, attempt: int) -> list[Row]:
    """Everybody with cells and result (two queries, whatever the number)."""
    people = remedial_people(training_session) if attempt > 1 else training_session.enrolments.filter(removed_at=None)
    standing = standing_of(people)
    roll = attendance_of([each.enrolment for each in standing])
    return [_row(training_session, each, attempt, roll[each.enrolment.pk]) for each in standing]


def _row_of(training_session: TrainingSession, enrolment: int, saved: Standing | None) -> Row | None:
    """The row of one person, as it was just saved or as it stands."""
    people = training_session.enrolments.filter(removed_at=None, pk=enrolment)
    standing = saved or next(iter(standing_of(people)), None)
    if standing is None:
        return None
    return _row(training_session, standing, 1, attendance_of([standing.enrolment])[enrolment])


def _row(training_session: TrainingSession, standing: Standing, attempt: int, presence: Presence) -> Row:
    """One person's cells: what is typed as it was typed, what a test fills as the test says."""
    shown = given_scores(training_session, standing, attempt=attempt)
    concluded = training_session.state in HELD and attempt == 1
    files = {name: system or file for name, system, file in from_files(training_session, standing, attempt)}
    cells = []
    for each in read_scheme(training_session.scheme).parameters:
        typed = is_typed(training_session, each, standing, attempt)
        paper = typed and fills_itself(training_session, each)
        stored = standing.scores.get((each.uuid, attempt))
        value = (stored.value if stored else None) if typed else shown[each.name]
        text = "" if value is None else _written(value)
        locked = concluded and stored is not None and stored.value is not None
        cell = Cell(standing.enrolment, each, typed, text=text, was=text, locked=locked)
        cell.figure = _figure(value)
        cell.version = stored.version if stored else 0
        cell.file = files.get(each.name, "")
        cell.paper = paper and not cell.file
        cells.append(cell)
    return Row(standing.enrolment, cells, standing.result, presence)


def _touched(training_session: TrainingSession, posted: Mapping[str, Any]) -> list[Cell]:
    """The cells that were posted and differ from what the page was opened with; whose they are the service looks up."""
    cells = []
    for name in posted:
        found = _CELL.fullmatch(name)
        if found is None:
            continue
        for each in read_scheme(training_session.scheme).parameters:
            if str(each.uuid) == found["parameter"]:
                concluded = training_session.state in HELD
                typed = concluded or not fills_itself(training_session, each)
                cell = Cell(Enrolment(pk=int(found["enrolment"])), each, typed)
                if _take(cell, posted):
                    cells.append(cell)
    return cells


def _figure(value: Any) -> Decimal | None:
    """A score as a figure; a test's fraction with two decimals."""
    if value is None or isinstance(value, Decimal):
        return value
    return round(Decimal(value.numerator) / Decimal(value.denominator), 2)


def _written(value: Any) -> str:
    """A score as it stands in a field; a test's fraction with two decimals."""
    if isinstance(value, Decimal):
        return input_figure(value)
    return format_figure(Decimal(value.numerator) / Decimal(value.denominator), 2)


def _take(cell: Cell, posted: Mapping[str, Any]) -> bool:
    """Read what was posted for a cell; whether it differs from what the page was opened with."""
    name = f"score-{cell.key}"
    if not cell.typed or name not in posted:
        return False
    text, was = str(posted[name]).strip(), str(posted.get(f"was-{cell.key}", cell.was))
    version = str(posted.get(f"version-{cell.key}", "0"))
    if text == was:
        return False
    cell.text, cell.version = text, int(version) if version.isdecimal() else 0
    if text:
        most = cell.parameter.parameter.maximum_score
        cell.problem = figure_problem(text, least=0, most=most, decimals=SCORE_DECIMALS)
    return True


def _save(
    request: SignedInRequest, training_session: TrainingSession, cells: list[Cell], attempt: int
) -> dict[int, Standing]:
    return services.record_scores(
        training_session=training_session,
        cells=[
            ScoreCell(
                cell.enrolment.pk,
                cell.parameter.uuid,
                parse_figure(cell.text) if cell.text else None,
                cell.version,
            )
            for cell in cells
        ],
        attempt=attempt,
        actor=request.user,
        now=request.now,
    )


def _show_clashes(cells: list[Cell], conflict: GridConflict) -> None:
    """Both values stand on the page; saving again, knowingly, replaces theirs."""
    clashes = {(clash.mine.enrolment, clash.mine.parameter): clash for clash in conflict.clashes}
    for cell in cells:
        clash = clashes.get((cell.enrolment.pk, cell.parameter.uuid))
        if clash is not None:
            cell.clash, cell.version = clash, clash.version
            cell.was = "" if clash.theirs is None else input_figure(clash.theirs)


def _page(
    request: SignedInRequest,
    training_session: TrainingSession,
    rows: list[Row],
    attempt: int,
    *,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    problems = [
        Line(f"{cell.parameter.name}, {cell.enrolment.person.name}", cell.problem, f"i-{cell.key}")
        for row in rows
        for cell in row.cells
        if cell.problem
    ]
    states = (SessionState.OPEN, *HELD)
    scheme = read_scheme(training_session.scheme)
    filled = {
        each.uuid: sum(1 for row in rows for cell in row.cells if cell.parameter.uuid == each.uuid and cell.text)
        for each in scheme.parameters
    }
    context = {
        "training_session": training_session,
        "scheme": scheme,
        "parameters": [(each, filled[each.uuid]) for each in scheme.parameters],
        "on_phone": _on_phone(request, rows, list(filled)),
        "rows": rows,
        "complete": sum(1 for row in rows if row.result and row.result.final is not None),
        "errors": [*([refused] if refused else []), *problems],
        "may_record": training_session.state in states and can_run_session(request.user, training_session),
        "attempt": attempt,
        "files": files_about([training_session.uuid]),
        "zone": training_session.site.zone,
    }
    return render(request, "sessions/scores.html", context, status=status)
