"""Forms of where needs come from: what somebody asked for, and changes of products and procedures (5.1.1 b, d)."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from planning.enums import ChangeKind, NeedKind
from planning.forms.catalogue import area
from planning.forms.needs import lines_of
from planning.models import ProductChange, TrainingModule
from planning.services.needs import ChangeText
from trainingops.people.models import ServiceLine, User
from trainingops.records.documents import DocumentField
from trainingops.ui.forms import PageForm, PlannedDayField


class NeedSourceForm(PageForm):
    """Where a need comes from (5.1.1 d); product changes have a form of their own."""

    kind = forms.ChoiceField(
        label=_("Kind"), choices=[each for each in NeedKind.choices if each[0] != NeedKind.PRODUCT_CHANGE]
    )
    dated_on = forms.DateField(label=_("Date"))
    asked_by = forms.CharField(label=_("From whom"), max_length=120)
    request = forms.CharField(label=_("What was asked"), widget=area())
    document = forms.CharField(
        label=_("Document"), max_length=160, required=False, help_text=_("Number or place of the letter or minutes.")
    )
    file = DocumentField(label=_("File of the document"))
    line = forms.ModelChoiceField(
        label=_("Service line"), queryset=ServiceLine.objects.none(), required=False, empty_label=_("Every line")
    )

    def __init__(self, *args: Any, user: User, roles: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["line"].queryset = lines_of(user, *roles)  # type: ignore[attr-defined]


class ChangeForm(PageForm):
    """A product or procedure change ("Info produk & prosedur")."""

    kind = forms.ChoiceField(label=_("Kind"), choices=ChangeKind, widget=forms.RadioSelect)
    number = forms.CharField(
        label=_("Number"), max_length=60, help_text=_("As the announcement has it, for example SE-12/2026.")
    )
    title = forms.CharField(label=_("Title"), max_length=160)
    summary = forms.CharField(label=_("What changes"), widget=area(4), required=False)
    issuer = forms.CharField(label=_("Announced by"), max_length=120, help_text=_("The division or the client."))
    issued_on = forms.DateField(label=_("Announced on"))
    effective_on = PlannedDayField(label=_("Effective from"))
    lines = forms.ModelMultipleChoiceField(
        label=_("Service lines"), queryset=ServiceLine.objects.none(), widget=forms.CheckboxSelectMultiple
    )
    modules = forms.ModelMultipleChoiceField(
        label=_("Modules that answer it"),
        queryset=TrainingModule.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=_("Who had one of them since the announcement, in a version approved since, counts as trained."),
    )
    earlier_versions = forms.BooleanField(
        label=_("Versions approved before the announcement answer it too"),
        required=False,
        help_text=_("Only where they say already what changes."),
    )
    file = DocumentField(label=_("File of the document"))

    def __init__(self, *args: Any, user: User, roles: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lines = lines_of(user, *roles)
        self.fields["lines"].queryset = lines  # type: ignore[attr-defined]
        self.fields["modules"].queryset = TrainingModule.objects.filter(lines__in=lines).distinct()  # type: ignore[attr-defined]

    @property
    def content(self) -> ChangeText:
        """What was written, without the file."""
        return ChangeText(**{name: value for name, value in self.cleaned_data.items() if name != "file"})

    @staticmethod
    def initial_of(change: ProductChange) -> dict[str, Any]:
        """What the form of a known change begins with."""
        plain = ("kind", "number", "title", "summary", "issuer", "issued_on", "effective_on", "earlier_versions")
        return {
            **{name: getattr(change, name) for name in plain},
            "lines": list(change.lines.values_list("pk", flat=True)),
            "modules": list(change.modules.values_list("pk", flat=True)),
        }
