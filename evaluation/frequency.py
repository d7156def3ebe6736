"""How often a kind of training defect occurs in a period, against the same number of days before it (4.4)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Value

from evaluation.models import TrainingDefect
from evaluation.models.defects import TrainingDefectQuerySet
from trainingops.people.models import ServiceLine, Site

#: The period of one defect on its own page: as long as reviews are apart at most, when nothing else is agreed.
SPAN = timedelta(days=90)


@dataclass(frozen=True)
class Trend:
    """A count in a period and in the one before."""

    label: str
    now: int
    before: int

    @property
    def difference(self) -> int:
        """Positive: more than before."""
        return self.now - self.before


@dataclass(frozen=True)
class Span:
    """Days from ``since`` to ``until``, both inclusive, and as many before them."""

    since: date
    until: date

    @property
    def before(self) -> Span:
        days = self.until - self.since + timedelta(days=1)
        return Span(self.since - days, self.since - timedelta(days=1))


def defects_of(site: Site, line: ServiceLine, span: Span) -> TrainingDefectQuerySet:
    """The training defects of a line at a site on these days."""
    return TrainingDefect.objects.filter(site=site, line=line).in_days(span.since, span.until)


def frequency_of(defect: TrainingDefect) -> tuple[Span, Trend]:
    """How often its kind occurred there in the 90 days up to it, and in the 90 days before those; two queries."""
    until = defect.occurred_at.astimezone(defect.site.zone).date()
    span = Span(until - SPAN + timedelta(days=1), until)
    now, before = (
        defects_of(defect.site, defect.line, each).filter(kind=defect.kind).count() for each in (span, span.before)
    )
    return span, Trend(defect.get_kind_display(), now, before)


def trends(
    now: TrainingDefectQuerySet, before: TrainingDefectQuerySet, by: str, labels: Mapping[Any, Any]
) -> list[tuple[Any, Trend]]:
    """Counts by the field ``by`` in two periods, the most frequent first, each with its key; one query.

    Args:
        labels: the words of the keys; a key without words stands for itself.
    """
    groups = [
        rows.order_by().values(by).annotate(number=Count("pk"), place=Value(place)).values_list(by, "number", "place")
        for place, rows in enumerate((now, before))
    ]
    counted: tuple[dict[Any, int], dict[Any, int]] = ({}, {})
    for key, number, place in groups[0].union(groups[1], all=True):
        counted[place][key] = number
    found = [
        (key, Trend(str(labels.get(key, key)), counted[0].get(key, 0), counted[1].get(key, 0)))
        for key in {*counted[0], *counted[1]}
    ]
    return sorted(found, key=lambda each: (-each[1].now, -each[1].before, each[1].label))
