"""Responses of a Google Forms quiz: the download of the form, or its linked sheet. Each response is an attempt."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

from sessions.imports.scores.points import figure
from trainingops.imports.registry import Source
from trainingops.imports.values import as_text, heading_key

FORMS = "Google Forms"
_STAMPS = {"timestamp", "capwaktu", "stempelwaktu"}
_SCORES = {"score", "totalscore", "skor", "skortotal", "totalskor"}
#: A number format that shows ``8`` as ``8 / 10``.
_MAXIMUM = re.compile(r"[\"\\ ]/\s*(\d+(?:[.,]\d+)?)")


def recognise(source: Source) -> Source | None:
    """The table; as a fact the maximum, where only the number format of the score says it."""
    if not source.rows:
        return None
    keys = {heading_key(as_text(cell)) for cell in source.rows[0]}
    if not (keys & _STAMPS and keys & _SCORES):
        return None
    found: set[Decimal] = {
        most for code in source.formats for match in _MAXIMUM.findall(code) if (most := figure(match))
    }
    facts = {"maximum": str(found.pop())} if len(found) == 1 else {}
    return replace(source, system=FORMS, heading=1, facts=facts)
