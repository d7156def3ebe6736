"""Copy the plans of the month before: what each would be, then one sending that writes all (4.1)."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from planning.services.month import Copy, copies_of, copy_plans
from planning.views.month.place import place_of
from trainingops.domain import Refused
from trainingops.people.http import SignedInRequest
from trainingops.ui.errors import Line, foreign_ticks
from trainingops.ui.moments import day_words


@require_http_methods(["GET", "POST"])
def plan_month_copy(request: SignedInRequest) -> HttpResponse:
    """Each plan that began in the month before with its new dates; those ticked become drafts of the reader."""
    place = place_of(request)
    if place is None:
        return redirect("plan_month")
    copies = copies_of(site=place.site, month=place.month, reader=request.user, now=request.now)
    offered = {str(copy.plan.uuid): copy for copy in copies if not copy.obstacle}
    ticked = {key for key, copy in offered.items() if _is_proposed(copy, request)}
    errors: list[Any] = []
    if request.method == "POST":
        ticked = set(request.POST.getlist("plan"))
        errors = foreign_ticks(sorted(ticked), offered, label=_("Plans"), target="plan-1")
        if not errors:
            try:
                made = copy_plans(
                    site=place.site,
                    month=place.month,
                    plans=[offered[key].plan.uuid for key in ticked],
                    actor=request.user,
                    now=request.now,
                )
            except Refused as refused:
                errors = [Line("", str(refused), "plan-1" if offered else "")]
            else:
                said = ngettext("%(count)d draft was made.", "%(count)d drafts were made.", len(made))
                messages.success(request, said % {"count": len(made)})
                return redirect(f"{place.url('plan_month')}&state=draft&pic={request.user.uuid}")
    context = {
        "place": place,
        "rows": [(copy, str(copy.plan.uuid) in ticked) for copy in copies],
        "before_words": day_words(place.month.moved(-1).first, "month"),
        "offered": offered,
        "errors": errors,
        "back": place.url("plan_month"),
        "title": _("Copy last month"),
    }
    return render(request, "planning/month_copy.html", context, status=422 if errors else 200)


def _is_proposed(copy: Copy, request: SignedInRequest) -> bool:
    """One's own plans are ticked beforehand, unless the month has them already."""
    return copy.plan.pic_id == request.user.pk and not copy.has_twin
