"""The forms that put people on target (5.1.1 b, c)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from planning.enums import ErrorClass, RootCause, TargetReason
from planning.models import (
    PlannedSession,
    PlanRevision,
    QualityParameter,
)
from trainingops.people.models import Team
from trainingops.ui.forms import PageForm, WholeField


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
        label=_("Reason"),
        choices=[
            each for each in TargetReason.choices if each[0] not in (TargetReason.DEFECTS, TargetReason.COMPETENCE)
        ],
    )
    note = forms.CharField(label=_("Reason in words"), max_length=300, required=False)
    batch = BatchField()

    def __init__(self, *args: Any, revision: PlanRevision, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["batch"].queryset = revision.sessions.all()  # type: ignore[attr-defined]
