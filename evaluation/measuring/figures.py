"""What the service's figures said before and after: beside the effect, never as its proof (2.3)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.db.models import Q

from evaluation.measuring.rates import Window
from evaluation.models import EffectStudy
from planning.models import ServiceIndicator, ServiceMeasure

#: A figure of a month beside those of its weeks would count twice: the finest of these lengths in days is taken.
_LENGTHS = (1, 7, 31, 366)


def figures_beside(study: EffectStudy, before: Window, after: Window, people: Collection[int]) -> list[dict[str, Any]]:
    """Each measure in both windows: of those trained where agents have figures, else of the line; one query."""
    plan = study.plan
    rows = list(
        ServiceIndicator.objects.filter(
            Q(person__in=list(people)) | Q(person=None) & (Q(site=None) | Q(site=plan.site_id)),
            line=plan.line_id,
            starts_on__gte=before.since,
            ends_on__lte=after.until,
        ).select_related("measure")
    )
    measures: dict[int, ServiceMeasure] = {row.measure_id: row.measure for row in rows}
    found = []
    for key in sorted(measures):
        level, of_level = _level([row for row in rows if row.measure_id == key])
        one, other = (_within(of_level, window) for window in (before, after))
        finest = _finest([*one, *other])
        sides = [_mean(measures[key], [row for row in side if _length(row) == finest]) for side in (one, other)]
        if any(sides):
            found.append({"measure": measures[key].pk, "level": level, "before": sides[0], "after": sides[1]})
    return found


def _level(rows: Sequence[ServiceIndicator]) -> tuple[str, list[ServiceIndicator]]:
    """The nearest level there is: the agents, the line at the site, the line everywhere."""
    for level, test in (
        ("agents", lambda row: row.person_id is not None),
        ("site", lambda row: row.person_id is None and row.site_id is not None),
    ):
        if chosen := [row for row in rows if test(row)]:
            return level, chosen
    return "line", list(rows)


def _within(rows: Iterable[ServiceIndicator], window: Window) -> list[ServiceIndicator]:
    return [row for row in rows if row.starts_on >= window.since and row.ends_on <= window.until]


def _length(row: ServiceIndicator) -> int:
    days = (row.ends_on - row.starts_on).days + 1
    return next((length for length in _LENGTHS if days <= length), days)


def _finest(rows: Sequence[ServiceIndicator]) -> int:
    return min((_length(row) for row in rows), default=0)


def _mean(measure: ServiceMeasure, rows: Sequence[ServiceIndicator]) -> dict[str, Any] | None:
    """The sum of things counted, else the mean, weighted by responses where every figure has them."""
    if not rows:
        return None
    sizes = [row.responses or 0 for row in rows]
    known = all(sizes)
    if measure.is_count:
        value = sum((row.value for row in rows), Decimal(0))
    elif known:
        value = sum((row.value * size for row, size in zip(rows, sizes, strict=True)), Decimal(0)) / sum(sizes)
    else:
        value = sum((row.value for row in rows), Decimal(0)) / len(rows)
    return {"value": str(round(value, 4)), "responses": sum(sizes) if known else None, "figures": len(rows)}
