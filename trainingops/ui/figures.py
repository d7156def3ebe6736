"""Figures as people type and read them: a decimal comma in Indonesian, never a thousands separator in a field."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import get_format
from django.utils.translation import gettext as _

# One separator at most, comma or point; so 87.125 has three decimals and is never 87125 (UX.md SCR-7).
_FIGURE = re.compile(r"([+-]?)(\d+)(?:[.,](\d+))?")
MINUS = "−"


def parse_figure(text: str) -> Decimal:
    """The number that somebody typed: ``87,5`` and ``87.5`` are both 87.5.

    Raises:
        ValueError: anything else, with a message for the person who typed it.
    """
    typed = text.strip().replace(MINUS, "-")
    match = _FIGURE.fullmatch(typed)
    if match is None or not typed.isascii():
        raise ValueError(_("Write a number without thousands separator, for example 87,5."))
    sign, whole, decimals = match.groups()
    return Decimal(f"{sign}{whole}.{decimals or 0}" if decimals else f"{sign}{whole}")


def format_figure(value: Decimal | float | int, places: int | None = None) -> str:
    """``value`` with the language's decimal sign and thousands mark, and a real minus.

    Args:
        value: the figure; it is rounded half away from zero, as on paper.
        places: decimals to show; None shows those the value has.
    """
    number = Decimal(str(value))
    if places is not None:
        number = number.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    whole, _point, decimals = f"{abs(number):f}".partition(".")
    thousands = str(get_format("THOUSAND_SEPARATOR"))
    grouped = re.sub(r"(?<=\d)(?=(\d{3})+$)", thousands, whole)
    sign = MINUS if number < 0 else ""
    return sign + grouped + (str(get_format("DECIMAL_SEPARATOR")) + decimals if decimals else "")


def input_figure(value: Decimal | float | int) -> str:
    """``value`` as it stands in a field: the language's decimal sign, no thousands mark, no idle zeros."""
    digits = f"{Decimal(str(value)):f}"
    if "." in digits:
        digits = digits.rstrip("0").rstrip(".")
    return digits.replace(".", str(get_format("DECIMAL_SEPARATOR")))
