"""Forms about indicators: which month and place a page shows."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evaluation.enums import IndicatorKey
from evaluation.indicators import Place
from planning.months import Month
from trainingops.people.models import ServiceLine, Site, User
from trainingops.people.queries import users_with_role
from trainingops.ui.forms import FigureField, LoadedChoiceField, PageForm, PlannedDayField, WholeField
from trainingops.ui.moments import day_words

#: So many months back a page can be asked for.
OFFERED = 36


class PlaceForm(PageForm):
    """The month that a page is about, and its line and site; an address that names none is about the present one."""

    month = forms.TypedChoiceField(label=_("Month"), coerce=Month.read)
    line = LoadedChoiceField(label=_("Service line"), required=False, empty_label=_("Every line"))
    site = LoadedChoiceField(label=_("Site"), required=False, empty_label=_("Every site"))

    def __init__(self, data: Any, *, today: date) -> None:
        this = Month.of(today)
        super().__init__({**data.dict(), "month": data.get("month") or this.key})
        months = [this.moved(-back) for back in range(OFFERED)]
        fields: dict[str, Any] = self.fields
        fields["month"].choices = [(each.key, day_words(each.first, "month")) for each in months]
        fields["line"].load(ServiceLine.objects.all())
        fields["site"].load(Site.objects.all())

    @property
    def place(self) -> Place:
        """What was chosen; everything where the choice cannot be read."""
        return Place(site=self.cleaned_data.get("site"), line=self.cleaned_data.get("line"))


class AimForm(PageForm):
    """What ISO 9001 6.2 asks of an objective."""

    target = FigureField(
        label=_("Target figure"),
        max_digits=7,
        decimal_places=2,
        help_text=_("In percent; of training defects for every hundred classes."),
    )
    means = forms.CharField(
        label=_("By which means"),
        help_text=_("What will be done, and what it takes."),
        widget=forms.Textarea({"rows": 3}),
    )
    owner = forms.ModelChoiceField(User.objects.none(), label=_("Who answers for it"))
    due_on = PlannedDayField(label=_("By when"))
    judged_by = forms.CharField(
        label=_("How it is judged"),
        help_text=_("By which figure, of which period."),
        widget=forms.Textarea({"rows": 3}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = users_with_role("manager", "trainer", "qc")  # type: ignore[attr-defined]


class ObjectiveForm(AimForm):
    """A new objective: of which year, indicator and place."""

    year = WholeField(label=_("Year"), min_value=2000, max_value=2100)
    indicator = forms.ChoiceField(label=_("Indicator"), choices=IndicatorKey.choices)
    line = forms.ModelChoiceField(
        ServiceLine.objects.all(), label=_("Service line"), required=False, empty_label=_("Every line")
    )
    site = forms.ModelChoiceField(Site.objects.all(), label=_("Site"), required=False, empty_label=_("Every site"))
    field_order = ("year", "indicator", "line", "site")


class ReturnForm(PageForm):
    """Why an objective goes back."""

    note = forms.CharField(label=_("Note, if you return it"), required=False, widget=forms.Textarea({"rows": 3}))
