"""Who else assesses a session: several assessors of everybody, and second opinions on one person (5.1.2)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.db.models import Exists, F, OuterRef
from django.db.models.functions import Coalesce
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from sessions import services
from sessions.frozen import read_scheme
from sessions.grid_forms import AssessorForm
from sessions.models import AskedAssessor, ParameterScore
from sessions.policies import can_run_session
from sessions.services.assessors import assessed_together
from sessions.services.reported import amends_report
from sessions.views.scores import asked_attempt
from sessions.views.sessions import attempt_step, visible
from trainingops.domain import Refused
from trainingops.people.http import SignedInRequest


def session_assessors(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Who was asked to assess, and whether they have; the PIC and the executing trainer ask further ones."""
    training_session = visible(request, uuid)
    attempt, runs = asked_attempt(request), can_run_session(request.user, training_session)
    form = AssessorForm(
        request.POST or None,
        training_session=training_session,
        asker=request.user,
        initial={"parameter": request.GET.get("parameter"), "enrolment": request.GET.get("person")},
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.ask_assessor(
                training_session=training_session,
                **form.chosen(),
                attempt=attempt,
                actor=request.user,
                now=request.now,
            )
            messages.success(request, _("Asked. The cells stand open in the grid of the assessor."))
            return redirect("session_assessors", uuid=uuid)
        except Refused as refused:
            form.add_refusal(refused)
    scored = ParameterScore.objects.filter(
        enrolment=Coalesce(OuterRef("enrolment"), F("enrolment")),
        enrolment__training_session=OuterRef("training_session"),
        parameter=OuterRef("parameter"),
        attempt=OuterRef("attempt"),
        assessor=OuterRef("assessor"),
        value__isnull=False,
    )
    context = {
        "training_session": training_session,
        "parameters": assessed_together(training_session),
        "asked": training_session.asked_assessors.in_force()
        .select_related("parameter", "enrolment__person", "assessor", "asked_by")
        .annotate(has_scored=Exists(scored)),
        "form": form,
        "runs": runs,
        "amends": runs and amends_report(training_session, attempt),
        "attempt": attempt,
        "zone": training_session.site.zone,
        "scheme": read_scheme(training_session.scheme),
    }
    return render(request, "sessions/assessors.html", context)


def session_assessor_withdraw(request: SignedInRequest, uuid: UUID, asked: UUID) -> HttpResponse:
    """Take a request back that nobody has answered yet."""
    training_session = visible(request, uuid)
    request_kept = get_object_or_404(
        AskedAssessor.objects.select_related("training_session"), uuid=asked, training_session=training_session
    )
    attempt_step(
        request,
        lambda: services.withdraw_assessor(
            asked=request_kept, actor=request.user, now=request.now, reason=request.POST.get("reason", "")
        ),
        _("The request is taken back."),
    )
    return redirect("session_assessors", uuid=uuid)
