"""The forms of who receives the report without account (5.3.2)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trainingops.people.enums import REPORTED_TO
from trainingops.ui.forms import PageForm


class OtherRecipientForm(PageForm):
    """Somebody without account who gets the report by mail."""

    party = forms.ChoiceField(
        label=_("Party"),
        choices=[("", "–"), *((each.value, each.label) for each in REPORTED_TO)],
        required=False,
    )
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    email = forms.EmailField(label=_("Mail address"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("email") and not cleaned.get("party"):
            self.add_error("party", str(_("Choose the party of this recipient.")))
        if (cleaned.get("name") or cleaned.get("party")) and not cleaned.get("email") and "email" not in self.errors:
            self.add_error("email", str(_("Give the mail address of this recipient.")))
        return cleaned


OtherRecipientFormSet = forms.formset_factory(OtherRecipientForm, extra=1, max_num=20, validate_max=True)
