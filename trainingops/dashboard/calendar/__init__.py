"""The calendar: meetings, due reports, reviews and changes of products in the reader's sight, by day (CAL)."""

from trainingops.dashboard.calendar.days import Day, days_of
from trainingops.dashboard.calendar.entries import Entry, entries_between
from trainingops.dashboard.calendar.periods import Period

__all__ = ["Day", "Entry", "Period", "days_of", "entries_between"]
