"""Reports in time and available to every mandatory party ÷ reports due: indicator 4.3b (4.3, 5.3.2)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import Count, DateField, DateTimeField, F, Func, Q, QuerySet
from django.db.models.functions import Cast, TruncMonth

from reporting.delivery import with_delivery
from reporting.enums import ObligationState
from reporting.models import ReportObligation
from trainingops.people.models import User
from trainingops.people.queries import midnight

if TYPE_CHECKING:
    from reporting.models import ReportObligationQuerySet

#: A ratio of fewer reports is shown with its count and ranked with nobody.
FEWEST_RANKED = 5
IN_TIME = Q(submitted_at__lt=F("due_at"))


@dataclass(frozen=True)
class Punctuality:
    """How many reports were due, how many came in time, and how many of those every mandatory party could read."""

    due: int = 0
    in_time: int = 0
    met: int = 0

    @property
    def share(self) -> Decimal | None:
        """Indicator 4.3b, unrounded, 0 to 1; None where nothing was due."""
        return Decimal(self.met) / Decimal(self.due) if self.due else None

    @property
    def also(self) -> Decimal | None:
        """The share that came in time, whoever could read it."""
        return Decimal(self.in_time) / Decimal(self.due) if self.due else None

    @property
    def is_small(self) -> bool:
        """Too few to say that one is better than another."""
        return self.due < FEWEST_RANKED

    def __add__(self, other: Punctuality) -> Punctuality:
        return Punctuality(self.due + other.due, self.in_time + other.in_time, self.met + other.met)


def due_day() -> Cast:
    """For an annotation of obligations: the day by whose end the report is due, at the site."""
    last_minute = F("due_at") - timedelta(minutes=1)
    local = Func(F("timezone"), last_minute, function="timezone", output_field=DateTimeField())
    return Cast(local, DateField())


def reports_due(user: User, *, since: date, until: date, now: datetime) -> QuerySet[ReportObligation]:
    """The obligations in sight that :func:`due_among` counts."""
    return due_among(ReportObligation.objects.visible_to(user), since=since, until=until, now=now)


def due_among(
    obligations: ReportObligationQuerySet, *, since: date, until: date, now: datetime
) -> QuerySet[ReportObligation]:
    """Of ``obligations`` those whose due day, at their site, lies in the period and has passed by ``now``.

    Those without a report are among them; what was void before it was due never was. Each with ``day`` and
    ``delivered``.
    """
    return (
        with_delivery(obligations, now=now)
        .filter(due_at__lte=now, due_at__range=(midnight(since), midnight(until + timedelta(days=3))))
        .exclude(state=ObligationState.VOID)
        .annotate(day=due_day())
        .filter(day__range=(since, until))
    )


def _counts() -> dict[str, Count]:
    return {
        "n_due": Count("pk", distinct=True),
        "n_in_time": Count("pk", filter=IN_TIME, distinct=True),
        "n_met": Count("pk", filter=IN_TIME & Q(delivered=True), distinct=True),
    }


def _figure(row: Mapping[str, Any]) -> Punctuality:
    return Punctuality(row["n_due"], row["n_in_time"], row["n_met"])


def figure_of(obligations: QuerySet[ReportObligation]) -> Punctuality:
    """The figure of obligations of :func:`reports_due`; one query."""
    return _figure(obligations.order_by().aggregate(**_counts()))


def by_place(obligations: QuerySet[ReportObligation]) -> list[dict[str, Any]]:
    """Their figure by ``month``, ``line`` and ``site``: one query, a row each with ``figure``."""
    places = {
        "month": TruncMonth("day"),
        "line": F("training_session__line__name"),
        "site": F("training_session__site__name"),
    }
    rows = obligations.order_by().annotate(**places).values(*places).annotate(**_counts())
    return [{**{name: row[name] for name in places}, "figure": _figure(row)} for row in rows]


def by_trainer(obligations: QuerySet[ReportObligation]) -> list[tuple[str, Punctuality]]:
    """Their figure by who taught; a session of two trainers counts for each. One query."""
    name = F("training_session__meetings__meeting_trainers__trainer__name")
    rows = obligations.order_by().annotate(trainer=name).exclude(trainer=None).values("trainer").annotate(**_counts())
    return ranked((row["trainer"], _figure(row)) for row in rows)


def summed(rows: Iterable[dict[str, Any]], what: str) -> dict[Any, Punctuality]:
    """The figure by ``month``, ``line`` or ``site``."""
    found: dict[Any, Punctuality] = {}
    for row in rows:
        found[row[what]] = found.get(row[what], Punctuality()) + row["figure"]
    return found


def ranked(figures: Iterable[tuple[str, Punctuality]]) -> list[tuple[str, Punctuality]]:
    """The best first; those with too few reports follow by name, whatever their share."""

    def place(each: tuple[str, Punctuality]) -> tuple[bool, Decimal, str]:
        name, figure = each
        return figure.is_small, Decimal(0) if figure.is_small else -(figure.share or Decimal(0)), name

    return sorted(figures, key=place)
