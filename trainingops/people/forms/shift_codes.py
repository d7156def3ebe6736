"""Forms of the codes of the roster."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from trainingops.people.enums import ShiftKind
from trainingops.people.models import ShiftCode, Site, User
from trainingops.people.policies import can_set_hours
from trainingops.people.services import ShiftEntry
from trainingops.ui.forms import LoadedChoiceField, PageForm


class ShiftCodeForm(PageForm):
    """What a code means, and the times of a shift."""

    code = forms.CharField(label=_("Code"), max_length=12, help_text=_("As the roster writes it, for example P1."))
    name = forms.CharField(label=_("Name"), max_length=80)
    kind = forms.ChoiceField(label=_("Meaning"), choices=ShiftKind.choices)
    starts_at = forms.TimeField(label=_("Begins"), required=False, help_text=_("Of a shift, local to each site."))
    ends_at = forms.TimeField(label=_("Ends"), required=False, help_text=_("At or before the start: on the next day."))

    def __init__(self, *args: Any, shift_code: ShiftCode | None = None, **kwargs: Any) -> None:
        if shift_code is not None:
            fields = ("code", "name", "kind", "starts_at", "ends_at")
            kwargs["initial"] = {name: getattr(shift_code, name) for name in fields}
        super().__init__(*args, **kwargs)
        # The code names what stands in the roster: it stays.
        self.fields["code"].disabled = shift_code is not None

    def entry(self) -> ShiftEntry:
        """What was written."""
        return ShiftEntry(**self.cleaned_data)


class ShiftHoursForm(PageForm):
    """The times of a code at one site."""

    site = LoadedChoiceField(label=_("Site"))
    starts_at = forms.TimeField(label=_("Begins"), required=False)
    ends_at = forms.TimeField(
        label=_("Ends"), required=False, help_text=_("Both blank: the times of the house hold here again.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sites = [site for site in Site.objects.all() if can_set_hours(user, site)]
        self.fields["site"].load(sites, key="code")  # type: ignore[attr-defined]
