"""The page where the PIC puts a whole group on target (5.1.1 b)."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from planning.forms.groups import GroupForm
from planning.queries.groups import members
from planning.queries.plans import local_day
from planning.reasons import facts_of_rule, reason_words
from planning.services.groups import choose_group
from planning.views.plans import get_draft
from planning.views.targets import take_over
from trainingops.people.http import SignedInRequest

#: Names on the page; the plan takes everybody who matches.
SHOWN = 100


@require_http_methods(["GET", "POST"])
def plan_targets_group(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Describe a group, see who matches and why, then put all of them on target."""
    revision = get_draft(request, uuid)
    plan = revision.plan
    day = local_day(request.now, plan.site)
    asked = (request.POST if request.method == "POST" else request.GET) or None
    form = GroupForm(asked, revision=revision, user=request.user, day=day, initial={"site": plan.site_id})
    rows, count = [], None
    if form.is_bound and form.is_valid():
        rule = form.rule
        if request.method == "POST":
            choose = partial(
                choose_group,
                revision=revision,
                rule=rule,
                planned=form.cleaned_data["batch"],
                actor=request.user,
                now=request.now,
            )
            if added := take_over(request, form, plan, choose):
                return added
        found = members(rule, user=request.user, day=day)
        first = list(found[: SHOWN + 1])
        count = len(first) if len(first) <= SHOWN else found.count()
        rows = [
            (person, reason_words(facts_of_rule(rule, getattr(person, "last_trained", None))))
            for person in first[:SHOWN]
        ]
    context = {
        "plan": plan,
        "form": form,
        "rows": rows,
        "count": count,
        "more": max(0, (count or 0) - SHOWN),
        "title": _("Choose a group"),
    }
    status = 422 if request.method == "POST" else 200
    return render(request, "planning/plan_targets_group.html", context, status=status)
