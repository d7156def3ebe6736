"""Coordination: the teams are asked and answer with one tap, or the PIC enters their answer (5.1.1 d)."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from planning.coordinating import COORDINATED, about_content, answered_words, changed_words, newest_content
from planning.enums import ANSWERED_IN
from planning.forms.consultations import ConsultationAnswerForm, ConsultationForm, EnteredAnswerForm
from planning.models import Consultation, TrainingPlan
from planning.policies.plans import CONSULTED, can_answer_consultation, can_ask_consultation, can_edit_plan
from planning.queries.plans import local_day
from planning.services import answer_consultation, ask_consultation, enter_answer, make_sheet
from planning.views.common import act_or_conflict, form_page, posted, settled, url
from planning.wording import Wording
from trainingops.domain import Refused, StaleVersion, WrongState, require
from trainingops.people.http import SignedInRequest
from trainingops.records.documents import document_response
from trainingops.ui.days_off import warn_of_days_off
from trainingops.ui.shown import Shown, differences, mark, shown_by

#: How long the teams have unless the one who asks says otherwise.
TIME_TO_ANSWER = timedelta(days=2)


def consultations_of(plan: TrainingPlan, now: datetime, about: Shown | None) -> list[Any]:
    """The questions to the teams and their answers, each with whether it stayed without answer (``silent``).

    Args:
        about: what is coordinated now; each answer says what ``changed`` since, the last of a team to ``ask_again``.
    """
    rows: list[Any] = list(plan.consultations.select_related("answered_by").order_by("asked_at", "pk"))
    today = local_day(now, plan.site)
    latest = {row.party: row for row in rows}
    for row in rows:
        row.silent = row.is_silent(today)
        row.about = answered_words(row)
        row.changed = changed_words(row, about) if about else ""
        row.ask_again = bool(row.changed) and latest[row.party] is row
    return rows


def coordination(plan: TrainingPlan, request: SignedInRequest, about: Shown | None) -> dict[str, Any]:
    """What the panel of the plan's page needs: questions, answers, and what the reader may do.

    Proposed are the teams that were never asked, and those that answered about something else than what holds now.
    """
    rows = consultations_of(plan, request.now, about)
    may_ask = can_ask_consultation(request.user, plan) and plan.state in ANSWERED_IN
    latest = {row.party: row for row in rows}
    to_ask = [party for party in CONSULTED if party not in latest or latest[party].ask_again]
    return {
        "consultations": rows,
        "may_ask": may_ask,
        "may_enter": can_edit_plan(request.user, plan) and plan.state in ANSWERED_IN,
        "ask_form": ConsultationForm.beside_plan(
            initial={"parties": to_ask, "due_on": local_day(request.now, plan.site) + TIME_TO_ANSWER}
        )
        if may_ask and to_ask
        else None,
        "may_make_sheet": may_ask and rows and all(row.answer or row.silent for row in rows),
    }


@require_http_methods(["GET", "POST"])
def plan_consult(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Ask QC, Operation and Operation Support."""
    plan = _plan(request, uuid)
    require(can_ask_consultation(request.user, plan))
    due = local_day(request.now, plan.site) + TIME_TO_ANSWER
    form = ConsultationForm(posted(request), initial={"parties": CONSULTED, "due_on": due})
    if request.method == "POST" and form.is_valid():
        try:
            asked = ask_consultation(plan=plan, actor=request.user, now=request.now, **form.cleaned_data)
        except Refused as refused:
            form.add_refusal(refused)
        else:
            warn_of_days_off(request, form)
            words = ngettext("%(count)d team was asked.", "%(count)d teams were asked.", len(asked))
            messages.success(request, words % {"count": len(asked)})
            return redirect("plan_detail", uuid=plan.uuid)
    return render(
        request, "planning/plan_consult.html", {"form": form, "plan": plan, "title": _("Ask for coordination")}
    )


