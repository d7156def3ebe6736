"""The form that begins a plan."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from planning.enums import TrainingKind
from planning.forms.plans.common import Checkboxes, offer_needs, text_area
from planning.models import (
    Appointment,
    NeedSource,
)
from trainingops.people.models import User
from trainingops.ui.forms import PageForm


class PlaceField(forms.ModelChoiceField):
    """An appointment in force, shown as the site and line that it is for."""

    def label_from_instance(self, obj: Appointment) -> str:
        return f"{obj.site}, {obj.line} ({obj.number})"


class PlanForm(PageForm):
    """Begin a plan: kind, title, where, why."""

    kind = forms.ChoiceField(label=_("Kind"), choices=TrainingKind, widget=forms.RadioSelect)
    title = forms.CharField(label=_("Title"), max_length=160, help_text=_("What the training is about."))
    place = PlaceField(
        label=_("Site and service line"),
        queryset=Appointment.objects.none(),
        empty_label=None,
        help_text=_("Where your appointment as PIC is in force."),
    )
    purpose = forms.CharField(label=_("Why this training"), widget=text_area(), required=False)
    needs = forms.ModelMultipleChoiceField(
        label=_("Sources of the need"), queryset=NeedSource.objects.none(), widget=Checkboxes, required=False
    )

    def __init__(self, *args: Any, user: User, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Appointment.objects.in_force(day).filter(user=user).select_related("site", "line")
        self.fields["place"].queryset = places  # type: ignore[attr-defined]
        offer_needs(self.fields["needs"], NeedSource.objects.visible_to(user))
