"""Forms as this house writes them: no US dates, no thousands separator in a field, refusals on the right field."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import date, datetime, time, tzinfo
from decimal import Decimal
from typing import Any, cast

from crispy_forms.helper import FormHelper
from django import forms
from django.core.validators import MaxLengthValidator
from django.db.models.fields import BLANK_CHOICE_DASH
from django.utils import timezone
from django.utils.choices import CallableChoiceIterator
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from trainingops.domain import Refused
from trainingops.ui.bounds import sensible_day
from trainingops.ui.days_off import calendar
from trainingops.ui.figures import input_figure, parse_figure
from trainingops.ui.moments import as_zone, day_words, zone_word
from trainingops.ui.remedies import in_words, with_remedy

#: The most characters of a text whose field sets no limit of its own: about four printed pages.
LONGEST_TEXT = 10_000

DASHES = {BLANK_CHOICE_DASH[0][1]}


class DayInput(forms.DateInput):
    """A date: the browser's own picker, which speaks ISO."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%Y-%m-%d")


class PlannedDayInput(DayInput):
    """A date that somebody plans: names the day off that it is, and once a page those of the next two months."""

    template_name = "ui/widgets/planned_day.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        return {**context, **_day_off_context(context["widget"])}


def _day_off_context(widget: dict[str, Any]) -> dict[str, Any]:
    """What stands beside a date control: its day off, and at the first one of a page the list of those ahead."""
    days, attrs = calendar(), widget["attrs"]
    note = f"{attrs.get('id', widget['name'])}_day_off"
    described = attrs.get("aria-describedby")
    attrs |= {"aria-describedby": f"{described} {note}" if described else note, "data-day-off": note}
    chosen = _day_of(widget["value"])
    props: dict[str, Any] = {"note": note, "said": days.said(chosen) if chosen else ""}
    if not days.is_listed:
        days.is_listed = True
        props |= {"listed": True, "days_off": days.ahead(), "days_json": days.as_json()}
    return props


def _day_of(text: Any) -> date | None:
    """The day that a control shows, if it is one."""
    try:
        return date.fromisoformat(str(text or ""))
    except ValueError:
        return None


class ClockInput(forms.TimeInput):
    """A time of the day to the minute."""

    input_type = "time"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs=attrs, format="%H:%M")


class WholeInput(forms.TextInput):
    """A whole number as text: the wheel never changes it."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"inputmode": "numeric", "autocomplete": "off", **(attrs or {})})


class FigureInput(forms.TextInput):
    """A decimal number as text, written with the language's comma and read with comma or point."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"inputmode": "decimal", "autocomplete": "off", **(attrs or {})})

    def format_value(self, value: Any) -> str | None:
        if isinstance(value, (Decimal, int, float)):
            return input_figure(value)
        return None if value in (None, "") else str(value)


class FigureField(forms.DecimalField):
    """A decimal number: ``87,5`` and ``87.5`` are both 87.5; ``87.125`` is never 87125 (UX.md SCR-7)."""

    widget = FigureInput

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]  # the stubs say int
        """The figure typed, or None for blank.

        Raises:
            ValidationError: it is not a number, with the way to write one.
        """
        if value in self.empty_values:
            return None
        if isinstance(value, Decimal):
            return value
        try:
            return parse_figure(str(value))
        except ValueError as error:
            raise forms.ValidationError(str(error), code="invalid") from None

    def run_validators(self, value: Any) -> None:
        """A figure outside its bounds is told these alone, not the number of its digits beside them."""
        try:
            super().run_validators(value)
        except forms.ValidationError as error:
            bounds = [each for each in error.error_list if each.code in ("min_value", "max_value")]
            raise forms.ValidationError(bounds or error.error_list) from None

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:  # noqa: ARG002
        return {}


class WholeField(forms.IntegerField):
    """A whole number; ``1.000`` is refused instead of being read as 1."""

    widget = WholeInput
    re_decimal = re.compile(r"(?!)")
    default_error_messages = {"invalid": _("Write a whole number without separators, for example 120.")}

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:  # noqa: ARG002
        return {}


