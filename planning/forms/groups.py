"""The form of a group: who a refreshment is for (5.1.1 b)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from planning.forms.plans import BatchField
from planning.models import PlanRevision, ProductChange, TrainingModule
from planning.queries.groups import GroupRule
from planning.services.groups import check_rule
from trainingops.domain import Refused
from trainingops.people.models import Segment, Team, User
from trainingops.ui.forms import LoadedChoiceField, PageForm, WholeField


class GroupForm(PageForm):
    """Every part narrows the group; all left blank means every agent of the line."""

    change = LoadedChoiceField(
        label=_("Product or procedure change"),
        required=False,
        empty_label=_("None"),
        help_text=_("Who was trained on it already is left out."),
    )
    segment = LoadedChoiceField(label=_("Segment or skill"), required=False, empty_label=_("Any"))
    site = LoadedChoiceField(label=_("Site"), required=False, empty_label=_("Any"))
    team = LoadedChoiceField(label=_("Team"), required=False, empty_label=_("Any"))
    joined_months = WholeField(label=_("Tenure from (months)"), min_value=0, max_value=600, required=False)
    joined_at_most = WholeField(label=_("Tenure below (months)"), min_value=1, max_value=600, required=False)
    module = LoadedChoiceField(label=_("Not trained in this module"), required=False, empty_label=_("Any"))
    since = forms.DateField(label=_("Not trained since"), required=False, help_text=_("Blank: never trained in it."))
    batch = BatchField()

    def __init__(self, *args: Any, revision: PlanRevision, user: User, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.line, self.day = revision.plan.line, day
        teams = list(Team.objects.filter(line=self.line).select_related("site"))
        modules = TrainingModule.objects.filter(lines=self.line, versions__state__in=["approved", "retired"])
        choices: dict[str, Any] = {
            "change": ProductChange.objects.visible_to(user).filter(lines=self.line),
            "segment": Segment.objects.all(),
            "team": teams,
            "site": {each.pk: each for each in (revision.plan.site, *(team.site for team in teams))}.values(),
            "module": modules.distinct(),
        }
        for name, rows in choices.items():
            self.fields[name].load(rows, key="uuid" if name == "change" else "pk")  # type: ignore[attr-defined]
        self.fields["batch"].queryset = revision.sessions.all()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """A rule that contradicts itself is said so before anybody is looked for."""
        data = super().clean() or {}
        if not self.errors:
            try:
                check_rule(self.rule, day=self.day)
            except Refused as refused:
                self.add_refusal(refused)
        return data

    @property
    def rule(self) -> GroupRule:
        """The group that was described."""
        data = {name: value for name, value in self.cleaned_data.items() if name != "batch"}
        return GroupRule(line=self.line, **data)
