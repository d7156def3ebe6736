"""Scores and marks of one person after the conclusion: changed with a reason (clauses 5.1.2, 5.3.2)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from sessions import services
from sessions.correction_forms import AmendForm, Marked
from sessions.enums import HELD
from sessions.frozen import read_scheme
from sessions.models import Enrolment, ParameterScore, TrainingSession
from sessions.policies import can_amend_score, can_run_session
from sessions.services.marking import markable, points_of
from sessions.services.reported import report_is_in
from sessions.views.sessions import status_of, visible
from trainingops.domain import Refused, StaleVersion
from trainingops.people.http import SignedInRequest


def score_amend(request: SignedInRequest, uuid: UUID, enrolment: int) -> HttpResponse:
    """What one person was given, with a field each; POST changes it with the reason."""
    training_session = visible(request, uuid)
    if not can_run_session(request.user, training_session):
        raise PermissionDenied(_("Scores are changed by the PIC or the executing trainer."))
    places = training_session.enrolments.filter(removed_at=None).select_related("person", "training_session")
    place = get_object_or_404(places, pk=enrolment)
    if training_session.state not in HELD:
        return redirect("session_scores", uuid=uuid)
    scores = _scores(request, training_session, place)
    form = AmendForm(
        request.POST if request.method == "POST" else None,
        scores=scores,
        scheme=read_scheme(training_session.scheme),
        marks=_marks(training_session, place),
    )
    opened_with, status = form.opened_with(request.POST), 200
    if request.method == "POST" and form.is_valid():
        try:
            services.amend_results(
                enrolment=place,
                scores=form.new_scores(request.POST),
                marks=form.new_marks(request.POST),
                reason=form.cleaned_data["reason"],
                actor=request.user,
                now=request.now,
            )
            messages.success(request, _("Changed. Results, cases and figures follow."))
            return redirect("session_results", uuid=uuid)
        except Refused as refused:
            form.add_refusal(refused)
            status = status_of(refused)
            if isinstance(refused, StaleVersion):
                opened_with = form.opened_with({})  # saving again, knowingly, replaces theirs
    context = {
        "form": form,
        "enrolment": place,
        "opened_with": opened_with,
        "has_fields": len(form.fields) > 1,
        "training_session": training_session,
        "amends_report": report_is_in(training_session),
    }
    return render(request, "sessions/score_amend.html", context, status=status)


def _scores(request: SignedInRequest, training_session: TrainingSession, place: Enrolment) -> list[ParameterScore]:
    """The typed scores that the reader may change, in the order of the scheme."""
    frozen = read_scheme(training_session.scheme).parameters
    order = {each.uuid: (at, each.parameter.has_several) for at, each in enumerate(frozen)}
    rows = [
        row
        for row in place.scores.select_related("parameter", "assessor")
        if row.parameter.uuid in order
        and can_amend_score(request.user, row, training_session, several=order[row.parameter.uuid][1])
    ]
    return sorted(rows, key=lambda row: (row.attempt, order[row.parameter.uuid][0], row.pk))


def _marks(training_session: TrainingSession, place: Enrolment) -> list[Marked]:
    """The short answers of the person that were marked."""
    answers = list(markable(training_session).filter(attempt__enrolment=place, points__isnull=False))
    points = points_of(answers)
    return [
        Marked(
            each.pk,
            each.question_version.question.code,
            str(each.choice[0]),
            each.points,
            points[each.attempt.paper_id, each.question_version_id],
        )
        for each in answers
    ]
