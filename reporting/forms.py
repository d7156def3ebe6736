"""Forms of the reporting stage."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reporting.enums import DayOffCategory
from reporting.models import TrainingReport
from trainingops.people.enums import Role
from trainingops.people.models import Site, User
from trainingops.ui.forms import DayInput, PageForm, PlannedDayField


class DraftForm(PageForm, forms.ModelForm):
    """The narrative, by the headings of the form."""

    class Meta:
        model = TrainingReport
        fields = ["course", "obstacles", "follow_up"]
        labels = {
            "course": _("How the training went"),
            "obstacles": _("Obstacles"),
            "follow_up": _("Actions asked for"),
        }
        help_texts = {
            "course": _("What the participants can do now, and where they still struggle."),
            "obstacles": _("What got in the way: application, room, traffic. Write “none” if nothing did."),
            "follow_up": _("One action a line, with the party and the date. Write “none” if there is none."),
        }
        widgets = {name: forms.Textarea(attrs={"rows": 4}) for name in fields}


class AmendForm(PageForm):
    """Why a version replaces the one before."""

    reason = forms.CharField(
        label=_("What changed"), help_text=_("One sentence; every reader sees it."), max_length=300
    )


class ShareForm(PageForm):
    """Where the summary was shared by hand."""

    group = forms.CharField(label=_("Shared in group"), max_length=80)


class RecipientForm(PageForm):
    """One more recipient of a party."""

    party = forms.ChoiceField(label=_("Party"), choices=[each for each in Role.choices if each[0] != Role.AGENT])
    user = forms.ModelChoiceField(
        label=_("Recipient"),
        queryset=User.objects.filter(is_active=True),
        to_field_name="login",
        widget=forms.TextInput,
        help_text=_("Employee number"),
        error_messages={
            "invalid_choice": _(
                "“%(value)s”: no open account has this employee number. Check it in the list of people."
            )
        },
    )


class DayOffForm(PageForm):
    """A day off, of the house or of one site."""

    day = forms.DateField(label=_("Date"), widget=DayInput)
    name = forms.CharField(label=_("Name"), max_length=200)
    category = forms.ChoiceField(label=_("Category"), choices=DayOffCategory.choices)
    site = forms.ModelChoiceField(
        label=_("Site"), queryset=Site.objects.all(), required=False, empty_label=_("All sites"), to_field_name="code"
    )


class PolicyForm(PageForm):
    """How H+1 is counted from a day on."""

    effective_on = PlannedDayField(label=_("In force from"))
    business_days = forms.TypedChoiceField(
        label=_("Days that count"),
        choices=[("", _("Calendar days")), ("1", _("Business days (Monday to Friday, days off left out)"))],
        coerce=bool,
        required=False,
        widget=forms.RadioSelect,
    )
    collective_leave_is_off = forms.BooleanField(
        label=_("Collective leave is off"),
        help_text=_("Only with business days. Collective leave is no statutory day off for private staff."),
        required=False,
    )
    site = forms.ModelChoiceField(
        label=_("Site"), queryset=Site.objects.all(), required=False, empty_label=_("All sites"), to_field_name="code"
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        cleaned["business_days"] = bool(cleaned.get("business_days"))
        if cleaned.get("collective_leave_is_off") and not cleaned["business_days"]:
            self.add_error("collective_leave_is_off", _("Choose business days, or leave this unticked."))
        return cleaned
