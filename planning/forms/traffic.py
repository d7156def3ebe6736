"""The forms of traffic: which reference, what a line must hold, which days are none; overtime and its consent."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from planning.enums import LoadMethod
from planning.forms.needs import lines_of, sites_of
from planning.models.needs import SEES_NEEDS
from planning.queries.traffic import FORECAST, WEEKS
from planning.slots import SLOT_MINUTES
from trainingops.people.enums import Role
from trainingops.people.models import ServiceLine, Site, Team, User
from trainingops.ui.forms import FigureField, PageForm, PlannedDayField, WholeField


class TrafficForm(PageForm):
    """Which traffic, and for what training, in the address."""

    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none(), to_field_name="code", required=False)
    line = forms.ModelChoiceField(
        label=_("Service line"), queryset=ServiceLine.objects.none(), to_field_name="code", required=False
    )
    until = PlannedDayField(label=_("Day of the training"), required=False)
    reference = forms.ChoiceField(
        label=_("Reference"),
        choices=[
            (WEEKS, _("The same weekdays of the last eight weeks, without holidays and marked days")),
            (FORECAST, _("The imported forecast, seven days from this day on")),
        ],
        required=False,
    )
    duration = WholeField(label=_("Duration (minutes)"), min_value=SLOT_MINUTES, max_value=720, required=False)
    leaving = WholeField(
        label=_("Participants on shift"), min_value=0, max_value=500, required=False,
        help_text=_("How many leave the floor at the same time; blank is reckoned as a class of 5."),
    )  # fmt: skip
    team = forms.ModelChoiceField(
        label=_("Participants: the team"),
        queryset=Team.objects.none(),
        to_field_name="code",
        required=False,
        help_text=_("Its roster says who is on shift; the number above is not used then."),
    )
    earliest = forms.TimeField(label=_("Not before"), required=False)
    latest = forms.TimeField(label=_("Not after"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites_of(user, *SEES_NEEDS)  # type: ignore[attr-defined]
        self.fields["line"].queryset = lines_of(user, *SEES_NEEDS)  # type: ignore[attr-defined]
        self.fields["team"].queryset = Team.objects.visible_to(user)  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """The window has an inside."""
        data = super().clean() or {}
        earliest, latest = data.get("earliest"), data.get("latest")
        if earliest and latest and latest != time.min and earliest >= latest:
            self.add_error("latest", _("This lies before the start. Choose a later time."))
        return data


class LineTargetForm(PageForm):
    """By which figure the load of a line is judged, and what it must hold."""

    line = forms.ModelChoiceField(
        label=_("Service line"), queryset=ServiceLine.objects.none(), to_field_name="code", empty_label=None
    )
    method = forms.ChoiceField(label=_("Method"), choices=LoadMethod, widget=forms.RadioSelect)
    goal_percent = FigureField(
        label=_("Target (%)"), min_value=1, max_value=100, decimal_places=2, max_digits=5,
        help_text=_("Voice: share answered in time at least. Chat: share of the capacity in use at most."),
    )  # fmt: skip
    answer_seconds = WholeField(label=_("Answered within (seconds)"), min_value=1, max_value=600)
    concurrency = WholeField(
        label=_("Chats of one agent at the same time"), min_value=1, max_value=20, help_text=_("For chat only.")
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].queryset = lines_of(user, Role.MANAGER)  # type: ignore[attr-defined]


class MarkedDayForm(PageForm):
    """A day that is no reference."""

    site = forms.ModelChoiceField(label=_("Site"), queryset=Site.objects.none(), empty_label=None)
    line = forms.ModelChoiceField(label=_("Service line"), queryset=ServiceLine.objects.none(), empty_label=None)
    day = PlannedDayField(label=_("Day"))
    reason = forms.CharField(label=_("Reason"), max_length=160, help_text=_("For example: system down, campaign."))

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["site"].queryset = sites_of(user, *SEES_NEEDS)  # type: ignore[attr-defined]
        self.fields["line"].queryset = lines_of(user, *SEES_NEEDS)  # type: ignore[attr-defined]


class OvertimeForm(PageForm):
    """Why the training lies outside the shift, and who orders it."""

    reason = forms.CharField(label=_("Reason of the overtime"), widget=forms.Textarea(attrs={"rows": 2}))
    ordered_by = forms.CharField(
        label=_("Ordered by"), max_length=120, help_text=_("Name and office, for example the manager on duty.")
    )


class ConsentForm(PageForm):
    """The agent's answer."""

    consent = forms.ChoiceField(
        label=_("Your answer"),
        choices=[("given", _("I agree")), ("refused", _("I do not agree"))],
        widget=forms.RadioSelect,
    )
