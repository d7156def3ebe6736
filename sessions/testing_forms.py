"""What the trainer fills in about tests."""

from __future__ import annotations

from decimal import Decimal

from django import forms
from django.utils.translation import gettext_lazy as _

from planning.services.adjusting import MOST_EXTRA
from trainingops.ui.forms import FigureField, PageForm, WholeField


class ExtraTimeForm(PageForm):
    """More minutes for one person."""

    minutes = WholeField(
        label=_("Extra time for each test (minutes)"),
        min_value=0,
        max_value=MOST_EXTRA,
        help_text=_("A test that is running gets it at once; none ends earlier."),
    )
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 3}))


class PaperTestForm(PageForm):
    """How many points the paper could earn."""

    maximum = FigureField(
        label=_("Points of the whole test"),
        min_value=Decimal("0.01"),
        max_value=Decimal(9999),
        max_digits=6,
        decimal_places=2,
    )


class MarkForm(PageForm):
    """Points for one short answer."""

    points = FigureField(label=_("Points"), min_value=Decimal(0), max_digits=8, decimal_places=2)
