"""The forms of a plan: begun, written part by part, coordinated, decided."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from planning.enums import ErrorClass, ModuleState, Qualification, RootCause, TargetReason, TrainingKind
from planning.models import (
    Appointment,
    ClassType,
    ModuleVersion,
    NeedSource,
    PlannedSession,
    PlanRevision,
    QualityParameter,
    RecoveryForm,
    Room,
    ScoringScheme,
    TestPaper,
    TrainerModule,
    TrainerProfile,
    TrainingApplication,
)
from planning.wording import LABELS
from trainingops.people.enums import Role
from trainingops.people.models import Site, Team, User
from trainingops.ui.forms import FigureField, MomentField, PageForm, WholeField
from trainingops.ui.remedies import not_a_choice

Checkboxes = forms.CheckboxSelectMultiple


def _text(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


class PlaceField(forms.ModelChoiceField):
    """An appointment in force, shown as the site and line that it is for."""

    def label_from_instance(self, obj: Appointment) -> str:
        return f"{obj.site}, {obj.line} ({obj.number})"


class PlanForm(PageForm):
    """Begin a plan: kind, title, where, why."""

    kind = forms.ChoiceField(label=_("Kind"), choices=TrainingKind, widget=forms.RadioSelect)
    title = forms.CharField(label=_("Title"), max_length=160, help_text=_("What the training is about."))
    place = PlaceField(
        label=_("Site and service line"),
        queryset=Appointment.objects.none(),
        empty_label=None,
        help_text=_("Where your appointment as PIC is in force."),
    )
    purpose = forms.CharField(label=_("Why this training"), widget=_text(), required=False)
    needs = forms.ModelMultipleChoiceField(
        label=_("Sources of the need"), queryset=NeedSource.objects.none(), widget=Checkboxes, required=False
    )

    def __init__(self, *args: Any, user: User, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Appointment.objects.in_force(day).filter(user=user).select_related("site", "line")
        self.fields["place"].queryset = places  # type: ignore[attr-defined]
        _offer_needs(self.fields["needs"], NeedSource.objects.visible_to(user))


def _offer_needs(field: Any, needs: QuerySet[NeedSource]) -> None:
    """The sources to tick; where none is registered no heading stands over nothing."""
    field.queryset = needs
    if not needs.exists():
        field.widget = forms.MultipleHiddenInput()


class PartForm(PageForm, forms.ModelForm):
    """The base of the forms that save fields of the draft."""

    def values(self) -> dict[str, Any]:
        """What the service is to save."""
        return {name: self.cleaned_data[name] for name in self.Meta.fields}  # type: ignore[attr-defined]

    def _post_clean(self) -> None:
        """The service writes and guards; the instance of the page stays as it was read."""


class NeedForm(PartForm):
    """Title, why this training, and from where the need came (5.1.1 d)."""

    title = forms.CharField(label=_("Title"), max_length=160)

    class Meta:
        model = PlanRevision
        fields = ("purpose", "needs")
        widgets = {"purpose": _text(5), "needs": Checkboxes}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        needs = NeedSource.objects.visible_to(user).concerning(self.instance.plan.line_id)
        _offer_needs(self.fields["needs"], needs)
        self.fields["title"].initial = self.instance.plan.title
        if self.instance.plan.approved_revision_id:
            del self.fields["title"]

    def values(self) -> dict[str, Any]:
        """With the title, as long as it may change."""
        return {name: self.cleaned_data[name] for name in ("title", "purpose", "needs") if name in self.cleaned_data}


class ModuleChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: ModuleVersion) -> str:
        return f"{obj} ({obj.module.get_kind_display()})"


class ModuleForm(PartForm):
    """The approved module (2.1)."""

    module_version = ModuleChoice(label=_("Module"), queryset=ModuleVersion.objects.none(), required=False)

    class Meta:
        model = PlanRevision
        fields = ("module_version",)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:  # noqa: ARG002 (all parts take it)
        super().__init__(*args, **kwargs)
        self.fields["module_version"].queryset = (  # type: ignore[attr-defined]
            ModuleVersion.objects.filter(state=ModuleState.APPROVED, module__lines=self.instance.plan.line_id)
            .select_related("module")
            .order_by("module__code")
        )


class MethodForm(PartForm):
    """Method, application, class types (4.1, 5.1.1 e)."""

    class Meta:
        model = PlanRevision
        fields = ("method", "application", "class_types")
        widgets = {"class_types": Checkboxes}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:  # noqa: ARG002
        super().__init__(*args, **kwargs)
        self.fields["application"].queryset = TrainingApplication.objects.filter(is_active=True)  # type: ignore[attr-defined]
        self.fields["class_types"].queryset = ClassType.objects.all()  # type: ignore[attr-defined]


class ScoringForm(PartForm):
    """Scheme, pass mark, tests: the trainer proposes, the manager sets by approving (5.1.2)."""

    pass_mark = FigureField(
        label=_("Pass mark"), required=False, min_value=0, max_value=100, max_digits=6, decimal_places=2
    )

    class Meta:
        model = PlanRevision
        fields = ("scheme", "pass_mark", "pre_paper", "post_paper")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:  # noqa: ARG002
        super().__init__(*args, **kwargs)
        self.fields["scheme"].queryset = ScoringScheme.objects.filter(is_active=True)  # type: ignore[attr-defined]
        for name in ("pre_paper", "post_paper"):
            self.fields[name].queryset = TestPaper.objects.all()  # type: ignore[attr-defined]


class RecoveryPartForm(PartForm):
    """How absence is made up for (5.3.1)."""

    recovery_days = WholeField(label=_("Days for recovery"), min_value=1, max_value=90)
    tolerance_minutes = WholeField(
        label=_("Tolerated lateness (minutes)"),
        min_value=0,
        max_value=120,
        help_text=_("More than this opens a recovery case."),
    )

    class Meta:
        model = PlanRevision
        fields = ("recovery_forms", "recovery_days", "tolerance_minutes")
        widgets = {"recovery_forms": Checkboxes}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:  # noqa: ARG002
        super().__init__(*args, **kwargs)
        self.fields["recovery_forms"].queryset = RecoveryForm.objects.all()  # type: ignore[attr-defined]


class BusyReasonForm(PartForm):
    """Why the training is held although traffic is high (5.1.1 f)."""

    class Meta:
        model = PlanRevision
        fields = ("busy_reason",)
        widgets = {"busy_reason": _text(2)}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:  # noqa: ARG002
        super().__init__(*args, **kwargs)


class TrainerReasonForm(PartForm):
    """Why somebody teaches who is not qualified for the module (5.1.1 a)."""

    class Meta:
        model = PlanRevision
        fields = ("trainer_reason",)
        widgets = {"trainer_reason": _text(3)}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:  # noqa: ARG002
        super().__init__(*args, **kwargs)
        self.fields["trainer_reason"].help_text = _(
            "Name the trainer, and who makes up for what is missing. The manager reads it before deciding."
        )


PART_FORMS: dict[str, type[PartForm]] = {
    "need": NeedForm,
    "module": ModuleForm,
    "method": MethodForm,
    "trainers": TrainerReasonForm,
    "scoring": ScoringForm,
    "recovery": RecoveryPartForm,
}


def _trainer_name(trainer: Any) -> str:
    """Who may not teach the module is offered last, and said so: it takes a written reason."""
    if trainer.may or trainer.kind != Qualification.INTERNAL:
        return str(trainer)
    return _("%(trainer)s (not qualified for the module)") % {"trainer": trainer}


class SessionForm(PageForm):
    """One batch: where, who teaches."""

    label = forms.CharField(label=_("Name of the batch"), max_length=60)
    host_site = forms.ModelChoiceField(
        label=_("Host site"),
        queryset=Site.objects.all(),
        empty_label=None,
        help_text=_("Times are in the zone of this site."),
    )
    trainers = forms.ModelMultipleChoiceField(
        label=_("Trainers"), queryset=TrainerProfile.objects.none(), widget=Checkboxes, required=False
    )
    room = forms.ModelChoiceField(label=_("Room"), queryset=Room.objects.none(), required=False)
    link = forms.URLField(label=_("Link"), required=False, assume_scheme="https")

    def __init__(self, *args: Any, revision: PlanRevision, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        module = revision.module_version.module_id if revision.module_version else None
        self.fields["trainers"].queryset = TrainerProfile.objects.annotate(  # type: ignore[attr-defined]
            may=Exists(TrainerModule.objects.filter(trainerprofile=OuterRef("pk"), trainingmodule=module))
        ).order_by("-may", "name")
        self.fields["trainers"].label_from_instance = _trainer_name  # type: ignore[attr-defined]
        self.fields["room"].queryset = Room.objects.select_related("site")  # type: ignore[attr-defined]
        self.fields["room"].label_from_instance = lambda room: f"{room.name}, {room.site}"  # type: ignore[attr-defined]


class MeetingForm(PageForm):
    """One meeting of a batch."""

    uuid = forms.UUIDField(required=False, widget=forms.HiddenInput)
    starts_at = MomentField(label=_("Starts"), required=False)
    ends_at = MomentField(label=_("Ends"), required=False)

    def __init__(self, *args: Any, zone: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("starts_at", "ends_at"):
            self.fields[name].zone = zone  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        one, two = cleaned.get("starts_at"), cleaned.get("ends_at")
        if not self.errors and bool(one) != bool(two):
            self.add_error("ends_at" if one else "starts_at", str(_("Give both the start and the end of the meeting.")))
        return cleaned


MeetingFormSet = forms.formset_factory(MeetingForm, extra=2, can_delete=True, max_num=40, validate_max=True)


class BatchField(forms.ModelChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Batch"),
            queryset=PlannedSession.objects.none(),
            required=False,
            empty_label=_("Decide later"),
            **kwargs,
        )


class DefectChoiceForm(PageForm):
    """Which defects put their agents on target (5.1.1 c)."""

    since = forms.DateField(label=_("Defects since"))
    until = forms.DateField(label=_("until"))
    defect_class = forms.ChoiceField(
        label=_("Class"), choices=[("", _("Any class")), *ErrorClass.choices], required=False
    )
    root_cause = forms.ChoiceField(
        label=_("Root cause"), choices=[("", _("Any root cause")), *RootCause.choices], required=False
    )
    parameter = forms.ModelChoiceField(
        label=_("Parameter"), queryset=QualityParameter.objects.all(), required=False, empty_label=_("Any parameter")
    )
    team = forms.ModelChoiceField(
        label=_("Team"), queryset=Team.objects.none(), required=False, empty_label=_("Any team")
    )
    minimum_count = WholeField(label=_("At least so many defects"), min_value=1, max_value=999)
    batch = BatchField()

    def __init__(self, *args: Any, revision: PlanRevision, today: date, **kwargs: Any) -> None:
        initial = {"since": today - timedelta(days=30), "until": today, "minimum_count": 1}
        super().__init__(*args, initial={**initial, **kwargs.pop("initial", {})}, **kwargs)
        self.fields["batch"].queryset = revision.sessions.all()  # type: ignore[attr-defined]
        self.fields["team"].queryset = Team.objects.filter(line=revision.plan.line_id)  # type: ignore[attr-defined]


class PeopleChoiceForm(PageForm):
    """Why these people are on target, and in which batch."""

    reason = forms.ChoiceField(
        label=_("Reason"), choices=[each for each in TargetReason.choices if each[0] != TargetReason.DEFECTS]
    )
    note = forms.CharField(label=_("Reason in words"), max_length=300, required=False)
    batch = BatchField()

    def __init__(self, *args: Any, revision: PlanRevision, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["batch"].queryset = revision.sessions.all()  # type: ignore[attr-defined]


class OtherRecipientForm(PageForm):
    """Somebody without account who gets the report by mail."""

    party = forms.ChoiceField(
        label=_("Party"),
        choices=[("", "–"), *[each for each in Role.choices if each[0] not in {Role.AGENT, Role.ADMINISTRATOR}]],
        required=False,
    )
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    email = forms.EmailField(label=_("Mail address"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("email") and not cleaned.get("party"):
            self.add_error("party", str(_("Choose the party of this recipient.")))
        if (cleaned.get("name") or cleaned.get("party")) and not cleaned.get("email") and "email" not in self.errors:
            self.add_error("email", str(_("Give the mail address of this recipient.")))
        return cleaned


OtherRecipientFormSet = forms.formset_factory(OtherRecipientForm, extra=1, max_num=20, validate_max=True)


class ReasonForm(PageForm):
    """Why a plan is cancelled."""

    reason = forms.CharField(label=_("Reason"), widget=_text())


class RemarkForm(PageForm):
    """A remark on a revision, or on one of its fields (APR-4)."""

    field = forms.CharField(label=_("Field"), required=False, max_length=40, widget=forms.Select)
    text = forms.CharField(label=_("Remark"), max_length=2000, widget=_text(2))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="remark-%s", **kwargs)
        self.offer([])

    def offer(self, rows: list[tuple[str, Any]]) -> None:
        """The fields of the revision that the select offers."""
        widget: Any = self.fields["field"].widget
        widget.choices = [("", _("The whole plan")), *rows]

    def clean_field(self) -> str:
        """A field that a plan has."""
        field: str = self.cleaned_data["field"]
        if field and field.partition(":")[0] not in LABELS:
            raise forms.ValidationError(not_a_choice(field), code="invalid_choice")
        return field


class DecisionForm(PageForm):
    """The decision bar of the approval page."""

    content_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)
    comment = forms.CharField(
        label=_("Comment for the PIC"),
        widget=_text(),
        required=False,
        help_text=_("Required when you return or reject."),
    )
    decision = forms.ChoiceField(
        choices=[(each, each) for each in ("approve", "approve_next", "return", "reject")], widget=forms.HiddenInput
    )
