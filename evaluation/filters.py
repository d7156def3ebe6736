"""What the lists of the evaluation stage can be narrowed to; the state lives in the address."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from evaluation.enums import (
    COACHING_UNDER_WAY,
    CoachingState,
    DefectDecision,
    EffectVerdict,
    ImpactLevel,
    StudyState,
    TrainingDefectKind,
)
from evaluation.models import CoachingForm, EffectStudy, TrainingDefect
from sessions.models import AbsenceReason
from trainingops.people.models import ServiceLine, Site
from trainingops.ui.forms import DayInput, PeriodForm

#: Beside the decisions: nobody has decided yet.
UNDECIDED = "open"


class TrainingDefectFilter(django_filters.FilterSet):
    """What stands in the address of the register; ``kind`` is chosen by the links above the list."""

    since = django_filters.DateFilter(method="keep", label=_("From"), widget=DayInput)
    until = django_filters.DateFilter(method="keep", label=_("To"), widget=DayInput)
    line = django_filters.ModelChoiceFilter(
        queryset=ServiceLine.objects.all(), to_field_name="code", label=_("Service line"), empty_label=_("All")
    )
    site = django_filters.ModelChoiceFilter(
        queryset=Site.objects.all(), to_field_name="code", label=_("Site"), empty_label=_("All")
    )
    state = django_filters.ChoiceFilter(
        choices=[(UNDECIDED, _("Waits for a decision")), *DefectDecision.choices],
        label=_("State"),
        empty_label=_("All"),
        method="by_state",
    )
    impact = django_filters.ChoiceFilter(
        field_name="impact_level",
        choices=ImpactLevel.choices,
        label=_("Impact"),
        empty_label=_("All"),
        null_label=_("Not judged yet"),
        null_value="none",
        method="by_impact",
    )
    reason = django_filters.ModelChoiceFilter(
        field_name="absence_reason",
        queryset=AbsenceReason.objects.all(),
        to_field_name="code",
        label=_("Reason of the absence"),
        empty_label=_("All"),
    )
    training = django_filters.CharFilter(
        field_name="plan__number", lookup_expr="iexact", label=_("Number of the training")
    )
    kind = django_filters.ChoiceFilter(choices=TrainingDefectKind.choices, widget=forms.HiddenInput)

    class Meta:
        model = TrainingDefect
        form = PeriodForm
        fields: list[str] = []

    def keep(self, queryset: Any, _name: str, _value: Any) -> Any:
        """The days are applied together, by the calendar of each site."""
        return queryset

    def by_state(self, queryset: Any, _name: str, value: str) -> Any:
        """Undecided, or decided so."""
        return queryset.filter(decision="" if value == UNDECIDED else value)

    def by_impact(self, queryset: Any, _name: str, value: str) -> Any:
        """Of this degree, or not judged yet."""
        return queryset.filter(impact_level="" if value == "none" else value)

    def filter_queryset(self, queryset: Any) -> Any:
        """The rows of the chosen days that meet every other choice."""
        data = self.form.cleaned_data
        return super().filter_queryset(queryset.in_days(data.get("since"), data.get("until")))


class EffectFilter(django_filters.FilterSet):
    """Which studies: by place, by verdict or state, by the end of the window after."""

    since = django_filters.DateFilter("after_until", "gte", label=_("Window after ends from"), widget=DayInput)
    until = django_filters.DateFilter("after_until", "lte", label=_("To"), widget=DayInput)
    line = django_filters.ModelChoiceFilter(
        field_name="plan__line",
        queryset=ServiceLine.objects.all(),
        to_field_name="code",
        label=_("Service line"),
        empty_label=_("All"),
    )
    site = django_filters.ModelChoiceFilter(
        field_name="plan__site",
        queryset=Site.objects.all(),
        to_field_name="code",
        label=_("Site"),
        empty_label=_("All"),
    )
    verdict = django_filters.ChoiceFilter(
        choices=[*EffectVerdict.choices, (StudyState.WAITING.value, StudyState.WAITING.label)],
        label=pgettext_lazy("effect", "Verdict"),
        empty_label=_("All"),
        method="by_verdict",
    )

    class Meta:
        model = EffectStudy
        form = PeriodForm
        fields: list[str] = []

    def by_verdict(self, queryset: Any, _name: str, value: str) -> Any:
        """Of this verdict, or still waiting for one."""
        if value == StudyState.WAITING:
            return queryset.filter(state=value)
        return queryset.filter(state=StudyState.MEASURED, latest__verdict=value)


class CoachingFilter(django_filters.FilterSet):
    """By person, state, line, and what is due."""

    agent = django_filters.CharFilter(label=_("Name or employee number"), method="by_words")
    state = django_filters.ChoiceFilter(choices=CoachingState.choices, label=_("State"), empty_label=_("All"))
    line = django_filters.ModelChoiceFilter(
        queryset=ServiceLine.objects.all(), to_field_name="code", label=_("Service line"), empty_label=_("All")
    )
    due = django_filters.ChoiceFilter(
        choices=[("over", _("Follow-up overdue")), ("week", _("Follow-up within seven days"))],
        label=_("Follow-up"),
        empty_label=_("All"),
        method="by_due",
    )
    since = django_filters.DateFilter(
        field_name="coached_at", lookup_expr="date__gte", label=_("Signed from"), widget=DayInput
    )
    until = django_filters.DateFilter(
        field_name="coached_at", lookup_expr="date__lte", label=_("Signed until"), widget=DayInput
    )

    class Meta:
        model = CoachingForm
        form = PeriodForm
        fields: list[str] = []

    def by_words(self, found: QuerySet[CoachingForm], _name: str, words: str) -> QuerySet[CoachingForm]:
        """Each word is somewhere in the name or the number of the person."""
        for word in words.split():
            found = found.filter(Q(person__name__icontains=word) | Q(person__employee_no__icontains=word))
        return found

    def by_due(self, found: QuerySet[Any], _name: str, due: str) -> QuerySet[Any]:
        """By ``next_on`` of what is under way."""
        today = timezone.localdate()
        waiting = found.filter(state__in=COACHING_UNDER_WAY)
        if due == "over":
            return waiting.filter(next_on__lt=today)
        return waiting.filter(next_on__range=(today, today + timedelta(days=7)))
