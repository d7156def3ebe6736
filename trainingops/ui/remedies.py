"""What stands beside a field that was not understood: the value, and what to write instead (UX.md EMP-1).

Django's own phrases name neither. A form's own words (``error_messages=``, ``clean_…``) stay as they are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import EmailValidator, ProhibitNullCharactersValidator, validate_slug
from django.utils.translation import gettext as _

from trainingops.ui.figures import format_figure, parse_figure
from trainingops.ui.moments import day_words

#: The most characters of a value that a message repeats.
SHOWN = 60
#: How a date control sends its day.
_SENT_DAY = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_LIMITS = {"max_value", "min_value", "max_length", "min_length"}


def with_remedy(field: forms.Field, bound: forms.BoundField, error: forms.ValidationError) -> forms.ValidationError:
    """``error`` in our words where they are Django's, else with the value in front where it does not hold it.

    The label is not repeated: the field stands beside it, and the summary puts it in front.
    """
    if isinstance(field.widget, forms.PasswordInput) and error.code != "required":
        return error  # never repeat a password
    value = typed(bound)
    text = _words(field, bound, value, error) if _is_stock(field, error) else ""
    lacks_value = error.code == "invalid" or (isinstance(field, forms.FileField) and error.code != "required")
    if not text and lacks_value and value and value not in str(error.messages[0]):
        text = f"“{value}”: {error.messages[0]}"
    return forms.ValidationError(text, code=error.code) if text else error


def not_a_choice(value: str) -> str:
    """Words for a value that the page did not offer."""
    return _("“%(value)s” is not one of the choices. Choose one from the list.") % {"value": _shortened(value)}


def too_long(value: str, limit: int) -> str:
    """Words for a text of more than ``limit`` characters; empty where it fits."""
    return _beyond("max_length", _shortened(value), len(value), limit) if len(value) > limit else ""


def figure_problem(text: str, *, least: Decimal | int, most: Decimal, decimals: int) -> str:
    """Words for what cannot stand in a field of figures from ``least`` to ``most``; empty for what can.

    Args:
        decimals: the most that may be typed; so ``1.000`` is refused and never read as 1 or as a thousand.
    """
    try:
        figure = parse_figure(text)
    except ValueError as error:
        return f"“{_shortened(text)}”: {error}"
    shown: dict[str, Any] = {"value": _shortened(text), "least": format_figure(least), "most": format_figure(most)}
    if not least <= figure <= most:
        return _("“%(value)s” is outside %(least)s–%(most)s. Write a figure between them.") % shown
    if -int(figure.as_tuple().exponent) > decimals:
        return _("“%(value)s” has too many decimals. Write at most %(most)d.") % (shown | {"most": decimals})
    return ""


def typed(bound: forms.BoundField) -> str:
    """What somebody sent for a field, shortened; several parts side by side."""
    data = bound.data
    parts = data if isinstance(data, list | tuple) else [data]
    text = " ".join(str(part) for part in parts if part not in (None, ""))
    return _shortened(in_words(text) if isinstance(bound.field, forms.DateField | forms.MultiValueField) else text)


def in_words(text: str) -> str:
    """A text with its days as a date control sends them, ``2026-11-24``, as the reader writes them; others stay."""
    return _SENT_DAY.sub(lambda found: _day_words(found[0]), text)


def _day_words(text: str) -> str:
    try:
        return day_words(date.fromisoformat(text))
    except ValueError:
        return text  # 30 February


def _shortened(text: str) -> str:
    text = re.sub(r"[\x00-\x1f\x7f]+", " ", text).strip()
    return text if len(text) <= SHOWN else text[:SHOWN].rstrip() + "…"


def _is_stock(field: forms.Field, error: forms.ValidationError) -> bool:
    """Whether the words are Django's: a field class's default, or a validator's that the field did not rename."""
    message: Any = error.message
    if any(message == default for default in _defaults(field, str(error.code))):
        return True
    if error.code in _LIMITS:
        return "limit_value" in (error.params or {}) and error.code not in field.error_messages
    return error.code in {"max_digits", "max_decimal_places", "max_whole_digits", "unique"}


