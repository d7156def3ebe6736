"""What the rows say of one month: the same queries as the lists behind the figures, grouped by site and line."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from evaluation.frequency import Span
from evaluation.indicator import RESULTS, actions_among, held_among
from evaluation.models import ImprovementAction, TrainingDefect
from evaluation.summaries.comparing import Key, Totals, compare_in
from evaluation.summaries.hours import Hours, hours_in
from planning.models import TrainingPlan
from planning.months import Month
from planning.queries import indicator as plans
from reporting import punctuality
from reporting.models import ReportObligation
from sessions.enums import OutcomeState
from sessions.models import TargetOutcome, TrainingSession
from sessions.queries import indicator as sessions
from sessions.queries import reach

#: Keys of a site and a line.
Place = tuple[int, int]
#: Its figures, by the names of the fields of ``IndicatorMonth``.
Figures = dict[str, int]


@dataclass
class Sums:
    """A month as its rows give it.

    Attributes:
        figures: of each place with any.
        defects: training defects by place, kind and impact.
        hours: of each person.
        compared: classes by what they are compared by.
    """

    figures: dict[Place, Figures] = field(default_factory=lambda: defaultdict(dict))
    defects: Counter[tuple[Place, str, str]] = field(default_factory=Counter)
    hours: list[Hours] = field(default_factory=list)
    compared: dict[Key, Totals] = field(default_factory=dict)


def span_of(month: Month) -> Span:
    """Its days."""
    return Span(month.first, month.until - timedelta(days=1))


def count_month(month: Month, *, now: datetime) -> Sums:
    """Count a month as it stands at ``now``; eleven queries, whatever the rows."""
    span = span_of(month)
    found = Sums()
    for count in (_plans, _sessions, _targets, _reports, _classes, _actions):
        for place, figures in count(span, now):
            found.figures[place] |= figures
    for site, line, kind, level, number in _defects(span):
        found.defects[(site, line), kind, level] += number
        _add(found.figures[site, line], "defects", number)
    found.compared = compare_in(span, now)
    found.hours = hours_in(span)
    for each in found.hours:
        _add_hours(found.figures[each.site, each.line], each)
    return found


def _add(figures: Figures, name: str, number: int) -> None:
    figures[name] = figures.get(name, 0) + number


def _add_hours(figures: Figures, hours: Hours) -> None:
    _add(figures, "training_minutes", hours.training_minutes)
    if hours.shift_minutes is None:
        _add(figures, "people_without_roster", 1)
    else:
        _add(figures, "rostered_training_minutes", hours.training_minutes)
        _add(figures, "shift_minutes", hours.shift_minutes)


def _grouped(rows: QuerySet[Any], of: str = "", **conditions: Q) -> Iterator[tuple[Place, Figures]]:
    """How many rows of each place meet each condition; ``of`` is the path to what has site and line."""
    counts: dict[str, Any] = {
        name: Count("pk", filter=condition, distinct=True) for name, condition in conditions.items()
    }
    placed = rows.order_by().annotate(at_site=F(f"{of}site"), at_line=F(f"{of}line")).values("at_site", "at_line")
    for row in placed.annotate(**counts):
        yield (row.pop("at_site"), row.pop("at_line")), row


_ALL = Q(pk__isnull=False)
_Counting = Callable[[Span, datetime], Iterator[tuple[Place, Figures]]]


def _plans(span: Span, now: datetime) -> Iterator[tuple[Place, Figures]]:
    rows = plans.due_among(TrainingPlan.objects.all(), since=span.since, until=span.until, now=now)
    return _grouped(rows, plans_due=_ALL, plans_met=Q(is_met=True))


def _sessions(span: Span, now: datetime) -> Iterator[tuple[Place, Figures]]:
    rows = sessions.due_among(TrainingSession.objects.all(), since=span.since, until=span.until, now=now)
    counted = Q(is_left_out=False)
    return _grouped(rows, sessions_due=counted, sessions_met=counted & Q(is_met=True), sessions_left_out=~counted)


def _targets(span: Span, now: datetime) -> Iterator[tuple[Place, Figures]]:
    rows = reach.due_among(TargetOutcome.objects.all(), since=span.since, until=span.until, now=now)
    trained = Q(state=OutcomeState.TRAINED)
    return _grouped(
        rows,
        "plan__",
        targeted=_ALL,
        trained=trained,
        on_schedule=trained & Q(on_schedule=True),
        outstanding=Q(state=OutcomeState.OUTSTANDING),
        waived=Q(state=OutcomeState.WAIVED),
        lapsed=Q(state=OutcomeState.LAPSED),
    )


def _reports(span: Span, now: datetime) -> Iterator[tuple[Place, Figures]]:
    rows = punctuality.due_among(ReportObligation.objects.all(), since=span.since, until=span.until, now=now)
    in_time = punctuality.IN_TIME
    return _grouped(
        rows,
        "training_session__",
        reports_due=_ALL,
        reports_in_time=in_time,
        reports_met=in_time & Q(delivered=True),
    )


def _classes(span: Span, _now: datetime) -> Iterator[tuple[Place, Figures]]:
    return _grouped(held_among(TrainingSession.objects.all(), span), classes_held=_ALL)


def _actions(span: Span, now: datetime) -> Iterator[tuple[Place, Figures]]:
    rows = actions_among(ImprovementAction.objects.all(), span, now)
    results = {f"actions_{name}": condition for name, condition in RESULTS.items()}
    return _grouped(rows, "finding__review__", actions_due=_ALL, **results)


def _defects(span: Span) -> QuerySet[Any]:
    rows = TrainingDefect.objects.in_days(span.since, span.until).order_by()
    return rows.values_list("site", "line", "kind", "impact_level").annotate(number=Count("pk"))
