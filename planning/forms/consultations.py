"""Forms of the coordination with QC, Operation and Operation Support (5.1.1 d)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from planning.enums import ConsultationAnswer
from planning.forms.catalogue import area
from planning.policies.plans import CONSULTED
from trainingops.people.enums import Role
from trainingops.records.documents import DocumentField
from trainingops.ui.forms import DayInput, PageForm, PlannedDayField


class ConsultationForm(PageForm):
    """Ask the teams for their view by a date (5.1.1 d)."""

    parties = forms.MultipleChoiceField(
        label=_("Teams"),
        choices=[(party, Role(party).label) for party in CONSULTED],
        widget=forms.CheckboxSelectMultiple,
    )
    due_on = PlannedDayField(label=_("Answer until"))

    @classmethod
    def beside_plan(cls, **kwargs: Any) -> ConsultationForm:
        """The short form of the plan's own page: the days off are listed on its full page, and said after asking."""
        form = cls(**kwargs)
        form.fields["due_on"].widget = DayInput()
        return form


class ConsultationAnswerForm(PageForm):
    """What the team answers; the buttons are the answer."""

    remark = forms.CharField(label=_("Remark"), widget=area(3), required=False)
    answer = forms.ChoiceField(label=_("Answer"), choices=ConsultationAnswer.choices)


class EnteredAnswerForm(PageForm):
    """What a team answered outside the system, entered by the PIC with the document."""

    answered_for = forms.CharField(label=_("Who answered"), max_length=120)
    answered_on = forms.DateField(label=_("Day of the answer"))
    answer = forms.ChoiceField(label=_("Answer"), choices=ConsultationAnswer, widget=forms.RadioSelect)
    remark = forms.CharField(
        label=_("Remark"), widget=area(3), required=False, help_text=_("Required when the answer is a remark.")
    )
    file = DocumentField(label=_("Document of the answer"), required=True)
