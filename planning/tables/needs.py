"""The lists of needs: defects, samples, sources, changes, measures."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _
from django_tables2 import A

from planning.enums import DefectState, ErrorClass, SampleState
from planning.models import Defect, NeedSource
from trainingops.ui.tables import DayColumn, FigureColumn, PageTable, StatusColumn
from trainingops.ui.templatetags import ui

DEFECT_KINDS: dict[str, str] = {DefectState.VALID: "ok", DefectState.DISPUTED: "warn", DefectState.ANNULLED: "idle"}
SAMPLE_KINDS: dict[str, str] = {SampleState.COUNTING: "ok", SampleState.REPLACED: "idle", SampleState.ANNULLED: "idle"}
CLASS_SHORT: dict[str, Any] = {
    ErrorClass.CACE: "CACE",
    ErrorClass.BACE: "BACE",
    ErrorClass.COACE: "CoACE",
    ErrorClass.NON_CRITICAL: _("Non-critical"),
}


class DefectTable(PageTable):
    """Service defects, newest first."""

    caption = _("Service defects")
    empty_title = _("No service defects yet")
    empty_text = _("Import the list of Quality Control, or add a finding.")
    occurred_on = DayColumn(verbose_name=_("Date of contact"), linkify=("defect_detail", {"uuid": A("uuid")}))
    contact_reference = tables.Column(verbose_name=_("Contact ID"))
    employee_no = tables.Column(accessor="person__employee_no", verbose_name=_("Employee number"))
    name = tables.Column(accessor="person__name", verbose_name=_("Agent"))
    team = tables.Column(accessor="team__name", verbose_name=_("Team"), default="")
    parameter = tables.Column(accessor="parameter__code", verbose_name=_("Parameter"))
    error_class = tables.Column(verbose_name=_("Class"))
    root_cause = tables.Column(verbose_name=_("Root cause"))
    state = StatusColumn(verbose_name=_("State"), kinds=DEFECT_KINDS)

    def render_error_class(self, record: Defect) -> Any:
        """The short name: the long ones make a list of 50 rows twice as wide."""
        return CLASS_SHORT[record.error_class]

    def render_root_cause(self, record: Defect) -> Any:
        """The cause, or that it is not recorded: never blank."""
        return record.get_root_cause_display() if record.root_cause else ui.not_recorded()

    def value_root_cause(self, record: Defect) -> str:
        return record.root_cause


class SampleTable(PageTable):
    """Monitoring samples, newest first."""

    caption = _("Monitoring samples")
    empty_title = _("No monitoring samples yet")
    empty_text = _("Import the monitoring sheet of Quality Control.")
    contacted_on = DayColumn(verbose_name=_("Date of contact"), linkify=("sample_detail", {"uuid": A("uuid")}))
    contact_reference = tables.Column(verbose_name=_("Contact ID"), default="–")
    employee_no = tables.Column(accessor="person__employee_no", verbose_name=_("Employee number"))
    name = tables.Column(accessor="person__name", verbose_name=_("Agent"))
    kind = tables.Column(verbose_name=_("Kind of sample"))
    inspected = FigureColumn(verbose_name=_("Inspected contacts"))
    faults = tables.Column(accessor="counts", verbose_name=_("Defective contacts"), orderable=False)
    score = FigureColumn(verbose_name=_("Score"), places=2)
    state = StatusColumn(verbose_name=_("State"), kinds=SAMPLE_KINDS)

    def render_faults(self, record: Any) -> Any:
        """The classes in which contacts were defective, with their number where there are several contacts."""
        found = [count for count in record.counts.all() if count.defective]
        words = (
            f"{CLASS_SHORT[each.error_class]} {each.defective}"
            if record.inspected > 1
            else CLASS_SHORT[each.error_class]
            for each in found
        )
        return ", ".join(map(str, words)) or "–"


class NeedSourceTable(PageTable):
    """Where needs come from."""

    caption = _("Sources of needs")
    empty_title = _("No source registered yet")
    empty_text = _("Register what the client, a team or the manager asked for.")
    row_header = "request"
    dated_on = DayColumn(verbose_name=_("Date"))
    kind = tables.Column(verbose_name=_("Kind"))
    asked_by = tables.Column(verbose_name=_("From whom"))
    request = tables.Column(verbose_name=_("What was asked"))
    document = tables.Column(verbose_name=_("Document"), empty_values=())
    line = tables.Column(accessor="line__name", verbose_name=_("Service line"), empty_values=())
    plans = FigureColumn(accessor="plan_count", verbose_name=_("Plans"))

    def render_document(self, record: NeedSource) -> Any:
        """Its number, and the file or the change that it belongs to."""
        if record.product_change:
            url = reverse("product_change_detail", args=[record.product_change.uuid])
            return format_html('<a href="{}">{}</a>', url, record.product_change.number)
        if record.file_id:
            url = reverse("need_source_document", args=[record.uuid])
            return format_html('{} <a href="{}">{}</a>', record.document, url, record.file_name)
        return record.document or "–"

    def value_document(self, record: NeedSource) -> str:
        return record.document or record.file_name

    def render_line(self, record: NeedSource) -> Any:
        """Its line; those of a change; or every line."""
        if record.product_change:
            return ", ".join(line.name for line in record.product_change.lines.all())
        return record.line.name if record.line else _("Every line")

    def value_line(self, record: NeedSource) -> str:
        return str(self.render_line(record))


class ParameterTable(PageTable):
    """The lines of QC's sheet."""

    caption = _("Parameters of Quality Control")
    empty_title = _("No parameters yet")
    empty_text = _("Add the lines of the monitoring sheet; then it can be imported.")
    code = tables.Column(verbose_name=_("Code"), linkify=lambda record, table: table.address_of(record))
    name = tables.Column(verbose_name=_("Name"))
    error_class = tables.Column(verbose_name=_("Class"))
    weight = FigureColumn(verbose_name=_("Weight"))
    defect_count = FigureColumn(verbose_name=_("Defects in 90 days"))

    def __init__(self, *args: Any, may_keep: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.may_keep = may_keep

    def address_of(self, parameter: Any) -> str | None:
        """Its form, for those who keep the list."""
        return reverse("parameter_edit", args=[parameter.uuid]) if self.may_keep else None


class IndicatorTable(PageTable):
    """Figures of the service, newest first."""

    caption = _("Figures of the service")
    empty_title = _("No figures yet")
    empty_text = _("Import the sheet with CSAT, FCR, AHT and complaints.")
    measure = tables.Column(verbose_name=_("Measure"))
    starts_on = DayColumn(verbose_name=_("From"))
    ends_on = DayColumn(verbose_name=_("To (inclusive)"))
    line = tables.Column(accessor="line__name", verbose_name=_("Service line"))
    site = tables.Column(accessor="site__name", verbose_name=_("Site"), default=_("Every site"))
    person = tables.Column(accessor="person__name", verbose_name=_("Agent"), default=_("The whole line"))
    value = tables.Column(verbose_name=_("Value"), attrs={"th": {"class": "num"}, "td": {"class": "num"}})
    responses = FigureColumn(verbose_name=_("Responses"), default="–")

    def render_value(self, record: Any) -> str:
        """The figure with its own decimals and unit."""
        return f"{ui.figure(record.value, record.measure.decimals)} {record.measure.unit}".strip()
