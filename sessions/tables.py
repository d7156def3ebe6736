"""Tables of the execution stage."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_tables2.utils import A

from sessions.enums import OutcomeResult
from sessions.models import TrainingSession
from trainingops.ui.tables import MomentColumn, NumberColumn, PageTable, StatusColumn
from trainingops.ui.templatetags import ui

SESSION_STATES = {
    "scheduled": "info",
    "open": "info",
    "concluded": "ok",
    "cancelled": "idle",
    "filed": "warn",
}
MEETING_STATES = {"planned": "idle", "open": "info", "concluded": "ok", "cancelled": "idle"}
CASE_STATES = {
    "open": "warn",
    "scheduled": "info",
    "resolved": "ok",
    "waived": "waive",
    "lapsed": "idle",
    "voided": "idle",
}


def case_status(case: Any) -> tuple[str, str]:
    """The kind and the word of a case of ``with_failure``: a remedial that was not passed is settled, and failed."""
    if case.failed:
        return "late", str(OutcomeResult.NOT_PASSED.label)
    return CASE_STATES[case.state], case.get_state_display()


class SessionTable(PageTable):
    """Sessions: what, when, who answers, how far."""

    caption = _("Sessions")
    empty_title = _("No sessions yet")
    empty_text = _("Sessions come from approved plans.")
    number = NumberColumn(_("Session"), linkify=("session_detail", {"uuid": A("uuid")}))
    title = tables.Column(_("Training"), accessor="plan__title", order_by="plan__title")
    starts_at = MomentColumn(verbose_name=_("Starts"), zone="site__zone")
    site = tables.Column(_("Site"))
    pic = tables.Column("PIC", accessor="plan__pic__name")
    state = StatusColumn(verbose_name=_("State"), kinds=SESSION_STATES)
    roll = tables.Column(_("Attendance"), accessor="summary", orderable=False)

    def render_title(self, value: str, record: TrainingSession) -> SafeString:
        return ui.person(value, record.label)

    def render_roll(self, value: Any) -> str:
        return f"{value.recorded}/{value.enrolled}"
