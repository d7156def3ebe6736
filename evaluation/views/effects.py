"""Measured effects: the studies, one study, and the wish to have it measured again (2.3, 5.4)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from evaluation import services
from evaluation.effect_charts import class_chart, pareto_charts, weekly_chart
from evaluation.effect_words import annulled_words, described, people_rows, study_mark, verdict_reason
from evaluation.filters import EffectFilter
from evaluation.levels import figure_rows
from evaluation.models import EffectMeasurement, EffectStudy
from evaluation.policies import can_ask_measurement
from evaluation.queries import annulled_since
from evaluation.tables import EffectTable
from evaluation.tasks import measure_effect
from trainingops.jobs.wake import wake
from trainingops.people.http import SignedInRequest
from trainingops.ui.tables import configure
from trainingops.ui.views import list_page


def effect_list(request: SignedInRequest) -> HttpResponse:
    """Every training whose effect is or will be measured, the latest window first."""
    rows = EffectStudy.objects.visible_to(request.user).select_related("plan__site", "plan__line", "latest")
    chosen = EffectFilter(request.GET, queryset=rows.defer("latest__result"))
    context = {"table": configure(request, EffectTable(chosen.qs)), "filter": chosen}
    return list_page(request, "evaluation/effect_list.html", context, file="efek-training")


def _visible(request: SignedInRequest, uuid: UUID) -> EffectStudy:
    rows = EffectStudy.objects.visible_to(request.user).select_related(
        "plan__site", "plan__line", "plan__pic", "latest", "effect_parameter", "wanted_by"
    )
    return get_object_or_404(rows, uuid=uuid)


def effect_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """One study: the verdict with its reason, then what it rests on, class by class."""
    study = _visible(request, uuid)
    latest = study.latest
    may_ask = study.state == "measured" and can_ask_measurement(request.user, study)
    context = {
        "study": study,
        "plan": study.plan,
        "mark": study_mark(study),
        "latest": latest,
        "may_ask": may_ask and not study.is_being_measured,
        **(_measured(study, latest) if latest else {}),
    }
    return render(request, "evaluation/effect_detail.html", context)


def _measured(study: EffectStudy, latest: EffectMeasurement) -> dict[str, Any]:
    """What the latest measurement says, with its charts."""
    result = latest.result
    annulled = annulled_since(study, latest.measured_at)
    return {
        "reason": verdict_reason(latest),
        "annulled": annulled_words(annulled) if annulled else "",
        "classes": [(class_chart(each), described(each), place == 0) for place, each in enumerate(result["classes"])],
        "weekly": weekly_chart(latest, study),
        "paretos": pareto_charts(latest),
        "people": people_rows(result["people"]),
        "parameter": result["parameter"],
        "figures": figure_rows(result["figures"]),
        "earlier": study.measurements.exclude(pk=latest.pk).defer("result"),
    }


def effect_measure(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Have it measured again; a worker does it."""
    study = services.ask_measurement(study=_visible(request, uuid), actor=request.user, now=request.now)
    wake(measure_effect, study.pk)
    messages.success(request, _("It is measured again in the background. Load this page again in a minute."))
    return redirect("effect_detail", uuid=study.uuid)
