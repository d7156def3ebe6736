"""The forms of the parts of a draft that are plain fields; each saves on its own."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from planning.effect_windows import DAYS
from planning.enums import ModuleState
from planning.forms.plans.common import Checkboxes, offer_needs, text_area
from planning.models import (
    ClassType,
    ModuleVersion,
    NeedSource,
    PlanRevision,
    RecoveryForm,
    ScoringScheme,
    TestPaper,
    TrainingApplication,
)
from planning.queries.effect import proposal
from trainingops.people.models import User
from trainingops.ui.forms import FigureField, PageForm, PlannedDayField, WholeField


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
        widgets = {"purpose": text_area(5), "needs": Checkboxes}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        needs = NeedSource.objects.visible_to(user).concerning(self.instance.plan.line_id)
        offer_needs(self.fields["needs"], needs)
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
        plan = self.instance.plan
        approved = ModuleVersion.objects.filter(state=ModuleState.APPROVED, module__lines=plan.line_id)
        # An approved plan keeps its version, also where that went out of use.
        offered = Q(pk__in=approved.values("pk")) | Q(revisions__approved_for=plan)
        self.fields["module_version"].queryset = (  # type: ignore[attr-defined]
            ModuleVersion.objects.filter(offered).distinct().select_related("module").order_by("module__code")
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
        # One that went out of use stays where it was chosen.
        self.fields["class_types"].queryset = ClassType.objects.filter(  # type: ignore[attr-defined]
            Q(is_active=True) | Q(pk__in=self.instance.class_types.values("pk"))
        )


class SchemeChoice(forms.ModelChoiceField):
    def label_from_instance(self, obj: ScoringScheme) -> str:
        return str(obj) if obj.is_active else _("%(scheme)s (out of use)") % {"scheme": obj}


class ScoringForm(PartForm):
    """Scheme, pass mark, tests: the trainer proposes, the manager sets by approving (5.1.2)."""

    scheme = SchemeChoice(label=_("Scoring scheme"), queryset=ScoringScheme.objects.none(), required=False)
    pass_mark = FigureField(
        label=_("Pass mark"), required=False, min_value=0, max_value=100, max_digits=6, decimal_places=2
    )

    class Meta:
        model = PlanRevision
        fields = ("scheme", "pass_mark", "pre_paper", "post_paper")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:  # noqa: ARG002
        super().__init__(*args, **kwargs)
        # One that went out of use stays where it was chosen; whether the plan keeps it says its completeness.
        self.fields["scheme"].queryset = ScoringScheme.objects.filter(  # type: ignore[attr-defined]
            Q(is_active=True) | Q(pk=self.instance.scheme_id)
        )
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
        widgets = {"busy_reason": text_area(2)}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:  # noqa: ARG002
        super().__init__(*args, **kwargs)


class SeatsReasonForm(PartForm):
    """Why a batch has more people than its room has seats (5.1.1 e)."""

    class Meta:
        model = PlanRevision
        fields = ("seats_reason",)
        widgets = {"seats_reason": text_area(2)}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:  # noqa: ARG002
        super().__init__(*args, **kwargs)
        self.fields["seats_reason"].help_text = _("Say where the others sit. The manager reads it before deciding.")


class TrainerReasonForm(PartForm):
    """Why somebody teaches who is not qualified for the module (5.1.1 a)."""

    class Meta:
        model = PlanRevision
        fields = ("trainer_reason",)
        widgets = {"trainer_reason": text_area(3)}

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:  # noqa: ARG002
        super().__init__(*args, **kwargs)
        self.fields["trainer_reason"].help_text = _(
            "Name the trainer, and who makes up for what is missing. The manager reads it before deciding."
        )


class EffectForm(PartForm):
    """How the effect on service defects is measured; what the selecting window leaves open is proposed (2.3, 5.4)."""

    after_from = PlannedDayField(label=_("After: from"), required=False)
    after_until = PlannedDayField(label=_("After: to"), required=False)

    class Meta:
        model = PlanRevision
        fields = ("effect_class", "effect_parameter", *DAYS)
        labels = {
            "effect_class": _("Class of defects that it is to lower"),
            "effect_parameter": _("Parameter of Quality Control that concerns it"),
            "before_from": _("Before: from"),
            "before_until": _("Before: to"),
        }
        help_texts = {
            "effect_class": _("One class decides whether it worked; the others are shown beside it."),
            "effect_parameter": _("Of the product or procedure, where there is one: its errors are counted too."),
            "before_until": _("Before the days whose defects chose the participants."),
        }

    def __init__(self, *args: Any, user: User, instance: PlanRevision, **kwargs: Any) -> None:  # noqa: ARG002
        proposed = {name: value for name, value in proposal(instance).items() if not getattr(instance, name)}
        super().__init__(*args, instance=instance, initial=proposed, **kwargs)
        self.fields["after_until"].help_text = _("The effect is measured the day after.")


PART_FORMS: dict[str, type[PartForm]] = {
    "need": NeedForm,
    "module": ModuleForm,
    "method": MethodForm,
    "trainers": TrainerReasonForm,
    "scoring": ScoringForm,
    "recovery": RecoveryPartForm,
    "effect": EffectForm,
}
