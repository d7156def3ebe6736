"""Forms about indicators: which month and place a page shows."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from evaluation.indicators import Place
from planning.months import Month
from trainingops.people.models import ServiceLine, Site
from trainingops.ui.forms import LoadedChoiceField, PageForm
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