def _defaults(field: forms.Field, code: str) -> Iterator[Any]:
    parts: list[forms.Field] = [field, *getattr(field, "fields", ())]
    for part in parts:
        for each in type(part).__mro__:
            if each.__module__.startswith("django."):
                yield from [each.__dict__.get("default_error_messages", {}).get(code)]
    yield from (each.message for each in (EmailValidator(), validate_slug) if each.code == code)
    if code == ProhibitNullCharactersValidator.code:
        yield ProhibitNullCharactersValidator.message


def _words(field: forms.Field, bound: forms.BoundField, value: str, error: forms.ValidationError) -> str:
    """Our words for one of Django's codes; empty where they say no more than Django's."""
    code, params = str(error.code), error.params or {}
    shown: dict[str, Any] = {"value": value}
    if code == "required":
        return _missing(field)
    if code in {"invalid_choice", "invalid_list", "invalid_pk_value"}:
        return not_a_choice(value)
    if code == "null_characters_not_allowed":
        return _("“%(value)s” holds a character that cannot be kept. Type it instead of pasting it.") % shown
    if code == "unique":
        return _("“%(value)s” is used already. Write another.") % shown
    if code in _LIMITS:
        return _beyond(code, value, len(str(bound.data or "")), params["limit_value"])
    if code in {"max_digits", "max_decimal_places", "max_whole_digits"}:
        shown["most"] = params.get("max", 0)
        if code == "max_decimal_places":
            return _("“%(value)s” has too many decimals. Write at most %(most)d.") % shown
        return _("“%(value)s” has too many digits. Write at most %(most)d.") % shown
    return _not_understood(field, code, shown)


def _missing(field: forms.Field) -> str:
    if isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField):
        return _("Choose at least one.")
    if isinstance(field, forms.ChoiceField):
        return _("Choose one from the list.")
    if isinstance(field, forms.FileField):
        return _("Choose a file.")
    if isinstance(field, forms.BooleanField):
        return _("Tick this to go on.")
    return _("Fill this in.")


def _beyond(code: str, value: str, length: int, limit: Any) -> str:
    """Too long, too short, too high, too low."""
    limit = limit() if callable(limit) else limit
    if code in {"max_length", "min_length"}:
        shown = {"value": value, "length": length, "limit": limit}
        if code == "max_length":
            return _("“%(value)s” has %(length)d characters. Shorten it to %(limit)d.") % shown
        return _("“%(value)s” has %(length)d characters. Write at least %(limit)d.") % shown
    bound_words = {"value": value, "limit": day_words(limit) if isinstance(limit, date) else format_figure(limit)}
    if code == "max_value":
        return _("“%(value)s” is too high. Write %(limit)s or less.") % bound_words
    return _("“%(value)s” is too low. Write %(limit)s or more.") % bound_words


def _not_understood(field: forms.Field, code: str, shown: dict[str, Any]) -> str:
    """A value of the wrong kind."""
    if isinstance(field, forms.FileField):
        if code == "empty":
            return _("“%(value)s” is empty. Choose a file that holds something.") % shown
        return _("No file arrived. Choose the file again.")
    if code != "invalid":
        return ""
    if isinstance(field, forms.MultiValueField):
        return _("“%(value)s” is not a date and time. Write them like 2026-11-24 and 13:30.") % shown
    if isinstance(field, forms.DateField):
        return _("“%(value)s” is not a date. Write it like 2026-11-24.") % shown
    if isinstance(field, forms.TimeField):
        return _("“%(value)s” is not a time. Write it like 13:30.") % shown
    if isinstance(field, forms.EmailField):
        return _("“%(value)s” is not a mail address. Write it like name@company.co.id.") % shown
    if isinstance(field, forms.URLField):
        return _("“%(value)s” is not a link. Write it like https://meet.company.co.id/class.") % shown
    if isinstance(field, forms.SlugField):
        return _("“%(value)s” may hold only letters, digits, hyphens and underscores. Take the rest out.") % shown
    return ""
