"""The forms of remarks and decisions, and of why a plan is cancelled or handed over."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from planning.forms.plans.common import text_area
from planning.wording import LABELS
from trainingops.people.models import User
from trainingops.ui.forms import LoadedChoiceField, PageForm
from trainingops.ui.remedies import not_a_choice


class ReasonForm(PageForm):
    """Why a plan is cancelled."""

    reason = forms.CharField(label=_("Reason"), widget=text_area())


class HandOverForm(PageForm):
    """To whom a plan is handed over, and why."""

    to = LoadedChoiceField(label=_("New PIC"), empty_label=_("Choose …"))
    reason = forms.CharField(label=_("Reason"), widget=text_area())

    def __init__(self, *args: Any, pics: Iterable[User], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["to"]
        field.load(pics, key="uuid")


class RemarkForm(PageForm):
    """A remark on a revision, or on one of its fields (APR-4)."""

    field = forms.CharField(label=_("Field"), required=False, max_length=40, widget=forms.Select)
    text = forms.CharField(label=_("Remark"), max_length=2000, widget=text_area(2))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="remark-%s", **kwargs)
        self.offer([])

    def offer(self, rows: list[tuple[str, Any]]) -> None:
        """The fields of the revision that the select offers."""
        widget: Any = self.fields["field"].widget
        widget.choices = [("", _("The whole plan")), *rows]

    def clean_field(self) -> str:
        """A field that a plan has."""
        field: str = self.cleaned_data["field"]
        if field and field.partition(":")[0] not in LABELS:
            raise forms.ValidationError(not_a_choice(field), code="invalid_choice")
        return field


class DecisionForm(PageForm):
    """The decision bar of the approval page."""

    content_hash = forms.CharField(widget=forms.HiddenInput, max_length=64)
    comment = forms.CharField(
        label=_("Comment for the PIC"),
        widget=text_area(),
        required=False,
        help_text=_("Required when you return or reject."),
    )
    decision = forms.ChoiceField(
        label=_("Decision"),
        choices=[(each, each) for each in ("approve", "approve_next", "return", "reject")],
        widget=forms.HiddenInput,
    )
