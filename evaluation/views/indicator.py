"""Indicator 4.4 with the records behind each figure one click away."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

import django_tables2 as tables
from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from evaluation.enums import ImpactLevel
from evaluation.frequency import Span
from evaluation.indicator import Kind, achieved, actions_due, kinds_in, per_hundred
from planning.views.indicator import IndicatorForm, this_half_year
from trainingops.people.http import SignedInRequest
from trainingops.ui.tables import NUM, PageTable, configure
from trainingops.ui.views import list_page


class KindTable(PageTable):
    """The kinds; each figure leads to the rows of the register behind it."""

    caption = gettext_lazy("Training defects by kind")
    empty_title = gettext_lazy("No training defect in this period or before it")
    empty_text = gettext_lazy("Choose another period, site or line.")
    label = tables.Column(verbose_name=gettext_lazy("Kind"), orderable=False)
    now = tables.Column(verbose_name=gettext_lazy("In the period"), attrs=NUM, orderable=False)
    before = tables.Column(verbose_name=gettext_lazy("In as many days before"), attrs=NUM, orderable=False)
    difference = tables.Column(verbose_name=gettext_lazy("Difference"), attrs=NUM, orderable=False)
    minor = tables.Column(verbose_name=gettext_lazy("Minor"), empty_values=(), attrs=NUM, orderable=False)
    moderate = tables.Column(verbose_name=gettext_lazy("Moderate"), empty_values=(), attrs=NUM, orderable=False)
    serious = tables.Column(verbose_name=gettext_lazy("Serious"), empty_values=(), attrs=NUM, orderable=False)
    unjudged = tables.Column(verbose_name=gettext_lazy("Not judged yet"), empty_values=(), attrs=NUM, orderable=False)

    def __init__(self, *args: Any, span: Span, asked: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._span, self._asked = span, asked

    def _link(self, number: int, kind: Kind, span: Span, **more: str) -> SafeString | str:
        if not number:
            return "0"
        query = {"kind": kind.kind, "since": span.since, "until": span.until, **self._asked, **more}
        return format_html('<a href="{}?{}">{}</a>', reverse("training_defect_list"), urlencode(query), number)

    def render_now(self, record: Kind) -> SafeString | str:
        """Leads to those of the period."""
        return self._link(record.now, record, self._span)

    def render_before(self, record: Kind) -> SafeString | str:
        """Leads to those of the days before."""
        return self._link(record.before, record, self._span.before)

    def render_difference(self, record: Kind) -> str:
        """With its sign."""
        return f"{record.difference:+d}" if record.difference else "0"

    def _of(self, record: Kind, level: str) -> SafeString | str:
        return self._link(record.impact[level], record, self._span, impact=level or "none")

    def render_minor(self, record: Kind) -> SafeString | str:
        """Of the period, of this degree."""
        return self._of(record, ImpactLevel.MINOR)

    def render_moderate(self, record: Kind) -> SafeString | str:
        """Of the period, of this degree."""
        return self._of(record, ImpactLevel.MODERATE)

    def render_serious(self, record: Kind) -> SafeString | str:
        """Of the period, of this degree."""
        return self._of(record, ImpactLevel.SERIOUS)

    def render_unjudged(self, record: Kind) -> SafeString | str:
        """Of the period, and nobody has judged the impact."""
        return self._of(record, "")

    def value_now(self, record: Kind) -> int:
        return record.now

    def value_before(self, record: Kind) -> int:
        return record.before

    def value_difference(self, record: Kind) -> int:
        return record.difference

    def value_minor(self, record: Kind) -> int:
        return record.impact[ImpactLevel.MINOR]

    def value_moderate(self, record: Kind) -> int:
        return record.impact[ImpactLevel.MODERATE]

    def value_serious(self, record: Kind) -> int:
        return record.impact[ImpactLevel.SERIOUS]

    def value_unjudged(self, record: Kind) -> int:
        return record.impact[""]


def training_defect_indicator(request: SignedInRequest) -> HttpResponse:
    """Training defects by kind and impact against as many days before, and what actions achieved; a year at most."""
    form = IndicatorForm(this_half_year(request))
    today = request.now.astimezone(request.user.zone).date()
    span, kinds, context = Span(today, today), [], dict[str, Any]()
    asked: dict[str, str] = {}
    if form.is_valid():
        given = form.cleaned_data
        span = Span(given["since"], given["until"])
        places = {name: given[name] for name in ("line", "site") if given[name]}
        asked = {name: place.code for name, place in places.items()}
        kinds = kinds_in(request.user, span, places)
        now, before = per_hundred(kinds, request.user, span, places)
        actions = achieved(actions_due(request.user, span, places, request.now))
        context = {"rate": now, "rate_before": before, **actions}
        context["actions_query"] = urlencode(
            {"since": span.since, "until": span.until, **{name: place.pk for name, place in places.items()}}
        )
    table = configure(request, KindTable(kinds, span=span, asked=asked))
    context |= {
        "form": form,
        "table": table,
        "span": span,
        "total": sum(each.now for each in kinds),
        "total_before": sum(each.before for each in kinds),
        "title": _("Training defects and what actions achieved"),
    }
    return list_page(request, "evaluation/training_defect_indicator.html", context, file="indikator-4-4")
