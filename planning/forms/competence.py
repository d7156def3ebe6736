"""The filters of the list of competences and of the competence matrix."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from planning.forms.needs import lines_of
from planning.models import Competence, TrainerModule, TrainingModule
from planning.queries.competence_matrix import MatrixRule, columns_of
from trainingops.people.models import PersonAssignment, Segment, ServiceLine, Team, User
from trainingops.people.queries import SEES_PEOPLE, in_force
from trainingops.ui.forms import LoadedChoiceField, PageForm


class CompetenceFilter(django_filters.FilterSet):
    """By person, team, module, and whether it still holds."""

    q = django_filters.CharFilter(label=_("Name or employee number"), method="by_words")
    team = django_filters.ModelChoiceFilter(label=_("Team"), queryset=Team.objects.none(), method="by_team")
    module = django_filters.ModelChoiceFilter(
        label=_("Module"), queryset=TrainingModule.objects.order_by("code"), field_name="module_version__module"
    )
    holds = django_filters.ChoiceFilter(
        label=_("Validity"), choices=[("yes", _("Valid")), ("no", _("Expired"))], method="by_validity"
    )

    class Meta:
        model = Competence
        form = PageForm
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["team"].queryset = Team.objects.visible_to(self.request.user).select_related("site")

    def by_words(self, found: QuerySet[Competence], _name: str, words: str) -> QuerySet[Competence]:
        """Each word is somewhere in the name or the number."""
        for word in words.split():
            found = found.filter(Q(person__name__icontains=word) | Q(person__employee_no__icontains=word))
        return found

    def by_team(self, found: QuerySet[Competence], _name: str, team: Team) -> QuerySet[Competence]:
        """Whose present assignment is in the team."""
        here = PersonAssignment.objects.filter(in_force(timezone.localdate()), team=team)
        return found.filter(person__in=here.values("person"))

    def by_validity(self, found: QuerySet[Any], _name: str, holds: str) -> QuerySet[Any]:
        """Whether it holds today; one without a last day always does."""
        today = timezone.localdate()
        return found.filter(ends_on__lt=today) if holds == "no" else found.filter(_holds(today))


def _holds(today: date) -> Q:
    """What has no last day, or one that is not over."""
    return Q(ends_on=None) | Q(ends_on__gte=today)


class MatrixForm(PageForm):
    """Line, team, segment, module and name, in the address; what is wrong there counts as left out."""

    line = LoadedChoiceField(label=_("Service line"), required=False)
    team = LoadedChoiceField(label=_("Team"), required=False, empty_label=_("Every team"))
    segment = LoadedChoiceField(label=_("Segment"), required=False, empty_label=_("Every segment"))
    module = LoadedChoiceField(label=_("Module"), required=False, empty_label=_("Every required module"))
    q = forms.CharField(label=_("Name"), required=False, max_length=80)

    def __init__(self, data: QueryDict, *, user: User, day: date) -> None:
        super().__init__(data)
        self.user, self.day = user, day
        self.fields["line"].load(lines_of(user, *SEES_PEOPLE), key="code")  # type: ignore[attr-defined]
        lines = self.fields["line"].rows  # type: ignore[attr-defined]
        self.on_line: ServiceLine | None = lines.get(data.get("line", "")) or next(iter(lines.values()), None)
        self.modules = columns_of(self.on_line, day=day) if self.on_line else []
        teams = Team.objects.visible_to(user).filter(line=self.on_line) if self.on_line else []
        for name, rows in (("team", teams), ("segment", Segment.objects.all()), ("module", self.modules)):
            self.fields[name].load(rows, key="code")  # type: ignore[attr-defined]

    @property
    def rule(self) -> MatrixRule | None:
        """Whose competences are asked for; nobody's where the reader sees no line."""
        if self.on_line is None:
            return None
        data = self.cleaned_data if self.is_valid() else {}
        chosen = {name: data.get(name) for name in ("team", "segment", "module")}
        return MatrixRule(line=self.on_line, day=self.day, user=self.user, words=data.get("q", ""), **chosen)


class TrainerCompetenceFilter(django_filters.FilterSet):
    """By trainer, module, and whether the qualification holds, ends soon or is over."""

    q = django_filters.CharFilter(label=_("Name"), field_name="trainerprofile__name", lookup_expr="icontains")
    module = django_filters.ModelChoiceFilter(
        label=_("Module"), queryset=TrainingModule.objects.order_by("code"), field_name="trainingmodule"
    )
    holds = django_filters.ChoiceFilter(
        label=_("Qualification"),
        choices=[("yes", _("Valid")), ("soon", _("Ends within 60 days")), ("no", _("Expired"))],
        method="by_end",
    )

    class Meta:
        model = TrainerModule
        form = PageForm
        fields: list[str] = []

    def by_end(self, found: QuerySet[Any], _name: str, holds: str) -> QuerySet[Any]:
        """By ``ends_on``, the last day of permit, profile and certificates together."""
        today = timezone.localdate()
        if holds == "no":
            return found.filter(ends_on__lt=today)
        if holds == "soon":
            return found.filter(ends_on__range=(today, today + timedelta(days=60)))
        return found.filter(_holds(today))
