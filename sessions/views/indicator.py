"""Indicator 4.2 with the sessions behind it."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from planning.queries.indicator import by_place, total
from planning.views.indicator import IndicatorForm, Results, grouped, this_half_year
from sessions.enums import SessionState
from sessions.models import TrainingSession
from sessions.queries.indicator import counted, differed_in, sessions_due
from trainingops.people.http import SignedInRequest
from trainingops.ui.exports import table_response
from trainingops.ui.tables import MomentColumn, NumberColumn, PageTable, configure

RESULTS: Results = {
    "met": (gettext_lazy("Held as approved"), Q(is_met=True, is_left_out=False)),
    "missed": (gettext_lazy("Not held as approved"), Q(is_met=False, is_left_out=False)),
    "left_out": (gettext_lazy("Cancelled before the start, left out"), Q(is_left_out=True)),
}


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
        if record.is_left_out:
            return _("Cancelled before the start, left out")
        if record.state == SessionState.FILED:
            return _("Without prior approval")
        if record.state != SessionState.CONCLUDED:
            return _("Not held, or not concluded")
        return ", ".join(differed_in(record)) or _("Held before its approval")


@require_GET
def session_indicator(request: SignedInRequest) -> HttpResponse:
    """Sessions held as approved ÷ sessions due, by month, line and site, for at most a year."""
    form = IndicatorForm(this_half_year(request), results=RESULTS)
    sessions: QuerySet[Any] = TrainingSession.objects.none()
    rows: list[dict[str, Any]] = []
    left_out = 0
    if form.is_valid():
        given = form.cleaned_data
        sessions = form.of_places(
            sessions_due(request.user, since=given["since"], until=given["until"], now=request.now)
        )
        rows = by_place(counted(sessions))
        left_out = sessions.filter(is_left_out=True).count()
        sessions = form.of_result(sessions) if given["result"] else counted(sessions)
    table = IndicatorTable(sessions.select_related("plan", "line", "site").order_by("-starts_at", "pk"))
    if request.GET.get("export") == "xlsx":
        return table_response(table, name=_("indicator-4-2"))
    context = {
        "form": form,
        "figure": total(rows),
        "left_out": left_out,
        "groups": grouped(rows),
        "table": configure(request, table),
        "title": _("Held as approved"),
    }
    return render(request, "sessions/session_indicator.html", context, status=422 if form.errors else 200)
