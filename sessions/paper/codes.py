"""The QR code of a printed list: an address that leads back to its meeting, and nothing else."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from django.conf import settings
from django.urls import reverse

#: The paths of a printed list and of a record; the host may have changed since the print.
_ADDRESS = re.compile(r"^https?://[^/\s]+(?:/[^/\s]+)*/(?P<room>[kv])/(?P<code>[0-9a-z]{4}(?:-[0-9a-z]{4}){3})/?$")


@dataclass(frozen=True)
class Found:
    """What a QR code names: a printed list (``sheet``) or a sealed record, by its unguessable code."""

    kind: Literal["sheet", "record"]
    code: str


def address_of(code: str) -> str:
    """What the QR code of a print says."""
    return f"{settings.BASE_URL}{reverse('sheet_code', args=[code])}"


def found_in(text: str) -> Found | None:
    """What the text of a QR code names; None for a code that is not of our lists."""
    match = _ADDRESS.fullmatch(text.strip())
    if match is None:
        return None
    return Found("sheet" if match["room"] == "k" else "record", match["code"])
