"""The days that a field takes: one place for every form, narrower where a service says so."""

from __future__ import annotations

from datetime import date, datetime

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _

from trainingops.ui.moments import day_words

#: No training was planned here before.
FIRST_DAY = date(2000, 1, 1)
#: How far ahead somebody may write a date; further is a slip of the hand.
YEARS_AHEAD = 5


def last_day(today: date | None = None) -> date:
    """The last day that a field, or a cell of a file, takes."""
    today = today or timezone.localdate()
    return date(today.year + YEARS_AHEAD, 12, 31)


def sensible_day(value: date | datetime) -> None:
    """Refuse a day of another century: between :data:`FIRST_DAY` and the end of the fifth year from now.

    Raises:
        ValidationError: with the day in words, and the days that are taken.
    """
    day = value.date() if isinstance(value, datetime) else value
    first, last = FIRST_DAY, last_day()
    if not first <= day <= last:
        raise forms.ValidationError(
            _("“%(value)s” is not between %(first)s and %(last)s. Check the year.")
            % {"value": day_words(day), "first": day_words(first), "last": day_words(last)},
            code="out_of_range",
        )


def reversed_words(start: date, end: date) -> str:
    """Words for a last day that lies before the first, with both."""
    return _("The last day lies before the first: %(end)s, %(start)s. Choose a later last day.") % {
        "end": day_words(end),
        "start": day_words(start),
    }


def not_past(day: date) -> None:
    """Refuse a last day that is over.

    Raises:
        ValidationError: with the day in words.
    """
    if FIRST_DAY <= day < timezone.localdate():
        raise forms.ValidationError(
            _("“%(value)s” is over. Choose today or later.") % {"value": day_words(day)}, code="over"
        )
