"""The form of a plan template: all of 4.1 but who, when and where (4.1, 5.1.1 e)."""

from __future__ import annotations

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Fieldset, Layout
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from planning.enums import Method, ModuleState, TrainingKind
from planning.models import (
    ClassType,
    RecoveryForm,
    ScoringScheme,
    TestPaper,
    TrainingApplication,
    TrainingModule,
)
from trainingops.people.enums import FURTHER_PARTIES
from trainingops.people.models import ServiceLine
from trainingops.ui.forms import FigureField, LoadedChoiceField, PageForm, WholeField, fields_only

_CHOICES = ("line", "module", "application", "scheme", "pre_paper", "post_paper")
_QUESTIONS: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (_("The template"), ("name", "kind", "line")),
    (pgettext_lazy("task list", "Why"), ("title", "purpose")),
    (pgettext_lazy("task list", "What"), ("module",)),
    (_("How long"), ("minutes", "meetings")),
    (
        pgettext_lazy("task list", "How"),
        ("method", "application", "class_types", "recovery_forms", "recovery_days", "tolerance_minutes"),
    ),
    (_("How it is scored"), ("scheme", "pass_mark", "pre_paper", "post_paper")),
    (_("Who receives the report"), ("parties",)),
)


class PlanTemplateForm(PageForm):
    """What may stay blank is chosen in each plan."""

    name = forms.CharField(
        label=_("Name of the template"), max_length=80, help_text=_("For example “Briefing 15–30 menit”.")
    )
    kind = forms.ChoiceField(label=_("Kind"), choices=TrainingKind, widget=forms.RadioSelect)
    line = LoadedChoiceField(label=_("Service line"), required=False, empty_label=_("Every line"))
    title = forms.CharField(
        label=_("Title of the plan"), max_length=160, required=False, help_text=_("Blank: the name of the template.")
    )
    purpose = forms.CharField(
        label=_("Why this training"), widget=forms.Textarea(attrs={"rows": 3}), required=False, max_length=4000
    )
    module = LoadedChoiceField(
        label=_("Module"),
        required=False,
        empty_label=_("Chosen in each plan"),
        help_text=_("A plan takes the version that is approved on its day."),
    )
    minutes = WholeField(label=_("Duration of a meeting (minutes)"), min_value=5, max_value=720)
    meetings = WholeField(label=_("Meetings, one a day"), min_value=1, max_value=10, initial=1)
    method = forms.ChoiceField(
        label=_("Method"), choices=[("", _("Chosen in each plan")), *Method.choices], required=False
    )
    application = LoadedChoiceField(label=_("Application"), required=False, empty_label=_("Chosen in each plan"))
    class_types = forms.ModelMultipleChoiceField(
        label=_("Class types"),
        queryset=ClassType.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        to_field_name="code",
    )
    scheme = LoadedChoiceField(label=_("Scoring scheme"), required=False, empty_label=_("Chosen in each plan"))
    pass_mark = FigureField(
        label=_("Pass mark"), required=False, min_value=0, max_value=100, max_digits=6, decimal_places=2
    )
    pre_paper = LoadedChoiceField(label="Pre-test", required=False, empty_label=_("Chosen in each plan"))
    post_paper = LoadedChoiceField(label="Post-test", required=False, empty_label=_("Chosen in each plan"))
    recovery_forms = forms.ModelMultipleChoiceField(
        label=_("Forms of recovery"),
        queryset=RecoveryForm.objects.all(),
        widget=forms.CheckboxSelectMultiple,
        to_field_name="code",
    )
    recovery_days = WholeField(label=_("Days for recovery"), min_value=1, max_value=90, initial=7)
    tolerance_minutes = WholeField(
        label=_("Tolerated lateness (minutes)"),
        min_value=0,
        max_value=120,
        initial=15,
        help_text=_("More than this opens a recovery case."),
    )
    parties = forms.MultipleChoiceField(
        label=_("Who else receives the report"),
        choices=[(party, party.label) for party in FURTHER_PARTIES],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("The mandatory parties always receive it."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = _keys(kwargs.get("initial") or {})
        super().__init__(*args, **kwargs)
        chosen = kwargs["initial"].get("class_types", ())
        rows: dict[str, Any] = {
            "line": ServiceLine.objects.all(),
            "module": TrainingModule.objects.filter(versions__state=ModuleState.APPROVED).distinct().order_by("code"),
            "application": TrainingApplication.objects.filter(is_active=True),
            "scheme": ScoringScheme.objects.filter(is_active=True),
        }
        papers = list(TestPaper.objects.all())
        for name, found in (*rows.items(), ("pre_paper", papers), ("post_paper", papers)):
            self.fields[name].load(found)  # type: ignore[attr-defined]
        self.fields["class_types"].queryset = ClassType.objects.filter(  # type: ignore[attr-defined]
            Q(is_active=True) | Q(code__in=chosen)
        )

    @property
    def helper(self) -> FormHelper:
        """The fields by the questions of the task list."""
        helper = fields_only(self)
        helper.layout = Layout(*(Fieldset(str(title), *names, css_class="form-part") for title, names in _QUESTIONS))
        return helper

    def clean_parties(self) -> list[str]:
        """In the order of the list, so that the same choice is the same value."""
        chosen: list[str] = self.cleaned_data["parties"]
        return [party.value for party in FURTHER_PARTIES if party.value in chosen]


def _keys(values: dict[str, Any]) -> dict[str, Any]:
    """Rows of the selects by their keys."""
    return {name: value.pk if name in _CHOICES and value else value for name, value in values.items()}
