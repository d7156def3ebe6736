"""The answer of a team leader (5.1.1)."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from planning.enums import ReleaseState
from planning.forms.catalogue import area
from trainingops.ui.forms import PageForm


class ReleaseForm(PageForm):
    """The buttons are the answer; another batch needs the reason."""

    reason = forms.CharField(label=_("Why another batch"), widget=area(2), required=False, max_length=1000)
    to = forms.ChoiceField(
        label=_("Answer"), choices=[each for each in ReleaseState.choices if each[0] != ReleaseState.ASKED]
    )
