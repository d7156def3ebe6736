"""Forms and filters for defects, samples, sources of needs, traffic and appointments."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import django_filters
from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from planning.enums import DefectState, ErrorClass, RootCause, SampleKind, SampleState
from planning.forms.catalogue import area
from planning.models import Defect, MonitoringSample, QualityParameter
from planning.models.needs import SEES_NEEDS
from trainingops.people.enums import Role
from trainingops.people.models import Person, ServiceLine, Site, Team, User
from trainingops.ui.bounds import reversed_words
from trainingops.ui.forms import DayInput, PageForm, PeriodForm, PlannedDayField


def lines_of(user: User, *roles: str) -> Any:
    """The service lines in the scope of the roles."""
    return ServiceLine.objects.filter(user.authority.scope(*roles, line="pk"))


def sites_of(user: User, *roles: str) -> Any:
    """The sites in the scope of the roles."""
    return Site.objects.filter(user.authority.scope(*roles, site="pk"))


#: In the address of the list: the defects that rates and needs count (docs/adr/0012).
COUNTING = "counting"
#: How far back lists look unless the address says otherwise.
YEAR = timedelta(days=365)


def with_usual_period(query: QueryDict, today: date) -> QueryDict:
    """The address with the first day that a list begins with; a blank one in the address means from the beginning."""
    if "since" in query:
        return query
    filled = query.copy()
    filled["since"] = (today - YEAR).isoformat()
    return filled


class AgentForm(PageForm):
    """A form about one agent, named by number within the scope; never by name."""

    employee_no = forms.CharField(label=_("Employee number"), max_length=30)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.person: Person | None = None

    def clean_employee_no(self) -> str:
        """Find the agent."""
        number: str = self.cleaned_data["employee_no"].strip()
        self.person = Person.objects.visible_to(self.user).filter(employee_no__iexact=number).first()
        if self.person is None:
            raise forms.ValidationError(
                _("Nobody in your scope has the number %(number)s. Check the number."), params={"number": number}
            )
        return number


class DefectForm(AgentForm):
    """A finding on live service (2.3); its class comes from the parameter."""

    occurred_on = forms.DateField(label=_("Date of contact"))
    contact_reference = forms.CharField(label=_("Contact ID"), max_length=60)
    channel = forms.CharField(label=_("Channel"), max_length=40, required=False)
    parameter = forms.ModelChoiceField(label=_("Parameter"), queryset=QualityParameter.objects.all())
    root_cause = forms.ChoiceField(
        label=_("Root cause"), choices=[("", _("Not determined yet")), *RootCause.choices], required=False
    )
    root_cause_by = forms.CharField(
        label=_("Root cause set by"),
        max_length=120,
        required=False,
        help_text=_("Who found the cause out, for example the meeting with Operation. Blank: you."),
    )
    note = forms.CharField(label=_("Finding"), widget=area(3), required=False)


class DefectListFilter(django_filters.FilterSet):
    """What stands in the address of the list of defects."""

    since = django_filters.DateFilter(field_name="occurred_on", lookup_expr="gte", label=_("From"), widget=DayInput)
    until = django_filters.DateFilter(field_name="occurred_on", lookup_expr="lte", label=_("To"), widget=DayInput)
    error_class = django_filters.ChoiceFilter(choices=ErrorClass.choices, label=_("Class"), empty_label=_("All"))
    parameter = django_filters.ModelChoiceFilter(
        queryset=QualityParameter.objects.all(), to_field_name="code", label=_("Parameter"), empty_label=_("All")
    )
    root_cause = django_filters.ChoiceFilter(
        choices=RootCause.choices,
        label=_("Root cause"),
        empty_label=_("All"),
        null_label=_("Not determined yet"),
        null_value="none",
        method="by_root_cause",
    )
    team = django_filters.ModelChoiceFilter(
        queryset=Team.objects.none(), to_field_name="code", label=_("Team"), empty_label=_("All")
    )
    line = django_filters.ModelChoiceFilter(
        queryset=ServiceLine.objects.none(), to_field_name="code", label=_("Service line"), empty_label=_("All")
    )
    state = django_filters.ChoiceFilter(
        choices=[(COUNTING, _("Those that count")), *DefectState.choices],
        label=_("State"),
        empty_label=_("All"),
        method="by_state",
    )

    class Meta:
        model = Defect
        form = PeriodForm
        fields: list[str] = []

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        scope = user.authority.scope(*SEES_NEEDS, site="site", line="line", team="pk")
        self.filters["team"].queryset = Team.objects.filter(scope)
        self.filters["line"].queryset = lines_of(user, *SEES_NEEDS)

    def by_root_cause(self, queryset: Any, _name: str, value: str) -> Any:
        """``none`` are those whose cause is not determined."""
        return queryset.filter(root_cause="" if value == "none" else value)

    def by_state(self, queryset: Any, _name: str, value: str) -> Any:
        """``counting`` are those of the rates and needs: valid and disputed ones."""
        return queryset.counting() if value == COUNTING else queryset.filter(state=value)


class SampleFilter(django_filters.FilterSet):
    """What stands in the address of the list of samples."""

    since = django_filters.DateFilter(field_name="contacted_on", lookup_expr="gte", label=_("From"), widget=DayInput)
    until = django_filters.DateFilter(field_name="contacted_on", lookup_expr="lte", label=_("To"), widget=DayInput)
    kind = django_filters.ChoiceFilter(choices=SampleKind.choices, label=_("Kind of sample"), empty_label=_("All"))
    line = django_filters.ModelChoiceFilter(
        queryset=ServiceLine.objects.none(), to_field_name="code", label=_("Service line"), empty_label=_("All")
    )

    state = django_filters.ChoiceFilter(choices=SampleState.choices, label=_("State"), empty_label=_("All"))

    class Meta:
        model = MonitoringSample
        form = PeriodForm
        fields: list[str] = []

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["line"].queryset = lines_of(user, *SEES_NEEDS)


class AppointmentForm(PageForm):
    """The manager appoints a PIC (5.1.1 a)."""

    user = forms.ModelChoiceField(label="PIC", queryset=User.objects.none())
    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none())
    line = forms.ModelChoiceField(label=_("Service line"), queryset=ServiceLine.objects.none())
    duties = forms.CharField(
        label=_("Duties"), widget=area(6), help_text=_("One a line; they are printed on the letter.")
    )
    starts_on = PlannedDayField(label=_("From"))
    ends_on = PlannedDayField(label=_("To (inclusive)"))

    def __init__(self, *args: Any, user: User, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        trainers = User.objects.filter(
            is_active=True, role_assignments__role=Role.TRAINER, role_assignments__starts_on__lte=today
        )
        choices: dict[str, Any] = {
            "user": trainers.exclude(pk=user.pk).distinct(),
            "site": sites_of(user, Role.MANAGER),
            "line": lines_of(user, Role.MANAGER),
        }
        for name, queryset in choices.items():
            self.fields[name].queryset = queryset  # type: ignore[attr-defined]
        self.fields["user"].label_from_instance = lambda each: f"{each.name} ({each.login})"  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The first day comes first."""
        data = super().clean() or {}
        if data.get("starts_on") and data.get("ends_on") and data["starts_on"] > data["ends_on"]:
            problem = reversed_words(data["starts_on"], data["ends_on"])
            self.add_error("ends_on", forms.ValidationError(problem, code="invalid"))
        return data
