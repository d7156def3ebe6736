"""Marking short answers: the model answer beside each, question by question, without names (5.1.2)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from planning.models import QuestionVersion
from sessions import services
from sessions.enums import HELD, SessionState
from sessions.forms import AmendmentForm
from sessions.models import TestAnswer, TrainingSession
from sessions.policies import can_run_session
from sessions.services.marking import Mark, markable, points_of
from sessions.services.reported import AmendmentNeedsReason
from sessions.views.sessions import visible
from trainingops.domain import Refused, StaleVersion, WrongState
from trainingops.people.http import SignedInRequest
from trainingops.ui.errors import Line
from trainingops.ui.figures import input_figure, parse_figure


@dataclass
class Row:
    """One answer with what was typed beside it."""

    answer: TestAnswer
    maximum: Decimal
    text: str
    was: str
    locked: bool
    problem: str = ""

    def mark(self) -> Mark | None:
        """What to save; None where nothing was typed or changed.

        Also of an answer that is locked by now: what was typed on a page opened before is the service's to refuse.
        """
        if not self.text or self.text == self.was:
            return None
        return Mark(self.answer.pk, parse_figure(self.text), parse_figure(self.was) if self.was else None)

    @property
    def control(self) -> str:
        """The name and id of its field, which the service names too."""
        return f"points-{self.answer.pk}"

    def line(self, code: str, number: int) -> Line:
        """Its problem in the summary, under the words of its field."""
        label = _("Points for %(code)s, answer %(n)s") % {"code": code, "n": number}
        return Line(label, f"“{self.text}”. {self.problem}", self.control)


def session_marking(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Every short answer of a session; POST saves the points that were typed, all or none."""
    training_session = visible(request, uuid)
    rows = _rows(training_session)
    if request.method != "POST":
        return _page(request, training_session, rows)
    for row in rows:
        _take(row, request.POST)
    if any(row.problem for row in rows):
        return _page(request, training_session, rows, status=422)
    marks = [mark for row in rows if (mark := row.mark())]
    if marks:
        try:
            services.mark_answers(
                training_session=training_session,
                marks=marks,
                actor=request.user,
                now=request.now,
                reason=request.POST.get("reason", ""),
            )
        except Refused as refused:
            stale = isinstance(refused, (WrongState, StaleVersion)) and not isinstance(refused, AmendmentNeedsReason)
            status = 409 if stale else 422
            blamed = next((row for row in rows if row.control == refused.field), None)
            if blamed is None:
                return _page(request, training_session, rows, refused=refused, status=status)
            blamed.problem = str(refused)
            return _page(request, training_session, rows, status=status)
    messages.success(request, _("Marks saved.") if marks else _("Nothing was changed."))
    return redirect("session_marking", uuid=uuid)


def _rows(training_session: TrainingSession) -> list[Row]:
    answers = list(markable(training_session))
    points = points_of(answers)
    stands = training_session.state == SessionState.CONCLUDED
    rows = []
    for answer in answers:
        text = "" if answer.points is None else input_figure(answer.points)
        maximum = points[answer.attempt.paper_id, answer.question_version_id]
        rows.append(Row(answer, maximum, text, text, stands and answer.points is not None))
    return rows


def _take(row: Row, posted: Mapping[str, str]) -> None:
    """Read what was posted for an answer, beside what the page was opened with."""
    if row.control not in posted:
        return
    row.text, row.was = posted[row.control].strip(), posted.get(f"was-{row.answer.pk}", row.was).strip()
    if not row.text and row.was:
        row.problem = _("A mark cannot be taken back; write other points.")
        return
    for text in filter(None, (row.text, row.was)):
        try:
            parse_figure(text)
        except ValueError as error:
            row.problem = str(error)


def _page(
    request: SignedInRequest,
    training_session: TrainingSession,
    rows: list[Row],
    *,
    refused: Refused | None = None,
    status: int = 200,
) -> HttpResponse:
    groups: list[tuple[QuestionVersion, list[Row]]] = [
        (found[0].answer.question_version, found)
        for _key, each in groupby(rows, key=lambda row: row.answer.question_version_id)
        if (found := list(each))
    ]
    problems = [
        row.line(question.question.code, number)
        for question, found in groups
        for number, row in enumerate(found, 1)
        if row.problem
    ]
    may_mark = (
        training_session.state in (SessionState.OPEN, SessionState.CONCLUDED)
        and any(not row.locked for row in rows)
        and can_run_session(request.user, training_session)
    )
    context = {
        "training_session": training_session,
        "form": AmendmentForm.where_reported(training_session, posted=request.POST) if may_mark else None,
        "groups": groups,
        "waiting": sum(1 for row in rows if row.answer.points is None),
        "total": len(rows),
        "errors": [*([refused] if refused and not isinstance(refused, AmendmentNeedsReason) else []), *problems],
        "may_amend": training_session.state in HELD and can_run_session(request.user, training_session),
        "may_mark": may_mark,
    }
    return render(request, "sessions/marking.html", context, status=status)
