"""Indicator 4.2 with the sessions behind it."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from planning.queries.indicator import by, count
from planning.views.indicator import IndicatorForm, this_half_year
from sessions.enums import SessionState
from sessions.models import TrainingSession
from sessions.queries.indicator import differed_in, in_period, sessions_due
from trainingops.people.http import SignedInRequest
from trainingops.ui.exports import table_response
from trainingops.ui.tables import MomentColumn, NumberColumn, PageTable, configure


class IndicatorTable(PageTable):
    """The sessions behind the figure."""

    caption = gettext_lazy("Sessions that were due")
    empty_title = gettext_lazy("No session was due in this period")
    empty_text = gettext_lazy("Choose another period, site or line.")
    row_header = "title"
    title = tables.Column(
        verbose_name=gettext_lazy("Training"),
        accessor="plan__title",
        linkify=("session_detail", {"uuid": tables.A("uuid")}),
        orderable=False,
    )
    number = NumberColumn(verbose_name=gettext_lazy("Session"), orderable=False)
    line = tables.Column(verbose_name=gettext_lazy("Service line"), orderable=False)
    site = tables.Column(verbose_name=gettext_lazy("Site"), orderable=False)
    starts_at = MomentColumn(verbose_name=gettext_lazy("Starts"), zone="site__zone", orderable=False)
    state = tables.Column(verbose_name=gettext_lazy("State"), orderable=False)
    result = tables.Column(verbose_name=gettext_lazy("Indicator"), empty_values=(), orderable=False)

    def render_result(self, record: Any) -> str:
        """In words: as approved, or why not."""
        if record.is_met:
            return _("Held as approved")
        if record.state == SessionState.FILED:
            return _("Without prior approval")
        if record.state != SessionState.CONCLUDED:
            return _("Not held, or not concluded")
        return ", ".join(differed_in(record)) or _("Held before its approval")


@require_GET
def session_indicator(request: SignedInRequest) -> HttpResponse:
    """Sessions held as approved ÷ sessions due, by month, line and site, for at most a year."""
    form = IndicatorForm(this_half_year(request))
    due: list[TrainingSession] = []
    left_out = 0
    if form.is_valid():
        given = form.cleaned_data
        since, until = given["since"], given["until"]
        rows = sessions_due(request.user, since=since, until=until, now=request.now)
        places = {name: given[name] for name in ("line", "site") if given[name]}
        rows = rows.filter(**places).select_related("plan", "line", "site").order_by("-starts_at", "pk")
        due, left_out = in_period(rows, since=since, until=until)
    table = IndicatorTable(due)
    if request.GET.get("export") == "xlsx":
        return table_response(table, name=_("indicator-4-2"))
    context = {
        "form": form,
        "figure": count(due),
        "left_out": left_out,
        "groups": [
            (_("Month"), "month", by(due, "month")),
            (_("Service line"), "line", by(due, "line")),
            (_("Site"), "site", by(due, "site")),
        ],
        "table": configure(request, table),
        "title": _("Held as approved"),
    }
    return render(request, "sessions/session_indicator.html", context, status=422 if form.errors else 200)
