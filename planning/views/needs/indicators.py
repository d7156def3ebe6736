"""CSAT, FCR, AHT, complaints and what else is measured, per line and per agent (2.3)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from planning.forms.needs import with_usual_period
from planning.forms.quality import IndicatorFilter, MeasureForm
from planning.imports.indicators import INDICATORS, row_of
from planning.models import ServiceIndicator
from planning.policies.catalogue import can_add_measure
from planning.services.indicators import add_measure
from planning.tables.needs import IndicatorTable
from planning.views.common import form_page, posted, url
from trainingops.people.http import SignedInRequest
from trainingops.ui.charts import spark
from trainingops.ui.exports import workbook_response
from trainingops.ui.navigation import address
from trainingops.ui.tables import configure

#: Periods in the small line of each measure.
_POINTS = 12


@dataclass(frozen=True)
class Latest:
    """The newest figure of a measure for a line, the one before it, and how it went."""

    figure: ServiceIndicator
    before: ServiceIndicator | None
    line: Any


def indicator_list(request: SignedInRequest) -> HttpResponse:
    """The newest figure of each measure and line, and all that were imported (EXP-1)."""
    query = with_usual_period(request.GET, timezone.localdate())
    visible = ServiceIndicator.objects.visible_to(request.user).select_related("measure", "line", "site", "person")
    chosen = IndicatorFilter(query, queryset=visible, user=request.user)
    table = configure(request, IndicatorTable(chosen.qs))
    if request.GET.get("export") == "xlsx":
        columns = list(INDICATORS.columns)
        lines = ([row_of(each)[column.name] for column in columns] for each in chosen.qs.iterator(chunk_size=2000))
        return workbook_response([str(column.label) for column in columns], lines, name="ukuran-layanan")
    context = {
        "table": table,
        "filter": chosen,
        "latest": _latest(chosen.qs),
        "may_import": request.user.authority.has(*INDICATORS.roles),
        "may_add": can_add_measure(request.user) and bool(address(request, "measure_new")),
    }
    return render(request, "planning/indicator_list.html", context)


def _latest(figures: Any) -> list[Latest]:
    """By measure, line and site: one query over the figures of whole lines."""
    series: dict[tuple[int, int, int | None], list[ServiceIndicator]] = {}
    for each in figures.filter(person=None).order_by("starts_on", "ends_on"):
        series.setdefault((each.measure_id, each.line_id, each.site_id), []).append(each)
    found = [
        Latest(
            figure=rows[-1],
            before=rows[-2] if len(rows) > 1 else None,
            line=spark([row.value for row in rows[-_POINTS:]], _("Figures of the last periods"))
            if len(rows) > 1
            else "",
        )
        for rows in series.values()
    ]
    return sorted(found, key=lambda each: (each.figure.measure_id, each.figure.line.name))


def measure_new(request: SignedInRequest) -> HttpResponse:
    """One more thing that is measured."""

    def act(form: MeasureForm) -> tuple[str, str]:
        measure = add_measure(**form.cleaned_data, actor=request.user, now=request.now)
        return url("indicator_list"), _("%(measure)s can be imported now.") % {"measure": measure}

    return form_page(
        request,
        MeasureForm(posted(request)),
        act,
        title=_("Add a measure"),
        parent=(url("indicator_list"), _("Figures of the service")),
        submit=_("Save measure"),
    )
