"""Keep the sums: count the months that changed anew and write what differs (DESIGN.md §3)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone

from evaluation.models import ComparisonMonth, CountedMonth, DefectMonth, IndicatorMonth, JournalReader, TrainingHours
from evaluation.models.summaries import Placed
from evaluation.summaries.changes import changed_since, first_month
from evaluation.summaries.counting import Sums, count_month
from planning.months import Month
from trainingops.audit.sealing import seal_entries
from trainingops.people.models import Site

#: What becomes due by the clock alone, does so in the present month or the one before; these are counted so often.
STALE = timedelta(minutes=10)
#: Every other month is counted again so often, whatever the journal says.
OLD = timedelta(days=1)
#: A sweep stops beginning another month after so long.
AT_MOST = timedelta(seconds=45)


@dataclass(frozen=True)
class Difference:
    """A sum that is kept and the rows do not give."""

    what: str
    kept: Any
    counted: Any


def keep_up(*, now: datetime) -> list[date]:
    """What the clock does: note which months changed, then count those that are due; the months that were counted."""
    note_changes(now=now)
    began = timezone.now()
    counted = []
    for month in months_due(now=now):
        if timezone.now() - began > AT_MOST:
            break
        if recount(month=month, now=now):
            counted.append(month)
    return counted


@transaction.atomic
def note_changes(*, now: datetime) -> None:
    """Note what the journal says of months since it was read last; a month that is new is due."""
    seal_entries(now=now)
    JournalReader.objects.get_or_create(name="indicators")
    reader = JournalReader.objects.select_for_update(no_key=True).get(name="indicators")
    changed, reader.sequence = changed_since(reader.sequence, now=now)
    reader.save(update_fields=["sequence"])
    last = _this_month(now)
    CountedMonth.objects.filter(month__in=changed).update(is_due=True)
    CountedMonth.objects.bulk_create(
        (CountedMonth(month=each) for each in _months_between(first_month(), last)), ignore_conflicts=True
    )


def months_due(*, now: datetime) -> list[date]:
    """The months to count, the latest first: changed, or counted too long ago; none before the first training."""
    present = Month.of((now - timedelta(days=1)).date()).moved(-1).first
    due = Q(is_due=True) | Q(counted_at__lt=now - OLD) | Q(month__gte=present, counted_at__lt=now - STALE)
    return list(CountedMonth.objects.filter(due).order_by("-month").values_list("month", flat=True))


@transaction.atomic
def recount(*, month: date, now: datetime) -> bool:
    """Count a month and write what differs; False where another worker counts it.

    What commits meanwhile stands in the journal behind what was read, and is counted by the next sweep.
    """
    row = CountedMonth.objects.select_for_update(skip_locked=True).filter(month=month).first()
    if row is None:
        return False
    sums = count_month(Month.of(month), now=now)
    for model, rows in _rows(month, sums):
        _replace(model, month, rows)
    row.is_due, row.counted_at = False, now
    row.save(update_fields=["is_due", "counted_at"])
    return True


def wrong_sums(*, now: datetime, mend: bool = False) -> Iterator[Difference]:
    """What the kept sums say and the rows do not, after counting what is due; for ``check_summaries`` and tests.

    Args:
        mend: count the months anew that differ; otherwise nothing of them is written.
    """
    keep_up(now=now)
    for row in CountedMonth.objects.filter(counted_at__isnull=False):
        found = [
            difference
            for model, rows in _rows(row.month, count_month(Month.of(row.month), now=row.counted_at or now))
            for difference in _differences(model, row.month, rows)
        ]
        if found and mend:
            recount(month=row.month, now=now)
        yield from found


def _differences(model: type[Placed], month: date, rows: Iterable[Placed]) -> Iterator[Difference]:
    counted = {_key(model, each): _values(model, each) for each in rows}
    kept = {_key(model, each): _values(model, each) for each in model._default_manager.filter(month=month)}
    for key in sorted({*counted, *kept}, key=str):
        if counted.get(key) != kept.get(key):
            yield Difference(f"{model._meta.object_name} {month:%Y-%m} {key}", kept.get(key), counted.get(key))


def _this_month(now: datetime) -> date:
    """The latest month of any site's calendar."""
    zones = {each.zone for each in Site.objects.all()} or {timezone.get_current_timezone()}
    return max(Month.of(timezone.localdate(now, zone)).first for zone in zones)


def _months_between(first: date | None, last: date) -> Iterator[date]:
    month = Month.of(first or last)
    while month.first <= last:
        yield month.first
        month = month.moved(1)


def _rows(month: date, sums: Sums) -> Iterator[tuple[type[Placed], list[Any]]]:
    """The rows of a month as they should be."""
    yield (
        IndicatorMonth,
        [
            IndicatorMonth(month=month, site_id=site, line_id=line, **figures)
            for (site, line), figures in sums.figures.items()
        ],
    )
    yield (
        DefectMonth,
        [
            DefectMonth(month=month, site_id=site, line_id=line, kind=kind, impact_level=level, number=number)
            for ((site, line), kind, level), number in sums.defects.items()
        ],
    )
    yield (
        TrainingHours,
        [
            TrainingHours(
                month=month,
                site_id=each.site,
                line_id=each.line,
                person_id=each.person,
                training_minutes=each.training_minutes,
                shift_minutes=each.shift_minutes,
            )
            for each in sums.hours
        ],
    )
    yield (
        ComparisonMonth,
        [
            ComparisonMonth(month=month, site_id=site, line_id=line, aspect=aspect, key=key, measure=measure, **totals)
            for (site, line, aspect, key, measure), totals in sums.compared.items()
        ],
    )


def _key_fields(model: type[Placed]) -> list[str]:
    """What a row is about: the fields of the model's one unique constraint."""
    (constraint,) = (each for each in model._meta.constraints if isinstance(each, models.UniqueConstraint))
    return list(constraint.fields)


def _value_fields(model: type[Placed]) -> list[str]:
    return [each.name for each in model._meta.concrete_fields if each.name not in {"id", *_key_fields(model)}]


def _key(model: type[Placed], row: Placed) -> tuple[Any, ...]:
    concrete = {each.name: each.attname for each in model._meta.concrete_fields}
    return tuple(getattr(row, concrete[name]) for name in _key_fields(model))


def _values(model: type[Placed], row: Placed) -> dict[str, Any]:
    return {name: getattr(row, name) for name in _value_fields(model)}


def _replace(model: type[Placed], month: date, rows: Iterable[Placed]) -> None:
    """Make the rows of a month those given; what stays is not written, so that a quiet month costs nothing."""
    kept = {_key(model, each): each for each in model._default_manager.filter(month=month)}
    wanted = {_key(model, each): each for each in rows}
    gone = [each.pk for key, each in kept.items() if key not in wanted]
    new = [each for key, each in wanted.items() if key not in kept or _values(model, kept[key]) != _values(model, each)]
    model._default_manager.filter(pk__in=gone).delete()
    model._default_manager.bulk_create(
        new, 2_000, update_conflicts=True, unique_fields=_key_fields(model), update_fields=_value_fields(model)
    )
