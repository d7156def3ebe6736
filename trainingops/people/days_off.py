"""Days off of the house by name. The stage that keeps them registers itself; lower stages only read (DESIGN.md §1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

if TYPE_CHECKING:
    from trainingops.people.models import Site

#: Site, first day, first day after → rows with ``day`` and ``shown_name``.
Reader = Callable[["Site", date, date], "QuerySet[Any]"]
_readers: list[Reader] = []


def register_days_off(reader: Reader) -> None:
    """Make a calendar known (``AppConfig.ready``)."""
    if reader not in _readers:
        _readers.append(reader)


def days_off(site: Site, first: date, until: date) -> dict[date, str]:
    """Holidays and collective leave at a site from ``first`` to before ``until``, by name."""
    return {row.day: row.shown_name for reader in _readers for row in reader(site, first, until)}


def days_off_in(site: Site, first: date, until: date) -> list[QuerySet[Any]]:
    """The same as days alone, to stand in another query."""
    return [reader(site, first, until).order_by().values("day") for reader in _readers]
