"""Tables as this house shows them: a caption, sorted by links, cards on a phone, the state in the address."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import django_tables2
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.safestring import SafeString

from trainingops.ui.templatetags import ui

NUM = {"th": {"class": "num"}, "td": {"class": "num"}}
#: What is read as one word: a date, a number of ours.
UNBROKEN = {"td": {"class": "nowrap"}}


class PageTable(django_tables2.Table):
    """The base of every table.

    Attributes:
        row_header: the column whose cell heads its row; the first if empty.
        caption: what the rows are, for the caption: ``_("Report obligations")``.
        empty_title, empty_text: what stands where there is no row yet; the title is needed.
        density: ``compact``, ``roomy`` or empty.
        sticky: heads stay under the bar (only outside a scrolling box).
    """

    row_header = ""
    caption: str | Promise = ""
    empty_title: str | Promise = ""
    empty_text: str | Promise = ""
    density = ""
    sticky = False

    class Meta:
        template_name = "ui/table.html"

    @property
    def header_column(self) -> str:
        """The name of the column that heads its row."""
        return self.row_header or next(iter(self.columns)).name


class FigureColumn(django_tables2.Column):
    """A number at the right edge, with the language's comma."""

    def __init__(self, *args: Any, places: int | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **{"attrs": NUM, **kwargs})
        self.places = places

    def render(self, value: Decimal | float | int) -> str:
        return ui.figure(value, self.places)

    def value(self, value: Decimal | float | int) -> Any:
        return value


class NumberColumn(django_tables2.Column):
    """The number of a plan, session, report …, never broken at its hyphens."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"attrs": UNBROKEN, **kwargs})


class DayColumn(django_tables2.Column):
    """A date in words, short enough to stay on one line."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"attrs": UNBROKEN, **kwargs})

    def render(self, value: date) -> SafeString:
        return ui.day(value, "dated")

    def value(self, value: date) -> date:
        return value


class MomentColumn(django_tables2.Column):
    """A time with its zone, which is an attribute of the row (``zone="site.zone"``) or the reader's."""

    def __init__(self, *args: Any, zone: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **{"attrs": UNBROKEN, **kwargs})
        self.zone = django_tables2.A(zone) if zone else None

    def render(self, value: datetime, record: Any) -> SafeString:
        return ui.when(value, self.zone.resolve(record) if self.zone else None, "dated")

    def value(self, value: datetime) -> datetime:
        return value


class StatusColumn(django_tables2.Column):
    """A state as icon, word and colour: ``StatusColumn(kinds={"draft": "idle"})``; the word is the choice's label."""

    def __init__(self, *args: Any, kinds: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kinds = kinds

    def render(self, value: Any, record: Any, bound_column: Any) -> SafeString:
        raw = bound_column.accessor.resolve(record)
        return ui.status(self.kinds.get(str(raw), "idle"), str(value))

    def value(self, value: Any) -> str:
        return str(value)


def configure(request: HttpRequest, table: PageTable, *, per_page: int = 50) -> PageTable:
    """Sort and page ``table`` by the address; a page that does not exist shows the last one."""
    django_tables2.RequestConfig(request, paginate={"per_page": per_page, "silent": True}).configure(table)
    return table
