"""What went wrong, in the page: the error summary's lines and the parts of one field."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.formsets import BaseFormSet
from django.utils.translation import gettext as _

from trainingops.ui.remedies import not_a_choice


@dataclass(frozen=True)
class Line:
    """One line of the summary: the field's own words, what is wrong, and where to mend it."""

    label: str
    message: str
    target: str


def foreign_ticks(sent: Iterable[str], offered: Collection[str], *, label: str, target: str) -> list[Line]:
    """A line for each value sent that the page did not offer, for boxes that no form draws.

    Args:
        label: what the boxes are called together.
        target: the id of the first box.
    """
    return [Line(label, not_a_choice(each), target) for each in sent if each not in offered]


def first_control(bound: forms.BoundField) -> str:
    """The id of the first control of a field, so that a link can take the reader there."""
    several = (forms.RadioSelect, forms.CheckboxSelectMultiple, forms.MultiWidget)
    if isinstance(bound.field.widget, several):
        return f"{bound.auto_id}_0"
    return bound.id_for_label or bound.auto_id


def lines(*sources: Any) -> list[Line]:
    """The lines of forms, formsets and single refusals, in the order of the page; nothing if all is well."""
    # A template passes an empty text for what its context does not hold.
    return [line for source in sources if source is not None and source != "" for line in _lines(source)]


def _lines(source: Any) -> Iterator[Line]:
    if isinstance(source, BaseFormSet):
        if source.is_bound:
            yield from (Line("", str(message), "") for message in source.non_form_errors())
            for number, form in enumerate(source.forms, 1):
                row = str(getattr(source, "row_word", _("Row %(number)d"))) % {"number": number}
                yield from _form_lines(form, row)
    elif isinstance(source, forms.BaseForm):
        yield from _form_lines(source)
    elif isinstance(source, ValidationError):
        yield from (Line("", str(message), "") for message in source.messages)
    elif isinstance(source, Line):
        yield source
    elif isinstance(source, (list, tuple)):
        for each in source:
            yield from _lines(each)
    else:
        yield Line("", str(source), "")


def _form_lines(form: forms.BaseForm, row: str = "") -> Iterator[Line]:
    """The lines of one form; ``row`` names it among its equals: "Row 2, Weight"."""
    if not form.is_bound or not form.errors:
        return
    yield from (Line(row, str(message), "") for message in form.non_field_errors())
    for bound in form:
        label = f"{row}, {bound.label}" if row else str(bound.label)
        for message in bound.errors:
            yield Line(label, str(message), "" if bound.is_hidden else first_control(bound))


def _control_kind(bound: forms.BoundField) -> str:
    """Which of the few shapes of field this is."""
    widget = bound.field.widget
    if isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        return "options"
    if isinstance(widget, forms.CheckboxInput):
        return "checkbox"
    if isinstance(widget, forms.MultiWidget):
        return "group"
    return "single"


def _css(widget: forms.Widget, invalid: bool) -> str:
    """Bootstrap's class for a control."""
    name = "form-select" if isinstance(widget, forms.Select) else "form-control"
    if isinstance(widget, (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)):
        name = "form-check-input"
    own = widget.attrs.get("class", "")
    # A wrong choice is said once, at the legend; the options themselves are not wrong.
    invalid = invalid and not isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple))
    return " ".join(part for part in (name, own, "is-invalid" if invalid else "") if part)


def field_props(bound: forms.BoundField, label: str = "", hint: str = "", hide_label: bool = False) -> dict[str, Any]:
    """Everything that ``ui/field.html`` shows of one field, the control already written."""
    kind = _control_kind(bound)
    hint = hint or str(bound.help_text)
    described = [f"{bound.auto_id}_helptext"] if hint else []
    if bound.errors:
        described.append(f"{bound.auto_id}_error")
    attrs: dict[str, Any] = {"class": _css(bound.field.widget, bool(bound.errors))}
    if described and kind in {"single", "checkbox"}:
        attrs["aria-describedby"] = " ".join(described)
    return {
        "bound": bound,
        "kind": kind,
        "label": label or bound.label,
        "hint": hint,
        "hide_label": hide_label,
        "required": bound.field.required,
        "described": " ".join(described),
        "css": attrs["class"],
        "control": "" if kind == "options" else bound.as_widget(attrs=attrs),
    }