class LoadedChoiceField(forms.TypedChoiceField):
    """A choice among rows that are read once, for checking and for drawing; a ModelChoiceField reads them twice.

    Fill it in the form's ``__init__``: ``self.fields["team"].load(Team.objects.all(), key="code")``.

    Args:
        empty_label: what stands for no choice; ``None`` where one is preset.
    """

    def __init__(self, *, empty_label: Any = None, **kwargs: Any) -> None:
        super().__init__(coerce=self._row, empty_value=None, **kwargs)
        self.empty_label = empty_label
        self.rows: dict[str, Any] = {}

    def load(self, rows: Iterable[Any], *, key: str = "pk", label: Callable[[Any], str] = str) -> None:
        """Offer these rows, each by its ``key``."""
        self.rows = {str(getattr(row, key)): row for row in rows}
        blank = [] if self.empty_label is None else [("", self.empty_label)]
        self.choices = [*blank, *((value, label(row)) for value, row in self.rows.items())]

    def _row(self, value: str) -> Any:
        return self.rows[str(value)]

    def __deepcopy__(self, memo: dict[int, Any]) -> LoadedChoiceField:
        copied: LoadedChoiceField = super().__deepcopy__(memo)
        copied.coerce = copied._row
        return copied


class MomentWidget(forms.MultiWidget):
    """A date and a time side by side; the zone's word stands behind them."""

    template_name = "ui/widgets/moment.html"
    use_fieldset = True

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        self.zone: tzinfo | str | None = None
        #: Said instead of the zone's word, where the zone follows from another field that is still open.
        self.zone_said: Any = ""
        super().__init__(widgets={"day": DayInput(), "time": ClockInput()}, attrs=attrs)

    def decompress(self, value: datetime | None) -> list[date | time | None]:
        if value is None:
            return [None, None]
        local = value.astimezone(as_zone(self.zone))
        return [local.date(), local.time()]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["zone_word"] = self.zone_said or zone_word(timezone.now().astimezone(as_zone(self.zone)))
        day, clock = context["widget"]["subwidgets"]
        day["attrs"]["aria-label"], clock["attrs"]["aria-label"] = _("Date"), _("Time")
        return context


class MomentField(forms.MultiValueField):
    """A moment entered as date and time in the zone of its site; cleans to an aware datetime.

    Set the zone in the form's ``__init__``: ``self.fields["starts_at"].zone = site.zone``; else the reader's zone.
    """

    widget = MomentWidget
    default_error_messages = {
        "incomplete": _("“%(value)s” is not complete. Give both the date and the time, like 2026-11-24 and 13:30.")
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            fields=(forms.DateField(), forms.TimeField()), require_all_fields=True, **{"localize": False, **kwargs}
        )

    @property
    def zone(self) -> tzinfo | str | None:
        """Where the date and time are read; a zone, its name, or None for the reader's."""
        widget: Any = self.widget
        return cast("tzinfo | str | None", widget.zone)

    @zone.setter
    def zone(self, zone: tzinfo | str | None) -> None:
        widget: Any = self.widget
        widget.zone = zone

    def clean(self, value: Any) -> datetime | None:
        parts = value or []
        if any(parts) and not all(parts):
            given = {"value": in_words(" ".join(str(part) for part in parts if part))}
            raise forms.ValidationError(self.error_messages["incomplete"], code="incomplete", params=given)
        return super().clean(value)

    def compress(self, data_list: list[Any]) -> datetime | None:
        if not data_list:
            return None
        return datetime.combine(data_list[0], data_list[1], tzinfo=as_zone(self.zone))


class PlannedDayField(forms.DateField):
    """A date on which something is planned: the days off stand beside it (ui.days_off)."""

    widget = PlannedDayInput
    is_planned = True


class PlannedMomentWidget(MomentWidget):
    """A planned date and time: the days off stand below them."""

    template_name = "ui/widgets/planned_moment.html"

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        day = context["widget"]["subwidgets"][0]
        return {**context, **_day_off_context(day)}


class PlannedMomentField(MomentField):
    """A moment at which something is planned: the days off stand beside it (ui.days_off)."""

    widget = PlannedMomentWidget
    is_planned = True


