"""The table of who has begun and handed in which test."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trainingops.ui.tables import FigureColumn, PageTable


class TestTable(PageTable):
    """One row a participant, one column a test."""

    __test__ = False  # a table, whatever pytest makes of its name

    caption = gettext_lazy("Tests of the participants")
    empty_title = gettext_lazy("Nobody is enrolled")
    row_header = "name"
    employee_no = tables.Column(gettext_lazy("Employee number"))
    name = tables.Column(gettext_lazy("Name"))
    pre = tables.Column("Pre-test")
    post = tables.Column("Post-test")
    remedial = tables.Column("Remedial")
    extra = FigureColumn(verbose_name=gettext_lazy("Extra minutes"))
    action = tables.Column("", accessor="url", orderable=False, exclude_from_export=True)

    def render_action(self, value: str, record: dict[str, Any]) -> SafeString:
        name = record["name"]
        return format_html(
            '<a class="btn btn-text btn-sm" href="{}">{}<span class="visually-hidden"> {}</span></a>',
            value,
            _("Extra time"),
            name,
        )
