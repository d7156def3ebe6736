"""Days off of the house by name. The stage that keeps them registers itself; lower stages only read (DESIGN.md §1)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from trainingops.people.models import Site

Reader = Callable[["Site", date, date], dict[date, str]]
_readers: list[Reader] = []


def register_days_off(reader: Reader) -> None:
    """Make a calendar known (``AppConfig.ready``): site, first and last day → day → name."""
    if reader not in _readers:
        _readers.append(reader)


def days_off(site: Site, first: date, last: date) -> dict[date, str]:
    """Holidays and collective leave at a site between two days, both included, by name."""
    found: dict[date, str] = {}
    for reader in _readers:
        found |= reader(site, first, last)
    return found
