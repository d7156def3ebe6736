"""The lists of the planning stage besides plans."""

from __future__ import annotations

from typing import Any

import django_tables2 as tables
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_tables2 import A

from planning.enums import ModuleState
from trainingops.ui.tables import DayColumn, FigureColumn, NumberColumn, PageTable
from trainingops.ui.templatetags import ui

MODULE_KINDS: dict[str, str] = {
    ModuleState.DRAFT: "idle",
    ModuleState.SUBMITTED: "info",
    ModuleState.RETURNED: "warn",
    ModuleState.APPROVED: "ok",
    ModuleState.RETIRED: "idle",
}


#: Between several values in one cell of a file, for the way out and the way back in.
IN_A_CELL = "; "


class ModuleTable(PageTable):
    """The catalogue of modules (2.1); its file holds what the import of modules reads."""

    caption = _("Modules")
    empty_title = _("No modules yet")
    empty_text = _("The first module needs a title, a line and its objectives.")
    code = tables.Column(verbose_name=_("Code"), linkify=("module_detail", {"uuid": A("uuid")}))
    title = tables.Column(verbose_name=_("Title"))
    kind = tables.Column(verbose_name=_("Kind"))
    line_names = tables.Column(accessor="lines", verbose_name=_("Service lines"), orderable=False)
    topic_names = tables.Column(accessor="topics", verbose_name=_("Topics"), orderable=False, visible=False)
    objectives = tables.Column(verbose_name=_("Objectives"), visible=False)
    duration_minutes = FigureColumn(verbose_name=_("Suggested duration (minutes)"), visible=False)
    change_note = tables.Column(verbose_name=_("Change note"), visible=False)
    approved_number = tables.Column(verbose_name=_("Approved version"))
    open_state = tables.Column(verbose_name=_("In work"))

    def render_line_names(self, record: Any) -> str:
        return ", ".join(line.name for line in record.lines.all())

    def value_line_names(self, record: Any) -> str:
        return IN_A_CELL.join(line.name for line in record.lines.all())

    def value_topic_names(self, record: Any) -> str:
        return IN_A_CELL.join(topic.code for topic in record.topics.all())

    def render_approved_number(self, value: str) -> SafeString:
        return ui.status("ok", value)

    def render_open_state(self, value: str) -> SafeString:
        return ui.status(MODULE_KINDS[ModuleState(value)], str(ModuleState(value).label))

    def value_approved_number(self, value: str) -> str:
        return value

    def value_open_state(self, value: str) -> str:
        return str(ModuleState(value).label)


class QuestionTable(PageTable):
    """The question bank, each question in its latest version."""

    caption = _("Questions")
    empty_title = _("No questions yet")
    empty_text = _("Tests are made of questions of this bank.")
    code = NumberColumn(
        accessor="question__code", verbose_name=_("Code"), linkify=("question_detail", {"uuid": A("question__uuid")})
    )
    topic = tables.Column(accessor="question__topic__name", verbose_name=_("Topic"))
    text = tables.Column(verbose_name=_("Question"))
    kind = tables.Column(verbose_name=_("Kind"))
    number = FigureColumn(verbose_name=_("Version"))
    attempts = FigureColumn(verbose_name=_("First attempts"), default="")
    difficulty = FigureColumn(verbose_name=_("Difficulty"), default="")
    discrimination = FigureColumn(verbose_name=_("Discrimination"), places=2, default="")
    last_used_on = DayColumn(verbose_name=_("Last used"), default="")

    def render_difficulty(self, value: Any) -> str:
        return ui.percent(value, 0)


class PaperTable(PageTable):
    """Test papers."""

    caption = _("Test papers")
    empty_title = _("No test papers yet")
    empty_text = _("Choose questions of the bank for a pre-test and a post-test.")
    code = tables.Column(verbose_name=_("Code"), linkify=("paper_detail", {"uuid": A("uuid")}))
    title = tables.Column(verbose_name=_("Title"))
    form = tables.Column(verbose_name=pgettext_lazy("test paper", "Form"))
    count = FigureColumn(verbose_name=_("Questions"))
    retired = FigureColumn(verbose_name=_("of them out of use"))
    duration_minutes = FigureColumn(verbose_name=_("Time (minutes)"))


