"""Lists of competences (ISO 9001 7.2)."""

from __future__ import annotations

from datetime import date
from typing import Any

import django_tables2 as tables
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django_tables2 import A

from trainingops.ui.moments import day_words
from trainingops.ui.tables import DayColumn, FigureColumn, NumberColumn, PageTable
from trainingops.ui.templatetags import ui


def validity(valid_until: date | None, today: date) -> tuple[str, str]:
    """Kind and words of how long something shown holds."""
    if valid_until is None:
        return "ok", str(_("No end set"))
    return ("late" if valid_until < today else "ok"), day_words(valid_until, "dated")


class OwnCompetenceTable(PageTable):
    """What one person has shown."""

    caption = _("Competence record")
    empty_title = _("No competence recorded yet")
    empty_text = _("It is recorded when you have passed a training in full.")
    module = tables.Column(_("Module"), accessor="module_version__module__title", orderable=False)
    version = tables.Column(_("Version"), accessor="module_version__number", orderable=False)
    achieved_on = DayColumn(verbose_name=_("Shown on"), orderable=False)
    result = FigureColumn(verbose_name=_("Result"), places=2, orderable=False)
    ends_on = tables.Column(_("Valid until"), empty_values=(), orderable=False)

    def render_module(self, value: str, record: Any) -> SafeString:
        return ui.person(value, record.module_version.module.code)

    def render_ends_on(self, value: date | None) -> SafeString:
        return ui.status(*validity(value, timezone.localdate()), bare=True)

    def value_module(self, value: str) -> str:
        return value

    def value_ends_on(self, value: date | None) -> date | None:
        return value


class CompetenceTable(OwnCompetenceTable):
    """What people in reach have shown."""

    caption = _("Competences")
    empty_text = _("It is recorded when somebody has passed a training in full.")
    name = tables.Column(_("Name"), accessor="person__name", linkify=("person_detail", {"uuid": A("person__uuid")}))
    employee_no = tables.Column(_("Employee number"), accessor="person__employee_no")
    team_name = tables.Column(_("Team"), default="–")
    code = NumberColumn(_("Module code"), accessor="module_version__module__code")
    achieved_on = DayColumn(verbose_name=_("Shown on"))

    class Meta(PageTable.Meta):
        sequence = ("name", "employee_no", "team_name", "code", "...")

    def render_module(self, value: str) -> str:  # type: ignore[override]
        return value