def fields_only(form: forms.BaseForm) -> FormHelper:
    """A crispy helper that draws the fields; the page writes <form>, token and buttons."""
    helper = FormHelper(form)
    helper.form_tag = False
    helper.disable_csrf = True
    helper.include_media = False
    return helper


class PageForm(forms.Form):
    """The base of every form: crispy without <form>, our controls, refusals on the right field.

    For a model's form write ``class PlanForm(PageForm, forms.ModelForm)``.
    """

    required_css_class = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            _use_our_control(field)

    @cached_property
    def helper(self) -> FormHelper:
        """The crispy helper: fields only; override to give a layout."""
        return fields_only(self)

    def add_error(self, field: str | None, error: Any) -> None:
        """As Django's, but an error of a field names the value, and what to write instead (``remedies``)."""
        if isinstance(error, str):
            error = forms.ValidationError(error)
        if isinstance(error, forms.ValidationError) and hasattr(error, "error_dict"):
            error = {name: self._with_remedies(name, each) for name, each in error.error_dict.items()}
        elif isinstance(error, forms.ValidationError):
            error = self._with_remedies(field, error.error_list)
        super().add_error(field, error)

    def _with_remedies(self, name: str | None, errors: list[forms.ValidationError]) -> list[forms.ValidationError]:
        if name not in self.fields:
            return errors
        remedied = [with_remedy(self.fields[name], self[name], each) for each in errors]
        # A date and a time that are both wrong are one moment that was not understood.
        return list({str(each.messages): each for each in remedied}.values())

    def add_refusal(self, refused: Refused) -> None:
        """Show a service's refusal at its field, or above all fields where it has none here."""
        error = forms.ValidationError(str(refused), code=refused.code)
        self.add_error(refused.field if refused.field in self.fields else None, error)


class PeriodForm(PageForm):
    """The filter of a list between two days, ``since`` and ``until``; says so when they are the wrong way round."""

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it starts, instead of finding nothing in it."""
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            shown = {"start": day_words(since), "end": day_words(until)}
            words = gettext("The period ends on %(end)s, before it starts on %(start)s. Choose a later end.") % shown
            self.add_error("until", words)
        return data


def _use_our_control(field: forms.Field) -> None:
    """Swap Django's plain control for ours, and refuse the fields that would read a figure in two ways."""
    plain = type(field.widget)
    swap: dict[type[forms.Widget], type[forms.Widget]] = {forms.DateInput: DayInput, forms.TimeInput: ClockInput}
    ours: dict[type[forms.Field], str] = {
        forms.DecimalField: "FigureField",
        forms.IntegerField: "WholeField",
        forms.DateTimeField: "MomentField",
    }
    if type(field) in ours:
        raise TypeError(f"“{field.label}”: use {ours[type(field)]} (in a model's form through Meta.field_classes).")
    _require_bound(field)
    if isinstance(field, forms.DateField | MomentField):
        field.validators.append(sensible_day)
    if isinstance(field, forms.CharField) and field.max_length is None and not field.widget.is_hidden:
        # No ``maxlength`` on the control: a browser would cut what is pasted without a word.
        field.max_length = LONGEST_TEXT
        field.validators.append(MaxLengthValidator(LONGEST_TEXT))
    if plain in swap:
        field.widget = swap[plain](attrs=field.widget.attrs)
    _name_the_blank(field)


def _require_bound(field: forms.Field) -> None:
    """Every figure has its limit, so that none reaches a column that it does not fit; what nobody types has none."""
    if not isinstance(field, forms.IntegerField) or field.widget.is_hidden:
        return
    if field.max_value is None and getattr(field, "max_digits", None) is None:
        raise TypeError(f"“{field.label}”: say the most that its column holds (max_value or max_digits).")


def _name_the_blank(field: forms.Field) -> None:
    """Say what the empty line of a select means, instead of dashes."""
    word = _("Choose") if field.required else _("Not chosen")
    if isinstance(field, forms.ModelChoiceField):
        if field.empty_label in DASHES:
            field.empty_label = word
    elif isinstance(field, forms.ChoiceField):
        choices: Any = field.choices
        if not isinstance(choices, CallableChoiceIterator):  # what is computed later names its own blank
            field.choices = [(value, word if not value and label in DASHES else label) for value, label in choices]
