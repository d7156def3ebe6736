"""The score grid: a native table, saved by cell or by one button, never over somebody else's change (SCR)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from sessions import services
from sessions.enums import HELD, SessionState, Verdict
from sessions.forms import AmendmentForm
from sessions.frozen import read_scheme
from sessions.grid import Column, Row, Typed, columns_of, groups_of, put_back, read_typed, row_of, rows_of
from sessions.models import TrainingSession
from sessions.queries.files import files_about
from sessions.queries.visibility import EVERYBODY, people_not_shown, people_shown
from sessions.services import GridConflict, ScoreCell
from sessions.services.assessors import assessed_together
from sessions.services.reach import Reach, reach_of
from sessions.services.reported import AmendmentNeedsReason
from sessions.services.results import REMEDIAL_ATTEMPT
from sessions.services.standing import Standing, standing_of
from sessions.views.sessions import visible
from sessions.views.sheets import identity, identity_head, places_of
from trainingops.domain import Refused
from trainingops.people.http import SignedInRequest
from trainingops.ui.errors import Line
from trainingops.ui.exports import workbook_response
from trainingops.ui.figures import parse_figure
from trainingops.ui.icons import drawings
from trainingops.ui.moments import moment_words
from trainingops.ui.templatetags.ui import STATUS_ICONS

STATES = (SessionState.OPEN, *HELD)


def session_scores(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The grid; POST saves the cells that were touched, all or none."""
    training_session = visible(request, uuid)
    attempt = asked_attempt(request)
    if request.method == "GET" and request.GET.get("export") == "xlsx":
        shown = people_shown(request.user, training_session)
        return _file(training_session, rows_of(training_session, attempt, None, shown=shown))
    if request.method != "POST":
        return _page(request, training_session, attempt)
    parameters = read_scheme(training_session.scheme).parameters
    typed = read_typed(request.POST, len(parameters))
    if any(each.problem(parameters[each.number - 1]) for each in typed):
        return _page(request, training_session, attempt, typed=typed, status=422)
    try:
        _save(request, training_session, typed, attempt)
    except GridConflict as conflict:
        return _page(request, training_session, attempt, typed=typed, refused=conflict, status=409)
    except Refused as refused:
        return _page(request, training_session, attempt, typed=typed, refused=refused, status=422)
    messages.success(request, _("Scores saved.") if typed else _("No score was changed; what is recorded is saved."))
    return redirect(request.get_full_path())


def session_score_cell(request: SignedInRequest, uuid: UUID, enrolment: int, parameter: UUID) -> HttpResponse:
    """Save one cell: ``value`` typed over ``version``; the answer carries the participant's id (SCR-3, SCR-5)."""
    training_session = visible(request, uuid)
    if request.headers.get("Accept") != "application/json":
        return redirect("session_scores", uuid=uuid)
    attempt = asked_attempt(request)
    known = {each.uuid: (at, each) for at, each in enumerate(read_scheme(training_session.scheme).parameters, 1)}
    about: dict[str, Any] = {"enrolment": enrolment, "parameter": str(parameter)}
    if parameter not in known:
        return JsonResponse(about | {"problem": _("The scheme has no such parameter. Reload the page.")}, status=422)
    number, frozen = known[parameter]
    version = request.POST.get("version", "0")
    text = request.POST.get("value", "").strip()
    typed = Typed(enrolment, number, text, "", int(version) if version.isdecimal() else 0, False, "")
    if problem := typed.problem(frozen):
        return JsonResponse(about | {"problem": problem}, status=422)
    try:
        saved = _save(request, training_session, [typed], attempt)[enrolment]
    except GridConflict as conflict:
        return JsonResponse(about | _clash(request, training_session, typed, conflict, attempt), status=409)
    except Refused as refused:
        return JsonResponse(about | {"problem": str(refused)}, status=422)
    return JsonResponse(about | _saved(request, training_session, saved, number, attempt))


def asked_attempt(request: SignedInRequest) -> int:
    """The attempt that the address asks for: 1, or that of those in remedial."""
    return REMEDIAL_ATTEMPT if request.GET.get("attempt") == str(REMEDIAL_ATTEMPT) else 1


def reach_to_record(request: SignedInRequest, training_session: TrainingSession) -> Reach | None:
    """What the reader may score now; None where it is nothing, or not the time."""
    return (reach_of(request.user, training_session) or None) if training_session.state in STATES else None


def _saved(
    request: SignedInRequest, training_session: TrainingSession, saved: Standing, number: int, attempt: int
) -> dict[str, Any]:
    """What the page shows of a cell that was saved, and of its person."""
    row = row_of(training_session, saved, attempt, reach_of(request.user, training_session))
    cell, at = row.cells[number - 1], moment_words(request.now, training_session.site.zone, "time")
    return {
        "value": cell.text,
        "version": cell.version,
        "said": _("saved %(at)s") % {"at": at},
        "at": at,
        "total": row.total,
        "look": row.verdict.look,
        "verdict": row.verdict.label,
    }


