"""A period day by day: what lies on each, and which are off (CAL-4)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils.formats import date_format

from trainingops.dashboard.calendar.entries import Entry
from trainingops.dashboard.calendar.periods import Period
from trainingops.ui.days_off import OffDay

SATURDAY = 5


@dataclass(frozen=True)
class Day:
    """One day of the page.

    Attributes:
        inside: of the period itself; a month also shows the other days of its first and last week.
        off: names of holidays and collective leave; of one site only, with its name.
        shown: its entries, as many as fit; ``more`` how many do not.
        further: of those that do not, what an agenda on a phone has room for; ``rest`` how many it has not.
    """

    day: date
    inside: bool
    is_today: bool
    off: tuple[str, ...]
    shown: Sequence[Entry]
    more: int
    further: Sequence[Entry] = ()

    @property
    def rest(self) -> int:
        return self.more - len(self.further)

    @property
    def weekday(self) -> str:
        """Its name in three letters, above the columns."""
        return date_format(self.day, "D")

    @property
    def look(self) -> str:
        """Its classes on the page: outside the period, off, and bare where a list would leave it out."""
        is_off = bool(self.off) or self.day.weekday() >= SATURDAY
        is_bare = not (self.shown or self.off or self.is_today)
        named = {"cal-out": not self.inside, "cal-off": is_off, "cal-bare": is_bare}
        return " ".join(["cal-day", *(name for name, holds in named.items() if holds)])


def days_of(
    period: Period, entries: Iterable[Entry], off: Iterable[OffDay], *, today: date, most: int, most_in_agenda: int
) -> list[Day]:
    """Every day of the period with what lies on it.

    Args:
        entries: in the order of their days.
        most: how many entries a day shows at most; ``most_in_agenda`` as a list below 768 pixels.
    """
    lying = {day: list(some) for day, some in groupby(entries, key=lambda each: each.day)}
    named: dict[date, list[str]] = {}
    for each in off:
        named.setdefault(each.day, []).append(each.words)
    days = []
    for day in period.days:
        here = lying.get(day, [])
        days.append(
            Day(
                day,
                inside=period.holds(day),
                is_today=day == today,
                off=tuple(named.get(day, ())),
                shown=here[:most],
                more=max(len(here) - most, 0),
                further=here[most:most_in_agenda],
            )
        )
    return days
