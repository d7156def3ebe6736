"""Forms and filters of the needs page, of samples, parameters and figures of the service (2.3, 5.1.1 c)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import django_filters
from django import forms
from django.http import QueryDict
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from planning.enums import Better, ErrorClass, ModuleState, RootCause, SampleKind, TrainingKind
from planning.forms.catalogue import area
from planning.forms.needs import AgentForm, lines_of
from planning.models import Appointment, ModuleVersion, PlanTemplate, QualityParameter, ServiceIndicator, ServiceMeasure
from planning.models.needs import SEES_NEEDS, DefectQuerySet
from planning.queries.needs import DefectFilter
from planning.tables.needs import CLASS_SHORT
from trainingops.people.models import ServiceLine, Team, User
from trainingops.ui.bounds import reversed_words
from trainingops.ui.forms import DayInput, FigureField, LoadedChoiceField, PageForm, PeriodForm, WholeField

#: The longest period of the needs page; longer ones are for the lists and their files.
LONGEST = timedelta(days=731)
#: What the needs page begins with.
USUAL = timedelta(days=89)
CLASSES = [("", _("Every class")), *((value, CLASS_SHORT[value]) for value in ErrorClass.values)]
CAUSES = [("", _("Every root cause")), *RootCause.choices, ("none", _("Not determined yet"))]


@dataclass(frozen=True, kw_only=True)
class Wanted(DefectFilter):
    """Which defects and samples a page of needs looks at."""

    line: ServiceLine | None = None

    def defects(self, everything: DefectQuerySet) -> DefectQuerySet:
        """The defects of a query set that are wanted."""
        return self.narrow(everything.filter(line=self.line) if self.line else everything)

    def samples(self, everything: Any) -> Any:
        """The samples of a query set that are wanted; they know neither parameter nor cause."""
        found = everything.filter(contacted_on__range=(self.since, self.until))
        return found.filter(**{name: value for name in ("line", "team") if (value := getattr(self, name))})

    def query(self, **more: str) -> str:
        """The same wish in an address, with ``more`` on top of it; blanks are left out."""
        mine = {
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "line": self.line.code if self.line else "",
            "error_class": self.error_class,
            "parameter": self.parameter.code if self.parameter else "",
            "root_cause": self.root_cause,
            "team": self.team.code if self.team else "",
            **more,
        }
        return urlencode({name: value for name, value in mine.items() if value})


class NeedsForm(PageForm):
    """Period, line and what to narrow to, in the address; what is missing or wrong falls back to the last 90 days."""

    since = forms.DateField(label=_("From"), required=False)
    until = forms.DateField(label=_("To"), required=False)
    line = LoadedChoiceField(label=_("Service line"), required=False, empty_label=_("Every line"))
    error_class = forms.ChoiceField(label=_("Class"), choices=CLASSES, required=False)  # type: ignore[assignment]
    parameter = LoadedChoiceField(label=_("Parameter"), required=False, empty_label=_("Every parameter"))
    root_cause = forms.ChoiceField(label=_("Root cause"), choices=CAUSES, required=False)
    team = LoadedChoiceField(label=_("Team"), required=False, empty_label=_("Every team"))

    def __init__(self, data: QueryDict | None = None, *, user: User, today: date, **kwargs: Any) -> None:
        # The dates that count stand in the form, also where the address leaves them out.
        usual = {"since": (today - USUAL).isoformat(), "until": today.isoformat()}
        if data and not data.get("since") and not data.get("until"):
            data = data.copy()
            data["since"], data["until"] = usual["since"], usual["until"]
        super().__init__(data, initial=usual, **kwargs)
        self.today = today
        teams = Team.objects.filter(user.authority.scope(*SEES_NEEDS, site="site", line="line", team="pk"))
        choices = {"line": lines_of(user, *SEES_NEEDS), "parameter": QualityParameter.objects.all(), "team": teams}
        for name, rows in choices.items():
            self.fields[name].load(rows, key="code")  # type: ignore[attr-defined]

    @cached_property
    def wanted(self) -> Wanted:
        """What is asked for; the usual 90 days where the form is not valid."""
        data = dict(self.cleaned_data) if self.is_bound and self.is_valid() else {}
        until = data.pop("until", None) or self.today
        since = data.pop("since", None) or until - USUAL
        known = {name: value for name, value in data.items() if name in Wanted.__dataclass_fields__}
        return Wanted(since=since, until=until, **known)

    def clean(self) -> dict[str, Any]:
        """The first day comes first, and not too long ago."""
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and since > until:
            self.add_error("until", reversed_words(since, until))
        elif since and (until or self.today) - since > LONGEST:
            self.add_error("since", _("Choose at most two years. The lists and their files have no such limit."))
        return data


class AgentsForm(NeedsForm):
    """Whose defects, from how many on, and which module they might need."""

    minimum = WholeField(label=_("At least so many defects"), min_value=1, max_value=999, required=False)
    module = LoadedChoiceField(
        label=_("Module"),
        required=False,
        empty_label=_("Not chosen yet"),
        help_text=_("Who had it recently is marked and not ticked."),
    )

    def __init__(self, data: QueryDict | None = None, *, user: User, today: date, **kwargs: Any) -> None:
        super().__init__(data, user=user, today=today, **kwargs)
        versions = ModuleVersion.objects.filter(
            state=ModuleState.APPROVED, module__lines__in=lines_of(user, *SEES_NEEDS)
        )
        self.fields["module"].load(versions.select_related("module").distinct())  # type: ignore[attr-defined]


class ImprovementForm(PageForm):
    """Begin an improvement for the agents ticked."""

    kind = TrainingKind.IMPROVEMENT
    title = forms.CharField(label=_("Title"), max_length=160)
    place = LoadedChoiceField(
        label=_("Site and service line"), help_text=_("Where your appointment as PIC is in force.")
    )
    template = LoadedChoiceField(
        label=_("Template"),
        required=False,
        empty_label=_("Without a template"),
        help_text=_("Brings all of 4.1 but who, when and where; each part can be changed afterwards."),
    )

    def __init__(self, *args: Any, user: User, day: date, line: ServiceLine | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        templates = PlanTemplate.objects.visible_to(user).in_use().filter(kind=self.kind)
        self.fields["template"].load(templates.order_by("name"), key="uuid")  # type: ignore[attr-defined]
        places = Appointment.objects.in_force(day).filter(user=user).select_related("site", "line")
        self.fields["place"].load(  # type: ignore[attr-defined]
            places.filter(line=line) if line else places, label=lambda each: f"{each.site}, {each.line} ({each.number})"
        )


class CauseForm(PageForm):
    """Why a finding happened, and who found that out."""

    root_cause = forms.ChoiceField(label=_("Root cause"), choices=RootCause, widget=forms.RadioSelect)
    set_by = forms.CharField(label=_("Root cause set by"), max_length=120)


class SampleFigures(PageForm):
    """How many contacts of a day were inspected, and how many of them were defective by class (2.3)."""

    contacted_on = forms.DateField(label=_("Date of contact"))
    kind = forms.ChoiceField(label=_("Kind of sample"), choices=SampleKind, widget=forms.RadioSelect)
    inspected = WholeField(label=_("Inspected contacts"), min_value=1, max_value=9_999)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for value in ErrorClass.values:
            self.fields[f"defective_{value}"] = WholeField(
                label=_("Defective contacts, %(error_class)s") % {"error_class": CLASS_SHORT[value]},
                min_value=0,
                max_value=9_999,
                required=False,
            )

    @property
    def defective(self) -> dict[str, int]:
        """Class → contacts with at least one error of it."""
        return {value: count for value in ErrorClass.values if (count := self.cleaned_data[f"defective_{value}"])}


class SampleForm(SampleFigures, AgentForm):
    """Several inspected contacts of one agent on a day."""


class SampleCorrectionForm(SampleFigures):
    """The same numbers of the same agent, corrected, and why."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"] = forms.CharField(label=_("Why is it corrected?"), widget=area(3), max_length=1000)


