"""Days off of the house by name. The stage that keeps them registers itself; lower stages only read (DESIGN.md §1)."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

if TYPE_CHECKING:
    from trainingops.people.models import Site

#: Site (None: the whole house), first day, first day after → rows with ``day`` and ``shown_name``.
Reader = Callable[["Site | None", date, date], "QuerySet[Any]"]
_readers: list[Reader] = []
_SATURDAY = 5
#: More days off than any span of working days meets.
_MOST_OFF = 90


def register_days_off(reader: Reader) -> None:
    """Make a calendar known (``AppConfig.ready``)."""
    if reader not in _readers:
        _readers.append(reader)


def days_off(site: Site | None, first: date, until: date) -> dict[date, str]:
    """Holidays and collective leave at a site from ``first`` to before ``until``, by name; without one of the house."""
    return {row.day: row.shown_name for reader in _readers for row in reader(site, first, until)}


def days_off_in(site: Site, first: date, until: date) -> list[QuerySet[Any]]:
    """The same as days alone, to stand in another query."""
    return [reader(site, first, until).order_by().values("day") for reader in _readers]


def is_working_day(day: date, off: Container[date]) -> bool:
    """Monday to Friday, but for the days off."""
    return day.weekday() < _SATURDAY and day not in off


def end_of_working_day(site: Site, moments: Iterable[datetime], count: int) -> list[datetime]:
    """For each moment, the local midnight that ends the ``count``-th working day after its day at the site.

    Working days are Monday to Friday without a day off of the house; one query, whatever the number of moments.
    """
    days = [moment.astimezone(site.zone).date() for moment in moments]
    if not days:
        return []
    off = days_off(site, min(days), max(days) + timedelta(days=count + _MOST_OFF))
    return [datetime.combine(_after(day, count, off) + timedelta(days=1), time.min, site.zone) for day in days]


def _after(day: date, count: int, off: Container[date]) -> date:
    while count:
        day += timedelta(days=1)
        count -= is_working_day(day, off)
    return day
