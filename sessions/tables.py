"""Tables of the execution stage."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import django_tables2 as tables
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_tables2.utils import A

from sessions.enums import Agreement, CaseState, OutcomeResult
from sessions.models import AttendanceCorrection, RecoveryCase, TrainingSession
from sessions.queries.reactions import Gathered
from trainingops.ui.figures import format_figure
from trainingops.ui.tables import FigureColumn, MomentColumn, NumberColumn, PageTable, StatusColumn
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

CORRECTION_STATES = {"pending": "warn", "approved": "ok", "rejected": "late", "withdrawn": "idle"}


OUTCOME_STATES = {"outstanding": "warn", "trained": "ok", "waived": "waive", "lapsed": "idle"}


def case_status(case: Any, now: datetime | None = None) -> tuple[str, str]:
    """The kind and the word of a case of ``with_failure``: a remedial that was not passed is settled, and failed.

    At ``now``, where it is given: an open one whose due date waits says so.
    """
    if case.failed:
        return "late", str(OutcomeResult.NOT_PASSED.label)
    if now is not None and case.state == CaseState.OPEN and case.is_suspended(now):
        return "waive", gettext("Suspended")
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


class DeviationTable(PageTable):
    """Deviations as a file (EXP-1); the page shows them as paragraphs."""

    caption = _("Deviations")
    empty_title = _("No deviations")
    number = tables.Column(_("Session"), accessor="training_session__number")
    title = tables.Column(_("Training"), accessor="training_session__plan__title")
    site = tables.Column(_("Site"), accessor="training_session__site")
    kind = tables.Column(_("Kind"))
    planned_words = tables.Column(_("Planned"))
    actual_words = tables.Column(_("Actual"))
    reason = tables.Column(_("Reason"))
    reported_by = tables.Column(_("Reported by"))
    reported_at = MomentColumn(verbose_name=_("Reported at"))
    acknowledged_by = tables.Column(_("Acknowledged by"), default="")
    acknowledged_at = MomentColumn(verbose_name=_("Acknowledged at"), default="")


class CaseTable(PageTable):
    """Recovery cases as a file (EXP-1); the page gathers them into classes."""

    caption = _("Recovery cases")
    empty_title = _("No recovery cases yet")
    employee_no = tables.Column(_("Employee number"), accessor="enrolment__person__employee_no")
    name = tables.Column(_("Name"), accessor="enrolment__person__name")
    site = tables.Column(_("Site"), accessor="enrolment__site", default="")
    line = tables.Column(_("Service line"), accessor="enrolment__line", default="")
    team = tables.Column(_("Team"), accessor="enrolment__team", default="")
    kind = tables.Column(_("Kind"))
    cause = tables.Column(_("Why"))
    minutes = FigureColumn(verbose_name=_("Minutes"), default="")
    number = tables.Column(_("Session"), accessor="enrolment__training_session__number")
    due_at = MomentColumn(verbose_name=_("Due"))
    owner = tables.Column(_("Owner"))
    leader = tables.Column(_("Team leader"), default="")
    suspension = tables.Column(_("Suspended"), default="")
    state = tables.Column(_("State"))
    scheduled_in = tables.Column(_("Scheduled in"), accessor="scheduled_in__number", default="")
    settled_at = MomentColumn(verbose_name=_("Settled at"), default="")

    def value_suspension(self, record: RecoveryCase) -> str:
        return record.suspended_words

    def value_state(self, record: RecoveryCase) -> str:
        return case_status(record)[1]


class StatementTable(PageTable):
    """One survey: how many chose each step of each statement."""

    caption = _("Reactions")
    empty_title = _("Nothing to show yet")
    words = tables.Column(_("Statement"), orderable=False)
    step_1 = FigureColumn(verbose_name=Agreement.DISAGREE_FULLY.label, accessor="counts__0", orderable=False)
    step_2 = FigureColumn(verbose_name=Agreement.DISAGREE.label, accessor="counts__1", orderable=False)
    step_3 = FigureColumn(verbose_name=Agreement.NEITHER.label, accessor="counts__2", orderable=False)
    step_4 = FigureColumn(verbose_name=Agreement.AGREE.label, accessor="counts__3", orderable=False)
    step_5 = FigureColumn(verbose_name=Agreement.AGREE_FULLY.label, accessor="counts__4", orderable=False)
    mean = FigureColumn(verbose_name=_("Mean (1–5)"), places=2, orderable=False)


class ReactionTable(PageTable):
    """Sessions with their survey, readable or not yet."""

    caption = _("Reactions by session")
    empty_title = _("No survey yet")
    empty_text = _("A survey begins when a session is concluded.")
    number = NumberColumn(
        _("Session"),
        accessor="survey__training_session__number",
        linkify=("survey_result", {"uuid": A("survey__training_session__uuid")}),
        orderable=False,
    )
    title = tables.Column(_("Training"), accessor="survey__training_session__plan__title", orderable=False)
    starts_at = MomentColumn(
        verbose_name=_("Starts"),
        accessor="survey__training_session__starts_at",
        zone="survey__training_session__site__zone",
        orderable=False,
    )
    trainers = tables.Column(_("Trainer"), accessor="survey__trainers", orderable=False)
    answers = tables.Column(_("Answers"), accessor="answered", orderable=False)
    mean = FigureColumn(verbose_name=_("Mean (1–5)"), places=2, orderable=False, empty_values=())
    why = tables.Column(_("Note"), orderable=False, default="")

    def render_title(self, value: str, record: Any) -> SafeString:
        return ui.person(value, record.survey.training_session.label)

    def value_title(self, value: str) -> str:
        return value

    def render_trainers(self, value: list[str]) -> str:
        return ", ".join(value)

    def render_answers(self, value: int, record: Any) -> str:
        return f"{value}/{record.present}"

    def render_mean(self, value: Any) -> SafeString | str:
        return "–" if value is None else format_figure(value, 2)

    def value_mean(self, value: Any) -> Any:
        return value


class GatheredTable(PageTable):
    """Reactions added up under a heading; a later form keeps the codes of the statements that mean the same."""

    empty_title = _("No result yet")
    empty_text = _("A survey counts here when it has closed with enough answers.")
    heading = tables.Column(_("Trainer"), orderable=False)
    sessions = FigureColumn(verbose_name=_("Sessions"), orderable=False)
    answers = tables.Column(_("Answers"), accessor="answered", orderable=False)
    useful = FigureColumn(verbose_name=_("Useful"), accessor="means__useful", places=2, orderable=False)
    clear = FigureColumn(verbose_name=_("Clear"), accessor="means__clear", places=2, orderable=False)
    practice = FigureColumn(verbose_name=_("Practice"), accessor="means__practice", places=2, orderable=False)
    setting = FigureColumn(verbose_name=_("Setting"), accessor="means__setting", places=2, orderable=False)
    ready = FigureColumn(verbose_name=_("Ready"), accessor="means__ready", places=2, orderable=False)
    mean = FigureColumn(verbose_name=_("Mean (1–5)"), places=2, orderable=False)

    def render_answers(self, value: int, record: Gathered) -> str:
        return f"{value}/{record.present}"


class TrainerReactionTable(GatheredTable):
    """Reactions by who taught; of a session with two trainers, both."""

    caption = _("Reactions by trainer")


class ModuleReactionTable(GatheredTable):
    """Reactions by module version."""

    caption = _("Reactions by module version")
    heading = tables.Column(_("Module"), orderable=False)


REACTION_TABLES: dict[str, type[PageTable]] = {
    "session": ReactionTable,
    "trainer": TrainerReactionTable,
    "module": ModuleReactionTable,
}


class CorrectionTable(PageTable):
    """Corrections of attendance as a file (EXP-1)."""

    caption = _("Corrections of attendance")
    empty_title = _("No corrections")
    employee_no = tables.Column(_("Employee number"), accessor="enrolment__person__employee_no")
    name = tables.Column(_("Name"), accessor="enrolment__person__name")
    number = tables.Column(_("Session"), accessor="meeting__training_session__number")
    starts_at = MomentColumn(
        verbose_name=_("Meeting"), accessor="meeting__starts_at", zone="meeting__training_session__site__zone"
    )
    status = tables.Column(_("Asked attendance"))
    minutes_late = FigureColumn(verbose_name=_("Minutes late"), default="")
    minutes_left_early = FigureColumn(verbose_name=_("Minutes left early"), default="")
    reason = tables.Column(_("Reason of the absence"), default="")
    why = tables.Column(_("Why"))
    requested_by = tables.Column(_("Asked by"))
    requested_at = MomentColumn(verbose_name=_("Asked at"))
    state = tables.Column(_("State"))
    decided_by = tables.Column(_("Decided by"), default="")
    decided_at = MomentColumn(verbose_name=_("Decided at"), default="")
    decision_note = tables.Column(_("Answer"), default="")

    def value_status(self, record: AttendanceCorrection) -> str:
        return record.get_status_display()


class ReachTable(PageTable):
    """The targets behind indicator 4.3a."""

    caption = _("People on target whose class was due")
    empty_title = _("Nobody was due in this period")
    empty_text = _("Choose another period, site or line.")
    row_header = "person"
    person = tables.Column(_("Participant"), accessor="person__name", orderable=False)
    employee_no = tables.Column(_("Employee number"), accessor="person__employee_no", orderable=False)
    title = tables.Column(_("Training"), accessor="plan__title", orderable=False)
    number = NumberColumn(
        _("Session"),
        accessor="enrolment__training_session__number",
        linkify=("session_detail", {"uuid": A("enrolment__training_session__uuid")}),
        orderable=False,
    )
    line = tables.Column(_("Service line"), accessor="plan__line", orderable=False)
    site = tables.Column(_("Site"), accessor="plan__site", orderable=False)
    ends_at = MomentColumn(
        verbose_name=_("Ended"),
        accessor="enrolment__training_session__ends_at",
        zone="enrolment__training_session__site__zone",
        orderable=False,
    )
    state = StatusColumn(verbose_name=_("State"), kinds=OUTCOME_STATES, orderable=False)
    on_schedule = tables.Column(_("Without recovery"), empty_values=(), orderable=False)

    def render_on_schedule(self, value: bool | None) -> str:
        return "" if value is None else gettext("Yes") if value else gettext("No")