class ParameterForm(PageForm):
    """A line of QC's sheet."""

    code = forms.CharField(label=_("Code"), max_length=12, help_text=_("The heading of its column in the sheet."))
    name = forms.CharField(label=_("Name"), max_length=160)
    error_class = forms.ChoiceField(label=_("Class"), choices=ErrorClass)  # type: ignore[assignment]
    weight = FigureField(label=_("Weight"), min_value=Decimal(0), max_digits=6, decimal_places=2, initial=0)


def _end_of_scale(**words: Any) -> FigureField:
    """Where the scale of a measure ends, if it does; further out than this is a slip of the hand."""
    return FigureField(
        min_value=-1_000_000, max_value=1_000_000_000, max_digits=14, decimal_places=4, required=False, **words
    )


class MeasureForm(PageForm):
    """One more measure of the service."""

    code = forms.SlugField(label=_("Code"), max_length=30, help_text=_("As the sheet names it, for example nps."))
    name = forms.CharField(label=_("Name"), max_length=80)
    unit = forms.CharField(label=_("Unit"), max_length=20, required=False)
    decimals = WholeField(label=_("Decimals"), min_value=0, max_value=4, initial=2)
    better = forms.ChoiceField(label=_("Better when"), choices=Better, widget=forms.RadioSelect)
    lowest = _end_of_scale(label=_("Lowest figure"), help_text=_("Lower ones are refused. Blank: there is none."))
    highest = _end_of_scale(label=_("Highest figure"), help_text=_("Higher ones are refused. Blank: there is none."))


class IndicatorFilter(django_filters.FilterSet):
    """What stands in the address of the figures of the service."""

    measure = django_filters.ModelChoiceFilter(
        queryset=ServiceMeasure.objects.all(), to_field_name="code", label=_("Measure"), empty_label=_("All")
    )
    line = django_filters.ModelChoiceFilter(
        queryset=ServiceLine.objects.none(), to_field_name="code", label=_("Service line"), empty_label=_("All")
    )
    since = django_filters.DateFilter(field_name="ends_on", lookup_expr="gte", label=_("From"), widget=DayInput)
    until = django_filters.DateFilter(field_name="starts_on", lookup_expr="lte", label=_("To"), widget=DayInput)
    whose = django_filters.ChoiceFilter(
        choices=[("line", _("The whole line")), ("agent", _("Agents"))],
        label=_("Of whom"),
        empty_label=_("All"),
        method="by_whose",
    )

    class Meta:
        model = ServiceIndicator
        form = PeriodForm
        fields: list[str] = []

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["line"].queryset = lines_of(user, *SEES_NEEDS)

    def by_whose(self, queryset: Any, _name: str, value: str) -> Any:
        """Figures of lines, or of single agents."""
        return queryset.filter(person__isnull=value == "line")
