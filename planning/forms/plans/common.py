"""What the forms of a plan share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from planning.models import (
    NeedSource,
)

Checkboxes = forms.CheckboxSelectMultiple


def text_area(rows: int = 3) -> forms.Textarea:
    return forms.Textarea(attrs={"rows": rows})


def offer_needs(field: Any, needs: QuerySet[NeedSource]) -> None:
    """The sources to tick; where none is registered no heading stands over nothing."""
    field.queryset = needs
    if not needs.exists():
        field.widget = forms.MultipleHiddenInput()
