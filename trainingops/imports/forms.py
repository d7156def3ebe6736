"""The forms of an import: the file, its columns, how to apply."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from trainingops.imports.reading import MAX_BYTES, Head, column_letter
from trainingops.imports.registry import Importer
from trainingops.ui.forms import PageForm


class UploadForm(PageForm):
    """One file."""

    file = forms.FileField(
        label=gettext_lazy("File"),
        help_text=gettext_lazy("Excel (.xlsx) or CSV, at most 10 MB."),
        error_messages={
            "required": gettext_lazy("Choose a file"),
            "empty": gettext_lazy("The file is empty. Choose the file that holds the rows."),
        },
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv,.txt"}),
    )

    def clean_file(self) -> Any:
        """Refuse by the declared size before a byte is read into memory."""
        file = self.cleaned_data["file"]
        if file.size > MAX_BYTES:
            message = _("The file is larger than 10 MB. Split it, or remove sheets that are not needed.")
            raise forms.ValidationError(message, code="too_large")
        return file


class ColumnsForm(PageForm):
    """Which column of the file is which; guessed before, confirmed here."""

    def __init__(self, *args: Any, importer: Importer, head: Head, mapping: dict[str, int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("not in this file")), *_places(head)]
        for column in importer.columns:
            self.fields[column.name] = forms.ChoiceField(
                label=str(column.label),
                choices=choices,
                required=column.required,
                initial=str(mapping.get(column.name, "")),
                error_messages={"required": _("Choose the column of the file.")},
            )

    @property
    def mapping(self) -> dict[str, int]:
        """Column name → place in the file."""
        return {name: int(place) for name, place in self.cleaned_data.items() if place != ""}


def _places(head: Head) -> list[tuple[str, str]]:
    """The columns of the file with their letter and a first value; those thrown away are not offered."""
    found = []
    for at, (heading, sample) in enumerate(zip(head.headings, head.samples, strict=True)):
        if heading in head.dropped:
            continue
        words = f"{column_letter(at)}: {heading}" if heading != column_letter(at) else heading
        found.append((str(at), f"{words} ({sample})" if sample else words))
    return found


class ApplyForm(PageForm):
    """All or nothing, or only the valid rows (IMP-4)."""

    how = forms.ChoiceField(
        label=gettext_lazy("Rows with errors"),
        choices=[
            ("all", gettext_lazy("All or nothing")),
            ("valid", gettext_lazy("Only the valid rows")),
        ],
        initial="all",
        widget=forms.RadioSelect,
    )
