"""What people fill in during evaluation. Forms check what was typed; services check whether it may happen."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from evaluation.answers import contradiction
from evaluation.enums import (
    MOST_DAYS,
    SEEN_BY_PEOPLE,
    ActionKind,
    Aspect,
    CoachingResult,
    DefectDecision,
    ImpactLevel,
    Presence,
)
from evaluation.models import CoachingForm, Finding, Review, ReviewParticipant, TrainingDefect
from evaluation.services import CoachingText
from planning.models import Defect
from sessions.models import TrainingSession
from trainingops.people.models import Person, ServiceLine, Site, User
from trainingops.people.queries import users_with_role
from trainingops.ui.forms import MomentField, PageForm, PlannedDayField, PlannedMomentField, WholeField
from trainingops.ui.moments import day_words

_TEXT = forms.Textarea(attrs={"rows": 4})


class ReviewForm(PageForm):
    """Invite to a review."""

    site = forms.ModelChoiceField(Site.objects.all(), label=_("Site"))
    line = forms.ModelChoiceField(ServiceLine.objects.all(), label=_("Service line"))
    period_from = forms.DateField(label=_("Trainings from"))
    period_to = forms.DateField(label=_("Trainings to (inclusive)"))
    scheduled_at = PlannedMomentField(label=pgettext_lazy("review", "Meeting"))
    secretary = forms.ModelChoiceField(
        User.objects.none(), label=_("Secretary"), help_text=_("Writes the minutes that you approve.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["secretary"].queryset = users_with_role("trainer", "qc", "operations").exclude(pk=user.pk)  # type: ignore[attr-defined]


class ReviewPolicyForm(PageForm):
    """How often a line is reviewed, until when, and when it is told (5.4)."""

    effective_on = PlannedDayField(label=_("In force from"))
    months = WholeField(
        label=_("Months of a period"),
        help_text=_("1, 2, 3, 4, 6 or 12, counted from January."),
        min_value=1,
        max_value=12,
    )
    due_days = WholeField(label=_("Held at the latest, days after the period"), min_value=1, max_value=MOST_DAYS)
    reminder_days = WholeField(label=_("The manager is reminded, days before"), min_value=1, max_value=MOST_DAYS)
    escalation_days = WholeField(
        label=_("QC and Operation learn that it is missing, days after"), min_value=1, max_value=MOST_DAYS
    )
    action_reminder_days = WholeField(
        label=_("Owners of actions are reminded, days before they are due"), min_value=1, max_value=MOST_DAYS
    )
    check_days = WholeField(
        label=_("Effect of an action judged at the earliest, days after it is done"), min_value=1, max_value=MOST_DAYS
    )


def _named(words: Any, participant: ReviewParticipant) -> str:
    """A control's name among its equals: the summary of errors and a screen reader say whose it is."""
    return f"{words}, {participant.user.name}"


