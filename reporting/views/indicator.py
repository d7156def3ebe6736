"""Indicator 4.3b with the reports behind it, and who is in time."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import django_tables2 as tables
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_GET

from planning.views.indicator import IndicatorForm, Results, this_half_year
from reporting.models import ReportObligation
from reporting.punctuality import IN_TIME, Punctuality, by_place, by_trainer, ranked, reports_due, summed
from reporting.wording import due_standing, unreached_words
from trainingops.people.http import SignedInRequest
from trainingops.ui.exports import table_response
from trainingops.ui.tables import MomentColumn, NumberColumn, PageTable, configure

RESULTS: Results = {
    "met": (gettext_lazy("In time, to every party"), IN_TIME & Q(delivered=True)),
    "in_time": (gettext_lazy("In time"), IN_TIME),
    "missed": (
        gettext_lazy("Late, not submitted, or not to every party"),
        ~(IN_TIME & Q(delivered=True)) | Q(submitted_at=None),
    ),
}


class PunctualityTable(PageTable):
    """The reports behind the figure."""

    caption = gettext_lazy("Reports that were due")
    empty_title = gettext_lazy("No report was due in this period")
    empty_text = gettext_lazy("Choose another period, site or line.")
    row_header = "title"
    title = tables.Column(
        verbose_name=gettext_lazy("Training"),
        accessor="training_session__plan__title",
        linkify=("obligation_detail", {"uuid": tables.A("uuid")}),
        orderable=False,
    )
    number = NumberColumn(verbose_name=gettext_lazy("Session"), accessor="training_session__number", orderable=False)
    line = tables.Column(verbose_name=gettext_lazy("Service line"), accessor="training_session__line", orderable=False)
    site = tables.Column(verbose_name=gettext_lazy("Site"), accessor="training_session__site", orderable=False)
    pic = tables.Column(verbose_name=gettext_lazy("PIC"), accessor="owner", orderable=False)
    due = MomentColumn(verbose_name=gettext_lazy("Due"), accessor="last_minute", zone="zone", orderable=False)
    submitted_at = MomentColumn(
        verbose_name=pgettext_lazy("report", "Submitted"), zone="zone", orderable=False, empty_values=()
    )
    zone_word = tables.Column(verbose_name=gettext_lazy("Time zone"), visible=False, orderable=False)  # of the file
    result = tables.Column(verbose_name=gettext_lazy("Indicator"), empty_values=(), orderable=False)

    def __init__(self, *args: Any, now: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._now = now

    def value_due(self, record: Any) -> datetime:
        """In the file, too, as it is said at the site."""
        return record.last_minute.astimezone(record.zone)

    def value_submitted_at(self, record: Any) -> datetime | None:
        return record.submitted_at and record.submitted_at.astimezone(record.zone)

    def render_result(self, record: Any) -> str:
        """In words: met, or why not."""
        if record.submitted_at is None:
            return _("Not submitted")
        if not record.is_on_time:
            return due_standing(record, self._now).word
        if record.delivered:
            return _("In time, to every party")
        return _("In time, not available to %(parties)s") % {"parties": unreached_words(record)}


@require_GET
def obligation_indicator(request: SignedInRequest) -> HttpResponse:
    """Reports in time ÷ reports due, by trainer, line, site and month, for at most a year."""
    form = IndicatorForm(this_half_year(request), results=RESULTS)
    due: QuerySet[ReportObligation] = ReportObligation.objects.none()
    groups: list[tuple[str, str, Any]] = []
    figure = Punctuality()
    if form.is_valid():
        given = form.cleaned_data
        found = reports_due(request.user, since=given["since"], until=given["until"], now=request.now)
        due = form.of_places(found, "training_session__")
        places = by_place(due)
        figure = sum((each["figure"] for each in places), Punctuality())
        groups = [
            (_("Trainer"), "trainer", by_trainer(due)),
            (_("Service line"), "line", ranked(summed(places, "line").items())),
            (_("Site"), "site", ranked(summed(places, "site").items())),
            (_("Month"), "month", sorted(summed(places, "month").items())),
        ]
    related = ("owner", "training_session__plan", "training_session__line", "training_session__site")
    table = PunctualityTable(form.of_result(due).select_related(*related).order_by("-due_at", "pk"), now=request.now)
    if request.GET.get("export") == "xlsx":
        return table_response(table, name=_("indicator-4-3b"))
    context = {
        "form": form,
        "figure": figure,
        "groups": groups,
        "table": configure(request, table),
        "title": _("Reports in time"),
    }
    return render(request, "reporting/obligation_indicator.html", context, status=422 if form.errors else 200)
