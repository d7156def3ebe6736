"""Forms of what the PIC changes in an approved plan alone (UX.md APR-3)."""

from __future__ import annotations

from datetime import date
from typing import Any

from django import forms
from django.db.models import Min
from django.utils.translation import gettext_lazy as _

from planning.models import PlannedSession, PlanRevision, Room, TrainingPlan
from planning.queries.plans import holders
from planning.services.adjusting import MOST_EXTRA
from trainingops.people.enums import REPORTED_TO
from trainingops.people.models import User
from trainingops.ui.forms import PageForm, WholeField


class PlaceForm(PageForm):
    """Another room or link for a batch."""

    room = forms.ModelChoiceField(
        label=_("Room"), queryset=Room.objects.none(), required=False, empty_label=_("No room")
    )
    link = forms.URLField(label=_("Link"), required=False, assume_scheme="https")

    def __init__(self, *args: Any, planned: PlannedSession, **kwargs: Any) -> None:
        super().__init__(*args, initial={"room": planned.room_id, "link": planned.link}, **kwargs)
        self.fields["room"].queryset = Room.objects.filter(site=planned.host_site_id)  # type: ignore[attr-defined]


class MoveForm(PageForm):
    """Another batch, and what is said of it where it becomes busy or lies outside the shift."""

    field_order: tuple[str, ...] = ("to", "busy_reason", "reason", "ordered_by")

    to = forms.ModelChoiceField(label=_("Batch"), queryset=PlannedSession.objects.none(), empty_label=None)
    reason = forms.CharField(
        label=_("Reason of the overtime"),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        help_text=_("Only where the other batch lies outside the shift; the agent is then asked to agree."),
    )
    ordered_by = forms.CharField(
        label=_("Overtime ordered by"),
        max_length=120,
        required=False,
        help_text=_("Name and office, for example the manager on duty."),
    )

    busy_reason = forms.CharField(
        label=_("Reason for a busy interval"),
        widget=forms.Textarea(attrs={"rows": 2}),
        required=False,
        help_text=_("Only where the other batch then lies in a busy interval; who approved the plan is told."),
    )

    def __init__(self, *args: Any, revision: PlanRevision, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["busy_reason"].initial = revision.busy_reason
        batches = revision.sessions.annotate(begins=Min("meetings__starts_at")).order_by("begins", "pk")
        self.fields["to"].queryset = batches  # type: ignore[attr-defined]


class TargetAdjustForm(MoveForm):
    """The batch of one target, and extra time for tests."""

    extra_minutes = WholeField(label=_("Extra time for each test (minutes)"), min_value=0, max_value=MOST_EXTRA)

    field_order = ("to", "extra_minutes", "busy_reason", "reason", "ordered_by")


class RecipientAddForm(PageForm):
    """One more recipient: somebody with an account, or a name with a mail address."""

    party = forms.ChoiceField(label=_("Party"), choices=[(each.value, each.label) for each in REPORTED_TO])
    user = forms.ModelChoiceField(
        label=_("Account"), queryset=User.objects.none(), required=False, empty_label=_("None: by mail")
    )
    name = forms.CharField(label=_("Name"), max_length=120, required=False)
    email = forms.EmailField(label=_("Mail address"), required=False, help_text=_("For somebody without account."))

    def __init__(self, *args: Any, plan: TrainingPlan, day: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offices = holders(*REPORTED_TO, site=plan.site, line=plan.line, day=day).order_by("name")
        self.fields["user"].queryset = offices  # type: ignore[attr-defined]
