"""The filter of the list of competences."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from planning.models import Competence, TrainingModule
from trainingops.people.models import PersonAssignment, Team
from trainingops.people.queries import in_force
from trainingops.ui.forms import PageForm


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

    def by_validity(self, found: QuerySet[Competence], _name: str, holds: str) -> QuerySet[Competence]:
        """Whether it holds today; one without a last day always does."""
        over = Q(valid_until__lt=timezone.localdate())
        return found.filter(over if holds == "no" else ~over)
