"""Kirkpatrick 1 to 4 of one training on one page (5.4)."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from evaluation.effect_words import p_words, study_mark, verdict_reason
from evaluation.levels import levels_of
from planning.models import TrainingPlan
from trainingops.people.http import SignedInRequest


def plan_levels(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """What is known of reaction, learning, behaviour and results, from how many, and what is missing."""
    plans = TrainingPlan.objects.visible_to(request.user).select_related("site", "line", "pic")
    plan = get_object_or_404(plans, uuid=uuid)
    levels = levels_of(plan, request.user, request.now)
    study = levels.study
    context = {
        "plan": plan,
        "levels": levels,
        "gains": [(each, p_words(each.gain.p_value) if each.gain.p_value is not None else "") for each in levels.gains],
        "study": study,
        "mark": study_mark(study) if study else None,
        "reason": verdict_reason(study.latest) if study and study.latest else "",
    }
    return render(request, "evaluation/plan_levels.html", context)