@require_POST
def plan_sheet(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Order the *Lembar Koordinasi* as a sealed record."""
    plan = _plan(request, uuid)

    def act() -> tuple[str, str]:
        make_sheet(plan=plan, actor=request.user, now=request.now)
        return url("plan_detail", plan), _("The coordination sheet is being made. It appears among the evidence.")

    return act_or_conflict(request, act)


@require_http_methods(["GET", "POST"])
def consultation_answer(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """A team answers: one tap for agreed or no remarks."""
    consultation = get_object_or_404(_in_sight(request), uuid=uuid)
    require(can_answer_consultation(request.user, consultation))
    form = ConsultationAnswerForm(posted(request))
    status = 422 if form.is_bound else 200
    if request.method == "POST" and form.is_valid():
        try:
            given = {**form.cleaned_data, "shown": shown_by(request)}
            answer_consultation(consultation=consultation, **given, actor=request.user, now=request.now)
        except WrongState:
            raise
        except Refused as refused:
            form.add_refusal(refused)
            status = 409 if isinstance(refused, StaleVersion) else 422
        else:
            messages.success(request, _("Your answer is saved."))
            return redirect("plan_detail", uuid=consultation.plan.uuid)
    plan = consultation.plan
    revision, content = newest_content(plan, now=request.now)
    wording = Wording(revision, contents=[content])
    about = about_content(content, number=revision.number)
    context = {
        "consultation": consultation,
        "shown": mark(about),
        "changed": differences(consultation.asked_about, about, COORDINATED),
        "plan": plan,
        "nine": wording.nine(content),
        "batches": wording.batches(content),
        "purpose": content["purpose"],
        "form": form,
        "closed": "" if plan.state in ANSWERED_IN else settled(plan.number, plan.get_state_display()),
        "is_late": consultation.is_silent(local_day(request.now, plan.site)),
        "title": _("Coordination: %(title)s") % {"title": plan.title},
    }
    return render(request, "planning/consultation_answer.html", context, status=status)


@require_http_methods(["GET", "POST"])
def consultation_enter(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The PIC enters what a team answered by mail, letter or in a meeting, with the document."""
    consultation = get_object_or_404(_in_sight(request), uuid=uuid)
    plan = consultation.plan
    require(can_edit_plan(request.user, plan), _("Only the PIC of this plan enters an answer for a team."))

    def act(form: EnteredAnswerForm) -> tuple[str, str]:
        enter_answer(consultation=consultation, **form.cleaned_data, actor=request.user, now=request.now)
        return url("plan_detail", plan), _("The answer is entered, with its document.")

    closed = "" if plan.state in ANSWERED_IN else settled(plan.number, plan.get_state_display())
    party, answer = consultation.get_party_display(), consultation.get_answer_display()
    today = local_day(request.now, plan.site)
    form = EnteredAnswerForm(posted(request), request.FILES or None, initial={"answered_on": today})
    return form_page(
        request,
        form,
        act,
        title=_("Enter the answer of %(party)s") % {"party": party},
        parent=(url("plan_detail", plan), plan.number),
        submit=_("Save the answer"),
        template="planning/upload.html",
        closed=settled(party, answer) if answer else closed,
    )


@require_GET
def consultation_document(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """The document of an entered answer, noted as a download."""
    consultation = get_object_or_404(_in_sight(request).select_related("file"), uuid=uuid)
    return document_response(request, consultation)


def _plan(request: SignedInRequest, uuid: UUID) -> TrainingPlan:
    plans = TrainingPlan.objects.visible_to(request.user).select_related("site", "line", "pic")
    return get_object_or_404(plans, uuid=uuid)


def _in_sight(request: SignedInRequest) -> QuerySet[Consultation]:
    return Consultation.objects.filter(plan__in=TrainingPlan.objects.visible_to(request.user)).select_related(
        "plan__site", "plan__line", "plan__pic", "answered_by"
    )
