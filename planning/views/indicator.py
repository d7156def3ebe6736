"""Indicator 4.1 with the plans behind it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django_tables2 as tables
from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from planning.models import TrainingPlan
from planning.months import Month
from planning.queries.indicator import by, count, in_period, plans_due
from trainingops.people.http import SignedInRequest
from trainingops.people.models import ServiceLine, Site
from trainingops.ui.bounds import reversed_words
from trainingops.ui.exports import table_response
from trainingops.ui.forms import PageForm
from trainingops.ui.tables import MomentColumn, NumberColumn, PageTable, configure

#: The longest period that the page counts.
LONGEST = timedelta(days=366)


class IndicatorForm(PageForm):
    """Period, site and line."""

    since = forms.DateField(label=gettext_lazy("From"))
    until = forms.DateField(label=gettext_lazy("until"))
    line = forms.ModelChoiceField(
        label=gettext_lazy("Service line"),
        queryset=ServiceLine.objects.all(),
        required=False,
        empty_label=gettext_lazy("Every line"),
    )
    site = forms.ModelChoiceField(
        label=gettext_lazy("Site"),
        queryset=Site.objects.all(),
        required=False,
        empty_label=gettext_lazy("Every site"),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        since, until = cleaned.get("since"), cleaned.get("until")
        if since and until and until < since:
            self.add_error("until", reversed_words(since, until))
        elif since and until and until - since > LONGEST:
            self.add_error("until", _("The period is longer than a year. Choose a shorter one."))
        return cleaned


class IndicatorTable(PageTable):
    """The plans behind the figure."""

    caption = gettext_lazy("Plans whose first session was due")
    empty_title = gettext_lazy("No plan was due in this period")
    empty_text = gettext_lazy("Choose another period, site or line.")
    row_header = "title"
    title = tables.Column(
        verbose_name=gettext_lazy("Training"),
        linkify=("plan_detail", {"uuid": tables.A("uuid")}),
        orderable=False,
    )
    number = NumberColumn(verbose_name=gettext_lazy("Number"), orderable=False)
    line = tables.Column(verbose_name=gettext_lazy("Service line"), orderable=False)
    site = tables.Column(verbose_name=gettext_lazy("Site"), orderable=False)
    first_at = MomentColumn(verbose_name=gettext_lazy("Starts"), zone="site__zone", orderable=False)
    first_approved_at = MomentColumn(verbose_name=gettext_lazy("First approved"), zone="site__zone", orderable=False)
    result = tables.Column(verbose_name=gettext_lazy("Indicator"), empty_values=(), orderable=False)

    def render_result(self, record: Any) -> str:
        """In words: counted, late or never."""
        if record.is_met:
            return _("Approved before its start")
        return _("Approved after its start") if record.first_approved_at else _("Never approved")


def this_half_year(request: SignedInRequest) -> dict[str, Any]:
    """What the address asks for; where it names no period, six months with this one."""
    today = request.now.astimezone(request.user.zone).date()
    initial = {"since": Month.of(today).moved(-5).first, "until": today}
    return {**request.GET.dict(), **{name: request.GET.get(name) or value for name, value in initial.items()}}


@require_GET
def plan_indicator(request: SignedInRequest) -> HttpResponse:
    """Plans approved before their start ÷ plans due, by month, line and site, for at most a year."""
    form = IndicatorForm(this_half_year(request))
    plans: list[TrainingPlan] = []
    if form.is_valid():
        given = form.cleaned_data
        since, until = given["since"], given["until"]
        due = plans_due(request.user, since=since, until=until, now=request.now)
        places = {name: given[name] for name in ("line", "site") if given[name]}
        rows = due.filter(**places).select_related("line", "site").order_by("-first_at", "pk")
        plans = in_period(rows, since=since, until=until)
    table = IndicatorTable(plans)
    if request.GET.get("export") == "xlsx":
        return table_response(table, name=_("indicator-4-1"))
    groups = [
        (_("Month"), "month", by(plans, "month")),
        (_("Service line"), "line", by(plans, "line")),
        (_("Site"), "site", by(plans, "site")),
    ]
    context = {
        "form": form,
        "figure": count(plans),
        "groups": groups,
        "table": configure(request, table),
        "title": _("Approved before the start"),
    }
    return render(request, "planning/plan_indicator.html", context, status=422 if form.errors else 200)
