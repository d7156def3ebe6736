"""Indicators on the home page of who answers for them: a figure never stands alone, and leads to its rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from reporting.punctuality import figure_of as figure_of_reports
from reporting.punctuality import reports_due
from sessions.queries.indicator import figure_of
from sessions.queries.reach import reach_of, targets_due, total
from trainingops.dashboard.desk.reading import Desk


@dataclass(frozen=True, kw_only=True)
class Figure:
    """An indicator of this month: what was met of what was due, and where the rows behind it are."""

    clause: str
    title: str
    met: int
    due: int
    url: str

    @property
    def share(self) -> Decimal | None:
        """Unrounded, 0 to 1; None where nothing was due."""
        return Decimal(self.met) / Decimal(self.due) if self.due else None


def held_as_approved(desk: Desk) -> Figure:
    """Indicator 4.2 over what the manager sees."""
    today = desk.day_start.date()
    counted = figure_of(desk.user, since=today.replace(day=1), until=today, now=desk.now)
    return Figure(
        clause="4.2",
        title=_("Sessions held as approved"),
        met=counted.met,
        due=counted.due,
        url=reverse("session_indicator"),
    )


def trained_of_target(desk: Desk) -> Figure:
    """Indicator 4.3a over what the manager sees."""
    today = desk.day_start.date()
    due = targets_due(desk.user, since=today.replace(day=1), until=today, now=desk.now)
    reach = total(reach_of(due))
    return Figure(
        clause="4.3",
        title=_("Trained of those on target"),
        met=reach.trained,
        due=reach.targeted,
        url=reverse("recovery_indicator"),
    )


def reports_in_time(desk: Desk) -> Figure:
    """Indicator 4.3b over what the manager sees."""
    today = desk.day_start.date()
    due = reports_due(desk.user, since=today.replace(day=1), until=today, now=desk.now)
    counted = figure_of_reports(due)
    return Figure(
        clause="4.3",
        title=_("H+1 reports in time, to every party"),
        met=counted.met,
        due=counted.due,
        url=reverse("obligation_indicator"),
    )


#: One function an indicator, in the order of the clauses; each costs one query.
FIGURES: list[Callable[[Desk], Figure]] = [held_as_approved, trained_of_target, reports_in_time]


def figures(desk: Desk) -> list[Figure]:
    """The manager's indicators of this month."""
    return [read(desk) for read in FIGURES]
