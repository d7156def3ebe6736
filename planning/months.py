"""Months, and where a training of one month lies in another: the same weekday, the same place in order (4.1)."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

WEEK = timedelta(days=7)
_KEY = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True, order=True)
class Month:
    """A month of the calendar."""

    year: int
    number: int

    @classmethod
    def of(cls, day: date) -> Month:
        """The month in which ``day`` lies."""
        return cls(day.year, day.month)

    @classmethod
    def read(cls, text: str) -> Month | None:
        """From an address (``2026-12``); None for what is no month between 2000 and 2100."""
        found = _KEY.fullmatch(text)
        if found is None or not (2000 <= int(found[1]) <= 2100 and 1 <= int(found[2]) <= 12):
            return None
        return cls(int(found[1]), int(found[2]))

    @property
    def key(self) -> str:
        """As an address has it."""
        return f"{self.year}-{self.number:02d}"

    @property
    def first(self) -> date:
        return date(self.year, self.number, 1)

    @property
    def until(self) -> date:
        """The first day that is not in it."""
        return self.moved(1).first

    def moved(self, months: int) -> Month:
        """So many months later, or earlier."""
        count = self.year * 12 + self.number - 1 + months
        return Month(count // 12, count % 12 + 1)

    def __contains__(self, day: date) -> bool:
        return (day.year, day.month) == (self.year, self.number)


def place_in_month(day: date) -> int:
    """The how-manieth of its weekday a day is: 1 for the first Tuesday, at most 5."""
    return (day.day - 1) // 7 + 1


def same_weekday(day: date, month: Month) -> date:
    """The day of ``month`` with the weekday and the place of ``day``; the last such weekday where there is no fifth."""
    first = month.first + timedelta(days=(day.weekday() - month.first.weekday()) % 7)
    found = first + (place_in_month(day) - 1) * WEEK
    return found if found in month else found - WEEK


@dataclass(frozen=True)
class Shift:
    """Where a training goes in another month.

    Attributes:
        old, new: its first day, before and after.
        aimed: the same weekday and place, before days off were avoided.
        is_last: there is no such place in the month (no fifth Tuesday), so that it is the last one.
        avoided: days off that another week avoids, of the weeks that were tried.
        hits: days off that no week of the month avoids: the training would lie on them.
    """

    old: date
    new: date
    aimed: date
    is_last: bool
    avoided: tuple[date, ...] = ()
    hits: tuple[date, ...] = ()

    @property
    def by(self) -> timedelta:
        """By how much every meeting moves: whole weeks, so that each keeps its weekday."""
        return self.new - self.old


def shift(days: Sequence[date], month: Month, *, off: Collection[date]) -> Shift:
    """Move the days of a training, the first of them to its place in ``month``, the others with it.

    Where one of them is a day off, the next same weekdays of the month are tried, then the earlier ones.

    Args:
        days: the days of the meetings, at least one.
        off: days off in ``month`` and the one after it.
    """
    old = min(days)
    aimed = same_weekday(old, month)

    def hits(new: date) -> tuple[date, ...]:
        return tuple(sorted({day + (new - old) for day in days} & set(off)))

    weeks = sorted((aimed + step * WEEK for step in range(-4, 5)), key=lambda day: (day < aimed, abs(day - aimed)))
    tried: list[date] = []
    for new in (day for day in weeks if day in month):
        if not (found := hits(new)):
            avoided = tuple(dict.fromkeys(tried))
            return Shift(old, new, aimed, place_in_month(aimed) != place_in_month(old), avoided)
        tried += found
    return Shift(old, aimed, aimed, place_in_month(aimed) != place_in_month(old), hits=hits(aimed))
