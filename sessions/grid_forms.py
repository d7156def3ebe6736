"""Forms around the score grid: a pasted block, a further assessor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from planning.wording.settling import settling_words
from sessions.grid import Column, Row
from sessions.models import TrainingSession
from sessions.scoring import AVERAGE
from sessions.services.assessors import assessed_together, who_can_assess
from trainingops.people.models import User
from trainingops.ui.forms import PageForm


class PasteForm(PageForm):
    """A block from a spreadsheet, and where its first cell belongs."""

    text = forms.CharField(
        label=_("Cells of the spreadsheet"),
        strip=False,
        max_length=200_000,
        widget=forms.Textarea(attrs={"rows": 8, "spellcheck": "false"}),
        help_text=_("Copy them there and paste them here. A blank cell leaves the score that stands."),
    )
    parameter = forms.ChoiceField(
        label=_("First column"), help_text=_("Does not matter where the first line names the parameters.")
    )
    person = forms.ChoiceField(
        label=_("First participant"), help_text=_("Does not matter where a column holds employee numbers or names.")
    )

    def __init__(self, *args: Any, rows: Sequence[Row], columns: Sequence[Column], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["parameter"].choices = [(each.number, each.parameter.name) for each in columns]  # type: ignore[attr-defined]
        self.fields["person"].choices = [  # type: ignore[attr-defined]
            (each.enrolment.pk, f"{each.enrolment.person.name} ({each.enrolment.person.employee_no})") for each in rows
        ]
        typed = next((cell.number for row in rows for cell in row.cells if cell.editable), None)
        self.fields["parameter"].initial = typed


class AssessorForm(PageForm):
    """Whom to ask to assess, and what: everybody where scores are averaged, one person for a second opinion."""

    parameter = forms.ChoiceField(label=_("Parameter"))
    enrolment = forms.ChoiceField(
        label=_("Participant"),
        required=False,
        help_text=_("For a second opinion: about whom. Averages are of everybody."),
    )
    assessor = forms.ModelChoiceField(label=_("Assessor"), queryset=User.objects.none())
    reason = forms.CharField(
        label=_("Reason"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Why the first score needs a second opinion."),
    )

    def __init__(self, *args: Any, training_session: TrainingSession, asker: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        parameters = assessed_together(training_session)
        fields["parameter"].choices = [
            (str(each.uuid), f"{each.name} ({settling_words(each.parameter.settled_by, each.parameter.assessors)})")
            for each in parameters
        ]
        people = training_session.enrolments.filter(removed_at=None).select_related("person")
        fields["enrolment"].choices = [("", _("Everybody")), *((str(each.pk), each.person.name) for each in people)]
        fields["assessor"].queryset = who_can_assess(training_session).exclude(pk=asker.pk)
        if all(each.parameter.settled_by == AVERAGE for each in parameters):
            del fields["enrolment"], fields["reason"]

    def chosen(self) -> dict[str, Any]:
        """What the service takes."""
        said = self.cleaned_data
        return {
            "parameter": UUID(said["parameter"]),
            "enrolment": int(said["enrolment"]) if said.get("enrolment") else None,
            "assessor": said["assessor"],
            "reason": said.get("reason", ""),
        }
