"""The score grid: a native table, saved by cell or by one button, never over somebody else's change (SCR)."""

from __future__ import annotations

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
from sessions.enums import SessionState, Verdict
from sessions.frozen import FrozenParameter, read_scheme
from sessions.models import Enrolment, ParameterScore, SessionResult, TrainingSession
from sessions.policies import can_run_session
from sessions.queries.pages import attendance_of, remedial_people
from sessions.services import Clash, GridConflict, ScoreCell
from sessions.services.results import REMEDIAL_ATTEMPT, collect_scores, fills_itself
from sessions.verdicts import verdict_for
from sessions.views.sessions import visible
from trainingops.domain import Refused
from trainingops.people.http import SignedInRequest
from trainingops.ui.errors import Line
from trainingops.ui.figures import format_figure, input_figure, parse_figure
from trainingops.ui.remedies import figure_problem


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

    @property
    def key(self) -> str:
        return f"{self.enrolment.pk}-{self.parameter.uuid}"


@dataclass
class Row:
    """One person: their cells and what the scheme makes of them."""

    enrolment: Enrolment
    cells: list[Cell]
    result: SessionResult | None
    verdict: Verdict


def session_scores(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The whole grid; POST saves the cells that were touched, all or none."""
    training_session = visible(request, uuid)
    attempt = _attempt(request)
    rows = _rows(training_session, attempt)
    if request.method != "POST":
        return _page(request, training_session, rows, attempt)
    touched = [cell for row in rows for cell in row.cells if _take(cell, request.POST)]
    if any(cell.problem for cell in touched):
        return _page(request, training_session, rows, attempt, status=422)
    if touched:
        try:
            _save(request, training_session, touched, attempt)
        except GridConflict as conflict:
            _show_clashes(touched, conflict)
            return _page(request, training_session, rows, attempt, refused=conflict, status=409)
        except Refused as refused:
            return _page(request, training_session, rows, attempt, refused=refused, status=422)
    messages.success(request, _("Scores saved."))
    return redirect(request.get_full_path())


def session_score_cell(request: SignedInRequest, uuid: UUID, enrolment: int, parameter: UUID) -> HttpResponse:
    """Save one cell and answer with that cell and its person's result; it carries the participant's id (SCR-5)."""
    training_session = visible(request, uuid)
    rows = _rows(training_session, 1)
    row = next((each for each in rows if each.enrolment.pk == enrolment), None)
    cell = next((each for each in row.cells if each.parameter.uuid == parameter), None) if row else None
    if row is None or cell is None or not request.htmx:  # type: ignore[attr-defined]
        return redirect("session_scores", uuid=uuid)
    status = 200
    if _take(cell, request.POST) and not cell.problem:
        try:
            _save(request, training_session, [cell], 1)
            row = next(each for each in _rows(training_session, 1) if each.enrolment.pk == enrolment)
            cell = next(each for each in row.cells if each.parameter.uuid == parameter)
            cell.saved = True
        except GridConflict as conflict:
            _show_clashes([cell], conflict)
            status = 409
        except Refused as refused:
            cell.problem, status = str(refused), 422
    elif cell.problem:
        status = 422
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
    """Everybody with cells and result (five queries, whatever the number)."""
    people = training_session.enrolments.filter(removed_at=None)
    people = remedial_people(training_session) if attempt > 1 else people
    enrolments = list(people.select_related("person"))
    frozen = read_scheme(training_session.scheme)
    shown = collect_scores(training_session, enrolments, attempt=attempt)
    stored = {
        (each.enrolment_id, each.parameter.uuid): each
        for each in ParameterScore.objects.filter(enrolment__in=enrolments, attempt=attempt).select_related("parameter")
    }
    results = {each.enrolment_id: each for each in SessionResult.objects.filter(enrolment__in=enrolments, current=True)}
    roll = attendance_of(enrolments)
    concluded = training_session.state == SessionState.CONCLUDED and attempt == 1
    rows = []
    for enrolment in enrolments:
        cells = []
        for each in frozen.parameters:
            typed = not fills_itself(training_session, each)
            row = stored.get((enrolment.pk, each.uuid))
            value = (row.value if row else None) if typed else shown[enrolment.pk][each.name]
            text = "" if value is None else _written(value)
            locked = concluded and row is not None and row.value is not None
            version = row.version if row else 0
            cells.append(Cell(enrolment, each, typed, text=text, was=text, version=version, locked=locked))
        result = results.get(enrolment.pk)
        rows.append(Row(enrolment, cells, result, verdict_for(result, roll.get(enrolment.pk, ()))))
    return rows


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
        cell.problem = figure_problem(text, least=0, most=cell.parameter.parameter.maximum_score)
    return True


def _save(request: SignedInRequest, training_session: TrainingSession, cells: list[Cell], attempt: int) -> None:
    services.record_scores(
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
    states = (SessionState.OPEN, SessionState.CONCLUDED)
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
        "zone": training_session.site.zone,
    }
    return render(request, "sessions/scores.html", context, status=status)
