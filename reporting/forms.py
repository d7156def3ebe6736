"""Forms of the reporting stage."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reporting.enums import DayOffCategory, DeliveryChannel
from reporting.models import TrainingReport
from reporting.services.rules import LATEST_STEP
from trainingops.people.enums import Role
from trainingops.people.models import Site, User
from trainingops.records.documents import DocumentField
from trainingops.ui.forms import DayInput, MomentField, PageForm, PlannedDayField, WholeField


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
    """One more recipient of a party: with an account, or somebody outside."""

    party = forms.ChoiceField(label=_("Party"), choices=[each for each in Role.choices if each[0] != Role.AGENT])
    user = forms.ModelChoiceField(
        label=_("Recipient with an account"),
        queryset=User.objects.filter(is_active=True),
        required=False,
        to_field_name="login",
        widget=forms.TextInput,
        help_text=_("Employee number"),
        error_messages={
            "invalid_choice": _(
                "“%(value)s”: no open account has this employee number. Check it in the list of people."
            )
        },
    )
    name = forms.CharField(
        label=_("Or somebody without account"), help_text=_("Name and unit"), max_length=120, required=False
    )
    address = forms.EmailField(
        label=_("Mail address"),
        help_text=_("The PDF goes there. Leave it blank to hand the report over and note it."),
        required=False,
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        if {"name", "address"} & self.errors.keys():
            return cleaned  # what was written there says whom it was meant for
        outside = cleaned.get("name") or cleaned.get("address")
        if cleaned.get("user") and outside:
            self.add_error("name", _("Choose an account or name somebody without one, not both."))
        if not cleaned.get("user") and not outside and "user" not in self.errors:
            self.add_error("user", _("Write an employee number, or name somebody without account below."))
        if cleaned.get("address") and not cleaned.get("name"):
            self.add_error("name", _("Name the person whom this mail address belongs to."))
        return cleaned


class DeliveryForm(PageForm):
    """How somebody without account was handed the report."""

    channel = forms.ChoiceField(label=_("How"), choices=DeliveryChannel.choices)
    delivered_at = MomentField(label=_("When"))
    received_by = forms.CharField(label=_("Received by"), max_length=120)
    file = DocumentField(label=_("Proof"))


class ClientNamesForm(PageForm):
    """On what it rests that the client reads names, or no longer."""

    reason = forms.CharField(
        label=_("Basis"), help_text=_("Such as the clause of the contract with the client."), max_length=300
    )


class DayOffForm(PageForm):
    """A day off, of the house or of one site."""

    day = forms.DateField(label=_("Date"), widget=DayInput)
    name = forms.CharField(label=_("Name"), max_length=200)
    category = forms.ChoiceField(label=_("Category"), choices=DayOffCategory.choices)
    site = forms.ModelChoiceField(
        label=_("Site"), queryset=Site.objects.all(), required=False, empty_label=_("All sites"), to_field_name="code"
    )


class HoursField(forms.CharField):
    """Several whole numbers of hours, as in "15, 9"; blank is none."""

    def clean(self, value: Any) -> list[int]:
        text = super().clean(value)
        parts = [part for part in re.split(r"[,;\s]+", text.strip()) if part]
        wrong = next((part for part in parts if not part.isdecimal() or len(part) > 4), None)
        if wrong is not None:
            raise forms.ValidationError(
                _("“%(value)s” is no whole number of hours. Write them with commas between, for example 15, 9.")
                % {"value": wrong},
                code="invalid",
            )
        return [int(part) for part in parts]


class PolicyForm(PageForm):
    """How H+1 is counted from a day on, and when it is told."""

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
    reminder_hours = HoursField(
        label=_("Reminders, hours before the due time"),
        help_text=_("To the PIC, in their working hours; with commas between. Blank: none."),
        initial="15, 9",
        required=False,
        max_length=40,
    )
    manager_hours = WholeField(
        label=_("The manager again, hours after the due time"),
        help_text=_("At the due time PIC, trainers and manager are told. Blank: not again."),
        initial=12,
        required=False,
        min_value=1,
        max_value=LATEST_STEP,
    )
    parties_hours = WholeField(
        label=_("The parties that wait for the report, hours after the due time"),
        help_text=_("Operation, Operation Support and QC learn that it is missing. Blank: they do not."),
        initial=36,
        required=False,
        min_value=1,
        max_value=LATEST_STEP,
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
