"""Forms of the evidence browser."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trainingops.people.models import ServiceLine, Site
from trainingops.records.filters import EvidenceFilter
from trainingops.records.models import Clause
from trainingops.records.registry import all_kinds
from trainingops.ui.forms import DayInput, PageForm
from trainingops.ui.moments import day_words

#: The largest file that the verify page compares, in bytes.
MOST_UPLOADED = 20 * 1024 * 1024


class EvidenceFilterForm(PageForm):
    """The filter of the evidence browser, read from the address. Without days it shows this calendar year."""

    # Chosen by links beside the list; here only so that they stay when the other fields change.
    clause = forms.ChoiceField(label=gettext_lazy("Procedure clauses"), required=False, widget=forms.HiddenInput)
    iso = forms.ChoiceField(label=gettext_lazy("ISO 9001 clauses"), required=False, widget=forms.HiddenInput)
    kind = forms.ChoiceField(label=gettext_lazy("Kind"), required=False)
    start = forms.DateField(label=gettext_lazy("From"), required=False, widget=DayInput)
    end = forms.DateField(label=gettext_lazy("To"), required=False, widget=DayInput)
    line = forms.ChoiceField(label=gettext_lazy("Service line"), required=False)
    site = forms.ChoiceField(label=gettext_lazy("Site"), required=False)
    q = forms.CharField(label=gettext_lazy("Number or subject"), required=False, max_length=100)

    def __init__(self, data: QueryDict) -> None:
        today = timezone.localdate()
        filled = data.copy()
        for name, day in (("start", today.replace(month=1, day=1)), ("end", today.replace(month=12, day=31))):
            if name not in filled:
                filled[name] = day.isoformat()
        super().__init__(filled)
        self.clauses = list(Clause.objects.all())
        for name, source in (("clause", Clause.Source.PROCEDURE), ("iso", Clause.Source.ISO9001)):
            self._choose(name, "", [(each.number, each.number) for each in self.clauses if each.source == source])
        self._choose("kind", _("All kinds"), [(kind.name, kind.label) for kind in all_kinds()])
        self._choose("line", _("All service lines"), list(ServiceLine.objects.values_list("code", "name")))
        self._choose("site", _("All sites"), list(Site.objects.values_list("code", "name")))

    def _choose(self, name: str, every: str, choices: list[Any]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", every), *choices]

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it starts."""
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and end < start:
            self.add_error(
                "end",
                ValidationError(
                    _("The period ends on %(end)s, before it starts on %(start)s. Choose a later end."),
                    params={"start": day_words(start), "end": day_words(end)},
                ),
            )
        return cleaned

    @property
    def chosen(self) -> EvidenceFilter:
        """The filter; fields that are not valid let everything through, and the page says so."""
        self.is_valid()
        return EvidenceFilter(**{name: value for name, value in self.cleaned_data.items() if value})


class CodeForm(PageForm):
    """The code that a record's page shows beside its QR."""

    code = forms.SlugField(label=gettext_lazy("Code of the record"), max_length=24)


class CompareForm(PageForm):
    """A file to compare with the record."""

    file = forms.FileField(label=gettext_lazy("The PDF that you have"))

    def clean_file(self) -> Any:
        """Refuse what is larger than any record."""
        file = self.cleaned_data["file"]
        if file.size > MOST_UPLOADED:
            raise ValidationError(
                _("The file is %(size)d MB large; at most %(most)d MB are compared. Choose the PDF of the record."),
                params={"size": file.size // 1024**2, "most": MOST_UPLOADED // 1024**2},
            )
        start = file.read(5)
        file.seek(0)
        if start != b"%PDF-":
            raise ValidationError(_("This is not a PDF. Choose the PDF of the record."), code="invalid")
        return file
