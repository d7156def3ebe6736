"""Days off named at every date that somebody plans: read once a page, whatever the fields and rows.

The stage that keeps the days registers its reader (``AppConfig.ready``); this app knows no model. A day off warns and
refuses nothing: a call centre works on holidays too.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from trainingops.ui.bounds import last_day
from trainingops.ui.moments import as_zone, day_words

#: How far ahead the list beside a field looks, and the script that names a chosen day.
LISTED, NAMED = timedelta(days=62), timedelta(days=400)


@dataclass(frozen=True)
class OffDay:
    """A day off of the house, or of one place where ``place`` names it."""

    day: date
    name: str
    place: str = ""

    @property
    def words(self) -> str:
        """The name, with the place where it is not off everywhere."""
        return f"{self.name} ({self.place})" if self.place else self.name


Reader = Callable[[date, date], Iterable[OffDay]]
_reader: list[Reader] = []


def register_reader(reader: Reader) -> None:
    """Say who reads the days off from a first to a last day, in time, by one query."""
    _reader[:] = [reader]


class Calendar:
    """The days off that one page speaks of; the first question reads them."""

    def __init__(self) -> None:
        self.is_listed = False

    @cached_property
    def names(self) -> dict[date, str]:
        """Day → what is off then, from today to the last day that a field takes."""
        found: dict[date, list[str]] = {}
        for reader in _reader:
            for each in reader(timezone.localdate(), last_day()):
                found.setdefault(each.day, []).append(each.words)
        return {day: "; ".join(names) for day, names in found.items()}

    def said(self, day: date) -> str:
        """The sentence on a day that is off, or nothing."""
        name = self.names.get(day)
        return _("%(day)s is %(name)s.") % {"day": day_words(day, "weekday"), "name": name} if name else ""

    def ahead(self) -> list[tuple[date, str]]:
        """The next two months, for the list."""
        end = timezone.localdate() + LISTED
        return [(day, name) for day, name in self.names.items() if day <= end]

    def as_json(self) -> str:
        """Day → sentence of the coming year, for the script."""
        end = timezone.localdate() + NAMED
        return json.dumps({day.isoformat(): self.said(day) for day in self.names if day <= end}, ensure_ascii=False)


_page: ContextVar[Calendar | None] = ContextVar("days_off", default=None)


@contextmanager
def one_page() -> Iterator[None]:
    """All fields drawn inside share one calendar: one query, one list (``ui.middleware``)."""
    token = _page.set(Calendar())
    try:
        yield
    finally:
        _page.reset(token)


def calendar() -> Calendar:
    """The calendar of the page that is being made."""
    return _page.get() or Calendar()


def warn_of_days_off(request: HttpRequest, *sources: forms.BaseForm | forms.BaseFormSet[Any]) -> None:
    """After a save: say which of the chosen days are off. Forms without a planned day cost nothing."""
    days = {day for source in sources for form in _forms_of(source) for day in _chosen(form)}
    for sentence in filter(None, map(calendar().said, sorted(days)) if days else ()):
        messages.warning(request, sentence)


def _forms_of(source: forms.BaseForm | forms.BaseFormSet[Any]) -> Iterable[forms.BaseForm]:
    if not isinstance(source, forms.BaseFormSet):
        return [source]
    return [form for form in source.forms if not form.cleaned_data.get("DELETE")]


def _chosen(form: forms.BaseForm) -> Iterator[date]:
    """The planned days of a valid form, each as a date where it is meant."""
    for name, field in form.fields.items():
        value = form.cleaned_data.get(name) if getattr(field, "is_planned", False) else None
        if isinstance(value, datetime):
            yield value.astimezone(as_zone(getattr(field, "zone", None))).date()
        elif isinstance(value, date):
            yield value
