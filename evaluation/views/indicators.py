"""Indicators 4.1 to 4.4 on one page, and each of them with its trend, its lines and its sites (4.1 to 4.4, ISO 9.1)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from evaluation.enums import IndicatorKey
from evaluation.indicator_forms import PlaceForm
from evaluation.indicators import (
    INDICATORS,
    Indicator,
    Months,
    Period,
    Place,
    Value,
    by_places,
    counted_at,
    summed_by,
    sums_by_month,
    value_in,
    value_of,
    visible_sums,
)
from evaluation.models import ObjectiveRevision
from evaluation.objectives import targets_of
from planning.months import Month
from trainingops.people.http import SignedInRequest
from trainingops.ui.charts import Chart, spark
from trainingops.ui.exports import workbook_response
from trainingops.ui.moments import day_words
from trainingops.ui.trends import trend_chart


@dataclass(frozen=True, kw_only=True)
class Figure:
    """A value of some months at a place, with the lists of exactly the rows that it counts."""

    indicator: Indicator
    value: Value
    period: Period
    place: Place
    name: Any = ""

    @property
    def words(self) -> str:
        """The share as people read it."""
        return self.indicator.words(self.value.share)

    @property
    def met_url(self) -> str:
        return self._behind("met") if self.value.met else ""

    @property
    def due_url(self) -> str:
        return self._behind("due") if self.value.due else ""

    def _behind(self, what: str) -> str:
        return self.indicator.behind(what, self.period.since, self.period.until, self.place)


@dataclass(frozen=True, kw_only=True)
class Judged:
    """A target of the year beside the figure of the year so far: met, not yet, or cannot be judged (ISO 6.2)."""

    indicator: Indicator
    revision: ObjectiveRevision
    reached: bool | None

    @property
    def target(self) -> str:
        """With its direction."""
        return self.indicator.target_words(self.revision.target)

    @property
    def status(self) -> tuple[str, str]:
        """The mark and its word."""
        if self.reached is None:
            return "idle", _("Cannot be judged yet")
        return ("ok", _("Met so far")) if self.reached else ("late", _("Not met yet"))


@dataclass(frozen=True, kw_only=True)
class Line:
    """One indicator of the overview."""

    indicator: Indicator
    month: Figure
    year: Figure
    judged: Judged | None
    trend: Any
    url: str


def asked_for(request: SignedInRequest) -> tuple[PlaceForm, Month, Place, int]:
    """The form, what it says, and the status of the answer: 422 where the address asks for what is not offered."""
    today = request.now.astimezone(request.user.zone).date()
    form = PlaceForm(request.GET, today=today)
    if form.is_valid():
        return form, form.cleaned_data["month"], form.place, 200
    return form, Month.of(today), Place(), 422


def _judged(indicator: Indicator, value: Value, targets: dict[str, ObjectiveRevision]) -> Judged | None:
    revision = targets.get(indicator.key)
    return judged_by_target(indicator, value, revision) if revision else None


def judged_by_target(indicator: Indicator, value: Value, revision: ObjectiveRevision) -> Judged:
    """What an approved objective says of a figure."""
    return Judged(indicator=indicator, revision=revision, reached=indicator.is_reached(value, revision.target))


def _figures(indicator: Indicator, months: Months, period: Period, place: Place) -> list[Figure]:
    """The figure of each month of a period."""
    return [
        Figure(
            indicator=indicator,
            value=value_in(indicator, months, each),
            period=Period(Month.of(each), Month.of(each)),
            place=place,
            name=each,
        )
        for each in period.months
    ]


def place_context(form: PlaceForm, last: Month, place: Place) -> dict[str, Any]:
    year = Period.year_to(last)
    query = {"month": last.key, **place.query()}
    return {
        "form": form,
        "place": place,
        "month": last.first,
        "month_word": day_words(last.first, "month"),
        "year": last.year,
        "january": year.since,
        "counted_at": counted_at(year.months),
        "query": urlencode(query),
    }


@require_GET
def indicator_overview(request: SignedInRequest) -> HttpResponse:
    """Every indicator: of the month, of the year so far, beside its target, with the trend of twelve months."""
    form, last, place, status = asked_for(request)
    period = Period.trend_to(last)
    months = sums_by_month(visible_sums(request.user, place), period)
    targets = targets_of(last.year, place)
    context = place_context(form, last, place)
    lines = [_line(each, months, last, place, targets, context["query"]) for each in INDICATORS.values()]
    if request.GET.get("export") == "xlsx":
        return _workbook(list(INDICATORS.values()), months, period, _("indicators"))
    context |= {"lines": lines, "title": _("Indicators")}
    return render(request, "evaluation/indicator_overview.html", context, status=status)


def _line(
    indicator: Indicator,
    months: Months,
    last: Month,
    place: Place,
    targets: dict[str, ObjectiveRevision],
    query: str,
) -> Line:
    month, year = Period(last, last), Period.year_to(last)
    so_far = value_of(indicator, months, year)
    shares = [value_in(indicator, months, each).share for each in Period.trend_to(last).months]
    return Line(
        indicator=indicator,
        month=Figure(indicator=indicator, value=value_of(indicator, months, month), period=month, place=place),
        year=Figure(indicator=indicator, value=so_far, period=year, place=place),
        judged=_judged(indicator, so_far, targets),
        trend=spark(shares, _("%(title)s, twelve months") % {"title": indicator.title}) if {*shares} - {None} else "–",
        url=f"{indicator.url}?{query}",
    )


@require_GET
def indicator_detail(request: SignedInRequest, key: str) -> HttpResponse:
    """One indicator: its trend beside the target, its months, and its lines and sites in the year so far."""
    if key not in IndicatorKey.values:
        raise Http404
    indicator = INDICATORS[key]
    form, last, place, status = asked_for(request)
    period, year = Period.trend_to(last), Period.year_to(last)
    rows = visible_sums(request.user, place)
    months = sums_by_month(rows, period)
    if request.GET.get("export") == "xlsx":
        return _workbook([indicator], months, period, f"{_('indicator')}-{key}")
    figures = _figures(indicator, months, period, place)
    so_far = value_of(indicator, months, year)
    judged = _judged(indicator, so_far, targets_of(last.year, place))
    places = by_places(indicator, rows, year)
    context = place_context(form, last, place) | {
        "indicator": indicator,
        "figures": _since_first(figures)[::-1],
        "year_figure": Figure(indicator=indicator, value=so_far, period=year, place=place),
        "judged": judged,
        "chart": trend_of(indicator, figures, judged.revision.target if judged else None),
        "groups": [
            (heading, [_of_place(indicator, at, place, value, year) for at, value in summed_by(places, what)])
            for what, heading in (("line", _("Service line")), ("site", _("Site")))
        ],
        "title": indicator.title,
    }
    return render(request, "evaluation/indicator_detail.html", context, status=status)


def _since_first(figures: list[Figure]) -> list[Figure]:
    """Without the months before anything was due; the last one always."""
    first = next((at for at, each in enumerate(figures) if each.value.due or each.value.met), len(figures) - 1)
    return figures[first:]


def _of_place(indicator: Indicator, at: Place, place: Place, value: Value, period: Period) -> Figure:
    """The figure of a line or site, within the line and site that the page is about."""
    whole = Place(site=at.site or place.site, line=at.line or place.line)
    return Figure(indicator=indicator, value=value, period=period, place=whole, name=at.line or at.site)


def trend_of(indicator: Indicator, figures: Sequence[Figure], target: Decimal | None) -> Chart:
    """The trend of an indicator, in words and as a drawing; the same in pages and in PDFs (CHT-1)."""
    known = [each for each in figures if each.value.share is not None]
    unit = indicator.share_word
    text = _("Nothing was due in these months.")
    if len(known) == 1:
        text = _("%(last)s in %(until)s.") % {"last": known[0].words, "until": day_words(known[0].name, "month")}
    elif known:
        text = _("%(first)s in %(from)s, %(last)s in %(until)s.") % {
            "first": known[0].words,
            "from": day_words(known[0].name, "month"),
            "last": known[-1].words,
            "until": day_words(known[-1].name, "month"),
        }
    aim = "" if target is None else _("Target %(target)s") % {"target": indicator.target_words(target)}
    return trend_chart(
        [short_month(each.name) for each in figures],
        [each.value.share for each in figures],
        title=indicator.title,
        text=f"{text} {aim}." if aim else text,
        unit=unit,
        target=target,
        target_word=aim,
        urls=[each.due_url or each.met_url for each in figures],
        head=["", str(indicator.met_word), str(indicator.due_word), unit],
        rows=[
            (day_words(each.name, "month"), each.value.met, each.value.due, _rounded(each.value.share))
            for each in figures
        ],
    )


def short_month(month: date) -> str:
    """``Nov``; January with its year."""
    return date_format(month, "M y" if month.month == 1 else "M")


def _rounded(share: Decimal | None) -> Decimal | None:
    return None if share is None else round(share, 1)


def _workbook(indicators: Sequence[Indicator], months: Months, period: Period, name: str) -> HttpResponse:
    """The months of indicators as a workbook, with what each figure is made of (EXP-1)."""
    head = [_("Clause"), _("Indicator"), _("Month"), _("Met"), _("Due"), _("Share")]
    rows = [
        (each.clause, each.title, month, value.met, value.due, _rounded(value.share))
        for each in indicators
        for month in period.months
        for value in [value_in(each, months, month)]
    ]
    return workbook_response(head, rows, name=name)
