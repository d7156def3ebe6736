"""Slots: a lower page declares a place, a higher app fills it, and neither imports the other (DESIGN.md §1)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Provider = Callable[[list[Any], Any], Mapping[Any, Any]]
_slots: dict[str, str] = {}
_providers: dict[str, list[Provider]] = {}


def register_slot(slot: str, about: str) -> None:
    """Declare a place on a page; ``about`` says whose ids it asks with and what a cell may hold."""
    _slots[slot] = about


def register_provider(slot: str, provider: Provider) -> None:
    """Fill ``slot``: ``provider(ids, user) -> {id: cell}``, called once a page with all ids of the page.

    The order of ``ready`` does not matter: an undeclared slot shows when its page is asked for.
    """
    known = _providers.setdefault(slot, [])
    if provider not in known:
        known.append(provider)


def cells(slot: str, ids: Iterable[Any], user: Any) -> dict[Any, list[Any]]:
    """What every provider of ``slot`` has to show, by id; a cell is text or safe HTML.

    Raises:
        LookupError: the slot was never declared.
    """
    if slot not in _slots:
        raise LookupError(f"No slot {slot!r}. There are: {', '.join(sorted(_slots)) or 'none'}.")
    wanted = list(ids)
    found: dict[Any, list[Any]] = {each: [] for each in wanted}
    if wanted:
        for provider in _providers.get(slot, ()):
            for key, cell in provider(wanted, user).items():
                found[key].append(cell)
    return found
