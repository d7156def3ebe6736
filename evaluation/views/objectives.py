"""Objectives of a year beside their indicators: written, submitted, approved with a fresh log-in (ISO 9001 6.2)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_tables2 as tables
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation.enums import ObjectiveState
from evaluation.indicator_forms import AimForm, ObjectiveForm, ReturnForm
from evaluation.indicators import INDICATORS, Period, Place, sums_by_month, value_of, visible_sums
from evaluation.models import Objective, ObjectiveRevision
from evaluation.policies import can_decide_objective, can_write_objective
from evaluation.services import objectives as services
from evaluation.views.indicators import judged_by_target
from planning.months import Month
from trainingops.domain import Refused, StaleVersion, WrongState, require
from trainingops.people.http import SignedInRequest
from trainingops.people.sign_in import authenticated_at, fresh_log_in_required
from trainingops.ui.days_off import warn_of_days_off
from trainingops.ui.tables import DayColumn, PageTable, StatusColumn, configure
from trainingops.ui.views import list_page

STATES: dict[str, str] = {
    ObjectiveState.DRAFT: "idle",
    ObjectiveState.SUBMITTED: "info",
    ObjectiveState.RETURNED: "warn",
    ObjectiveState.APPROVED: "ok",
    ObjectiveState.SUPERSEDED: "idle",
}


class ObjectiveTable(PageTable):
    """The newest revision of each objective."""

    caption = gettext_lazy("Yearly objectives")
    empty_title = gettext_lazy("No objectives yet")
    empty_text = gettext_lazy("ISO 9001 6.2 asks for a target, its means, who answers, by when and how it is judged.")
    row_header = "indicator"
    indicator = tables.Column(
        verbose_name=gettext_lazy("Indicator"),
        accessor="objective__get_indicator_display",
        linkify=("objective_detail", {"uuid": tables.A("objective__uuid")}),
        orderable=False,
    )
    year = tables.Column(verbose_name=gettext_lazy("Year"), accessor="objective__year", orderable=False)
    place = tables.Column(verbose_name=gettext_lazy("Where"), empty_values=(), orderable=False)
    target = tables.Column(verbose_name=gettext_lazy("Target figure"), orderable=False)
    owner = tables.Column(verbose_name=gettext_lazy("Who answers for it"), orderable=False)
    due_on = DayColumn(verbose_name=gettext_lazy("By when"), orderable=False)
    state = StatusColumn(verbose_name=gettext_lazy("State"), kinds=STATES, orderable=False)

    def render_place(self, record: ObjectiveRevision) -> str:
        return _place(record.objective).words

    def render_target(self, record: ObjectiveRevision) -> str:
        return INDICATORS[record.objective.indicator].target_words(record.target)


def _place(objective: Objective) -> Place:
    return Place(site=objective.site, line=objective.line)


def objective_list(request: SignedInRequest) -> HttpResponse:
    """The newest revision of each objective in sight, the latest year first."""
    seen = Objective.objects.visible_to(request.user)
    newest = ObjectiveRevision.objects.filter(objective__in=seen).order_by("objective_id", "-number")
    rows = ObjectiveRevision.objects.filter(pk__in=newest.distinct("objective_id").values("pk"))
    related = rows.select_related("objective__site", "objective__line", "owner")
    table = ObjectiveTable(related.order_by("-objective__year", "objective__indicator", "pk"))
    context = {
        "table": configure(request, table),
        "may_write": request.authority.has("manager", "trainer", "qc"),
        "title": _("Yearly objectives"),
    }
    return list_page(request, "evaluation/objective_list.html", context, file=_("yearly-objectives"))


def objective_new(request: SignedInRequest) -> HttpResponse:
    """Write an objective."""
    initial = {name: request.GET.get(name, "") for name in ("year", "indicator", "line", "site")}
    year = request.now.astimezone(request.user.zone).year
    form = ObjectiveForm(request.POST or None, initial={**initial, "year": initial["year"] or year})
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        about = {name: given.pop(name) for name in ("year", "indicator", "line", "site")}
        try:
            objective = services.begin_objective(
                **about, aim=services.Aim(**given), actor=request.user, now=request.now
            )
            warn_of_days_off(request, form)
            return redirect("objective_detail", uuid=objective.uuid)
        except Refused as refused:
            form.add_refusal(refused)
    context = {"form": form, "title": _("Write an objective")}
    return render(request, "evaluation/objective_form.html", context)


def _visible(request: SignedInRequest, uuid: UUID) -> Objective:
    seen = Objective.objects.visible_to(request.user).select_related("site", "line")
    return get_object_or_404(seen, uuid=uuid)


def objective_detail(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """What an objective says, how far it is reached, and every revision."""
    objective = _visible(request, uuid)
    people = ("owner", "written_by", "decided_by", "objective__site", "objective__line")
    revisions = list(objective.revisions.select_related(*people))
    latest, place = revisions[0], _place(objective)
    indicator = INDICATORS[objective.indicator]
    year = Period(Month(objective.year, 1), Month(objective.year, 12))
    months = sums_by_month(visible_sums(request.user, place), year)
    approved = next((each for each in revisions if each.state == ObjectiveState.APPROVED), None)
    value = value_of(indicator, months, year)
    writes = can_write_objective(request.user, objective)
    context = {
        "objective": objective,
        "place": place,
        "indicator": indicator,
        "value": value,
        "share": indicator.words(value.share),
        "judged": approved and judged_by_target(indicator, value, approved),
        "latest": latest,
        "revisions": [
            (each, STATES[ObjectiveState(each.state)], indicator.target_words(each.target)) for each in revisions
        ],
        "may_edit": writes and latest.state != ObjectiveState.SUBMITTED,
        "may_submit": writes and latest.state == ObjectiveState.DRAFT,
        "may_decide": latest.state == ObjectiveState.SUBMITTED and can_decide_objective(request.user, latest),
        "title": f"{indicator.title}, {objective.year}",
    }
    return render(request, "evaluation/objective_detail.html", context)


def objective_edit(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Change the draft, or write the next revision."""
    objective = _visible(request, uuid)
    require(can_write_objective(request.user, objective))
    latest = services.latest_revision(objective)
    shown = {name: getattr(latest, name, None) for name in ("target", "means", "owner", "due_on", "judged_by")}
    form = AimForm(request.POST or None, initial=shown)
    if request.method == "POST" and form.is_valid():
        try:
            aim = services.Aim(**form.cleaned_data)
            services.save_objective(objective=objective, aim=aim, actor=request.user, now=request.now)
            warn_of_days_off(request, form)
            return redirect("objective_detail", uuid=uuid)
        except Refused as refused:
            form.add_refusal(refused)
    indicator = INDICATORS[objective.indicator]
    context = {"form": form, "objective": objective, "title": f"{indicator.title}, {objective.year}"}
    return render(request, "evaluation/objective_form.html", context)


