"""The tests of a session as its trainer sees them: who has begun and handed in, more time, results on paper."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from sessions import services
from sessions.enums import HELD, AttemptState, SessionState, TestPhase
from sessions.forms import AmendmentForm
from sessions.frozen import TESTED_BY, FrozenParameter, fills_itself, read_scheme
from sessions.models import Enrolment, TestAttempt, TrainingSession
from sessions.policies import can_run_session
from sessions.queries.testing import people_with_tests
from sessions.queries.visibility import people_not_shown, people_shown
from sessions.services import ScoreCell
from sessions.services.attempts import paper_of
from sessions.services.extra_time import extra_minutes
from sessions.services.reported import AmendmentNeedsReason
from sessions.services.results import ScoreSource
from sessions.services.standing import Standing, standing_of
from sessions.testing_forms import ExtraTimeForm, PaperTestForm
from sessions.testing_tables import TestTable
from sessions.views.sessions import visible
from trainingops.domain import Refused
from trainingops.people.http import SignedInRequest
from trainingops.ui.errors import Line
from trainingops.ui.figures import format_figure, parse_figure
from trainingops.ui.moments import moment_words
from trainingops.ui.remedies import figure_problem
from trainingops.ui.tables import configure
from trainingops.ui.views import list_page


def session_tests(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Who has begun and handed in which test, and who has more time: of the people whom the reader sees by name."""
    training_session = visible(request, uuid)
    runs = can_run_session(request.user, training_session)
    people = people_with_tests(training_session).filter(people_shown(request.user, training_session))
    rows = [_test_row(each, training_session) for each in people]
    table = TestTable(rows, exclude=() if runs else ("action",))
    context = {
        "training_session": training_session,
        "table": configure(request, table, per_page=200),
        "may_run": runs,
        "elsewhere": people_not_shown(training_session, len(rows)),
    }
    return list_page(request, "sessions/tests_of_people.html", context, file=f"tes-{training_session.number}")


def _test_row(enrolment: Any, training_session: TrainingSession) -> dict[str, Any]:
    last = {each.phase: each for each in enrolment.attempts.all()}
    given = enrolment.given if enrolment.given is not None else enrolment.planned_extra
    zone = training_session.site.zone
    return {
        "employee_no": enrolment.person.employee_no,
        "name": enrolment.person.name,
        **{phase.value: _attempt_words(last.get(phase.value), phase, zone) for phase in TestPhase},
        "extra": given or 0,
        "url": reverse("session_extra_time", args=[training_session.uuid, enrolment.uuid]),
    }


def _attempt_words(attempt: TestAttempt | None, phase: TestPhase, zone: Any) -> str:
    """Where somebody stands with a test; points are on the page of scores. Few have a remedial test to begin."""
    if attempt is None:
        return "" if phase == TestPhase.REMEDIAL else _("not begun")
    if attempt.state == AttemptState.IN_PROGRESS:
        return _("until %(time)s") % {"time": moment_words(attempt.due_at, zone, "time")}
    assert attempt.submitted_at is not None
    return _("handed in %(time)s") % {"time": moment_words(attempt.submitted_at, zone, "time")}


def session_extra_time(request: SignedInRequest, uuid: UUID, enrolment: UUID) -> HttpResponse:
    """Give one person more time for the tests of this session, with the reason (QUZ-4)."""
    training_session = visible(request, uuid)
    if not can_run_session(request.user, training_session):
        raise PermissionDenied(_("Extra time is given by the PIC or the executing trainer."))
    people = Enrolment.objects.filter(training_session=training_session, removed_at=None)
    person = get_object_or_404(people.select_related("person", "training_session"), uuid=enrolment)
    form = ExtraTimeForm(request.POST or None, initial={"minutes": extra_minutes(person) or 15})
    if request.method == "POST" and form.is_valid():
        try:
            services.give_extra_time(enrolment=person, **form.cleaned_data, actor=request.user, now=request.now)
            messages.success(request, _("The extra time is recorded. %(name)s sees it.") % {"name": person.person.name})
            return redirect("session_tests", uuid=uuid)
        except Refused as refused:
            form.add_refusal(refused)
    context = {
        "form": form,
        "training_session": training_session,
        "person": person.person,
        "given": person.extra_times.select_related("given_by").order_by("-given_at"),
        "zone": training_session.site.zone,
    }
    return render(request, "sessions/extra_time.html", context)


