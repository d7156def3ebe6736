"""A training's timeline, and the link to it on the plan's page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from planning.models import TrainingPlan
from trainingops.dashboard.timeline import moments, stages, tell
from trainingops.people.http import SignedInRequest
from trainingops.ui.icons import icon


def plan_timeline(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """All stages of one training, each with its clause and its time (2.2)."""
    plans = TrainingPlan.objects.visible_to(request.user).select_related("site", "line", "pic")
    plan = get_object_or_404(plans, uuid=uuid)
    story = tell(plan, request.user)
    context = {"plan": plan, "stages": stages(story), "moments": moments(story, request.now)}
    return render(request, "dashboard/plan_timeline.html", context)


def timeline_links(ids: list[UUID], _user: Any) -> Mapping[UUID, str]:
    """For the slot in the head of a plan's page: no query."""
    return {
        uuid: format_html(
            '<span>{}<a href="{}">{}</a></span>', icon("clock"), reverse("plan_timeline", args=[uuid]), _("Timeline")
        )
        for uuid in ids
    }