def objective_submit(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Ask the manager to approve the draft."""
    services.submit_objective(objective=_visible(request, uuid), actor=request.user, now=request.now)
    messages.success(request, _("The objective is submitted to the manager."))
    return redirect("objective_detail", uuid=uuid)


@fresh_log_in_required
def objective_decide(request: SignedInRequest, uuid: UUID) -> HttpResponse:
    """Read what is submitted once more, and approve it with a fresh log-in or return it with a note."""
    objective = _visible(request, uuid)
    latest = services.latest_revision(objective)
    form = ReturnForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            _decide(request, objective, form.cleaned_data["note"])
            return redirect("objective_detail", uuid=uuid)
        except (StaleVersion, WrongState) as moved:
            form.add_refusal(moved)
            status = 409
        except Refused as refused:
            form.add_refusal(refused)
    indicator = INDICATORS[objective.indicator]
    waits = latest is not None and latest.state == ObjectiveState.SUBMITTED
    context = {
        "form": form,
        "objective": objective,
        "place": _place(objective),
        "indicator": indicator,
        "latest": latest,
        "target": latest and indicator.target_words(latest.target),
        "may_decide": waits and latest is not None and can_decide_objective(request.user, latest),
        "title": _("Decide on the objective"),
    }
    return render(request, "evaluation/objective_decide.html", context, status=status)


def _decide(request: SignedInRequest, objective: Objective, note: str) -> None:
    given: dict[str, Any] = {
        "objective": objective,
        "content_hash": request.POST.get("content_hash", ""),
        "actor": request.user,
        "now": request.now,
    }
    if request.POST.get("verb") == "return":
        services.return_objective(**given, note=note)
        messages.success(request, _("The objective is returned."))
    else:
        services.sign_and_approve_objective(**given, authenticated_at=authenticated_at(request))
        messages.success(request, _("The objective is approved."))
