"""The month or the week that a page of the calendar shows; weeks start on Monday (CAL-4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from planning.months import WEEK, Month
from trainingops.ui.moments import day_words

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Period:
    """Whole weeks: those in which a month lies, or one of them.

    Attributes:
        day: some day of it; the week's Monday, or the month's first.
        by_month: a month; else a week.
    """

    day: date
    by_month: bool = True

    @classmethod
    def read(cls, *, month: str, week: str, today: date) -> Period:
        """From an address: ``month=2026-12`` or ``week=2026-12-09`` (any day of it); this month for anything else."""
        if chosen := Month.read(month):
            return cls(chosen.first)
        if week:
            try:
                day = date.fromisoformat(week)
            except ValueError:
                return cls.of_month(today)
            if 2000 <= day.year <= 2100:
                return cls.of_week(day)
        return cls.of_month(today)

    @classmethod
    def of_month(cls, day: date) -> Period:
        """The month in which ``day`` lies."""
        return cls(day.replace(day=1))

    @classmethod
    def of_week(cls, day: date) -> Period:
        """The week in which ``day`` lies."""
        return cls(day - day.weekday() * DAY, by_month=False)

    @property
    def first(self) -> date:
        """The Monday with which it begins."""
        return self.day - self.day.weekday() * DAY

    @property
    def until(self) -> date:
        """The Monday after it."""
        end = Month.of(self.day).until if self.by_month else self.day + WEEK
        return end + (-end.weekday() % 7) * DAY

    @property
    def days(self) -> list[date]:
        """Every day shown, from Monday to Sunday, seven a week."""
        return [self.first + each * DAY for each in range((self.until - self.first).days)]

    def holds(self, day: date) -> bool:
        """Whether ``day`` is of the month itself, not only of its first or last week."""
        return not self.by_month or day in Month.of(self.day)

    @property
    def earlier(self) -> Period:
        return Period(Month.of(self.day).moved(-1).first) if self.by_month else Period(self.day - WEEK, by_month=False)

    @property
    def later(self) -> Period:
        return Period(Month.of(self.day).moved(1).first) if self.by_month else Period(self.day + WEEK, by_month=False)

    @property
    def words(self) -> str:
        """``November 2026``, or ``23 November 2026 – 29 November 2026``."""
        if self.by_month:
            return day_words(self.day, "month")
        return f"{day_words(self.day)} – {day_words(self.day + 6 * DAY)}"

    @property
    def short(self) -> str:
        """As :attr:`words`, short enough for a button: ``23 Nov – 29 Nov``."""
        if self.by_month:
            return self.words
        return f"{day_words(self.day, 'short')} – {day_words(self.day + 6 * DAY, 'short')}"

    @property
    def query(self) -> dict[str, str]:
        """As :meth:`read` reads it."""
        return {"month": Month.of(self.day).key} if self.by_month else {"week": self.day.isoformat()}
