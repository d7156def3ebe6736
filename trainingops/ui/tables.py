"""Tables as this house shows them: a caption, sorted by links, cards on a phone, the state in the address."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from inspect import Parameter, Signature
from typing import Any

import django_tables2
from django.http import HttpRequest
from django.template.base import render_value_in_context
from django.utils.functional import Promise
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django_tables2.utils import signature

from trainingops.ui.templatetags import ui

NUM = {"th": {"class": "num"}, "td": {"class": "num"}}
#: The signature of a function that takes all arguments by name.
_ANY = Signature([Parameter("given", Parameter.VAR_KEYWORD)])
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for column in self.columns.iterall():
            column.render = _with_known_arguments(column.render)

    @property
    def header_column(self) -> str:
        """The name of the column that heads its row."""
        return self.row_header or next(iter(self.columns)).name

    @property
    def drawn_rows(self) -> Iterator[SafeString]:
        """The rows of the page with their cells. The tags of a column are written once: its ``attrs`` may not depend on
        the row. A loop of a template over 50 rows takes longer than all the rest of the page."""
        tags = [(column.name, *self._tags(column)) for column in self.columns]
        for row in self.paginated_rows:
            css = getattr(row.record, "row_class", "")
            cells = "".join(
                f"{before}{render_value_in_context(row.get_cell(name), self.context)}{after}"
                for name, before, after in tags
            )
            start = format_html('<tr role="row" class="{}">', css) if css else '<tr role="row">'
            yield mark_safe(f"{start}{cells}</tr>\n")

    def _tags(self, column: Any) -> tuple[str, str]:
        """What stands before and after each cell of a column; the label is what a phone shows beside the cell."""
        attrs = column.attrs["td"].as_html()
        if column.name == self.header_column:
            return f'<th role="rowheader" scope="row" {attrs}>', "</th>"
        return f'<td role="cell" data-label="{conditional_escape(column.header)}" {attrs}>', "</td>"


def _with_known_arguments(render: Callable[..., Any]) -> Callable[..., Any]:
    """``render`` given those arguments that it asks for; the library would inspect it again for each cell."""
    names, takes_all = signature(render)
    if takes_all:
        return render

    def known(**given: Any) -> Any:
        return render(**{name: given[name] for name in names})

    known.__signature__ = _ANY  # type: ignore[attr-defined]
    return known


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
