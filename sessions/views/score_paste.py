"""A block from a spreadsheet: pasted, looked at, confirmed; nothing is written before (SCR-2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from sessions.forms import AmendmentForm
from sessions.grid import columns_of, rows_of
from sessions.grid_forms import PasteForm
from sessions.pasting import lay
from sessions.views.scores import asked_attempt, reach_to_record
from sessions.views.sessions import visible
from trainingops.people.http import SignedInRequest


def session_score_paste(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The form for a block; POST shows what it would change. Its confirmation is a save of the grid itself."""
    training_session = visible(request, uuid)
    attempt = asked_attempt(request)
    reach = reach_to_record(request, training_session)
    if reach is None:
        raise PermissionDenied(_("Scores are recorded by the PIC or the executing trainer, while the session runs."))
    rows = rows_of(training_session, attempt, reach)
    columns = columns_of(training_session, rows)
    form = PasteForm(request.POST or None, rows=rows, columns=columns)
    block, answers = None, _answers(request.POST)
    if request.method == "POST" and form.is_valid():
        block = lay(
            form.cleaned_data["text"],
            rows,
            columns,
            person=int(form.cleaned_data["person"]),
            parameter=int(form.cleaned_data["parameter"]),
            answers=answers,
        )
        if block.problem:
            form.add_error("text", block.problem)
            block = None
    settled = {at: pk for at, pk in answers.items() if block and at not in {line.at for line in block.questions}}
    context = {
        "training_session": training_session,
        "attempt": attempt,
        "form": form,
        "amendment": AmendmentForm.where_reported(training_session, attempt),
        "pasted": block,
        "answers": settled,
    }
    return render(request, "sessions/score_paste.html", context)


def _answers(posted: Mapping[str, Any]) -> dict[int, int]:
    """By line, whom the reader chose: fields ``who-<line>``."""
    said = {key.removeprefix("who-"): str(posted[key]) for key in posted if key.startswith("who-")}
    return {int(at): int(pk) for at, pk in said.items() if at.isdecimal() and pk.isdecimal()}
