"""The house's icons, read once from ``icons.svg`` and written inline, so that no page loads a sprite."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

_SYMBOL = re.compile(r'<symbol id="([a-z]+)" viewBox="0 0 24 24">(.*?)</symbol>', re.DOTALL)


@cache
def drawings() -> dict[str, SafeString]:
    """Every icon's name and what is drawn inside its 24 × 24 box."""
    source = Path(__file__).with_name("icons.svg").read_text(encoding="utf-8")
    return {name: mark_safe(body) for name, body in _SYMBOL.findall(source)}


def icon(name: str, label: str = "", css: str = "") -> SafeString:
    """One icon as inline SVG: hidden from a screen reader unless ``label`` names it.

    Raises:
        LookupError: no icon has this name; the message lists those there are.
    """
    try:
        body = drawings()[name]
    except KeyError:
        raise LookupError(f"No icon {name!r}. There are: {', '.join(sorted(drawings()))}.") from None
    spoken = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="icon{}" viewBox="0 0 24 24" {} focusable="false">{}</svg>', f" {css}" if css else "", spoken, body
    )
