"""Tables of what was printed and of what was scanned."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_tables2.utils import A

from sessions.enums import PageProblem
from sessions.models import ScanPage
from trainingops.ui.tables import DayColumn, FigureColumn, MomentColumn, NumberColumn, PageTable, StatusColumn

PAGE_STATES = {"unfiled": "warn", "filed": "ok", "discarded": "idle"}


class SheetTable(PageTable):
    """The prints of one meeting."""

    caption = gettext_lazy("Printed lists")
    empty_title = gettext_lazy("Nothing printed yet")
    number = NumberColumn(gettext_lazy("Print no."), linkify=("sheet_file", {"uuid": A("uuid")}))
    filled = tables.Column(gettext_lazy("What stands in it"))
    spare_rows = FigureColumn(verbose_name=gettext_lazy("Empty rows"))
    printed_by = tables.Column(gettext_lazy("Printed by"))
    printed_at = MomentColumn(verbose_name=gettext_lazy("Printed at"), zone="meeting__training_session__site__zone")

    def render_filled(self, value: bool) -> str:
        return _("Attendance so far") if value else _("Blank")

    def value_filled(self, value: bool) -> str:
        return self.render_filled(value)


class ScanPageTable(PageTable):
    """Pages of scans: where each belongs, and since when it waits."""

    caption = gettext_lazy("Pages of scans")
    empty_title = gettext_lazy("No scans yet")
    empty_text = gettext_lazy("Upload the signed lists; their QR code files them.")
    name = tables.Column(gettext_lazy("Page"), accessor="scan__file_name", linkify=("scan_page", {"uuid": A("uuid")}))
    state = StatusColumn(verbose_name=gettext_lazy("State"), kinds=PAGE_STATES)
    session = NumberColumn(
        gettext_lazy("Session"),
        accessor="training_session__number",
        linkify=("session_detail", {"uuid": A("training_session__uuid")}),
        default="",
    )
    evidence_date = DayColumn(verbose_name=gettext_lazy("Date of the paper"), default="")
    uploaded_at = MomentColumn(verbose_name=gettext_lazy("Uploaded"), accessor="scan__uploaded_at")
    uploaded_by = tables.Column(gettext_lazy("Uploaded by"), accessor="scan__uploaded_by")

    def render_name(self, value: str, record: ScanPage) -> SafeString:
        return format_html("{}, {}", value, _("page %(n)d") % {"n": record.number})

    def value_name(self, value: str, record: ScanPage) -> str:
        return str(self.render_name(value, record))

    def render_state(self, value: str, record: ScanPage, bound_column: Any) -> SafeString:
        column: StatusColumn = self.base_columns["state"]
        shown = column.render(value, record, bound_column)
        if record.state != "unfiled" or not record.problem:
            return shown
        return format_html('{} <span class="sub">{}</span>', shown, PageProblem(record.problem).label)
