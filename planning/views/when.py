"""When and where a new plan is held: its first batch on one page (4.1)."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from planning.forms.plans import WhenForm
from planning.services import plan_first_batch
from planning.views.common import picked_start, posted
from planning.views.plans import get_draft
from trainingops.domain import Refused
from trainingops.people.http import SignedInRequest
from trainingops.ui.days_off import warn_of_days_off


@require_http_methods(["GET", "POST"])
def plan_when(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Date, time, room and trainer of the first batch; a plan that has one changes it on the page of sessions."""
    revision = get_draft(request, uuid)
    plan = revision.plan
    if request.method == "GET" and revision.sessions.exists():
        return redirect("plan_sessions", uuid=plan.uuid)
    start = picked_start(request, plan.site.zone)
    form = WhenForm(
        posted(request), revision=revision, user=request.user, initial={"starts_at": start} if start else {}
    )
    if request.method == "POST" and form.is_valid():
        try:
            plan_first_batch(revision=revision, **form.cleaned_data, actor=request.user, now=request.now)
        except Refused as refused:
            form.add_refusal(refused)
        else:
            messages.success(request, _("Batch 1 is saved. Check the answers, then submit the plan."))
            warn_of_days_off(request, form)
            return redirect("plan_submit", uuid=plan.uuid)
    context = {"plan": plan, "form": form, "people": revision.targets.count(), "title": _("When and where")}
    return render(request, "planning/plan_when.html", context)
