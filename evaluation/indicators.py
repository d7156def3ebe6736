"""Indicators 4.1 to 4.4 as pages show them: what each is made of, where its rows are, what its objective says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet, Sum
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from evaluation.enums import IndicatorKey
from evaluation.models import CountedMonth, IndicatorMonth
from planning.months import Month
from trainingops.people.models import ServiceLine, Site, User
from trainingops.ui.figures import format_figure

#: How many months a trend shows.
TREND = 12


@dataclass(frozen=True)
class Value:
    """What was met of what was due; for training defects, how many there were in so many classes."""

    met: int = 0
    due: int = 0

    @property
    def share(self) -> Decimal | None:
        """In percent, of defects for every hundred classes; unrounded. None where nothing was due."""
        return Decimal(100 * self.met) / Decimal(self.due) if self.due else None

    def __add__(self, other: Value) -> Value:
        return Value(self.met + other.met, self.due + other.due)


@dataclass(frozen=True, kw_only=True)
class Place:
    """A site, a line, both, or the whole of what somebody sees."""

    site: Site | None = None
    line: ServiceLine | None = None

    def of(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        """Rows with site and line that lie in it."""
        return rows.filter(**{name: each for name, each in (("site", self.site), ("line", self.line)) if each})

    def query(self, by: str = "pk") -> dict[str, Any]:
        """As the address of a list has it."""
        pairs = (("line", self.line), ("site", self.site))
        return {name: getattr(each, by) for name, each in pairs if each is not None}

    @property
    def words(self) -> str:
        """Line and site, or that it is all."""
        return ", ".join(str(each) for each in (self.line, self.site) if each) or str(_("every line and site"))


@dataclass(frozen=True, kw_only=True)
class Indicator:
    """One indicator of the procedure.

    Attributes:
        met, due: the fields of ``IndicatorMonth`` that it is made of.
        explanation: what counts, in a sentence.
        met_word, due_word: what these count.
        url_name: the list of the rows behind it, by ``since``, ``until``, ``line``, ``site`` and what of it counts.
        met_query, due_query: what the list is asked for; None where no list shows it.
        place_by: by what the list names line and site.
        fewer_is_better: for a rate of what went wrong, for every hundred classes.
    """

    key: IndicatorKey
    clause: str
    explanation: str | Promise
    met: str
    due: str
    met_word: str | Promise
    due_word: str | Promise
    url_name: str
    met_query: Mapping[str, str] | None = field(default_factory=lambda: {"result": "met"})
    due_query: Mapping[str, str] | None = field(default_factory=dict)
    place_by: str = "pk"
    fewer_is_better: bool = False

    @property
    def title(self) -> str:
        return str(self.key.label)

    @property
    def url(self) -> str:
        """Its page with trend, lines and sites."""
        return reverse("indicator_detail", args=[self.key.value])

    def behind(self, what: str, since: date, until: date, place: Place) -> str:
        """The list of exactly the rows that ``what`` (``met`` or ``due``) counts; blank where there is none."""
        query = self.met_query if what == "met" else self.due_query
        if query is None:
            return ""
        asked = {"since": since, "until": until, **place.query(self.place_by), **query}
        return f"{reverse(self.url_name)}?{urlencode(asked)}"

    def words(self, share: Decimal | None) -> str:
        """A share as people read it: ``96,0%``, or of defects ``12,5``."""
        return "–" if share is None else format_figure(share, 1) + ("" if self.fewer_is_better else "%")

    def target_words(self, target: Decimal) -> str:
        """A target with its direction: ``≥ 95,0%``."""
        return f"{'≤' if self.fewer_is_better else '≥'} {self.words(target)}"

    @property
    def share_word(self) -> str:
        """What the share is called at the head of a column."""
        return str(_("For every hundred") if self.fewer_is_better else _("Share"))

    def is_reached(self, value: Value, target: Decimal) -> bool | None:
        """Whether the target is met; None where nothing was due, so that it cannot be judged."""
        if value.share is None:
            return None
        return value.share <= target if self.fewer_is_better else value.share >= target


INDICATORS: dict[str, Indicator] = {
    each.key: each
    for each in (
        Indicator(
            key=IndicatorKey.APPROVAL,
            clause="4.1",
            explanation=_(
                "Plans approved complete and before their start, of those whose first session "
                "was due or held; never approved ones count, cancelled ones do not."
            ),
            met="plans_met",
            due="plans_due",
            met_word=_("Approved before"),
            due_word=pgettext_lazy("plans", "Due"),
            url_name="plan_indicator",
        ),
        Indicator(
            key=IndicatorKey.EXECUTION,
            clause="4.2",
            explanation=_(
                "Sessions held as approved in date, time, duration, trainer, module, method and "
                "application, of those that were due; what was not held, or held without approval, counts as due."
            ),
            met="sessions_met",
            due="sessions_due",
            met_word=_("As approved"),
            due_word=pgettext_lazy("sessions", "Due"),
            url_name="session_indicator",
        ),
        Indicator(
            key=IndicatorKey.TRAINED,
            clause="4.3",
            explanation=_(
                "People on target whose class was to end in the period, and how many of them are "
                "trained. Who is waived counts as not trained; who left or moved before the class is left out."
            ),
            met="trained",
            due="targeted",
            met_word=_("Trained"),
            due_word=_("On target"),
            url_name="recovery_indicator",
        ),
        Indicator(
            key=IndicatorKey.REPORTS,
            clause="4.3",
            explanation=_(
                "H+1 reports submitted in time and available to every mandatory party, of those "
                "that were due; what was not submitted counts as due."
            ),
            met="reports_met",
            due="reports_due",
            met_word=_("In time, to every party"),
            due_word=_("Reports due"),
            url_name="obligation_indicator",
        ),
        Indicator(
            key=IndicatorKey.DEFECTS,
            clause="4.4",
            explanation=_("What went wrong in trainings themselves, for every hundred classes held; fewer is better."),
            met="defects",
            due="classes_held",
            met_word=_("Training defects"),
            due_word=_("Classes held"),
            url_name="training_defect_list",
            met_query={},
            due_query=None,
            place_by="code",
            fewer_is_better=True,
        ),
        Indicator(
            key=IndicatorKey.ACTIONS,
            clause="4.4",
            explanation=_("Actions of reviews that were due, and how many of them were closed by then."),
            met="actions_on_time",
            due="actions_due",
            met_word=_("Closed on time"),
            due_word=_("Actions due"),
            url_name="action_list",
            met_query={"result": "on_time"},
            due_query={"result": "due"},
        ),
        Indicator(
            key=IndicatorKey.EFFECTIVE,
            clause="4.4",
            explanation=_("Of the actions that were due and are done, those that somebody else found to be effective."),
            met="actions_effective",
            due="actions_closed",
            met_word=_("Verified effective"),
            due_word=_("Actions done"),
            url_name="action_list",
            met_query={"result": "effective"},
            due_query={"result": "closed"},
        ),
    )
}


@dataclass(frozen=True)
class Period:
    """Months in a row, the last of them included."""

    first: Month
    last: Month

    @property
    def since(self) -> date:
        return self.first.first

    @property
    def until(self) -> date:
        return self.last.until - timedelta(days=1)

    @property
    def months(self) -> list[date]:
        """The first day of each."""
        number = (self.last.year - self.first.year) * 12 + self.last.number - self.first.number + 1
        return [self.first.moved(by).first for by in range(number)]

    @classmethod
    def trend_to(cls, last: Month) -> Period:
        """A year of months that ends with ``last``."""
        return cls(last.moved(1 - TREND), last)

    @classmethod
    def year_to(cls, last: Month) -> Period:
        """From January; every trend has these months."""
        return cls(Month(last.year, 1), last)


#: The sums of a month by the field's name.
Months = dict[date, dict[str, int]]
SUMMED = tuple(
    each.name for each in IndicatorMonth._meta.concrete_fields if each.name not in {"id", "month", "site", "line"}
)


def sums_by_month(rows: QuerySet[IndicatorMonth], period: Period) -> Months:
    """What is kept of each month of a period, over all places of ``rows``; one query."""
    found: Any = (
        rows.filter(month__range=(period.since, period.until))
        .order_by()
        .values("month")
        .annotate(**{f"n_{name}": Sum(name) for name in SUMMED})
    )
    return {row["month"]: {name: row[f"n_{name}"] for name in SUMMED} for row in found}


def sums_by_line(rows: QuerySet[IndicatorMonth], month: Month) -> dict[str, dict[str, int]]:
    """What is kept of a month for each line, by its name; one query."""
    found: Any = (
        rows.filter(month=month.first)
        .order_by("line__name")
        .values("line__name")
        .annotate(**{f"n_{name}": Sum(name) for name in SUMMED})
    )
    return {row["line__name"]: {name: row[f"n_{name}"] for name in SUMMED} for row in found}


def value_of(indicator: Indicator, months: Months, period: Period) -> Value:
    """An indicator over the months of a period."""
    return sum((value_in(indicator, months, month) for month in period.months), Value())


def value_in(indicator: Indicator, months: Months, month: date) -> Value:
    """An indicator in one month."""
    sums = months.get(month, {})
    return Value(sums.get(indicator.met, 0), sums.get(indicator.due, 0))


def by_places(indicator: Indicator, rows: QuerySet[IndicatorMonth], period: Period) -> dict[Place, Value]:
    """An indicator of each line at each site over a period; one query."""
    found = (
        rows.filter(month__range=(period.since, period.until))
        .order_by("line__name", "site__name")
        .values("line", "site")
        .annotate(n_met=Sum(indicator.met), n_due=Sum(indicator.due))
    )
    kept = [(row["line"], row["site"], Value(row["n_met"], row["n_due"])) for row in found]
    lines, sites = ServiceLine.objects.in_bulk(), Site.objects.in_bulk()
    return {Place(site=sites[site], line=lines[line]): value for line, site, value in kept if value.due or value.met}


def summed_by(places: Mapping[Place, Value], what: str) -> list[tuple[Place, Value]]:
    """The figures of :func:`by_places` by ``line`` or by ``site``, in order of the names."""
    found: dict[Place, Value] = {}
    for place, value in places.items():
        key = Place(**{what: getattr(place, what)})
        found[key] = found.get(key, Value()) + value
    return sorted(found.items(), key=lambda each: str(getattr(each[0], what)))


def visible_sums(user: User, place: Place) -> QuerySet[IndicatorMonth]:
    """The sums that somebody sees of a place."""
    rows: QuerySet[Any] = IndicatorMonth.objects.visible_to(user)
    return place.of(rows)


def counted_at(months: Sequence[date]) -> datetime | None:
    """When the oldest of these months was counted; None while one of them never was."""
    return (
        CountedMonth.objects.filter(month__in=months, counted_at__isnull=False)
        .order_by("counted_at")
        .values_list("counted_at", flat=True)
        .first()
    )
