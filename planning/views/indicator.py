"""Indicator 4.1 with the plans behind it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import django_tables2 as tables
from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from planning.models import TrainingPlan
from planning.months import Month
from planning.queries.indicator import by, by_place, plans_due, total
from trainingops.people.http import SignedInRequest
from trainingops.people.models import ServiceLine, Site
from trainingops.ui.bounds import reversed_words
from trainingops.ui.exports import table_response
from trainingops.ui.forms import PageForm
from trainingops.ui.tables import MomentColumn, NumberColumn, PageTable, configure

#: The longest period that the page counts.
LONGEST = timedelta(days=366)


#: What the rows behind a figure came to: key in the address → word and condition.
Results = Mapping[str, tuple[str | Promise, Q]]
RESULTS: Results = {
    "met": (gettext_lazy("Approved before their start"), Q(is_met=True)),
    "missed": (gettext_lazy("Approved late or never"), Q(is_met=False)),
}


class IndicatorForm(PageForm):
    """Period, site and line; where ``results`` are given also which of the rows the list shows."""

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

    result = forms.ChoiceField(label=gettext_lazy("Shown"), required=False)

    def __init__(self, *args: Any, results: Results | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.results = results or {}
        words = [(key, word) for key, (word, _condition) in self.results.items()]
        self.fields["result"].choices = [("", gettext_lazy("All that count")), *words]  # type: ignore[attr-defined]
        if not words:
            del self.fields["result"]

    def of_places(self, rows: QuerySet[Any], path: str = "") -> QuerySet[Any]:
        """Those of the line and site that were chosen; ``path`` leads to what has them, such as ``plan__``."""
        chosen = {name: self.cleaned_data[name] for name in ("line", "site") if self.cleaned_data[name]}
        return rows.filter(**{f"{path}{name}": place for name, place in chosen.items()})

    def of_result(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Those with the result that was chosen, as the list behind a figure shows them."""
        key = self.cleaned_data.get("result") if self.is_valid() else ""
        return rows.filter(self.results[key][1]) if key else rows

    @property
    def result_word(self) -> str:
        """Which of the rows the list shows, where it does not show all that count."""
        key = self.cleaned_data.get("result") if self.is_valid() else ""
        return str(self.results[key][0]) if key else ""

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


def grouped(rows: list[dict[str, Any]]) -> list[tuple[str, str, Any]]:
    """Rows of :func:`by_place` by month, line and site, under their headings."""
    words = {"month": _("Month"), "line": _("Service line"), "site": _("Site")}
    return [(word, what, by(rows, what)) for what, word in words.items()]


@require_GET
def plan_indicator(request: SignedInRequest) -> HttpResponse:
    """Plans approved before their start ÷ plans due, by month, line and site, for at most a year."""
    form = IndicatorForm(this_half_year(request), results=RESULTS)
    plans: QuerySet[Any] = TrainingPlan.objects.none()
    rows: list[dict[str, Any]] = []
    if form.is_valid():
        given = form.cleaned_data
        due = plans_due(request.user, since=given["since"], until=given["until"], now=request.now)
        plans = form.of_places(due).select_related("line", "site").order_by("-first_at", "pk")
        rows = by_place(plans)
    table = IndicatorTable(form.of_result(plans))
    if request.GET.get("export") == "xlsx":
        return table_response(table, name=_("indicator-4-1"))
    context = {
        "form": form,
        "figure": total(rows),
        "groups": grouped(rows),
        "table": configure(request, table),
        "title": _("Approved before the start"),
    }
    return render(request, "planning/plan_indicator.html", context, status=422 if form.errors else 200)
