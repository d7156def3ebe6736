"""Lists of the reporting stage."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_tables2.utils import A

from reporting.models import TrainingReport
from trainingops.ui.tables import MomentColumn, NumberColumn, PageTable, StatusColumn


class ReportTable(PageTable):
    """Reports, newest first."""

    caption = _("Reports")
    empty_title = _("No reports yet")
    empty_text = _("A draft is there as soon as a session is concluded.")

    title = tables.Column(
        accessor="obligation__training_session__plan__title",
        verbose_name=_("Training"),
        linkify=("report_detail", {"uuid": A("uuid")}),
    )
    batch = tables.Column(accessor="obligation__training_session__label", verbose_name=_("Batch"))
    number = NumberColumn(verbose_name=_("Number"))
    pic = tables.Column(accessor="obligation__owner__name", verbose_name=_("PIC"))
    state = StatusColumn(kinds={"draft": "idle", "submitted": "ok", "amended": "info"}, verbose_name=_("State"))
    submitted_at = MomentColumn(
        accessor="obligation__submitted_at",
        zone="obligation__zone",
        verbose_name=pgettext_lazy("report", "Submitted"),
        empty_values=(),
    )
    read = tables.Column(verbose_name=_("Read by"), orderable=False, empty_values=())

    class Meta(PageTable.Meta):
        model = TrainingReport
        fields: tuple[str, ...] = ()
        sequence = ("title", "batch", "number", "pic", "state", "submitted_at", "read")

    def render_read(self, record: TrainingReport) -> str:
        sent = getattr(record, "recipients_count", 0)
        return _("%(read)d of %(sent)d") % {"read": getattr(record, "read_count", 0), "sent": sent} if sent else "–"
