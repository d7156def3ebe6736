"""The list of required modules by revision, and that of what trainers are qualified for (ISO 9001 7.2)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any

import django_tables2 as tables
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_tables2 import A

from planning.enums import RequirementState
from planning.tables.competence import validity
from trainingops.ui.tables import DayColumn, FigureColumn, NumberColumn, PageTable
from trainingops.ui.templatetags import ui

REQUIREMENT_KINDS = {
    RequirementState.SUBMITTED: "info",
    RequirementState.APPROVED: "idle",
    RequirementState.RETURNED: "warn",
    RequirementState.WITHDRAWN: "waive",
}


class RequirementTable(PageTable):
    """Revisions of the lists of required modules; the one that holds says so."""

    caption = _("Required modules")
    empty_title = _("No list of required modules yet")
    empty_text = _("A PIC submits which modules the agents of a line or a segment must hold; the manager approves.")
    line = tables.Column(_("Service line"), accessor="line__name", linkify=("requirement_detail", {"uuid": A("uuid")}))
    segment = tables.Column(_("Segment"), accessor="segment__name", default=_("Every agent of the line"))
    revision = FigureColumn(verbose_name=_("Revision"))
    state = tables.Column(_("State"))
    effective_on = DayColumn(verbose_name=_("In force from"))
    modules = tables.Column(_("Modules"), accessor="module_codes", orderable=False)
    submitted_by = tables.Column(_("Submitted by"), accessor="submitted_by__name")

    def __init__(self, *args: Any, held: Collection[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.held = held

    def render_state(self, record: Any) -> SafeString:
        if record.pk in self.held:
            return ui.status("ok", str(_("In force")))
        return ui.status(REQUIREMENT_KINDS[RequirementState(record.state)], record.get_state_display())

    def value_state(self, record: Any) -> str:
        return str(_("In force")) if record.pk in self.held else str(record.get_state_display())

    def render_modules(self, value: list[str]) -> str:
        return ", ".join(value) or "–"


class TrainerCompetenceTable(PageTable):
    """Each trainer with each module that they may teach: until when, and what shows it (5.1.1 a, ISO 7.2)."""

    caption = _("What trainers are qualified for")
    empty_title = _("No trainer may teach a module yet")
    empty_text = _("A manager adds trainers, their certificates and the modules that they may teach.")
    name = tables.Column(
        _("Trainer"),
        accessor="trainerprofile__name",
        linkify=("trainer_detail", {"uuid": A("trainerprofile__uuid")}),
    )
    kind = tables.Column(_("From"), accessor="trainerprofile__get_kind_display", order_by="trainerprofile__kind")
    code = NumberColumn(_("Module code"), accessor="trainingmodule__code")
    module = tables.Column(_("Module"), accessor="trainingmodule__title")
    ends_on = tables.Column(_("Qualified until"), empty_values=())
    evidence = tables.Column(_("Shown by"), empty_values=(), orderable=False)

    def render_ends_on(self, value: date | None) -> SafeString:
        return ui.status(*validity(value, timezone.localdate()), bare=True)

    def value_ends_on(self, value: date | None) -> date | None:
        return value

    def render_evidence(self, record: Any) -> str:
        said = [
            f"{each.title}, {each.issuer}" + ("" if each.file_id else f" ({_('without document')})")
            for each in record.trainerprofile.qualifications.all()
        ]
        return "; ".join(said) or str(_("No certificate recorded"))