class PresenceForm(PageForm):
    """Present or excused, one row a participant."""

    def __init__(self, *args: Any, review: Review, is_held: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.is_held = is_held
        self.rows = []
        for participant in review.participants.select_related("user").order_by("user__name"):
            key = participant.user_id
            self.fields[f"presence_{key}"] = forms.ChoiceField(
                choices=Presence.choices, initial=participant.presence, label=_named(_("Presence"), participant)
            )
            self.fields[f"excuse_{key}"] = forms.CharField(
                initial=participant.excuse,
                required=False,
                max_length=200,
                label=_named(_("Reason when excused"), participant),
            )
            self.rows.append((participant, self[f"presence_{key}"], self[f"excuse_{key}"]))

    def clean(self) -> dict[str, Any]:
        """Each row that a service would refuse says so at its own control (5.4)."""
        data = super().clean() or {}
        for participant, presence, excuse in self.rows:
            chosen = data.get(presence.name)
            if self.is_held and participant.is_required and chosen == Presence.INVITED:
                self.add_error(
                    presence.name,
                    gettext("“%(value)s” is not enough for a PIC of the period. Choose present or excused.")
                    % {"value": Presence.INVITED.label},
                )
            if chosen == Presence.EXCUSED and not (data.get(excuse.name) or "").strip() and excuse.name in data:
                self.add_error(excuse.name, gettext("Write why %(name)s is excused.") % {"name": participant.user.name})
        return data

    def presence(self) -> dict[int, tuple[str, str]]:
        """What was chosen, by key of the user."""
        data = self.cleaned_data
        return {
            participant.user_id: (
                data[f"presence_{participant.user_id}"],
                data[f"excuse_{participant.user_id}"],
            )
            for participant, _presence, _excuse in self.rows
        }


class MinutesForm(PageForm):
    """The text of the minutes, with the version that is being edited."""

    text = forms.CharField(label=pgettext_lazy("review", "Minutes"), widget=forms.Textarea(attrs={"rows": 14}))
    version = WholeField(widget=forms.HiddenInput)


def _defect_words(defect: TrainingDefect) -> str:
    return f"{defect.get_kind_display()}: {defect.words}"


def _named_defects(defects: QuerySet[TrainingDefect]) -> QuerySet[TrainingDefect]:
    """With what their words read."""
    return defects.select_related("training_session", "plan", "absence_reason").order_by("kind", "-occurred_at")


class FindingForm(PageForm):
    """One aspect: nothing found, or a finding with the training defects behind it."""

    aspect = forms.ChoiceField(label=_("Aspect"), choices=Aspect.choices)
    nothing_found = forms.BooleanField(label=_("Nothing found"), required=False)
    text = forms.CharField(label=_("Finding"), widget=_TEXT, required=False)
    training_defects = forms.ModelMultipleChoiceField(
        TrainingDefect.objects.none(),
        label=_("Training defects behind it"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    no_action_reason = forms.CharField(
        label=_("Why no action is needed"),
        required=False,
        help_text=_("Leave it empty when actions follow."),
    )

    def __init__(self, *args: Any, defects: QuerySet[TrainingDefect], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["training_defects"]
        field.queryset = defects  # type: ignore[attr-defined]
        field.label_from_instance = _defect_words  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """“Nothing found” beside a finding is refused here, at its control (5.4)."""
        data = super().clean() or {}
        field, words = contradiction(
            nothing_found=data.get("nothing_found", False),
            text=data.get("text", ""),
            no_action_reason=data.get("no_action_reason", ""),
            has_defects=bool(data.get("training_defects")),
        )
        if words and field not in self.errors:
            self.add_error(field, words)
        return data


class WithdrawForm(PageForm):
    """Why a finding or an action is taken back."""

    reason = forms.CharField(label=_("Why it is withdrawn"), max_length=500)


class ActionForm(PageForm):
    """What is done, by whom, until when."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ActionKind.choices, widget=forms.RadioSelect)
    text = forms.CharField(label=_("Action"), widget=_TEXT)
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Owner"))
    due_at = PlannedMomentField(label=_("Due"))
    training_defects = forms.ModelMultipleChoiceField(
        TrainingDefect.objects.none(),
        label=_("Training defects that it is to remove"),
        help_text=_("Their kinds are counted again when the effect is checked."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *args: Any, finding: Finding, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        review, behind = finding.review, list(_named_defects(finding.training_defects.all()))
        if behind:
            field = self.fields["training_defects"]
            field.queryset = finding.training_defects.all()  # type: ignore[attr-defined]
            field.choices = [(each.pk, _defect_words(each)) for each in behind]  # type: ignore[attr-defined]
            field.initial = [each.pk for each in behind]
        else:
            del self.fields["training_defects"]
        self.fields["owner"].queryset = users_with_role(  # type: ignore[attr-defined]
            "trainer", "qc", "operations", "operation_support", "team_leader", "manager"
        )
        self.fields["due_at"].zone = review.site.zone  # type: ignore[attr-defined]


class FinishForm(PageForm):
    """What shows that the action is done."""

    evidence_note = forms.CharField(
        label=_("Evidence"), widget=_TEXT, help_text=_("For example the number of a record, or a link.")
    )


class CheckForm(PageForm):
    """The judgement of somebody else."""

    effective = forms.TypedChoiceField(
        label=_("Was it effective?"),
        choices=[
            ("yes", _("Effective")),
            ("no", _("Not effective, open again")),
            ("open", _("Not enough data yet, check again later")),
        ],
        coerce={"yes": True, "no": False, "open": None}.get,
        empty_value="",
        widget=forms.RadioSelect,
    )
    note = forms.CharField(label=_("What you looked at and saw"), widget=_TEXT)
    due_at = PlannedMomentField(
        label=_("New due time"), required=False, help_text=_("Only where it is not effective and opens again.")
    )

    def __init__(self, *args: Any, review: Review, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["due_at"].zone = review.site.zone  # type: ignore[attr-defined]


#: The degrees, and that nobody has judged it.
_LEVELS = [("", _("Not judged yet")), *ImpactLevel.choices]


class DefectDecisionForm(PageForm):
    """How bad it was, what was done at once, what is decided (ISO 9001 8.7)."""

    impact_level = forms.ChoiceField(label=_("Impact"), choices=_LEVELS, required=False)
    impact = forms.CharField(
        label=_("Impact in words"), widget=_TEXT, required=False, help_text=_("Without names of participants.")
    )
    correction = forms.CharField(label=_("Correction at once"), widget=_TEXT, required=False)
    decision = forms.ChoiceField(
        label=_("Decision"), choices=[("", _("Waits for a decision")), *DefectDecision.choices], required=False
    )


class TrainingDefectForm(PageForm):
    """What the system cannot see by itself."""

    training_session = forms.ModelChoiceField(TrainingSession.objects.none(), label=_("Session"))
    kind = forms.ChoiceField(
        label=_("Kind"),
        choices=[(kind.value, kind.label) for kind in SEEN_BY_PEOPLE],
    )
    occurred_at = MomentField(label=_("When"))
    description = forms.CharField(
        label=_("What happened"), max_length=300, help_text=_("Without names of participants.")
    )
    impact_level = forms.ChoiceField(label=_("Impact"), choices=_LEVELS, required=False)
    impact = forms.CharField(label=_("Impact in words"), widget=_TEXT, required=False)
    correction = forms.CharField(label=_("Correction at once"), widget=_TEXT, required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["training_session"].queryset = TrainingSession.objects.visible_to(user).exclude(  # type: ignore[attr-defined]
            opened_at=None
        )


class CoachingModelForm(PageForm):
    """Form Pembinaan SDM; a draft can be gone on with."""

    problem = forms.CharField(label=_("Problem, with data"), widget=_TEXT)
    defects = forms.ModelMultipleChoiceField(
        Defect.objects.none(), label=_("Service defects"), required=False, widget=forms.CheckboxSelectMultiple
    )
    cause = forms.CharField(label=_("Cause"), widget=_TEXT)
    agreement = forms.CharField(label=_("Agreement"), widget=_TEXT)
    follow_up_on = PlannedDayField(label=_("Follow-up on"))
    follow_up_2 = PlannedDayField(label=_("Second follow-up"), required=False)
    follow_up_3 = PlannedDayField(label=_("Third follow-up"), required=False)

    #: The latest of the person's defects that are offered.
    OFFERED = 30

    def __init__(self, *args: Any, person: Person, draft: CoachingForm | None = None, **kwargs: Any) -> None:
        if draft is not None:
            kwargs["initial"] = self._of(draft)
        super().__init__(*args, **kwargs)
        field: Any = self.fields["defects"]
        latest = Defect.objects.filter(person=person).order_by("-occurred_on").values("pk")[: self.OFFERED]
        chosen = self.initial.get("defects", [])
        offered = Defect.objects.filter(Q(pk__in=latest) | Q(pk__in=chosen))
        field.queryset = offered.select_related("parameter").order_by("-occurred_on")
        field.label_from_instance = lambda defect: ", ".join(
            [defect.source_reference, day_words(defect.occurred_on), str(defect.parameter)]
        )

    @staticmethod
    def _of(draft: CoachingForm) -> dict[str, Any]:
        days = [each.due_on for each in draft.follow_ups.all()]
        return {
            **{name: getattr(draft, name) for name in ("problem", "cause", "agreement")},
            **dict(zip(("follow_up_on", "follow_up_2", "follow_up_3"), days, strict=False)),
            "defects": [each.pk for each in draft.defects.all()],
        }

    @property
    def content(self) -> CoachingText:
        """What was written."""
        data = self.cleaned_data
        days = [day for name in ("follow_up_on", "follow_up_2", "follow_up_3") if (day := data[name])]
        words = {name: data[name] for name in ("problem", "cause", "agreement")}
        return CoachingText(**words, follow_ups=days, defects=list(data["defects"]))


class AcknowledgeForm(PageForm):
    """The agent's own words; they may leave them out."""

    comment = forms.CharField(
        label=_("Your comment"),
        widget=_TEXT,
        required=False,
        help_text=_("What you agree to, what you see differently, what you need. Blank: you have read it."),
    )


class FollowUpForm(PageForm):
    """What was seen on a follow-up date."""

    seen_on = forms.DateField(label=_("Seen on"))
    seen = forms.CharField(label=_("What was seen, with data"), widget=_TEXT)


class FollowUpDateForm(PageForm):
    """Another date."""

    due_on = PlannedDayField(label=_("Follow-up on"))


class ClosingForm(PageForm):
    """What came of a coaching."""

    result = forms.ChoiceField(label=_("Result"), choices=CoachingResult.choices, widget=forms.RadioSelect)
    conclusion = forms.CharField(label=_("Conclusion"), widget=_TEXT)
    unacknowledged_reason = forms.CharField(
        label=_("Why has the agent not signed?"), widget=_TEXT, help_text=_("For example: left before reading it.")
    )

    def __init__(self, *args: Any, coaching: CoachingForm, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if coaching.acknowledged_at:
            del self.fields["unacknowledged_reason"]


class ItemReturnForm(PageForm):
    """What the author of a question should look at."""

    reason = forms.CharField(
        label=_("What should be looked at"),
        widget=_TEXT,
        help_text=_("Its author reads this beside the question. It is proposed from the figures; add what you know."),
    )
