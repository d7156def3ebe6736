"""The form of a class type (5.1.1 e)."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from trainingops.ui.forms import PageForm


class ClassTypeForm(PageForm):
    """Its name; the code is made of it."""

    name = forms.CharField(label=_("Name"), max_length=80, help_text=_("For example grooming class or role play."))
