"""The lists of the evaluation stage."""

from __future__ import annotations

import django_tables2 as tables
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from django_tables2.utils import A

from evaluation.models import CoachingForm, ImprovementAction, Review, TrainingDefect
from trainingops.ui.tables import DayColumn, MomentColumn, NumberColumn, PageTable, StatusColumn

ACTION_STATES = {"open": "idle", "in_progress": "info", "done": "warn", "effective": "ok", "withdrawn": "waive"}
DECISION_STATES = {"": "warn", "corrected": "ok", "accepted": "waive", "review": "info"}
REVIEW_STATES = {"scheduled": "info", "held": "warn", "approved": "ok", "closed": "ok", "cancelled": "waive"}


def decision_status(defect: TrainingDefect) -> tuple[str, str]:
    """Kind of the mark and words of what was decided."""
    return DECISION_STATES[defect.decision], str(defect.get_decision_display() or _("Waits for a decision"))


class TrainingDefectTable(PageTable):
    caption = _("Training defects")
    empty_title = _("No training defects yet")
    empty_text = _("Absences, deviations and late reports appear here by themselves.")
    row_header = "words"

    kind = tables.Column(verbose_name=_("Kind"))
    words = tables.Column(
        verbose_name=_("What happened"), orderable=False, linkify=("training_defect_detail", {"uuid": A("uuid")})
    )
    training_session = NumberColumn(accessor="training_session__number", verbose_name=_("Session"))
    site = tables.Column(verbose_name=_("Site"))
    line = tables.Column(verbose_name=_("Service line"))
    occurred_at = MomentColumn(zone="site__zone", verbose_name=_("When"))
    impact_level = tables.Column(verbose_name=_("Impact"), orderable=False, empty_values=())
    decision = tables.Column(verbose_name=_("Decision"), orderable=False, empty_values=())

    class Meta(PageTable.Meta):
        model = TrainingDefect
        fields = ("words", "kind", "training_session", "site", "line", "occurred_at", "impact_level", "decision")

    def render_impact_level(self, record: TrainingDefect) -> str:
        """The degree, or that nobody has judged it."""
        return str(record.get_impact_level_display() or _("Not judged yet"))

    def render_decision(self, record: TrainingDefect) -> str:
        """In words; one without is somebody's work."""
        return decision_status(record)[1]


class ReviewTable(PageTable):
    caption = _("Reviews")
    empty_title = _("No reviews yet")
    empty_text = _("At least one a line and quarter: the manager invites the PICs.")

    number = NumberColumn(linkify=("review_detail", {"uuid": A("uuid")}), verbose_name=_("Number"))
    line = tables.Column(verbose_name=_("Service line"))
    site = tables.Column(verbose_name=_("Site"))
    period_to = DayColumn(verbose_name=_("Period until"))
    scheduled_at = MomentColumn(zone="site__zone", verbose_name=pgettext_lazy("review", "Meeting"))
    state = StatusColumn(kinds=REVIEW_STATES, verbose_name=_("State"))

    class Meta(PageTable.Meta):
        model = Review
        fields = ("number", "line", "site", "period_to", "scheduled_at", "state")


class ActionTable(PageTable):
    caption = _("Improvement actions")
    empty_title = _("No actions yet")
    empty_text = _("Actions are decided in a review.")

    number = NumberColumn(linkify=("action_detail", {"uuid": A("uuid")}), verbose_name=_("Number"))
    text = tables.Column(verbose_name=_("Action"))
    kind = tables.Column(verbose_name=_("Kind"))
    owner = tables.Column(verbose_name=_("Owner"))
    due_at = MomentColumn(zone="finding__review__site__zone", verbose_name=_("Due"))
    state = StatusColumn(kinds=ACTION_STATES, verbose_name=_("State"))

    class Meta(PageTable.Meta):
        model = ImprovementAction
        fields = ("number", "text", "kind", "owner", "due_at", "state")


class CoachingTable(PageTable):
    caption = _("Coaching forms")
    empty_title = _("No coaching forms yet")
    empty_text = _("A coaching form starts from an agent's page or from a review.")

    number = NumberColumn(linkify=("coaching_detail", {"uuid": A("uuid")}), verbose_name=_("Number"))
    person = tables.Column(verbose_name=_("Agent"))
    coach = tables.Column(verbose_name=_("Coach"))
    coached_at = MomentColumn(zone="site__zone", verbose_name=_("Made"))
    follow_up_on = DayColumn(verbose_name=_("Follow-up on"))

    class Meta(PageTable.Meta):
        model = CoachingForm
        fields = ("number", "person", "coach", "coached_at", "follow_up_on")
