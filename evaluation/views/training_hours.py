"""Training hours of agents, lines and months, and what share of the scheduled hours they are (training shrinkage)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import django_tables2 as tables
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from evaluation.indicators import Period, Place, sums_by_line, sums_by_month, visible_sums
from evaluation.models import TrainingHours
from evaluation.views.indicators import asked_for, place_context, short_month
from planning.months import Month
from trainingops.people.http import SignedInRequest
from trainingops.people.models import User
from trainingops.ui.charts import Chart
from trainingops.ui.figures import format_figure
from trainingops.ui.moments import day_words
from trainingops.ui.tables import FigureColumn, PageTable, configure
from trainingops.ui.trends import trend_chart
from trainingops.ui.views import list_page


@dataclass(frozen=True, kw_only=True)
class Shrinkage:
    """Training beside the scheduled hours of the roster, of some people in some time; minutes inside, hours outside."""

    name: Any
    training: int = 0
    rostered: int = 0
    scheduled: int = 0
    without_roster: int = 0

    @property
    def hours(self) -> Decimal:
        """Attended, of everybody."""
        return in_hours(self.training)

    @property
    def rostered_hours(self) -> Decimal:
        """Attended, of who has a roster: what the share is of."""
        return in_hours(self.rostered)

    @property
    def missing_hours(self) -> Decimal:
        """Attended, of those of whom the roster says nothing."""
        return in_hours(self.training - self.rostered)

    @property
    def scheduled_hours(self) -> Decimal | None:
        """By the roster; None where there is none."""
        return in_hours(self.scheduled) if self.scheduled else None

    @property
    def share(self) -> Decimal | None:
        """In percent of the scheduled hours, unrounded; None where nothing is scheduled."""
        return Decimal(100 * self.rostered) / Decimal(self.scheduled) if self.scheduled else None

    @property
    def words(self) -> str:
        """The share as people read it."""
        return "–" if self.share is None else f"{format_figure(self.share, 2)}%"

    @classmethod
    def of(cls, sums: Mapping[str, int], name: Any) -> Shrinkage:
        """From sums of ``IndicatorMonth``."""
        return cls(
            name=name,
            training=sums.get("training_minutes", 0),
            rostered=sums.get("rostered_training_minutes", 0),
            scheduled=sums.get("shift_minutes", 0),
            without_roster=sums.get("people_without_roster", 0),
        )


def in_hours(minutes: int) -> Decimal:
    """Minutes as hours with one decimal."""
    return round(Decimal(minutes) / 60, 1)


class HoursTable(PageTable):
    """The agents of a month, the most trained first."""

    caption = gettext_lazy("Training hours by agent")
    empty_title = gettext_lazy("Nobody was trained or scheduled in this month")
    empty_text = gettext_lazy("Choose another month, line or site.")
    person = tables.Column(verbose_name=gettext_lazy("Agent"), accessor="person__name", orderable=False)
    employee_no = tables.Column(
        verbose_name=gettext_lazy("Employee no."), accessor="person__employee_no", orderable=False
    )
    line = tables.Column(verbose_name=gettext_lazy("Service line"), orderable=False)
    site = tables.Column(verbose_name=gettext_lazy("Site"), orderable=False)
    hours = FigureColumn(verbose_name=gettext_lazy("Training hours"), accessor="training_minutes", orderable=False)
    scheduled = FigureColumn(
        verbose_name=gettext_lazy("Scheduled hours"), accessor="shift_minutes", empty_values=(), orderable=False
    )
    share = FigureColumn(verbose_name=gettext_lazy("Share (%)"), empty_values=(), orderable=False)

    def render_hours(self, value: int) -> str:
        return format_figure(in_hours(value), 1)

    def value_hours(self, value: int) -> Decimal:
        return in_hours(value)

    def render_scheduled(self, value: int | None) -> str:
        """Blank is not zero: the roster says nothing of this person."""
        return _("no roster") if value is None else format_figure(in_hours(value), 1)

    def value_scheduled(self, value: int | None) -> Decimal | None:
        return None if value is None else in_hours(value)

    def render_share(self, record: TrainingHours) -> str:
        share = self.value_share(record)
        return "–" if share is None else format_figure(share, 2)

    def value_share(self, record: TrainingHours) -> Decimal | None:
        scheduled = record.shift_minutes
        return round(Decimal(100 * record.training_minutes) / scheduled, 2) if scheduled else None


def hours_of(user: User, month: Month, place: Place) -> QuerySet[TrainingHours]:
    """The people whose hours somebody sees, of a month."""
    rows: QuerySet[Any] = TrainingHours.objects.visible_to(user)
    named = place.of(rows.filter(month=month.first)).select_related("person", "line", "site")
    return named.order_by("-training_minutes", Lower("person__name"), "pk")


@require_GET
def training_hours(request: SignedInRequest) -> HttpResponse:
    """Hours by month and by line from the kept sums, and the agents of the month (5.1.1 f; ISO 9001 7.2)."""
    form, last, place, status = asked_for(request)
    period, rows = Period.trend_to(last), visible_sums(request.user, place)
    sums = sums_by_month(rows, period)
    months = [Shrinkage.of(sums.get(each, {}), each) for each in period.months]
    table = HoursTable(hours_of(request.user, last, place))
    context = place_context(form, last, place) | {
        "total": months[-1],
        "months": [each for each in months if each.training or each.scheduled][::-1],
        "by_line": [Shrinkage.of(found, line) for line, found in sums_by_line(rows, last).items()],
        "chart": _trend(months),
        "table": configure(request, table),
        "title": _("Training hours"),
    }
    answer = list_page(request, "evaluation/training_hours.html", context, file=_("training-hours"))
    answer.status_code = status
    return answer


def _trend(months: list[Shrinkage]) -> Chart:
    known = [each for each in months if each.share is not None]
    text = _("No roster is known of these months.")
    if known:
        text = _("%(share)s of the scheduled hours in %(month)s.") % {
            "share": known[-1].words,
            "month": day_words(known[-1].name, "month"),
        }
    return trend_chart(
        [short_month(each.name) for each in months],
        [each.share for each in months],
        title=_("Training shrinkage"),
        text=text,
        unit=_("Percent of scheduled hours"),
        head=["", _("Training hours"), _("Of these with a roster"), _("Scheduled hours"), _("Share (%)")],
        rows=[
            (
                day_words(each.name, "month"),
                each.hours,
                each.rostered_hours,
                each.scheduled_hours,
                None if each.share is None else round(each.share, 2),
            )
            for each in months
        ],
        places=2,
    )