@dataclass
class PaperRow:
    """One person who handed in no test here, with what was typed of their paper."""

    standing: Standing
    text: str = ""
    was: str = ""
    version: int = 0
    problem: str = ""

    @property
    def control(self) -> str:
        return f"points-{self.standing.enrolment.pk}"

    @property
    def label(self) -> str:
        """What names the field, beside it and in what is said about it."""
        return _("Points of %(name)s") % {"name": self.standing.enrolment.person.name}


def session_paper_results(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Type the results of a test that was taken on paper: points of a maximum; POST saves all or none (5.1.2)."""
    training_session = visible(request, uuid)
    tests = _tests_on_paper(training_session)
    parameter = next((each for each in tests if str(each.uuid) == request.GET.get("test")), next(iter(tests), None))
    if parameter is None:
        context = {"training_session": training_session, "tests": []}
        return render(request, "sessions/paper_results.html", context)
    rows = _paper_rows(training_session, parameter)
    form = PaperTestForm(
        request.POST or None, initial={"maximum": _maximum_of(training_session, parameter)}, prefix="test"
    )
    refused: Refused | None = None
    if request.method == "POST":
        for row in rows:
            _take(row, request.POST.get(row.control, row.text).strip(), form)
        if form.is_valid() and not any(row.problem for row in rows):
            try:
                return _save_paper(request, training_session, parameter, rows, form.cleaned_data["maximum"])
            except Refused as why:
                refused = why
    problems = [Line(row.label, row.problem, row.control) for row in rows if row.problem]
    may_record = training_session.state in (SessionState.OPEN, *HELD) and can_run_session(
        request.user, training_session
    )
    context = {
        "training_session": training_session,
        "amendment": AmendmentForm.where_reported(training_session, posted=request.POST) if may_record else None,
        "tests": tests,
        "parameter": parameter,
        "rows": rows,
        "form": form,
        "errors": [*([refused] if refused and not isinstance(refused, AmendmentNeedsReason) else []), *problems],
        "may_record": may_record,
    }
    status = 422 if problems or refused else 200
    return render(request, "sessions/paper_results.html", context, status=status)


def _tests_on_paper(training_session: TrainingSession) -> list[FrozenParameter]:
    """The parameters that a test of this session fills."""
    return [each for each in read_scheme(training_session.scheme).parameters if fills_itself(training_session, each)]


def _maximum_of(training_session: TrainingSession, parameter: FrozenParameter) -> Decimal | None:
    paper = paper_of(training_session, TESTED_BY[parameter.source])  # type: ignore[index]
    return sum((each.points for each in paper.paper_questions.all()), Decimal(0)) if paper else None


def _paper_rows(training_session: TrainingSession, parameter: FrozenParameter) -> list[PaperRow]:
    phase = TESTED_BY[parameter.source]  # type: ignore[index]
    rows = []
    for standing in standing_of(training_session.enrolments.filter(removed_at=None)):
        stored = standing.scores.get((parameter.uuid, 1))
        if phase not in standing.tests and not (stored and stored.file):
            rows.append(PaperRow(standing, version=stored.version if stored else 0, was=_score(stored)))
    return rows


def _score(stored: Any) -> str:
    return "" if stored is None or stored.value is None else format_figure(stored.value)


def _take(row: PaperRow, text: str, form: PaperTestForm) -> None:
    """Points typed; blank leaves what stands, and is never 0."""
    row.text = text
    if text and form.is_valid():
        row.problem = figure_problem(text, least=0, most=form.cleaned_data["maximum"], decimals=2)


def _save_paper(
    request: SignedInRequest,
    training_session: TrainingSession,
    parameter: FrozenParameter,
    rows: list[PaperRow],
    maximum: Decimal,
) -> HttpResponse:
    scale = parameter.parameter.maximum_score
    cells = [
        ScoreCell(
            row.standing.enrolment.pk,
            parameter.uuid,
            (parse_figure(row.text) / maximum * scale).quantize(Decimal("0.01"), ROUND_HALF_UP),
            row.version,
        )
        for row in rows
        if row.text
    ]
    if cells:
        services.record_scores(
            training_session=training_session,
            cells=cells,
            source=ScoreSource(None),
            reason=request.POST.get("reason", ""),
            actor=request.user,
            now=request.now,
        )
        messages.success(request, _("Results on paper saved: %(n)d.") % {"n": len(cells)})
    else:
        messages.info(request, _("Nothing was changed."))
    return redirect(f"{reverse('session_paper_results', args=[training_session.uuid])}?test={parameter.uuid}")