def _clash(
    request: SignedInRequest, training_session: TrainingSession, typed: Typed, conflict: GridConflict, attempt: int
) -> dict[str, Any]:
    """Both values of a cell, and the choice between them (SCR-4)."""
    standing = standing_of(training_session.enrolments.filter(pk=typed.enrolment))
    rows = [row_of(training_session, each, attempt, reach_of(request.user, training_session)) for each in standing]
    cell = put_back(rows, [typed], conflict.clashes)[0]
    assert cell.clash is not None
    context = {"cell": cell, "zone": training_session.site.zone}
    return {
        "version": cell.version,
        "theirs": cell.was,
        "choice": render_to_string("sessions/score_choice.html", context, request),
    }


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


def _save(
    request: SignedInRequest, training_session: TrainingSession, typed: Sequence[Typed], attempt: int
) -> dict[int, Standing]:
    parameters = read_scheme(training_session.scheme).parameters
    cells = [
        ScoreCell(
            each.enrolment,
            parameters[each.number - 1].uuid,
            parse_figure(each.text) if each.text else None,
            each.version,
        )
        for each in typed
        if not each.is_given_up
    ]
    return services.record_scores(
        training_session=training_session,
        cells=cells,
        attempt=attempt,
        actor=request.user,
        now=request.now,
        reason=request.POST.get("reason", ""),
    )


def _page(
    request: SignedInRequest,
    training_session: TrainingSession,
    attempt: int,
    *,
    typed: Sequence[Typed] = (),
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    reach = reach_to_record(request, training_session)
    # An assessor scores whoever was there.
    seen = EVERYBODY if reach else people_shown(request.user, training_session)
    rows = rows_of(training_session, attempt, reach, shown=seen)
    again = put_back(rows, typed, refused.clashes if isinstance(refused, GridConflict) else ())
    problems = [
        Line(f"{cell.parameter.name}, {cell.enrolment.person.name}", cell.problem, f"i-{cell.key}")
        for cell in again
        if cell.problem
    ]
    columns = columns_of(training_session, rows)
    groups = groups_of(columns, len(rows))
    on_phone = _on_phone(request, columns, next((c.number for c in again if c.problem or c.clash), 0), rows)
    everything = request.GET.get("parameter") == "all"
    shown = columns if everything else next((each for each in groups if on_phone in each), columns)
    numbers = {each.number for each in shown}
    for row in rows:
        row.cells = [cell for cell in row.cells if cell.number in numbers]
    may_record = any(row.kept for row in rows)
    form = AmendmentForm.where_reported(training_session, attempt, request.POST) if may_record else None
    context = {
        "training_session": training_session,
        "scheme": read_scheme(training_session.scheme),
        "columns": columns,
        "groups": groups if len(groups) > 1 else [],
        "shown": shown,
        "everything": everything,
        "on_phone": on_phone,
        "on_phone_place": shown.index(on_phone) + 2 if on_phone in shown else 2,
        "rows": rows,
        "elsewhere": people_not_shown(training_session, len(rows)) if seen and attempt == 1 else 0,
        "complete": sum(1 for row in rows if row.result and row.result.final is not None),
        "errors": [*([refused] if refused and not isinstance(refused, AmendmentNeedsReason) else []), *problems],
        "may_record": may_record,
        "runs": reach is not None and reach.runs,
        "several": bool(assessed_together(training_session)),
        "may_amend": training_session.state in HELD and reach is not None and reach.runs,
        "form": form,
        "attempt": attempt,
        "files": files_about([training_session.uuid]),
        "zone": training_session.site.zone,
        "looks": [(look, drawings()[STATUS_ICONS[look]]) for look in sorted({each.look for each in Verdict})],
        "words": json.dumps(_words()),
        "draft": f"scores:{request.user.uuid}:{training_session.uuid}:{attempt}",
    }
    return render(request, "sessions/scores.html", context, status=status)


def _on_phone(request: SignedInRequest, columns: Sequence[Column], wrong: int, rows: Sequence[Row]) -> Column | None:
    """The one parameter that a phone shows: where something is wrong, else the one asked for, else the first typed."""
    asked = next((each.number for each in columns if str(each.parameter.uuid) == request.GET.get("parameter")), 0)
    typed = next((cell.number for row in rows if row.kept for cell in row.cells if cell.editable), 0)
    number = wrong or asked or typed or 1
    return columns[number - 1] if columns else None


def _words() -> dict[str, str]:
    """What the script of the grid says; ``%s`` is a number or a time."""
    return {
        "unsaved": _("not saved"),
        "saving": _("%s scores are being saved."),
        "saved": _("All saved, %s."),
        "offline": _("Connection lost, %s scores not saved. They are sent by themselves once it is back."),
        "out": _("You are signed out, %s scores not saved. Sign in again in another tab; they wait in this browser."),
        "wrong": _("%s scores not saved: mend or choose in the cells marked."),
        "elsewhere": _("%s scores of other parameters not saved; open these parameters."),
    }
