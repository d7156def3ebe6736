"""The register of training defects (4.4)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from evaluation import services
from evaluation.enums import TrainingDefectKind
from evaluation.filters import TrainingDefectFilter
from evaluation.forms import DefectDecisionForm, TrainingDefectForm
from evaluation.frequency import frequency_of
from evaluation.models import TrainingDefect
from evaluation.policies import can_decide_defect
from evaluation.tables import TrainingDefectTable, decision_status
from planning.forms.needs import with_usual_period
from planning.models import TrainingPlan
from reporting.models import ReportObligation
from sessions.models import RecoveryCase, TrainingSession
from trainingops.domain import Refused, require
from trainingops.people.http import SignedInRequest
from trainingops.ui.navigation import may_open
from trainingops.ui.tables import configure
from trainingops.ui.views import list_page

_OF_A_CASE = (TrainingDefectKind.ABSENCE, TrainingDefectKind.LATENESS, TrainingDefectKind.RECOVERY_OVERDUE)


def training_defect_list(request: SignedInRequest) -> HttpResponse:
    """What went wrong in trainings, newest first, of a year unless the address says otherwise; counted by kind."""
    query = with_usual_period(request.GET, timezone.localdate(request.now))
    visible = TrainingDefect.objects.visible_to(request.user)
    chosen = TrainingDefectFilter(query, queryset=visible)
    of_every_kind = query.copy()
    of_every_kind.pop("kind", None)
    counted = TrainingDefectFilter(of_every_kind, queryset=visible).qs
    counts = dict(counted.order_by().values_list("kind").annotate(number=Count("pk")))
    rows = chosen.qs.select_related("training_session", "plan", "site", "line", "absence_reason")
    context = {
        "table": configure(request, TrainingDefectTable(rows)),
        "filter": chosen,
        "kinds": [(value, label, counts[value]) for value, label in TrainingDefectKind.choices if value in counts],
        "kind": query.get("kind", ""),
        "total": sum(counts.values()),
        "since": chosen.form.cleaned_data.get("since") if chosen.is_valid() else None,
    }
    return list_page(request, "evaluation/training_defect_list.html", context, file="defect-training")


def _visible(request: SignedInRequest, uuid: UUID) -> TrainingDefect:
    rows = TrainingDefect.objects.visible_to(request.user).select_related(
        "plan__pic", "training_session", "site", "line", "absence_reason", "decided_by", "reported_by"
    )
    return get_object_or_404(rows, uuid=uuid)


def training_defect_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One training defect: what it was seen in, how often its kind occurs, what was decided, what is done about it."""
    defect = _visible(request, uuid)
    context = {
        "defect": defect,
        "status": decision_status(defect),
        "source": _source(request, defect),
        "frequency": frequency_of(defect),
        "findings": defect.findings.filter(withdrawn_at=None).select_related("review").order_by("pk"),
        "actions": defect.actions.order_by("pk"),
        "may_decide": can_decide_defect(request.user, defect),
    }
    return render(request, "evaluation/training_defect_detail.html", context)


def _source(request: SignedInRequest, defect: TrainingDefect) -> tuple[str, str]:
    """Address and words of what it was seen in, as far as the reader may open it."""
    user, roles = request.user, request.authority.role_names
    url_name, rows, uuid, words = _seen_in(defect)
    if not may_open(roles, url_name) or not rows.visible_to(user).filter(uuid=uuid).exists():
        return "", words
    return reverse(url_name, args=[uuid]), words


def _seen_in(defect: TrainingDefect) -> tuple[str, Any, UUID, str]:
    """Name of the page, rows, uuid and words of the case, deadline, session or plan behind a defect."""
    if defect.kind in _OF_A_CASE:
        return "case_detail", RecoveryCase.objects, defect.source, _("Recovery case")
    if defect.kind == TrainingDefectKind.REPORT_BREACH:
        return "obligation_detail", ReportObligation.objects, defect.source, _("Deadline of the H+1 report")
    if defect.training_session is not None:
        held = defect.training_session
        return "session_detail", TrainingSession.objects, held.uuid, _("Session %(number)s") % {"number": held.number}
    plan = defect.plan
    return "plan_detail", TrainingPlan.objects, plan.uuid, _("Plan %(number)s") % {"number": plan.number}


def training_defect_decide(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Impact, correction and decision, by the manager in scope or the PIC of the training."""
    defect = _visible(request, uuid)
    require(can_decide_defect(request.user, defect))
    shown = {name: getattr(defect, name) for name in ("impact_level", "impact", "correction", "decision")}
    form = DefectDecisionForm(request.POST or None, initial=shown)
    if request.method == "POST" and form.is_valid():
        try:
            services.decide_training_defect(defect=defect, **form.cleaned_data, actor=request.user, now=request.now)
            messages.success(request, _("The decision is kept."))
            return redirect("training_defect_detail", uuid=uuid)
        except Refused as refused:
            form.add_refusal(refused)
    return render(request, "evaluation/training_defect_decide.html", {"form": form, "defect": defect})


def training_defect_new(request: SignedInRequest) -> HttpResponse:
    """Report a failed room or application, a faulty question, a poor rating."""
    form = TrainingDefectForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            defect = services.record_training_defect(**form.cleaned_data, actor=request.user, now=request.now)
            messages.success(request, _("The training defect is in the register."))
            return redirect("training_defect_detail", uuid=defect.uuid)
        except Refused as refused:
            form.add_refusal(refused)
    return render(request, "evaluation/training_defect_form.html", {"form": form})
