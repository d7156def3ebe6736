"""The lists of the evaluation stage."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

import django_tables2 as tables
from django.template import Context
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django_tables2.utils import A

from evaluation.analysing import VERDICT_KINDS, options_words
from evaluation.effect_words import points, study_mark
from evaluation.enums import CoachingState
from evaluation.models import (
    CoachingForm,
    EffectStudy,
    ImprovementAction,
    ItemFigures,
    PaperAnalysis,
    Review,
    ReviewObligation,
    TrainingDefect,
)
from trainingops.ui.tables import DayColumn, FigureColumn, MomentColumn, NumberColumn, PageTable, StatusColumn
from trainingops.ui.templatetags import ui

ACTION_STATES = {"open": "idle", "in_progress": "info", "done": "warn", "effective": "ok", "withdrawn": "waive"}
DECISION_STATES = {"": "warn", "corrected": "ok", "accepted": "waive", "review": "info"}
#: A column of a few words under its head, which the figures beside it must not squeeze.
WIDE = {"th": {"class": "wide"}, "td": {"class": "wide"}}
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


class ReviewObligationTable(PageTable):
    caption = _("Reviews that are owed")
    empty_title = _("No review is owed here")
    empty_text = _("A line owes a review once a training of the period has been held.")

    line = tables.Column(verbose_name=_("Service line"))
    site = tables.Column(verbose_name=_("Site"))
    period_from = DayColumn(verbose_name=_("Trainings from"))
    period_to = DayColumn(verbose_name=_("Period until"))
    due_at = tables.Column(verbose_name=_("Due"))
    held_at = MomentColumn(zone="site__zone", verbose_name=_("Held"))
    review = tables.Column(verbose_name=pgettext_lazy("meeting", "Review"), empty_values=(), orderable=False)

    class Meta(PageTable.Meta):
        model = ReviewObligation
        fields = ("line", "site", "period_from", "period_to", "due_at", "held_at", "review")

    def __init__(self, *args: Any, may_schedule: bool, now: datetime, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._may_schedule = may_schedule
        self._page = Context({"now": now})

    def render_due_at(self, record: ReviewObligation) -> SafeString:
        """How near it is, until it is held; then whether that was in time."""
        zone = record.site.zone
        if record.held_at is None:
            return ui.deadline(self._page, record.last_minute, zone)
        kind, word = ("ok", _("On time")) if record.is_in_time else ("late", _("Late"))
        return ui.deadline(self._page, record.last_minute, zone, kind, str(word))

    def value_due_at(self, record: ReviewObligation) -> datetime:
        """As a moment, for a workbook."""
        return record.last_minute

    def render_review(self, record: ReviewObligation) -> SafeString | str:
        """The review that met it; else, for who may, the form that schedules it with its period filled in."""
        if record.review:
            return format_html(
                '<a href="{}">{}</a>', reverse("review_detail", args=[record.review.uuid]), record.review
            )
        if not self._may_schedule:
            return str(_("not held yet"))
        asked = {
            "site": record.site_id,
            "line": record.line_id,
            "period_from": record.period_from,
            "period_to": record.period_to,
        }
        return format_html('<a href="{}?{}">{}</a>', reverse("review_new"), urlencode(asked), _("Schedule it"))

    def value_review(self, record: ReviewObligation) -> str:
        """The number of the review, for a workbook."""
        return str(record.review or "")


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


COACHING_KINDS: dict[str, str] = {
    CoachingState.DRAFTED: "idle",
    CoachingState.SIGNED: "warn",
    CoachingState.ACKNOWLEDGED: "info",
    CoachingState.FOLLOWED_UP: "info",
    CoachingState.CLOSED: "ok",
    CoachingState.WITHDRAWN: "waive",
}


class CoachingTable(PageTable):
    caption = _("Coaching forms")
    empty_title = _("No coaching forms yet")
    empty_text = _("A coaching form starts from a service defect, a remedial that was not passed, or a review.")

    number = NumberColumn(linkify=("coaching_detail", {"uuid": A("uuid")}), verbose_name=_("Number"))
    person = tables.Column(verbose_name=_("Agent"))
    coach = tables.Column(verbose_name=_("Coach"))
    state = StatusColumn(kinds=COACHING_KINDS, verbose_name=_("State"))
    coached_at = MomentColumn(zone="site__zone", verbose_name=_("Signed"), default="–")
    next_on = DayColumn(verbose_name=_("Next follow-up"), default="–")
    result = tables.Column(verbose_name=_("Result"), default="–")

    class Meta(PageTable.Meta):
        model = CoachingForm
        fields = ("number", "person", "coach", "state", "coached_at", "next_on", "result")


class AnalysisTable(PageTable):
    """Tests by paper and phase, with what their questions need."""

    caption = _("Analysed tests")
    empty_title = _("No analysed tests yet")
    empty_text = _("A test is analysed by itself, soon after its class is concluded.")

    code = NumberColumn(accessor="paper__code", verbose_name=_("Code"))
    title = tables.Column(accessor="paper__title", verbose_name=_("Title"))
    form = tables.Column(accessor="paper__form", verbose_name=pgettext_lazy("test paper", "Form"))
    phase = tables.Column(verbose_name=_("Test"))
    respondents = FigureColumn(verbose_name=_("First attempts"))
    alpha = FigureColumn(verbose_name="Alpha", places=2, default="–")
    to_look_at = FigureColumn(verbose_name=_("To look at"))
    suspects = FigureColumn(verbose_name=_("Suspected keys"))
    computed_at = MomentColumn(verbose_name=_("Computed"))

    class Meta(PageTable.Meta):
        model = PaperAnalysis
        fields = ("code", "title", "form", "phase", "respondents", "alpha", "to_look_at", "suspects", "computed_at")

    def render_code(self, record: PaperAnalysis, value: str) -> SafeString:
        address = reverse("paper_analysis", args=[record.paper.uuid])
        return format_html('<a href="{}?phase={}">{}</a>', address, record.phase, value)

    def value_code(self, value: str) -> str:
        return value


class ItemTable(PageTable):
    """The questions of a test, each with its verdict and why; the file has wording and options too."""

    caption = _("Questions of the test")
    empty_title = _("Nothing to say of the questions yet")
    empty_text = _("Below ten first attempts a figure says more about chance than about the question.")
    row_header = "code"

    order = FigureColumn(verbose_name=_("No."), visible=False)
    code = NumberColumn(accessor="question_version__question__code", verbose_name=_("Question"), attrs=WIDE)
    text = tables.Column(accessor="question_version__text", verbose_name=_("Wording"), visible=False)
    difficulty = FigureColumn(verbose_name=_("Difficulty"))
    discrimination = FigureColumn(verbose_name=_("Discrimination"), places=2, default="–")
    alpha_if_deleted = FigureColumn(verbose_name=_("Alpha without it"), places=2, default="–")
    blanks = FigureColumn(verbose_name=_("Blank"))
    verdict = tables.Column(verbose_name=_("Verdict"))
    reason = tables.Column(verbose_name=_("Why"), visible=False)
    options = tables.Column(empty_values=(), verbose_name=_("Options"), visible=False)
    send_back = tables.Column(
        empty_values=(), accessor="uuid", verbose_name=_("To the bank"), orderable=False, exclude_from_export=True
    )

    class Meta(PageTable.Meta):
        model = ItemFigures
        fields = (
            *("order", "code", "text", "difficulty", "discrimination", "alpha_if_deleted", "blanks", "verdict"),
            *("reason", "options", "send_back"),
        )

    def render_code(self, record: Any, value: str) -> SafeString:
        """Its number in the test; the code leads to the question, whose first words tell which one it is."""
        return format_html(
            '{}. <a href="{}">{}</a><span class="sub">{}</span>',
            record.order,
            reverse("question_detail", args=[record.question_version.question.uuid]),
            value,
            Truncator(record.question_version.text).chars(90),
        )

    def value_code(self, value: str) -> str:
        return value

    def render_difficulty(self, value: Any) -> str:
        return ui.percent(value, 0)

    def render_verdict(self, record: Any) -> SafeString:
        said = ui.status(VERDICT_KINDS[record.verdict], record.get_verdict_display())
        if record.suspect:
            said = format_html("{} {}", said, ui.status("late", gettext("Key suspected"), bare=True))
        return format_html('{}<span class="sub">{}</span>', said, record.reason)

    def value_verdict(self, record: Any) -> str:
        return str(record.get_verdict_display())

    def value_options(self, record: Any) -> str:
        return options_words(record)

    def render_send_back(self, record: Any) -> str | SafeString:
        if record.retired_at:
            return gettext("Retired")
        if record.in_review:
            return ui.status("info", gettext("Is looked at"), bare=True)
        if record.is_changed:
            return gettext("Changed since")
        return format_html(
            '<a href="{}">{}<span class="visually-hidden"> {}</span></a>',
            reverse("analysis_return", args=[record.uuid]),
            gettext("Send back"),
            record.question_version.question.code,
        )


class EffectTable(PageTable):
    """Trainings whose effect on service defects is or will be measured."""

    caption = _("Measured effects")
    empty_title = _("No effect is to be measured yet")
    empty_text = _("An improvement says in its plan how its effect is measured; it appears here with its approval.")
    row_header = "plan"

    plan = NumberColumn(
        accessor="plan__number", verbose_name=_("Training"), linkify=("effect_detail", {"uuid": A("uuid")}), attrs=WIDE
    )
    title = tables.Column(accessor="plan__title", verbose_name=_("Title"), visible=False)
    line = tables.Column(accessor="plan__line", verbose_name=_("Service line"))
    site = tables.Column(accessor="plan__site", verbose_name=_("Site"))
    effect_class = tables.Column(verbose_name=_("Class"))
    after_until = DayColumn(verbose_name=_("Window after ends"))
    rate_trained = FigureColumn(accessor="latest__rate_trained", verbose_name=_("Trained"))
    rate_compared = FigureColumn(accessor="latest__rate_compared", verbose_name=_("Compared with"))
    difference = tables.Column(accessor="latest__difference", verbose_name=_("Difference"), orderable=False)
    verdict = tables.Column(
        accessor="latest__verdict",
        verbose_name=pgettext_lazy("effect", "Verdict"),
        empty_values=(),
        orderable=False,
        attrs=WIDE,
    )

    class Meta(PageTable.Meta):
        model = EffectStudy
        fields = (
            *("plan", "title", "line", "site", "effect_class", "after_until", "rate_trained", "rate_compared"),
            *("difference", "verdict"),
        )

    def render_plan(self, record: EffectStudy, value: str) -> SafeString:
        """With the title below the number."""
        return format_html('{}<span class="sub">{}</span>', value, Truncator(record.plan.title).chars(60))

    def value_plan(self, value: str) -> str:
        return value

    def render_effect_class(self, record: EffectStudy) -> str:
        return record.class_word

    def render_rate_trained(self, value: Any) -> str:
        return ui.percent(value, 1)

    render_rate_compared = render_rate_trained

    def render_difference(self, value: Any) -> str:
        return points(value)

    def value_difference(self, value: Any) -> Any:
        return value

    def render_verdict(self, record: EffectStudy) -> SafeString:
        return ui.status(*study_mark(record), bare=True)

    def value_verdict(self, record: EffectStudy) -> str:
        return study_mark(record)[1]
