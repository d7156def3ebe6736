"""The register of training defects (4.4)."""

from __future__ import annotations

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render

from evaluation.enums import TrainingDefectKind
from evaluation.forms import TrainingDefectForm
from evaluation.models import TrainingDefect
from evaluation.services import record_training_defect
from evaluation.tables import TrainingDefectTable
from trainingops.domain import Refused
from trainingops.people.http import SignedInRequest
from trainingops.ui.tables import configure
from trainingops.ui.views import list_page


def training_defect_list(request: SignedInRequest) -> HttpResponse:
    """What went wrong in trainings, newest first; filtered by kind, with counts."""
    visible = TrainingDefect.objects.visible_to(request.user)
    counts = dict(visible.order_by().values_list("kind").annotate(number=Count("pk")))
    kind = request.GET.get("kind", "")
    chosen = visible.filter(kind=kind) if kind in TrainingDefectKind.values else visible
    table = TrainingDefectTable(chosen.select_related("training_session", "plan", "site", "line"))
    kinds = [(value, label, counts.get(value, 0)) for value, label in TrainingDefectKind.choices if value in counts]
    context = {"table": configure(request, table), "kinds": kinds, "kind": kind, "total": sum(counts.values())}
    return list_page(request, "evaluation/training_defect_list.html", context, file="defect-training")


def training_defect_new(request: SignedInRequest) -> HttpResponse:
    """Report a failed room or application, a faulty question, a poor rating."""
    form = TrainingDefectForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            record_training_defect(**form.cleaned_data, actor=request.user, now=request.now)
            return redirect("training_defect_list")
        except Refused as refused:
            form.add_refusal(refused)
    return render(request, "evaluation/training_defect_form.html", {"form": form})
