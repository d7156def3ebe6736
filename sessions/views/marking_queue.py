"""Short answers of all one's sessions, one after the other, the oldest first and without names (5.1.2)."""

from __future__ import annotations

from decimal import Decimal

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from sessions import services
from sessions.models import TestAnswer
from sessions.queries.testing import answers_to_mark, short_answers
from sessions.services.marking import Mark, points_of, stale_mark
from sessions.testing_forms import MarkForm
from trainingops.domain import Refused, StaleVersion, WrongState
from trainingops.people.http import SignedInRequest
from trainingops.ui.figures import format_figure


def marking_queue(request: SignedInRequest) -> HttpResponse:
    """The answer that waits longest; POST gives its points and goes on to the next."""
    waiting = answers_to_mark(request.user)
    later = [each for each in request.GET.getlist("later") if each.isdecimal() and len(each) < 19]
    rows = ("attempt__enrolment__training_session__plan", "attempt__enrolment__training_session__site")
    more = ("question_version__question", "attempt__paper")
    found = waiting.select_related(*rows, *more)
    is_sent = request.method == "POST"
    key = request.POST.get("answer", "")
    answer = found.filter(pk=key).first() if is_sent and key.isdecimal() and len(key) < 19 else None
    if is_sent and answer is None:
        messages.warning(request, _not_waiting(request, key))
        return redirect("marking_queue")
    answer = answer or found.exclude(pk__in=later).first() or found.first()
    if answer is None:
        return render(request, "sessions/marking_queue.html", {"answer": None})
    maximum = points_of([answer])[answer.attempt.paper_id, answer.question_version_id]
    form = MarkForm(request.POST if is_sent else None)
    status = 422 if form.errors else 200
    if form.is_valid():
        try:
            return _mark(request, answer, form.cleaned_data["points"])
        except Refused as refused:
            form.add_error("points", str(refused))
            status = 409 if isinstance(refused, (WrongState, StaleVersion)) else 422
    context = {
        "answer": answer,
        "question": answer.question_version,
        "training_session": answer.attempt.enrolment.training_session,
        "maximum": format_figure(maximum.normalize()),
        "waiting": waiting.count(),
        "form": form,
        "later": [*later, str(answer.pk)],
    }
    return render(request, "sessions/marking_queue.html", context, status=status)


def _mark(request: SignedInRequest, answer: TestAnswer, points: Decimal) -> HttpResponse:
    services.mark_answers(
        training_session=answer.attempt.enrolment.training_session,
        marks=[Mark(answer.pk, points)],
        actor=request.user,
        now=request.now,
    )
    messages.success(request, _("Marked with %(points)s.") % {"points": format_figure(points.normalize())})
    return redirect("marking_queue")


def _not_waiting(request: SignedInRequest, key: str) -> str:
    """Why nothing was saved: both marks, who saved the other one and when (SCR-4), where there is one."""
    found = short_answers(request.user).select_related("question_version__question", "marked_by")
    answer = found.filter(pk=key).first() if key.isdecimal() and len(key) < 19 else None
    form = MarkForm(request.POST)
    if answer is not None and form.is_valid():
        conflict = stale_mark(Mark(answer.pk, form.cleaned_data["points"]), answer, request.user)
        return _("%(conflict)s Here is the next one.") % {"conflict": conflict}
    return _("This answer does not wait any more. Here is the next one.")
