"""The form of a group: who a refreshment is for (5.1.1 b)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from planning.forms.plans import BatchField
from planning.models import PlanRevision, ProductChange, TrainingModule
from planning.queries.groups import GroupRule
from trainingops.people.models import Segment, Site, Team, User
from trainingops.ui.forms import PageForm, WholeField


class GroupForm(PageForm):
    """Every part narrows the group; all left blank means every agent of the line."""

    change = forms.ModelChoiceField(
        label=_("Product or procedure change"),
        queryset=ProductChange.objects.none(),
        to_field_name="uuid",
        required=False,
        empty_label=_("None"),
        help_text=_("Who was trained on it already is left out."),
    )
    segment = forms.ModelChoiceField(
        label=_("Segment or skill"), queryset=Segment.objects.all(), required=False, empty_label=_("Any")
    )
    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.all(), required=False, empty_label=_("Any"))
    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none(), required=False, empty_label=_("Any"))
    joined_months = WholeField(label=_("Tenure from (months)"), min_value=0, max_value=600, required=False)
    joined_at_most = WholeField(label=_("Tenure below (months)"), min_value=1, max_value=600, required=False)
    module = forms.ModelChoiceField(
        label=_("Not trained in this module"),
        queryset=TrainingModule.objects.none(),
        required=False,
        empty_label=_("Any"),
    )
    since = forms.DateField(label=_("since"), required=False, help_text=_("Blank: never trained in it."))
    batch = BatchField()

    def __init__(self, *args: Any, revision: PlanRevision, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.line = revision.plan.line
        choices: dict[str, Any] = {
            "change": ProductChange.objects.visible_to(user).filter(lines=self.line),
            "team": Team.objects.filter(line=self.line),
            "module": TrainingModule.objects.filter(
                Q(lines=self.line) & Q(versions__state__in=["approved", "retired"])
            ).distinct(),
            "batch": revision.sessions.all(),
        }
        for name, queryset in choices.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]

    @property
    def rule(self) -> GroupRule:
        """The group that was described."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "batch"}
        return GroupRule(line=self.line, **data)
