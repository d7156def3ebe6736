"""A block from a spreadsheet: pasted, looked at, confirmed; nothing is written before (SCR-2)."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

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
    block = None
    if request.method == "POST" and form.is_valid():
        block = lay(
            form.cleaned_data["text"],
            rows,
            columns,
            person=int(form.cleaned_data["person"]),
            parameter=int(form.cleaned_data["parameter"]),
        )
        if block.problem:
            form.add_error("text", block.problem)
            block = None
    context = {"training_session": training_session, "attempt": attempt, "form": form, "pasted": block}
    return render(request, "sessions/score_paste.html", context)