class SchemeTable(PageTable):
    """Scoring schemes."""

    caption = _("Scoring schemes")
    empty_title = _("No scoring schemes yet")
    empty_text = _("A scheme says which parameters count, with which weight.")
    name = tables.Column(verbose_name=_("Name"), linkify=("scheme_detail", {"uuid": A("uuid")}))
    parameters = tables.Column(verbose_name=_("Parameters"), orderable=False)
    pass_mark = FigureColumn(verbose_name=_("Suggested pass mark"))
    is_active = tables.Column(verbose_name=_("State"))

    def render_parameters(self, record: Any) -> SafeString:
        return format_html_join(
            ", ", "{} ({})", ((each.name, ui.figure(each.weight.normalize())) for each in record.parameters.all())
        )

    def render_is_active(self, value: bool) -> SafeString:
        return _use_mark(value)


def _use_mark(in_use: bool) -> SafeString:
    return ui.status("ok", str(_("In use"))) if in_use else ui.status("idle", str(_("Out of use")))


class AppointmentTable(PageTable):
    """Appointments of PICs (5.1.1 a)."""

    caption = _("Appointments")
    empty_title = _("No appointments yet")
    empty_text = _("A trainer needs an appointment to be PIC of a plan.")
    number = NumberColumn(verbose_name=_("Number"), linkify=("appointment_detail", {"uuid": A("uuid")}))
    name = tables.Column(accessor="user__name", verbose_name="PIC")
    site = tables.Column(accessor="site__name", verbose_name=_("Site"))
    line = tables.Column(accessor="line__name", verbose_name=_("Service line"))
    starts_on = DayColumn(verbose_name=_("From"))
    ends_on = DayColumn(verbose_name=_("To (inclusive)"))
    state = tables.Column(empty_values=(), orderable=False, verbose_name=_("State"))

    def __init__(self, *args: Any, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def render_state(self, record: Any) -> SafeString:
        return ui.status(*appointment_state(record, self.today))


def appointment_state(appointment: Any, today: Any) -> tuple[str, str]:
    """Kind and word of an appointment on a day."""
    if appointment.revoked_at is not None:
        return "late", str(_("Revoked"))
    if appointment.starts_on > today:
        return "idle", str(_("Not yet in force"))
    if appointment.ends_on < today:
        return "idle", str(_("Over"))
    return "ok", str(_("In force"))


class TrainerTable(PageTable):
    """Who may teach."""

    caption = _("Trainers")
    empty_title = _("No trainers yet")
    empty_text = _("Our own come by appointment; others are added here.")
    name = tables.Column(verbose_name=_("Name"), linkify=("trainer_detail", {"uuid": A("uuid")}))
    kind = tables.Column(verbose_name=_("From"))
    unit = tables.Column(accessor="unit__name", verbose_name=_("Unit"))
    modules = tables.Column(verbose_name=_("Modules they may teach"), orderable=False)
    qualified_until = DayColumn(verbose_name=_("Qualified until"))

    def render_modules(self, record: Any) -> str:
        return ", ".join(module.code for module in record.modules.all()) or "–"


class RoomTable(PageTable):
    """Rooms."""

    caption = _("Rooms")
    empty_title = _("No rooms yet")
    empty_text = _("Plans book rooms, so that none is taken twice.")
    name = tables.Column(verbose_name=_("Name"))
    site = tables.Column(accessor="site__name", verbose_name=_("Site"))
    capacity = FigureColumn(verbose_name=_("Seats"))
    change = tables.Column(
        verbose_name=_("Change"), empty_values=(), linkify=("room_edit", {"uuid": A("uuid")}), orderable=False
    )

    def render_change(self, record: Any) -> SafeString:
        return _change_word(record)


def _change_word(record: Any) -> SafeString:
    return format_html('{}<span class="visually-hidden"> {}</span>', _("Change"), record)


class ApplicationTable(PageTable):
    """Applications."""

    caption = _("Applications")
    empty_title = _("No applications yet")
    empty_text = _("Each plan names the application that it uses.")
    name = tables.Column(verbose_name=_("Name"))
    licences = FigureColumn(accessor="count", verbose_name=_("Licences"))
    is_active = tables.Column(verbose_name=_("State"))
    change = tables.Column(
        verbose_name=_("Change"), empty_values=(), linkify=("application_edit", {"uuid": A("uuid")}), orderable=False
    )

    def render_licences(self, record: Any) -> Any:
        return format_html("{}", record.count) if record.needs_licence else str(_("not needed"))

    def render_is_active(self, value: bool) -> SafeString:
        return _use_mark(value)

    def render_change(self, record: Any) -> SafeString:
        return _change_word(record)
